"""A run in a process of its own, which tests may kill. Credentials are in its environment.

The argument is JSON: ``journal``, ``name``, and options of :meth:`.Campaign.work`. With
``exit_at``, the process ends without warning before that write of the journal.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

from vivialconnect.campaigns import Campaign
from vivialconnect.campaigns.sender import Sender
from vivialconnect.campaigns.worker import Worker

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

FAST = {"rate": 5_000, "per_sender": 5_000}
#: The end of a process that ended at a write of the journal.
EXITED = 66
#: Where a process can stop: before it begins a text, and after that.
FREEZES: dict[str, tuple[type, str]] = {
    "before begin": (Worker, "_cycle"),
    "after begin": (Sender, "send"),
}
WRITES = ("BEGIN IMMEDIATE", "COMMIT", "DELETE", "INSERT", "UPDATE")


def run(
    journal: str, name: str, exit_at: int | None = None, freeze: str = "", **options: Any
) -> int:
    """Run a campaign, and return its exit status."""
    if freeze:
        freeze_once(*FREEZES[freeze])
    with Campaign.open(journal, name=name) as campaign:
        campaign.status()
        if exit_at is not None:
            exit_at_write(campaign._journal.store._connection, exit_at)  # type: ignore[attr-defined] # of the SQLite store
        report = campaign.work(**options)
    return report.exit_status


def freeze_once(owner: type, method: str) -> None:
    """Let the process stop by SIGSTOP before the first call of a method with a leased text."""
    original = getattr(owner, method)

    def freeze(self: Any, *arguments: Any) -> Any:
        if not (isinstance(self, Worker) and self._dispatcher.is_empty):
            setattr(owner, method, original)
            # To this thread: with os.kill() it may go on for a while.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
        return original(self, *arguments)

    setattr(owner, method, freeze)


def exit_at_write(connection: sqlite3.Connection, number: int) -> None:
    """Let the process end before a write of the journal."""
    left = number

    def count(statement: str) -> None:
        nonlocal left
        left -= statement.lstrip().startswith(WRITES)
        if left == 0:
            os._exit(EXITED)

    connection.set_trace_callback(count)


def run_and_exit(journal: str, exits_at: dict[str, int], **options: Any) -> int:
    """Run each campaign in a child that ends at a write, and return how many ended so."""
    exits = 0
    for name, number in exits_at.items():
        child = os.fork()
        if child == 0:
            os._exit(run(journal, name, exit_at=number, **options))
        exits += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == EXITED
    return exits


def start(sandbox: Sandbox, journal: str, **options: Any) -> subprocess.Popen[str]:
    """Start a run."""
    which = {} if "exits_at" in options else {"name": "default"}
    arguments = json.dumps({"journal": journal, **which, **options})
    return subprocess.Popen(
        [sys.executable, "-m", "tests.campaigns.running", arguments],
        env={**os.environ, **settings(sandbox)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def settings(sandbox: Sandbox) -> dict[str, str]:
    """Return the settings of a client of a sandbox, as variables of the environment."""
    return {
        "VIVIALCONNECT_API_KEY": sandbox.api_key,
        "VIVIALCONNECT_API_SECRET": sandbox.api_secret,
        "VIVIALCONNECT_ACCOUNT_ID": str(sandbox.account_id),
        "VIVIALCONNECT_BASE_URL": sandbox.url,
    }


if __name__ == "__main__":
    arguments = json.loads(sys.argv[1])
    sys.exit(run_and_exit(**arguments) if "exits_at" in arguments else run(**arguments))
