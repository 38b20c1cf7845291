"""Exit statuses, and the one line on stderr."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from tests.command.calling import Caller
from tests.command.conftest import NUMBER, RECIPIENT
from tests.command.processes import GONE, Forker
from vivialconnect import Message
from vivialconnect.command import delivery, message
from vivialconnect.sandbox import FAILS, STUCK, Sandbox

SEND = f"send --from {NUMBER} --to {RECIPIENT}"


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look up a lost response without pauses."""
    monkeypatch.setattr(delivery, "LOOKUP_PAUSES", (0, 0, 0))


def one_line(err: str) -> str:
    """Return the text of the only line."""
    assert err.startswith("vivialconnect: ")
    assert err.count("\n") == 1
    return err[len("vivialconnect: ") : -1]


@pytest.mark.parametrize(
    ("line", "status", "words"),
    [
        ("messages show 99", 1, "404 Not Found: Resource not found for id 99"),
        ("api GET nothing.json", 1, "Nothing is at this path"),
        ("numbers lookup 5", 1, "400 Bad Request"),
        (f"send --from {RECIPIENT} --to {NUMBER} Hi", 1, "from_number invalid"),
        ("messages lst", 2, "invalid choice: 'lst'"),
        ("messages list --colour red", 2, "unrecognized arguments: --colour red"),
        ("numbers search --areacode 913", 2, "--areacode 913; did you mean --area-code?"),
        (
            "messages list x",
            2,
            "unrecognized arguments: x. Run: vivialconnect messages list --help",
        ),
        ("messages list --limit 0", 2, "'0' must be an integer, 1 or more"),
        ("messages list --limit 5 --all", 2, "not allowed with argument"),
        ("messages list --since yesterday", 2, "'yesterday' must be a time ago"),
        ("messages list --since 999999w", 2, "'999999w' must be a time ago"),
        ("messages list --since 1h --order id", 2, "omit --order"),
        ("messages list --fields id,", 2, "'id,' must be names with commas between them"),
        ("messages show ..", 2, "id must not be empty"),
        ("users set 1 foo=1", 2, "unknown field 'foo'. The fields are: username"),
        ("users set 1 active=yes", 2, "active must be true or false, got 'yes'"),
        ("users set 1 username=a username=b", 2, "the field username is given twice"),
        ("users set 1 username", 2, "'username' must be name=value"),
        ("numbers set 1 tags=[]", 2, 'tags must be a JSON object, {"name": "value"}, got'),
        ("numbers buy +19132593260", 2, "There is no terminal to ask on. Pass --yes"),
        ("numbers release 1", 2, "There is no terminal to ask on. Pass --yes"),
        (f"{SEND} --to +15154469791 Hi", 2, "Send 2 messages? There is no terminal"),
        (f"{SEND} --to +15154469791 --wait sent Hi", 2, "--wait needs a single --to"),
        (f"{SEND} --wait soon Hi", 2, "status must be one or several of"),
        ("logs tail -f --json", 2, "use --jsonl"),
        ("numbers list --tag area=hall --search x", 2, "--tag cannot be combined"),
        ("bulks show 1", 1, "there is no bulk send 1. Run: vivialconnect bulks list"),
        ("profile show", 1, "no profile is chosen"),
        ("profile use x", 4, "there is no profile 'x'"),
        ("--profile x messages list", 4, "there is no profile 'x'"),
        ("--account-id 7 messages list", 4, "403 Forbidden"),
        ("--base-url ftp://x messages list", 4, "api_base_url must be an absolute http"),
    ],
)
def test_status__line_of_an_error(
    call: Caller, furnished: Sandbox, line: str, status: int, words: str
) -> None:
    """A failure has its status and one line on stderr, and writes no data."""
    result = call(line, status=status)
    assert words in result.err
    assert result.err.startswith("vivialconnect: ") or "--json" in line
    assert result.err.count("\n") == 1
    assert result.out == "" or line.startswith("api")


def test_status__json_error(call: Caller) -> None:
    """With --json, an error is one JSON object, also if the command line is invalid."""
    found = call("messages show 99 --json", status=1)
    assert json.loads(found.err) == {
        "message": "Resource not found for id 99",
        "http_status": 404,
        "error_code": None,
        "outcome": "refused",
        "hint": "check the id, api_account_id and api_base_url",
    }
    misused = json.loads(call("messages lst --json", status=2).err)
    assert misused["hint"] == "Run: vivialconnect messages --help"
    assert misused["http_status"] is None
    own = json.loads(call("bulks show 1 --json", status=1).err)
    assert own["message"] == "there is no bulk send 1"


def test_status__debug_has_a_traceback(call: Caller, sandbox: Sandbox) -> None:
    """--debug writes the settings, the requests and the traceback, and never the secret."""
    err = call("--debug messages show 99", status=1).err
    assert f"api_key: {sandbox.api_key} (from the environment)" in err
    assert "api_secret: *** (from the environment)" in err
    assert "GET /api/v1.0/accounts/12345/messages/99.json -> 404" in err
    assert "Traceback (most recent call last):" in err
    assert sandbox.api_secret not in err


def test_status__no_command(call: Caller) -> None:
    """Without a command or a verb, the help is on stderr."""
    assert call("", status=2).err.startswith("usage: vivialconnect ")
    assert call("messages", status=2).err.startswith("usage: vivialconnect messages ")
    assert call("sandbox chaos", status=2).err.startswith("usage: vivialconnect sandbox chaos ")
    assert call("--version").out.startswith("vivialconnect ")


def test_status__wrong_secret(
    call: Caller, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 401 is a matter of the settings."""
    monkeypatch.setenv("VIVIALCONNECT_API_SECRET", "wrong")
    assert "401 Unauthorized" in call("messages list", status=4).err


def test_lost_response__found_again(call: Caller, furnished: Sandbox, no_pauses: None) -> None:
    """A message whose response was lost is found, and sent once."""
    furnished.chaos.add("drop_answer", method="POST", times=1)
    before = Message.count()
    result = call(SEND, "Lost", "--json")
    assert (result.json["body"], result.err) == (
        "Lost", "The response was lost, but the request took effect.\n",
    )  # fmt: skip
    assert Message.count() == before + 1


def test_lost_response__number_is_found_again(
    call: Caller, furnished: Sandbox, no_pauses: None
) -> None:
    """A number whose response was lost is found, and bought once."""
    furnished.chaos.add("drop_answer", method="POST", times=1)
    result = call("numbers buy +19132593260 --yes --fields phone_number")
    assert result.out == "+19132593260\n"
    assert call("numbers count").out == "2\n"


def test_lost_response__look_ups_fail(call: Caller, furnished: Sandbox, no_pauses: None) -> None:
    """If the look-ups fail too, the status is 3, and the printed line finds the message."""
    furnished.chaos.add("drop_answer", method="POST", times=1)
    furnished.chaos.add("internal_server_error", method="GET")
    result = call(SEND, "Two\nlines, it's", status=3)
    *failures, last = result.err.splitlines()
    assert [line.startswith("vivialconnect: cannot look it up: 500") for line in failures] == [
        True
    ] * 3
    line = last.partition("To find out, run: vivialconnect ")[2]
    assert line.startswith(f"messages find-sent --from {NUMBER} --to {RECIPIENT} --since 2")
    assert line.endswith("""-- "$(printf '%b' 'Two\\0012lines, it'"'"'s')\"""")


def test_lost_response__line_runs(call: Caller, furnished: Sandbox, no_pauses: None) -> None:
    """The printed line finds the message when the service responds again."""
    furnished.chaos.add("drop_answer", method="POST", times=1)
    furnished.chaos.add("internal_server_error", method="GET")
    line = call(SEND, "Lost & found", "--account-id", "12345", status=3).err
    furnished.chaos.clear()
    assert "run: vivialconnect --account-id 12345 messages find-sent " in line
    found = call("--json " + line.rpartition("run: vivialconnect ")[2])
    assert found.json["body"] == "Lost & found"


def test_lost_response__ambiguous(call: Caller, furnished: Sandbox, no_pauses: None) -> None:
    """Of two messages that match, none is taken, and there are no further look-ups."""
    call(SEND, "Twice")
    furnished.chaos.add("drop_answer", method="POST", times=1)
    result = call(SEND, "Twice", status=3)
    assert result.err.startswith("vivialconnect: 2 objects match")
    assert "To find out, run: vivialconnect messages find-sent" in result.err


def test_lost_response__never_arrived(call: Caller, furnished: Sandbox, no_pauses: None) -> None:
    """A message that is not found in three look-ups has an unknown outcome."""
    furnished.chaos.add("drop_answer", method="POST", takes_effect=False, times=1)
    assert "To find out, run: " in call(SEND, "Lost", status=3).err
    looked_up = [each for each in furnished.requests if each.method == "GET"]
    assert len(looked_up) >= 3


def test_lost_response__json_error(call: Caller, furnished: Sandbox, no_pauses: None) -> None:
    """With --json, the hint is the line to run."""
    furnished.chaos.add("drop_answer", method="POST", takes_effect=False, times=1)
    found = json.loads(call(SEND, "Lost", "--json", status=3).err)
    assert found["outcome"] == "unknown"
    assert found["hint"].startswith("To find out, run: vivialconnect messages find-sent")


@pytest.mark.parametrize(
    ("line", "find_out"),
    [
        (f"{SEND} --to +15154469791 --yes Hi", "bulks list"),
        ("send --connector-id 1 --to +15154469790 Hi",
         "messages find-sent --connector-id 1 --to +15154469790 --since"),
        ("contacts create first_name=Ada", "contacts list --order 'id desc'"),
        ("credentials create x --user 1", "credentials list --user 1"),
        ("connectors add-callback 1 --message-type text --event-type status --url https://x.org",
         "connectors callbacks 1"),
    ],
)  # fmt: skip
def test_lost_response__line_to_run(
    call: Caller, furnished: Sandbox, no_pauses: None, line: str, find_out: str
) -> None:
    """Whatever changes something says how to find out whether it did."""
    for method in ("POST", "PUT"):
        furnished.chaos.add("internal_server_error", method=method)
    err = call(line, status=3).err
    assert f"To find out, run: vivialconnect {find_out}" in err


def test_not_delivered(call: Caller, furnished: Sandbox) -> None:
    """A message that fails is 1, unless that is what the user waits for."""
    line = f"send --from {NUMBER} --to {FAILS} Hi --wait"
    err = call(line, "delivered", status=1).err
    reason = "9201 Vendor error occurred while sending message"
    assert re.fullmatch(rf"vivialconnect: message \d+ is failed: {reason}\n", err), err
    (newest,) = call("messages list --limit 1 --fields id").lines
    call(f"messages wait {newest} --status failed")
    assert "is failed" in call(f"messages wait {newest}", status=1).err


def test_wait__timeout(call: Caller, furnished: Sandbox) -> None:
    """If the status does not come in time, the status is 1."""
    line = f"send --from {NUMBER} --to {STUCK} Hi --wait delivered --timeout 0.1"
    assert "not yet 'delivered'" in call(line, status=1).err


def test_find_sent__none(call: Caller, furnished: Sandbox) -> None:
    """A message that was not sent is 1."""
    line = f"messages find-sent --from {NUMBER} --to {RECIPIENT} --since 1h"
    assert "it was not sent" in call(line, "Never", status=1).err
    assert call(line, "A text", "--fields", "body").out == "A text\n"


def test_interrupted__in_a_send(
    call: Caller, furnished: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted in the middle of a send, the command says how to find the message."""

    def interrupt(_: Message) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(Message, "send", interrupt)
    err = one_line(call(SEND, "Hi", status=130).err)
    assert err.startswith("interrupted. To find out, run: vivialconnect messages find-sent")


def test_interrupted__by_a_signal(forker: Forker, furnished: Sandbox) -> None:
    """SIGINT in the middle of a send ends it with 130 and the line that finds the message."""
    furnished.chaos.add("stall", method="POST", seconds=60)
    before = len(furnished.requests)

    def interrupt(process: int) -> None:
        deadline = time.monotonic() + 60
        while len(furnished.requests) == before and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(process, signal.SIGINT)

    ran = forker.run([*SEND.split(), "Hi"], meanwhile=interrupt)
    furnished.chaos.clear()
    assert ran.status == 130
    assert one_line(ran.err).startswith("interrupted. To find out, run: vivialconnect messages")


def test_interrupted__elsewhere(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted while nothing is sent, it says no more."""

    def interrupt(_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Message, "segments", interrupt)
    assert call("messages segments Hi", status=130).err == "vivialconnect: interrupted\n"


def test_unexpected_error(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug is one line too, with the name of the exception."""

    def fail(_: Any) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(message, "read_text", fail)
    err = call("messages segments Hi", status=1).err
    assert err == "vivialconnect: ZeroDivisionError: division by zero\n"


def test_full_disk(forker: Forker, furnished: Sandbox) -> None:
    """A full disk is 1."""
    ran = forker.run(["messages", "list"], full_disk=True)
    assert ran.status == 1
    assert "No space left on device" in one_line(ran.err)


def test_closed_pipe__before_the_first_line(forker: Forker, furnished: Sandbox) -> None:
    """The reader of stdout may be gone before the first line."""
    ran = forker.run(["messages", "list", "--all"], GONE)
    assert (ran.status, ran.err) == (0, "")


def test_entry_point(sandbox: Sandbox) -> None:
    """``python -m vivialconnect`` is the command, and exits with its status."""
    for words, status, out in ((["users", "count"], 0, "1\n"), (["users", "show", "99"], 1, "")):
        ran = subprocess.run(
            [sys.executable, "-m", "vivialconnect", *words],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert (ran.returncode, ran.stdout) == (status, out), ran
