"""``vivialconnect sandbox``: the verbs that control a sandbox that is running."""

from __future__ import annotations

import argparse
import signal
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.command.calling import Caller
from tests.command.conftest import NUMBER, RECIPIENT
from vivialconnect import Message
from vivialconnect.command import main
from vivialconnect.command import sandbox as command
from vivialconnect.command.failures import Misuse
from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox import command as server


def test_receive(call: Caller, furnished: Sandbox) -> None:
    """A message comes in."""
    line = f"sandbox receive --from {RECIPIENT} --to {NUMBER} --media https://example.com/a.png"
    result = call(f"{line} --fields id,status Yes")
    assert result.out == "5\treceived\n"
    message = Message.find(5)
    assert (message.body, message.direction, message.num_media) == ("Yes", "inbound", 1)


def test_chaos(call: Caller, sandbox: Sandbox) -> None:
    """Faults are added, listed and cleared."""
    line = "sandbox chaos add stall --method GET --path */users.json --times 2 --percent 50"
    call(f"{line} --skip 1 --set seconds=5 --set takes_effect=true")
    (rule,) = call("sandbox chaos list --json").json
    expected = {"fault": "stall", "method": "GET", "path": "*/users.json", "times": 2,
                "percent": 50, "skip": 1, "takes_effect": True, "seconds": 5}  # fmt: skip
    assert {name: rule[name] for name in expected} == expected
    call("sandbox chaos add redirect_to_other_host --set location=http://localhost/")
    assert len(call("sandbox chaos list").lines) == 2
    call("sandbox chaos clear")
    assert sandbox.chaos.rules == []


def test_advance(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of messages moves forward, at --url."""
    monkeypatch.setenv("VIVIALCONNECT_BASE_URL", "http://127.0.0.1:1")
    with Sandbox(delays=(60, 120, 180)) as slow:
        slow.configure()
        from tests.command.conftest import furnish  # noqa: PLC0415 - of this sandbox

        furnish(slow)
        call(f"sandbox advance 130 --url {slow.url}")
        assert Message.find(1).status == "sending"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("sandbox advance -- -1", "only moves forward"),
        ("sandbox chaos add nothing", "fault must be one of"),
        (f"sandbox receive --from {RECIPIENT} --to {NUMBER} Hi", "Buy it first"),
        (
            "sandbox advance 1 --url http://127.0.0.1:1",
            "there is no sandbox at http://127.0.0.1:1/",
        ),
    ],
)
def test_controls__refused(call: Caller, sandbox: Sandbox, line: str, words: str) -> None:
    """What the sandbox refuses is 1, with its words."""
    assert words in call(line, status=1).err


def test_controls__without_a_url(
    call: Caller, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any URL, or with an invalid one, nothing is sent."""
    assert "--url must be" in call("sandbox advance 1 --url x", status=2).err
    assert call(f"--base-url {sandbox.url} sandbox advance 1").out == ""
    monkeypatch.delenv("VIVIALCONNECT_BASE_URL")
    assert "where is the sandbox?" in call("sandbox advance 1", status=2).err


def test_controls__url() -> None:
    """Only the host of the URL counts, and its user and password are left out."""
    given = argparse.Namespace(url="https://me:secret@localhost:8443/api/v1.0?x", base_url=None)
    assert command.control_url(given) == "https://localhost:8443/sandbox/"
    with pytest.raises(Misuse):
        command.control_url(argparse.Namespace(url="file:///etc/passwd", base_url=None))


def test_controls__token(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token of the environment is sent."""
    with Sandbox(token="needed") as guarded:
        line = f"sandbox chaos list --url {guarded.url}"
        assert "401" in call(line, status=1).err or "token" in call(line, status=1).err
        monkeypatch.setenv(server.TOKEN, "needed")
        assert call(line).out == ""


class OtherServer(BaseHTTPRequestHandler):
    """A server that is no sandbox: it refuses every request with a page of HTML."""

    def log_message(self, *_: object) -> None:
        """Write no log."""


def test_controls__page_instead_of_a_sandbox(call: Caller) -> None:
    """An error without a document has its status."""
    with HTTPServer(("127.0.0.1", 0), OtherServer) as other:
        thread = threading.Thread(target=other.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{other.server_port}"
        err = call(f"sandbox chaos list --url {url}", status=1).err
        thread.join()
    assert err == f"vivialconnect: {url}/sandbox/chaos: status 501\n"


def test_server__is_as_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a verb, the sandbox runs, with its own --account-id."""
    seen: list[int] = []

    def tell(running: Sandbox) -> str:
        seen.append(running.account_id)
        signal.raise_signal(signal.SIGTERM)
        return "ready"

    monkeypatch.setattr(server, "export_lines", tell)
    assert main.main(["sandbox", "--account-id", "77"]) == 0
    assert seen == [77]
