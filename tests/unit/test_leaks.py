"""The check that nothing secret is logged: what it knows to be secret, and where it finds it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable
from urllib.parse import quote_plus

import pytest

from tests import leaks
from tests.leaks import Watch, watched
from tests.sandbox.client import Client
from vivialconnect import Message, Number, Requestor, Resource
from vivialconnect.common import signing
from vivialconnect.common.exchange import Limits, Request, Response, Sign
from vivialconnect.sandbox import Sandbox

TEXT = 'é "x"\n it\'s + more & longer than is looked at'
FROM, TO = "+19132597591", "+15154469790"


class StandIn:
    """A transport that signs and answers without a socket."""

    def send(self, request: Request, sign: Sign, _: Limits) -> Response:
        """Answer with a text."""
        sign(request)
        return Response(200, {}, b'{"message": {"body": "answered text"}}')


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """Give a logger that was never used, and forget it afterwards."""
    yield logging.getLogger("planted.logger")
    del logging.root.manager.loggerDict["planted.logger"]


# What is known to be secret.


def test_watch__call_of_the_client(vivialconnect_sandbox: Sandbox) -> None:
    """Of a call it knows the secret, the signature and the text, and the call logs none of them."""
    with watched() as watch:
        Number({"phone_number": FROM}).buy_local()
        Message({"from_number": FROM, "to_number": TO, "body": TEXT}).send()
    received = vivialconnect_sandbox.requests[-1]
    signature = received.headers["Authorization"].rpartition(":")[2]

    assert json.loads(received.body)["message"]["body"] == TEXT
    assert watch.hidden[TEXT[:24]] == leaks.TEXT
    assert watch.hidden[signature[:24]] == leaks.SIGNATURE
    assert watch.hidden[vivialconnect_sandbox.api_secret[:24]] == leaks.SECRET
    assert {"vivialconnect", "urllib3.connectionpool"} <= {name for name, _ in watch.logged}
    assert watch.findings() == []


def test_watch__any_transport() -> None:
    """It knows what is sent and answered over whatever transport stands in."""
    with watched() as watch:
        requestor = Requestor("MTK1", "hidden secret", transport=StandIn())
        requestor.post("/x.json", {"messages": [{"body": "sent text"}]}, query={"to": "+1"})

    kinds = {text: kind for text, kind in watch.hidden.items() if " " in text}
    assert kinds == {
        "hidden secret": leaks.SECRET,
        "sent text": leaks.TEXT,
        "answered text": leaks.TEXT,
    }
    assert leaks.SIGNATURE in watch.hidden.values()


def test_watch__other_client() -> None:
    """Of a client that is none of ours it knows what the sandbox receives and answers."""
    sandbox = Sandbox(api_secret="planted-in-the-sandbox")
    with watched() as watch, sandbox, Client(sandbox) as client:
        client.buy(FROM)
        signed = client.sign("POST", "/x.json", body=b'{"message":{"body":"never stored"}}')
        client.send(signed)
        sandbox.receive(from_number=TO, to_number=FROM, body="from outside")
        assert client.call("GET", "messages/1.json").json["message"]["body"] == "from outside"
    sent = dict(signed.headers)["Authorization"].rpartition(":")[2]

    assert watch.hidden["planted-in-the-sandbox"] == leaks.SECRET
    assert watch.hidden["never stored"] == leaks.TEXT
    assert watch.hidden["from outside"] == leaks.TEXT
    assert watch.hidden[sent[:24]] == leaks.SIGNATURE


def test_watch__secret_without_a_call() -> None:
    """It knows a secret as soon as a class or a Requestor was asked for its settings."""
    Resource.api_secret = "set on a class"
    with watched() as watch:
        assert Resource.api_secret == "set on a class"
        assert repr(Requestor("MTK1", "set on a Requestor"))

    assert watch.hidden == {"set on a class": leaks.SECRET, "set on a Requestor": leaks.SECRET}


@pytest.mark.parametrize(
    ("document", "known"),
    [
        (b'{"message": {"body": "planted"}}', ["planted"]),
        (
            b'{"items": [{"body":"first one"}, {"body" : "second one"}]}',
            ["first one", "second one"],
        ),
        (b'{"body": "say \\"planted\\" \\u00e9\\n"}', ['say "planted" \xe9\n']),
        ('{"body": "Zdravím"}'.encode(), ["Zdravím"]),
        (b'{"body": "cut sho', ["cut sho"]),
        (b'{"body": "broken \xff"}', ["broken "]),
        (b'{"body": "bad \\escape"}', ["bad \\escape"]),
        (b'{"body": "one half \\ud83d"}', ["one half "]),
        (b'{"body": "' + b"x" * 100 + b'"}', ["x" * 24]),
        (b'{"old_password": "planted"}', ["planted"]),
        (b'{"credential": {"api_secret": "planted"}}', ["planted"]),
        (b'{"body": "short"}', []),
        (b'{"name": "planted"}', []),
        (b'{"body": 1234567}', []),
        (None, []),
    ],
)
def test_hide_fields__documents(document: Any, known: list[str]) -> None:
    """Bodies are found in JSON that is whole, nested, escaped, broken or cut short."""
    watch = Watch()
    watch.hide_fields(document)

    assert list(watch.hidden) == known


# Where it is found.


def in_the_message(logger: logging.Logger, text: str) -> None:
    """Log a message that was put together before."""
    logger.debug("sending {}".format(text))  # noqa: G001 - as those do who leak


def in_an_argument(logger: logging.Logger, text: str) -> None:
    """Log what is written in only when the record is formatted."""
    logger.debug("sending %s after %d s", text, 2)


def in_a_named_argument(logger: logging.Logger, text: str) -> None:
    """Log an argument that the message does not show."""
    logger.debug("sending %(what)s", {"what": "it", "text": text})


def in_a_repr(logger: logging.Logger, text: str) -> None:
    """Log bytes as their repr."""
    logger.debug("sending %r", text.encode())


def in_json(logger: logging.Logger, text: str) -> None:
    """Log JSON."""
    logger.debug(json.dumps({"text": text}))


def in_a_url(logger: logging.Logger, text: str) -> None:
    """Log a URL, its query as forms have it."""
    logger.debug("GET /x.json?search=%s HTTP/1.1", quote_plus(text))


def cut_short(logger: logging.Logger, text: str) -> None:
    """Log the beginning."""
    logger.debug("sending %s...", text[:24])


def in_an_exception(logger: logging.Logger, text: str) -> None:
    """Log an exception that tells it."""
    logger.error("failed", exc_info=ValueError("refused: " + text))


def in_the_cause_of_an_exception(logger: logging.Logger, text: str) -> None:
    """Log an exception whose cause tells it."""
    failure = RuntimeError("failed")
    failure.__cause__ = ValueError("refused: " + text)
    logger.error("failed", exc_info=failure)


def in_an_extra(logger: logging.Logger, text: str) -> None:
    """Log it as a field of the record."""
    logger.debug("sending", extra={"request": {"text": [text]}})


def on_a_logger_that_does_not_propagate(logger: logging.Logger, text: str) -> None:
    """Log it where the root logger sees nothing of it."""
    logger.propagate = False
    logger.debug(text)


def on_a_child_thread(logger: logging.Logger, text: str) -> None:
    """Log it on another thread."""
    thread = threading.Thread(target=logger.debug, args=(text,))
    thread.start()
    thread.join()


PLANTS = [
    in_the_message,
    in_an_argument,
    in_a_named_argument,
    in_a_repr,
    in_json,
    in_a_url,
    cut_short,
    in_an_exception,
    in_the_cause_of_an_exception,
    in_an_extra,
    on_a_logger_that_does_not_propagate,
    on_a_child_thread,
]
SIGNED = signing.signature("hidden secret", "canonical")


@pytest.mark.parametrize(
    ("text", "kind"),
    [(TEXT, leaks.TEXT), ("hidden secret", leaks.SECRET), (SIGNED, leaks.SIGNATURE)],
    ids=["text", "secret", "signature"],
)
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_finding__planted(
    plant: Callable[..., None], text: str, kind: str, logger: logging.Logger
) -> None:
    """Wherever a hidden text is logged it is found, and the finding does not show it."""
    with watched() as watch:
        Requestor("MTK1", "hidden secret", transport=StandIn()).put("/x.json", {"body": TEXT})
        watch.hide(signing.signature("hidden secret", "canonical"), leaks.SIGNATURE)
        assert watch.findings() == []
        plant(logger, text)

    (found,) = watch.findings()
    assert found.startswith(kind + " in the log of ")
    assert Path(found.rpartition(" at ")[2].rpartition(":")[0]).is_file()
    assert text[:24] not in found


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("vivialconnect", "to +15154469790", 1),
        ("vivialconnect.sandbox", "/x.json?to=%2B15154469790", 1),
        ("vivialconnect", "to +151544697901 and 15154469790 and +4915154469790", 0),
        ("vivialconnected", "to +15154469790", 0),
    ],
)
def test_finding__phone_number(name: str, text: str, count: int) -> None:
    """Our own loggers may log no full phone number; others may."""
    with watched() as watch:
        logging.getLogger(name).debug(text)

    assert [found.partition(" in ")[0] for found in watch.findings()] == [leaks.NUMBER] * count


def test_watched__loggers_that_were_silent(logger: logging.Logger) -> None:
    """Every logger logs from DEBUG on, whatever held it back, and is held back again afterwards."""
    level, disabled_up_to = logging.root.level, logging.root.manager.disable
    logger.setLevel(logging.ERROR)
    logger.disabled = True
    logging.disable(logging.CRITICAL)
    try:
        with watched() as watch:
            logger.debug("seen")
            logging.root.debug("seen as well")
        held_back = (logger.level, logger.disabled, logging.root.manager.disable)
    finally:
        logging.disable(disabled_up_to)

    assert [text for _, text in watch.logged] == ["seen", "seen as well"]
    assert held_back == (logging.ERROR, True, logging.CRITICAL)
    assert logging.root.level == level


def test_watched__seams_restored() -> None:
    """What was wrapped for the watch is afterwards what it was before."""
    before = [getattr(owner, name) for owner, name, _ in leaks.SEAMS]
    with watched():
        within = [getattr(owner, name) for owner, name, _ in leaks.SEAMS]

    assert all(one is not other for one, other in zip(before, within))
    assert [getattr(owner, name) for owner, name, _ in leaks.SEAMS] == before


def test_watched__levels_that_a_test_sets(caplog: pytest.LogCaptureFixture) -> None:
    """A test that sets a level gets the records of that level and above."""
    with caplog.at_level(logging.INFO, logger="vivialconnect"):
        Requestor("MTK1", "hidden secret", transport=StandIn()).get("/x.json")

    assert caplog.messages == []
    Requestor("MTK1", "hidden secret", transport=StandIn()).get("/x.json")
    assert len(caplog.messages) == 1


# That it stands over every test of this suite.

SUITE = """
import logging

from vivialconnect import Message, Number

logger = logging.getLogger("planted.logger")


def send(vivialconnect_sandbox):
    Number({"phone_number": "+19132597591"}).buy_local()
    text = {"from_number": "+19132597591", "to_number": "+15154469790", "body": "for you alone"}
    Message(text).send()
    return vivialconnect_sandbox


def test_clean(vivialconnect_sandbox):
    send(vivialconnect_sandbox)


def test_secret(vivialconnect_sandbox):
    logger.debug("with %s", send(vivialconnect_sandbox).api_secret)


def test_signature(vivialconnect_sandbox):
    logger.debug("with %s", send(vivialconnect_sandbox).requests[-1].headers["Authorization"])


def test_text(vivialconnect_sandbox):
    logger.debug("with %s", send(vivialconnect_sandbox).requests[-1].body)


def test_number(vivialconnect_sandbox):
    send(vivialconnect_sandbox)
    logging.getLogger("vivialconnect").debug("to %s", "+15154469790")
"""


def test_suite__fails_where_a_leak_is_planted(pytester: pytest.Pytester) -> None:
    """Under the suite's own fixtures a test with a leak is an error, and one without is none."""
    root = Path(leaks.__file__).parent.parent
    pytester.makeconftest(
        "import sys\nsys.path.append({!r})\npytest_plugins = ['tests.conftest']".format(str(root))
    )
    pytester.makepyfile(SUITE)
    run = pytester.runpytest_subprocess("-W", "error", "-rE", "-p", "no:cacheprovider")

    run.assert_outcomes(passed=5, errors=4)
    for kind in (leaks.SECRET, leaks.SIGNATURE, leaks.TEXT, leaks.NUMBER):
        run.stdout.re_match_lines([kind + " in the log of "])
    assert "ERROR test_clean" not in run.stdout.str()
