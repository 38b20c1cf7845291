"""The sandbox in a process of its own: started from here, and what that process does."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

from vivialconnect.sandbox import Sandbox

CHAOS = "/sandbox/chaos"
ACCOUNTS = (12345, 777, 4004)
#: Messages stay as they were accepted, so that the sandbox has the more time for calls.
DELAYS = (1e9, 1e9, 1e9)  # seconds
PATIENCE = 60  # seconds
#: Beyond the request_timeout of the soak, so that calls end in a Timeout.
TOO_LONG = 5  # seconds

#: Every fault, some in two forms. Each is met by one per cent of the calls that it may meet.
FAULTS: tuple[dict[str, Any], ...] = (
    {"fault": "stall", "method": "POST", "path": "*/messages.json", "seconds": TOO_LONG},
    {"fault": "stall", "seconds": 0.2},
    {"fault": "drip", "method": "POST", "seconds": 0.05, "at_once": 20},
    {"fault": "drip", "seconds": 0.001, "at_once": 200},
    {"fault": "too_many_requests"},
    {"fault": "too_many_requests", "retry_after": 0},
    {"fault": "internal_server_error"},
    {"fault": "internal_server_error", "takes_effect": True},
    {"fault": "service_unavailable"},
    {"fault": "service_unavailable", "takes_effect": True, "retry_after": 0},
    {"fault": "bad_gateway"},
    {"fault": "bad_gateway", "takes_effect": True},
    {"fault": "empty_answer"},
    {"fault": "truncated_body"},
    {"fault": "malformed_json"},
    {"fault": "wrong_json_type", "document": "text"},
    {"fault": "wrong_json_type", "path": "*/messages.json"},
    {"fault": "garbage_status_line"},
    {"fault": "garbage_status_line", "takes_effect": True},
    {"fault": "huge_header"},
    {"fault": "reset"},
    {"fault": "reset", "takes_effect": True},
    {"fault": "close"},
    {"fault": "drop_answer"},
    {"fault": "redirect"},
    {"fault": "redirect_to_other_host"},
    {"fault": "clock_off", "seconds": 3600},
)


class Account(NamedTuple):
    """An account of the sandbox."""

    account_id: int
    api_key: str
    api_secret: str


class Service:
    """A running sandbox. It ends with the block that it is used in.

    :param state: The path of the file to which its state is copied.
    """

    def __init__(self, state: str) -> None:
        self.state = state
        command = [sys.executable, "-m", "tests.soak.service", state]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        told = json.loads(self._read_line())
        self.url: str = told["url"]
        self.accounts: list[Account] = [Account(*account) for account in told["accounts"]]

    def __enter__(self) -> Service:  # noqa: PYI034 - Python 3.9 has no Self
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=PATIENCE)

    def begin_chaos(self) -> None:
        """Put every fault in force."""
        for fault in FAULTS:
            self._ask("POST", {**fault, "percent": 1})

    def end_chaos(self) -> dict[str, int]:
        """Put every fault out of force; return how often each was played."""
        self._ask("DELETE")
        played: dict[str, int] = json.loads(self._ask("GET"))["played"]
        return played

    def copy_state(self) -> None:
        """Have the state copied to the file."""
        if self._process.stdin is None:
            raise RuntimeError("the sandbox has no input")
        self._process.stdin.write("copy\n")
        self._process.stdin.flush()
        self._read_line()

    def _read_line(self) -> str:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError("the sandbox has ended")
        return line

    def _ask(self, method: str, document: Any = None) -> bytes:
        url = self.url.partition("/api/")[0] + CHAOS
        body = None if document is None else json.dumps(document).encode("ascii")
        with urlopen(Request(url, body, method=method), timeout=PATIENCE) as answer:
            content: bytes = answer.read()
        return content


def serve(state: str) -> None:
    """Serve until the input ends; copy the state at each line of it.

    :param state: The path of the file.
    """
    with Sandbox(account_id=ACCOUNTS[0], delays=DELAYS) as sandbox:
        # An account that is there already stays as it is.
        accounts = [sandbox.add_account(number) for number in ACCOUNTS]
        told = [(each.account_id, each.api_key, each.api_secret) for each in accounts]
        _say(json.dumps({"url": sandbox.url, "accounts": told}))
        for _ in sys.stdin:
            with closing(sqlite3.connect(state)) as copy:
                if sandbox._store is not None:
                    sandbox._store._connection.backup(copy)
            _say("copied")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve(sys.argv[1])
