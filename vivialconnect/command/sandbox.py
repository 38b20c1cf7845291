"""``vivialconnect sandbox``: runs a sandbox, and controls one that is running."""

from __future__ import annotations

import argparse
import json
import os
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from vivialconnect.command.failures import DONE, Failure, Misuse
from vivialconnect.command.nouns import given
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import add_verb, add_verbs, parse_assignment
from vivialconnect.command.send import COLUMNS as MESSAGE_COLUMNS
from vivialconnect.command.send import read_text
from vivialconnect.common.settings import ENVIRONMENT
from vivialconnect.sandbox import command as server

#: Seconds to wait for a response.
TIMEOUT = 30
RULE_COLUMNS = ("id", "fault", "method", "path", "times", "percent", "skip", "played")


RULE_OPTIONS = (
    ("method", str, "method of the requests that trigger it"),
    ("path", str, "pattern for their path, such as '*/messages.json'"),
    ("times", int, "how many requests trigger it before it ends"),
    ("percent", float, "percentage of the requests that trigger it"),
    ("skip", int, "how many requests pass first"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the server, and the verbs that control it, to a parser."""
    server.add_arguments(parser)
    parser.set_defaults(run=server.run)
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", prog=parser.prog)
    verb = add_verb(
        verbs, "receive", run_receive, "Let a message come in.",
        example='sandbox receive --from +15154469790 --to +19132597591 "Yes, please"', offline=True,
    )  # fmt: skip
    add_url(verb)
    verb.add_argument("--from", dest="from_number", metavar="N", required=True, help="sender")
    verb.add_argument(
        "--to", dest="to_number", metavar="N", required=True, help="a number of the account"
    )
    verb.add_argument(
        "--media", dest="media_urls", metavar="URL", action="append", help="URL of a picture"
    )
    verb.add_argument("text", metavar="TEXT", help="the text; - reads it from stdin")
    _add_chaos(verbs)
    verb = add_verb(
        verbs, "advance", run_advance, "Move the clock of messages forward.",
        example="sandbox advance 3600", offline=True,
    )  # fmt: skip
    add_url(verb)
    verb.add_argument("seconds", metavar="SECONDS", type=float)


def _add_chaos(verbs: Any) -> None:
    chaos = verbs.add_parser("chaos", help="Inject faults.", description="Inject faults.")
    actions = add_verbs(chaos)
    verb = add_verb(
        actions, "add", run_add, "Add a fault for some or all requests.",
        example="sandbox chaos add drop_answer --method POST --times 1", offline=True,
    )  # fmt: skip
    add_url(verb)
    verb.add_argument("fault", metavar="FAULT", help="name of the fault, such as drop_answer")
    for name, type_, text in RULE_OPTIONS:
        verb.add_argument("--" + name, type=type_, help=text)
    verb.add_argument(
        "--set",
        dest="parameters",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        type=parse_assignment,
        help="parameter of the fault, such as seconds=5; may be repeated",
    )
    for name, run, summary in (
        ("list", run_list, "List the faults in force."),
        ("clear", run_clear, "Remove all faults."),
    ):
        verb = add_verb(actions, name, run, summary, example=f"sandbox chaos {name}", offline=True)
        add_url(verb)


def add_url(verb: argparse.ArgumentParser) -> None:
    """Add the option ``--url``."""
    variable = ENVIRONMENT["api_base_url"]
    verb.add_argument(
        "--url", help=f"URL of the sandbox (default: the host of --base-url or {variable})"
    )


def run_receive(arguments: argparse.Namespace) -> int:
    """Let a message come in, and write it."""
    names = ("from_number", "to_number", "media_urls")
    fields = {name: getattr(arguments, name) for name in names}
    received = request(arguments, "POST", "receive", {**fields, "body": read_text(arguments.text)})
    Output(arguments).row(received["message"], MESSAGE_COLUMNS)
    return DONE


def run_add(arguments: argparse.Namespace) -> int:
    """Add a fault, and write it."""
    parameters = {name: _value(text) for name, text in arguments.parameters}
    options = given(arguments, [name for name, *_ in RULE_OPTIONS])
    document = {**parameters, **options, "fault": arguments.fault}
    rule = request(arguments, "POST", "chaos", document)
    Output(arguments).row(rule, RULE_COLUMNS)
    return DONE


def _value(text: str) -> Any:
    """Return a number or a boolean as such, and other text unchanged."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def run_list(arguments: argparse.Namespace) -> int:
    """Write a list of the faults."""
    Output(arguments).rows(request(arguments, "GET", "chaos")["rules"], RULE_COLUMNS)
    return DONE


def run_clear(arguments: argparse.Namespace) -> int:
    """Remove all faults."""
    request(arguments, "DELETE", "chaos")
    return DONE


def run_advance(arguments: argparse.Namespace) -> int:
    """Move the clock of messages forward."""
    request(arguments, "POST", "clock", {"advance": arguments.seconds})
    return DONE


def request(arguments: argparse.Namespace, method: str, name: str, document: Any = None) -> Any:
    """Send a request to a control of the sandbox, and return the document of the response.

    :param arguments: the arguments, with ``url`` and ``base_url``.
    :param method: the method.
    :param name: the name of the control.
    :param document: the document to send.
    :raises Failure: if there is no sandbox, or it refuses the request.
    """
    url = control_url(arguments) + name
    body = None if document is None else json.dumps(document).encode()
    token = os.environ.get(server.TOKEN)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    sent = urllib.request.Request(url, body, headers, method=method)  # noqa: S310 - checked
    # A sandbox is not behind a proxy.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(sent, timeout=TIMEOUT) as response:
            return json.loads(response.read() or b"null")
    except urllib.error.HTTPError as error:
        with error:
            raise Failure(f"{url}: {_reason(error)}") from error
    except (OSError, ValueError) as error:
        raise Failure(f"there is no sandbox at {url}: {error}") from error


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read())["message"])
    except (ValueError, TypeError, KeyError):
        return f"status {error.code}"


def control_url(arguments: argparse.Namespace) -> str:
    """Return the URL of the controls, which ends in ``/sandbox/``.

    :raises Misuse: if no URL is given, or it is invalid.
    """
    variable = ENVIRONMENT["api_base_url"]
    url = arguments.url or arguments.base_url or os.environ.get(variable)
    if not url:
        raise Misuse(f"where is the sandbox? Pass --url, or set {variable}")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Misuse("--url must be an http or https URL, such as http://127.0.0.1:40123")
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "/sandbox/", "", ""))
