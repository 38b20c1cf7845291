"""The shell's way to the sandbox: its arguments, and serving until told to stop."""

from __future__ import annotations

import os
import shlex
import signal
import sqlite3
import sys
import time
from typing import TYPE_CHECKING, Any

from vivialconnect.sandbox import Sandbox

if TYPE_CHECKING:
    import argparse

#: Seconds after its acceptance at which a message is queued, is being sent, and is delivered.
DELAYS = (1, 2, 4)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments.

    :param parser: the parser to declare them on.
    """
    parser.add_argument(
        "--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--port", type=int, default=0, help="the port to listen on (default: a free one)"
    )
    parser.add_argument(
        "--database", metavar="FILE", help="keep the state in this SQLite file (default: nowhere)"
    )
    parser.add_argument("--api-key", help="the key to accept (default: a new one)")
    parser.add_argument("--api-secret", help="the secret of the key (default: a new one)")
    parser.add_argument(
        "--account-id", type=int, default=12345, help="the account's id (default: %(default)s)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM comes.

    Prints the lines to export, so that a client in another shell finds the sandbox.

    :param arguments: what the parser read.
    :returns: the exit status: 0 after a clean end, 2 if it could not start, or not end well.
    """
    told: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: told.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    problem = "cannot start"
    try:
        with _sandbox(arguments) as sandbox:
            print(export_lines(sandbox), flush=True)
            # No Event: a signal that comes as its wait begins would itself wait for ever; and no
            # wait without an end, for Windows interrupts none.
            while not told:
                time.sleep(0.1)
            problem = "could not note what was due"
    except (OSError, OverflowError, ValueError, sqlite3.Error) as error:
        place = f"{arguments.host} port {arguments.port}"
        kept = f", database {arguments.database}" if arguments.database else ""
        sys.stderr.write(f"The sandbox {problem} at {place}{kept}: {error}\n")
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
    """Write the shell lines that point a client at a sandbox.

    :param sandbox: a running one.
    :param powershell: whether they are for PowerShell; by default, on Windows.
    :returns: four lines.
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
