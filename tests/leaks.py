"""Finds in what a test logs that which may stand in no log. No tests here.

::

    with watched() as watch:
        Message({"body": "for you alone"}).send()
    assert watch.findings() == []

While it watches, every logger logs from DEBUG on. It sees each record that a logger hands on,
whichever thread logs it, and whether or not the logger propagates. Hidden must be each API secret
that a call could have used, each signature that was made or received, and each message body, API
secret and password in what was sent and what was answered; from our own loggers also full phone
numbers. What other processes log is not seen.

Texts below ``SHORTEST`` characters are not looked for, since "Hi" may stand anywhere by chance, and
longer ones are known by their first ``LONGEST`` characters, since what is logged may be cut short.
"""

from __future__ import annotations

import functools
import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Callable
from urllib.parse import quote, quote_plus

import pytest

from vivialconnect.common import responses, settings, signing
from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.routes.application import Application

SHORTEST = 6  # characters
LONGEST = 24  # characters

SECRET = "an API secret"
SIGNATURE = "a signature"
TEXT = "a message body or a password"
NUMBER = "a phone number"

OURS = "vivialconnect"
_NUMBER = re.compile(r"(?:\+|%2B)1\d{10}(?!\d)")
_SENT_SIGNATURE = re.compile(r"HMAC .*:([0-9a-f]{64})")
# By pattern instead of parsing, so that broken and truncated JSON counts as well. 24 characters
# are at most 96 bytes.
_HIDDEN_FIELDS = re.compile(
    rb'"(body|api_secret|\w*password\w*)"\s*:\s*"((?:\\u[0-9a-fA-F]{4}|\\.|[^"\\]){6,96})'
)
#: What every record has; the rest was given as ``extra``.
_USUAL = frozenset((*vars(logging.makeLogRecord({})), "message", "asctime"))
_FORMATTER = logging.Formatter("%(message)s")


class Watch:
    """What was logged, and what must not be in it."""

    def __init__(self) -> None:
        #: What each text is that must not be logged.
        self.hidden: dict[str, str] = {}
        #: Where each text was logged first, by logger and text.
        self.logged: dict[tuple[str, str], str] = {}

    def hide(self, text: Any, kind: str) -> None:
        """Note a text that must not be logged.

        :param text: The text; anything else, and what is too short, is passed over.
        :param kind: What it is.
        """
        if isinstance(text, str) and len(text) >= SHORTEST:
            # Half a surrogate pair cannot be written in UTF-8, and so was never sent.
            sent = text.encode("utf-8", "ignore").decode("utf-8")
            self.hidden.setdefault(sent[:LONGEST], kind)

    def hide_fields(self, document: Any) -> None:
        """Note the message bodies, secrets and passwords in bytes of JSON.

        :param document: The bytes, whole or broken; anything else is passed over.
        """
        if isinstance(document, bytes):
            for name, written in _HIDDEN_FIELDS.findall(document):
                self.hide(_read(written), SECRET if name == b"api_secret" else TEXT)

    def note(self, record: logging.LogRecord) -> None:
        """Keep all that a handler could make of a record."""
        place = f"{record.pathname}:{record.lineno}"
        self.logged.setdefault((record.name, _everything_in(record)), place)

    def findings(self) -> list[str]:
        """Return a line for each leak: which kind, which logger, where. It shows no secret."""
        # Copied, for a thread that outlives its test may log yet.
        hidden, logged = dict(self.hidden), dict(self.logged)
        forms = {form: kind for text, kind in hidden.items() for form in _forms(text)}
        together = "\0".join(text for _, text in logged)
        present = {form: kind for form, kind in forms.items() if form in together}
        found = set()
        for (name, text), place in logged.items():
            kinds = {kind for form, kind in present.items() if form in text}
            if name.partition(".")[0] == OURS and _NUMBER.search(text):
                kinds.add(NUMBER)
            found |= {f"{kind} in the log of {name}, at {place}" for kind in kinds}
        return sorted(found)


#: The innermost watch sees everything, so that the watch itself can be tested.
_watches: list[Watch] = []


@contextmanager
def watched() -> Iterator[Watch]:
    """Watch what is logged, and what must not be, until the block ends."""
    watch = Watch()
    _watches.append(watch)
    try:
        with pytest.MonkeyPatch.context() as patched, _everything_logged():
            for owner, name, look in SEAMS:
                patched.setattr(owner, name, _looking(getattr(owner, name), look))
            yield watch
    finally:
        _watches.pop()


def _looking(function: Callable[..., Any], look: Callable[..., None]) -> Callable[..., Any]:
    """Return a function that does the same, and has its arguments and its result looked at."""

    @functools.wraps(function)
    def call(*arguments: Any, **keywords: Any) -> Any:
        watches = _watches[-1:]  # none for a thread that outlives its test
        for watch in watches:
            look(watch, None, *arguments)
        result = function(*arguments, **keywords)
        for watch in watches:
            look(watch, result, *arguments)
        return result

    return call


def _look_at_settings(watch: Watch, result: Any, *_: Any) -> None:
    if result is not None and result.api_secret is not None:
        watch.hide(str(result.api_secret), SECRET)


def _look_at_body(watch: Watch, _: Any, *arguments: Any) -> None:
    watch.hide_fields(arguments[-1])


def _look_at_signature(watch: Watch, result: Any, secret: str, _: str) -> None:
    watch.hide(secret, SECRET)
    watch.hide(result, SIGNATURE)


def _look_at_response(watch: Watch, _: Any, __: Any, response: Any, *___: Any) -> None:
    watch.hide_fields(response.content)


def _look_at_sandbox(watch: Watch, _: Any, sandbox: Any) -> None:
    watch.hide(sandbox.api_secret, SECRET)


def _look_at_exchange(watch: Watch, answer: Any, _: Any, request: Any) -> None:
    watch.hide_fields(request.body)
    sent = _SENT_SIGNATURE.match(request.headers.get("Authorization", ""))
    if sent:
        watch.hide(sent.group(1), SIGNATURE)
    if answer is not None:
        watch.hide_fields(answer.body)


def _look_at_record(watch: Watch, _: Any, __: Any, record: logging.LogRecord) -> None:
    watch.note(record)


#: Where the watch looks. All that the client sends is signed and all that it gets is judged,
#: whatever sends it; the sandbox also sees other clients. Each is called by way of its owner.
SEAMS: tuple[tuple[Any, str, Callable[..., None]], ...] = (
    (settings, "resolve", _look_at_settings),
    (signing, "canonical_request", _look_at_body),
    (signing, "signature", _look_at_signature),
    (responses, "error_for_response", _look_at_response),
    (Sandbox, "start", _look_at_sandbox),
    (Application, "respond", _look_at_exchange),
    # After the logger's own filters, and before it is asked whether it propagates.
    (logging.Logger, "callHandlers", _look_at_record),
)


@contextmanager
def _everything_logged() -> Iterator[None]:
    """Let every logger that there is log from DEBUG on."""
    root, disabled_up_to = logging.root, logging.root.manager.disable
    # The others are the places of loggers that have children and are not made yet.
    loggers = [made for made in root.manager.loggerDict.values() if hasattr(made, "level")]
    before = [(made, made.level, made.disabled) for made in (root, *loggers)]
    changed = [state for state in before if state[0] is root or state[1] or state[2]]
    logging.disable(logging.NOTSET)
    for logger, _, _ in changed:
        logger.disabled = False
        logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logging.disable(disabled_up_to)
        for logger, level, disabled in changed:
            logger.disabled = disabled
            logger.setLevel(level)


def _everything_in(record: logging.LogRecord) -> str:
    """Return the message with its traceback, the arguments and the extras of a record."""
    arguments = record.args.values() if isinstance(record.args, Mapping) else record.args or ()
    extras = [value for name, value in vars(record).items() if name not in _USUAL]
    # Numbers differ from call to call and hide nothing: without them most records are the same.
    values = [value for value in (*arguments, *extras) if not isinstance(value, (int, float))]
    shown = [part for value in values for part in (str(value), repr(value))]
    return "\n".join([_FORMATTER.format(record), *shown])


def _forms(text: str) -> set[str]:
    """Return the ways in which a text is written: as it is, in JSON, in reprs of both, in URLs."""
    plain = {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    shown = {repr(form)[1:-1] for form in plain} | {repr(form.encode())[2:-1] for form in plain}
    # Whether a repr escapes an apostrophe depends on what else stands there.
    escaped = {form.replace("'", "\\'") for form in shown}
    return plain | shown | escaped | {quote(text, safe=""), quote(text), quote_plus(text)}


def _read(written: bytes) -> str:
    """Return what the inside of a string of JSON says, without what is cut off or broken."""
    text = written.decode("utf-8", "ignore")
    with suppress(ValueError):  # an escape that JSON does not have: then the text as it stands
        text = json.loads(f'"{text}"', strict=False)
    return text.encode("utf-8", "ignore").decode("utf-8")
