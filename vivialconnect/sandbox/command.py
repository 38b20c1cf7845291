"""The command ``vivialconnect sandbox``: serves a sandbox until it is interrupted."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import sqlite3
import sys
import time
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import Any

from vivialconnect.sandbox import Request, Sandbox
from vivialconnect.sandbox.http.request_log import line_of

#: Seconds after which an accepted message is queued, sending and delivered.
DELAYS = (1, 2, 4)
#: The environment variables for the credentials and the token.
API_KEY = "VIVIALCONNECT_SANDBOX_API_KEY"
API_SECRET = "VIVIALCONNECT_SANDBOX_API_SECRET"  # noqa: S105 - the name, not the secret
TOKEN = "VIVIALCONNECT_SANDBOX_TOKEN"  # noqa: S105 - the name, not the token
MAXIMUM_CREDENTIALS_SIZE = 10_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to a parser."""
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--port", type=int, default=0, help="port to listen on (default: a free port)"
    )
    parser.add_argument(
        "--database",
        metavar="FILE",
        help="SQLite file to keep the state in (default: the state is kept in memory)",
    )
    parser.add_argument("--api-key", help="API key to accept (default: a new one)")
    parser.add_argument(
        "--api-secret",
        help="secret of the API key; other users of this machine can see it (default: a new one)",
    )
    parser.add_argument(
        "--credentials-file",
        metavar="FILE",
        help="file with the API key in its first line and the secret in its second. Without any of "
        f"these options, {API_KEY} and {API_SECRET} are read from the environment",
    )
    parser.add_argument(
        "--account-id", type=int, default=12345, help="id of the account (default: %(default)s)"
    )
    parser.add_argument(
        "--allow-host",
        metavar="NAME",
        action="append",
        default=[],
        dest="allow_hosts",
        help="host name under which /sandbox/ may be requested; may be repeated (default: only "
        "localhost, loopback addresses and --host)",
    )
    parser.add_argument(
        "--allow-origin",
        metavar="ORIGIN",
        action="append",
        default=[],
        dest="allow_origins",
        help="origin of a web page that may request /sandbox/, such as http://localhost:3000; may "
        "be repeated (default: none)",
    )
    parser.add_argument("--open", action="store_true", help="open the page in a browser")
    parser.add_argument(
        "--quiet", action="store_true", help="do not print a line on stderr for each request"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM, and print the lines that configure a client.

    These lines alone are on stdout. On stderr are the address of the page and a line for each
    request.

    :param arguments: the parsed arguments.
    :returns: the exit status: 0 on success, 2 if the sandbox fails to start or to stop.
    """
    received: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: received.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    problem = "cannot start"
    try:
        with _sandbox(arguments) as sandbox:
            _say(f"Listening on {sandbox.url}", f"Page: {sandbox.page_url}")
            _say("Press Ctrl+C to stop.")
            # Last: who reads these may send the first request at once, which has a line too.
            print(export_lines(sandbox), flush=True)
            if arguments.open and not webbrowser.open(sandbox.page_url):
                _say("No browser was found. Open the page yourself.")
            # Not an Event: its set() can deadlock in a signal handler, and on Windows a signal
            # does not interrupt a wait without a timeout.
            while not received:
                time.sleep(0.1)
            problem = "could not save its final state"
    except (OSError, OverflowError, ValueError, sqlite3.Error) as error:
        address = f"{arguments.host} port {arguments.port}"
        database = f", database {arguments.database}" if arguments.database else ""
        _say(f"The sandbox {problem} at {address}{database}: {error}")
        return 2
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    _say("Stopped.")
    return 0


def _say(*lines: str) -> None:
    """Write lines to stderr, if it is still open."""
    with suppress(OSError, ValueError):
        sys.stderr.write("\n".join([*lines, ""]))
        sys.stderr.flush()


def _report(request: Request) -> None:
    _say(line_of(request))


def _sandbox(arguments: argparse.Namespace) -> Sandbox:
    names = ("host", "port", "database", "account_id", "allow_hosts", "allow_origins")
    options: dict[str, Any] = {name: getattr(arguments, name) for name in names}
    api_key, api_secret = _credentials(arguments)
    options["on_request"] = None if arguments.quiet else _report
    return Sandbox(delays=DELAYS, api_key=api_key, api_secret=api_secret, **options)


def _credentials(arguments: argparse.Namespace) -> tuple[str | None, str | None]:
    """Return key and secret, both from one source: options, a file, or the environment."""
    given = arguments.api_key, arguments.api_secret
    if arguments.credentials_file is not None:
        if given != (None, None):
            raise ValueError(
                "--credentials-file replaces --api-key and --api-secret. Omit one or the other."
            )
        return _read_credentials(arguments.credentials_file)
    if given != (None, None):
        return given
    return os.environ.get(API_KEY) or None, os.environ.get(API_SECRET) or None


def _read_credentials(path: str) -> tuple[str, str]:
    with Path(path).open("rb") as file:
        content = file.read(MAXIMUM_CREDENTIALS_SIZE + 1)
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except ValueError:  # Its text may include part of the secret.
        lines = []
    if len(lines) != 2 or len(content) > MAXIMUM_CREDENTIALS_SIZE:  # noqa: PLR2004
        raise ValueError(
            f"the credentials file {path!r} must hold two lines: the API key and its secret"
        )
    return lines[0], lines[1]


def export_lines(sandbox: Sandbox, *, powershell: bool = os.name == "nt") -> str:
    """Return the shell commands that configure a client for a sandbox.

    If the controls at ``/sandbox/`` need a token, the last command sets it.

    :param sandbox: a running sandbox.
    :param powershell: whether the commands are for PowerShell; true on Windows by default.
    """
    variables = {
        "VIVIALCONNECT_API_KEY": sandbox.api_key,
        "VIVIALCONNECT_API_SECRET": sandbox.api_secret,
        "VIVIALCONNECT_ACCOUNT_ID": str(sandbox.account_id),
        "VIVIALCONNECT_BASE_URL": sandbox.url,
    }
    if sandbox.token is not None:
        variables[TOKEN] = sandbox.token
    if powershell:
        quoted = ((name, value.replace("'", "''")) for name, value in variables.items())
        return "\n".join(f"$env:{name} = '{value}'" for name, value in quoted)
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())
