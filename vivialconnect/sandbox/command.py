"""The command ``vivialconnect sandbox``: serves a sandbox until it is interrupted."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import sqlite3
import sys
import time
from typing import Any

from vivialconnect.sandbox import Sandbox

#: Seconds after which an accepted message is queued, sending and delivered.
DELAYS = (1, 2, 4)


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
    parser.add_argument("--api-secret", help="secret of the API key (default: a new one)")
    parser.add_argument(
        "--account-id", type=int, default=12345, help="id of the account (default: %(default)s)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM, and print the lines that configure a client.

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
            print(export_lines(sandbox), flush=True)
            # Not an Event: its set() can deadlock in a signal handler, and on Windows a signal
            # does not interrupt a wait without a timeout.
            while not received:
                time.sleep(0.1)
            problem = "could not save its final state"
    except (OSError, OverflowError, ValueError, sqlite3.Error) as error:
        address = f"{arguments.host} port {arguments.port}"
        database = f", database {arguments.database}" if arguments.database else ""
        sys.stderr.write(f"The sandbox {problem} at {address}{database}: {error}\n")
        return 2
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def _sandbox(arguments: argparse.Namespace) -> Sandbox:
    names = ("host", "port", "database", "api_key", "api_secret", "account_id")
    options: dict[str, Any] = {name: getattr(arguments, name) for name in names}
    return Sandbox(delays=DELAYS, **options)


def export_lines(sandbox: Sandbox, *, powershell: bool = os.name == "nt") -> str:
    """Return the shell commands that configure a client for a sandbox.

    :param sandbox: a running sandbox.
    :param powershell: whether the commands are for PowerShell; true on Windows by default.
    """
    variables = {
        "VIVIALCONNECT_API_KEY": sandbox.api_key,
        "VIVIALCONNECT_API_SECRET": sandbox.api_secret,
        "VIVIALCONNECT_ACCOUNT_ID": str(sandbox.account_id),
        "VIVIALCONNECT_BASE_URL": sandbox.url,
    }
    if powershell:
        quoted = ((name, value.replace("'", "''")) for name, value in variables.items())
        return "\n".join(f"$env:{name} = '{value}'" for name, value in quoted)
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())
