"""The command ``vivialconnect campaign``: its verbs, their output, and each exit status."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from tests.campaigns.broken_lists import BODY, BROKEN, Broken, write
from tests.campaigns.shell import SENDER, Shell, shell, write_list
from vivialconnect import Message
from vivialconnect.campaigns import Campaign, Progress, Status
from vivialconnect.command.campaign_runs import describe
from vivialconnect.command.main import main
from vivialconnect.sandbox import Sandbox

__all__ = ["shell"]

RUN = ("--yes", "--rate", "500", "--per-sender", "500")
HANG = 60  # seconds after which a process is killed


def bodies() -> list[tuple[str | None, str | None, str]]:
    """Return sender, recipient and body of every message of the account, sorted."""
    return sorted((each.from_number, each.to_number, each.body) for each in Message.find_each())


def refuse_to_say(sandbox: Sandbox, times: int) -> None:
    """Let the next texts fail with an unknown outcome, without being sent."""
    fault = "internal_server_error"
    sandbox.chaos.add(fault, method="POST", times=times, takes_effect=False)


def test_campaign__planned_and_run(shell: Shell) -> None:
    """A list is planned, estimated and sent; each text is a message of the service, once."""
    write_list(3)
    planned = shell.plan()
    estimated = shell("estimate", "--price-per-segment", "0.0075", "--json")
    ran = shell("run", *RUN)

    assert (planned.status, planned.fields["added"]) == (0, "3")
    assert (estimated.data["texts"], estimated.data["cost"]) == (3, 0.0225)
    assert (ran.status, ran.err) == (0, "vivialconnect: nothing is left to do\n")
    assert (ran.fields["state"], ran.fields["sent"]) == ("finished", "3")
    assert bodies() == [(SENDER, f"+1515446{n:04d}", f"Hi Ann {n}") for n in (1, 2, 3)]


def test_status__json(shell: Shell) -> None:
    """The status has the counts that were promised, and no others."""
    write_list(2)
    shell.plan()

    assert list(shell("status", "--json").data) == [
        "name", "state", "todo", "begun", "unknown", "open", "sent", "refused", "suppressed",
        "expired", "cancelled", "duplicates", "invalid",
    ]  # fmt: skip
    assert list(shell("estimate", "--json").data) == [
        "texts", "segments", "suppressed", "duplicates", "invalid", "cost",
    ]  # fmt: skip


def test_report__formats(shell: Shell) -> None:
    """The report lists each text with what came of it, as CSV with a header, JSON or lines."""
    write_list(2)
    shell.plan()
    shell("run", *RUN)
    first, second = csv.DictReader(StringIO(shell("report", "--csv").out))
    (found,) = (text for text in shell("report", "--json").data if text["key"] == "2")

    assert list(first) == [
        "key", "to_number", "from_number", "state", "message_id", "error_code", "error", "began",
        "ended",
    ]  # fmt: skip
    assert (second["key"], second["to_number"], second["state"]) == ("2", "+15154460002", "sent")
    assert found["message_id"] in {message.id for message in Message.find()}
    assert "delivery" not in found
    assert len(shell("report", "--jsonl").out.splitlines()) == 2


def test_report__delivery(shell: Shell, vivialconnect_sandbox: Sandbox) -> None:
    """With --delivery, the report has the status that the service has now."""
    write_list(1)
    shell.plan()
    shell("run", *RUN)
    Message.find()
    (text,) = shell("report", "--delivery", "--json").data

    assert text["delivery"] == "delivered"
    assert shell("report", "--delivery", "--csv").out.splitlines()[0].endswith(",ended,delivery")


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_plan__broken_list(
    broken: Broken, shell: Shell, vivialconnect_sandbox: Sandbox, tmp_path: Path
) -> None:
    """A broken file is one line with its row, exit 1, and nothing is planned."""
    path, line = write(tmp_path, broken)
    requests = len(vivialconnect_sandbox.requests)
    words = ("--from", SENDER, "--to-column", "phone", "--body", BODY)
    done = shell("plan", str(path), *words)
    problem = done.err.splitlines()[0].removeprefix("vivialconnect: ")

    assert (done.status, done.out) == (1, "")
    assert problem.removesuffix(" Nothing was planned") == line
    assert "othing was planned" in done.err.splitlines()[-1]
    assert shell("status").status == 1
    assert len(vivialconnect_sandbox.requests) == requests


def test_plan__broken_list_with_json(shell: Shell) -> None:
    """Under --json, the error is one JSON object on stderr, with the rows."""
    Path("list.csv").write_text("id,phone,name\n1,1,Ann\n2,+15154460002,\n", encoding="utf-8")
    done = shell.plan("--json")
    (line,) = done.err.splitlines()

    assert (done.status, done.out) == (1, "")
    assert "row 2: phone number must" in line
    assert "row 3: column 'name' is empty." in line
    assert "2 invalid rows, nothing was planned" in line


def test_plan__many_invalid_rows(shell: Shell) -> None:
    """The first twenty rows are shown, and how many more there are."""
    text = "id,phone,name\n" + "1,5154460001,Ann\n" * 25
    Path("list.csv").write_text(text, encoding="utf-8")
    lines = shell.plan().err.splitlines()

    assert lines[19].startswith("row 21: ")
    assert lines[20] == "and 5 more"
    assert lines[21].startswith("vivialconnect: 25 invalid rows, nothing was planned. Correct")
    assert len(lines) == 22


def test_plan__skip_invalid(shell: Shell) -> None:
    """With --skip-invalid, the valid rows are planned; the others are shown and counted."""
    write_list(2)
    with Path("list.csv").open("a", encoding="utf-8") as file:
        file.write("3,5154460003,Bo\n")
    done = shell.plan("--skip-invalid")

    assert (done.status, done.fields["added"], done.fields["invalid"]) == (0, "2", "1")
    assert done.err.startswith("row 4: phone number must be in E.164 format")
    assert shell.states() == [("1", "todo"), ("2", "todo")]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--body", "Hi {0}"), "body has '{' at character 4"),
        (("--from", "9132597592"), "must be in E.164 format (+15154469790), got '9132597592'"),
        (("--region", "XX"), "region must be a two-letter country code"),
        (("--media", "cat.png"), "a media URL must start with https:// or http://"),
    ],
)
def test_plan__bad_template_or_sender(words: tuple[str, ...], problem: str, shell: Shell) -> None:
    """A bad template, sender, region or media URL is one line, and exit 1."""
    write_list(1)
    done = shell.plan(*words)

    assert (done.status, done.out) == (1, "")
    assert problem in done.err
    assert len(done.err.splitlines()) == 1


def test_plan__quiet_hours_need_time_zones(shell: Shell) -> None:
    """With --quiet, a row whose time zone is unknown is invalid; --time-zone is for these."""
    Path("list.csv").write_text("id,phone,name\n1,+18005550100,Ann\n", encoding="utf-8")
    quiet = ("--quiet", "21:00-09:00")

    assert "row 2: the time zone is unknown" in shell.plan(*quiet).err
    assert shell.plan().status == 0
    assert "row 2: the time zone is unknown" in shell("run", *RUN, *quiet).err
    assert bodies() == []
    assert shell.plan(*quiet, "--time-zone", "Europe/London").status == 0


def test_plan__media_and_connector(shell: Shell) -> None:
    """Texts may have media, and a connector as sender."""
    write_list(1)
    words = ("--connector-id", "7", "--to-column", "phone", "--media", "https://example.com/a.png")
    done = shell("plan", "list.csv", *words)
    (text,) = shell("report", "--json").data

    assert done.status == 0
    assert text["from_number"] == ""


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("run",), "Send 2 texts? There is no terminal to ask on. Pass --yes"),
        (("run", "--yes", "--quiet", "9-5"), "'9-5' must be like 21:00-09:00"),
        (("run", "--yes", "--send-before", "noon"), "'noon' is not a date or time in ISO 8601"),
        (("run", "--yes", "--time-zone", "Chicago"), "must be an IANA name"),
        (("run", "--yes", "--rate", "0"), "rate must be a number above 0"),
        (("work", "--yes", "--on-unseen", "guess"), "invalid choice: 'guess'"),
        (("suppress", "5154460001"), "must be in E.164 format"),
        (("estimate", "--price-per-segment", "much"), "price_per_segment must be a number"),
        (("resolve", "1", "perhaps"), "invalid choice: 'perhaps'"),
        (("plan", "list.csv", "--to-column", "phone"), "--from --connector-id is required"),
    ],
)
def test_misuse__exits_with_2(
    words: tuple[str, ...], problem: str, shell: Shell, vivialconnect_sandbox: Sandbox
) -> None:
    """Misuse is one line and exit 2, before anything is sent."""
    write_list(2)
    shell.plan()
    requests = len(vivialconnect_sandbox.requests)
    done = shell(*words)

    assert (done.status, done.out) == (2, "")
    assert problem in done.err
    assert len(done.err.splitlines()) == 1
    assert len(vivialconnect_sandbox.requests) == requests


def test_journal__password_is_refused(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    """A password in the address of the journal is refused, and is not shown."""
    status = main(["campaign", "status", "postgresql://me:hunter2@db.example.com/june"])
    _, err = capsys.readouterr()

    assert status == 2
    assert "PGPASSWORD" in err
    assert "hunter2" not in err


def test_run__two_at_a_time(shell: Shell) -> None:
    """The second run of a journal says which process has it, and exits with 1."""
    write_list(1)
    shell.plan()
    with Campaign.open("june.db") as campaign:
        campaign._journal.open()
        with campaign._journal.store.hold():
            done = shell("run", *RUN)

    assert (done.status, done.out) == (1, "")
    assert "june.db is in use by another run" in done.err


def test_run__paused(shell: Shell) -> None:
    """A run of a paused campaign sends nothing, says how to go on, and exits with 1."""
    write_list(1)
    shell.plan()
    paused = shell("pause")
    ran = shell("run", *RUN)
    resumed = shell("resume")

    assert (paused.status, paused.out, paused.err) == (0, "", "")
    assert (ran.status, ran.fields["state"]) == (1, "paused")
    assert "paused. To allow runs again, run: vivialconnect campaign resume june.db" in ran.err
    assert bodies() == []
    assert resumed.status == 0
    assert shell("run", *RUN).status == 0
    assert len(bodies()) == 1


def test_run__paused_while_it_runs(shell: Shell) -> None:
    """A pause from elsewhere ends the run after the texts that are being sent."""
    write_list(100)
    shell.plan()
    timer = threading.Timer(1, _pause)
    timer.start()
    done = shell("run", "--yes", "--rate", "5", "--per-sender", "5")
    timer.join()

    assert (done.status, done.fields["state"]) == (1, "paused")
    assert int(done.fields["sent"]) + int(done.fields["todo"]) == 100
    assert len(bodies()) == int(done.fields["sent"])


def _pause() -> None:
    with Campaign.open("june.db") as campaign:
        campaign.pause()


def test_run__cancelled(shell: Shell) -> None:
    """After cancel, no text is sent, and a run exits with 1."""
    write_list(2)
    shell.plan()

    assert shell("cancel").status == 0
    assert shell("run", *RUN).status == 1
    assert shell.states() == [("1", "cancelled"), ("2", "cancelled")]
    assert bodies() == []


def test_run__open_text(shell: Shell, vivialconnect_sandbox: Sandbox) -> None:
    """A text that may have been sent is open: exit 3 until it is resolved."""
    write_list(3)
    shell.plan()
    vivialconnect_sandbox.chaos.add(
        "internal_server_error", method="POST", times=1, takes_effect=False
    )
    ran = shell("run", *RUN, "--settle", "1", "--threads", "1")
    texts = shell("report", "--state", "open", "--json").data
    keys = [text["key"] for text in texts]

    assert (ran.status, ran.fields["open"], ran.fields["sent"]) == (3, "1", "2")
    assert ran.err.startswith("vivialconnect: nothing is left to do, but 1 text is open, which")
    assert "run: vivialconnect campaign report june.db --state open" in ran.err
    assert [text["error"] for text in texts] == ["no message fits"]
    assert shell("resolve", *keys, "sent", "--message-id", "7").status == 0
    assert shell("status").fields["sent"] == "3"
    assert shell("run", *RUN).status == 0
    assert len(bodies()) == 2


def test_work__unknown_text(shell: Shell, vivialconnect_sandbox: Sandbox) -> None:
    """A text that is still looked up when work ends is unknown, and the exit status is 3."""
    write_list(1)
    shell.plan()
    refuse_to_say(vivialconnect_sandbox, times=1)
    done = shell("work", *RUN, "--seconds", "0.5", "--settle", "600")

    assert (done.status, done.fields["unknown"]) == (3, "1")
    assert done.err.endswith("but 1 text is unknown. Run the campaign again\n")


def test_run__resent_text(shell: Shell, vivialconnect_sandbox: Sandbox) -> None:
    """An open text is sent again only by a decision; a skipped one counts as cancelled."""
    write_list(2)
    shell.plan()
    vivialconnect_sandbox.chaos.add(
        "internal_server_error", method="POST", times=2, takes_effect=False
    )

    assert shell("run", *RUN, "--settle", "1").status == 3
    assert shell("resolve", "1", "resend").status == 0
    assert shell("resolve", "2", "skip").status == 0
    assert shell("resolve", "2", "skip").status == 1
    assert shell("run", *RUN).status == 0
    assert shell.states() == [("1", "sent"), ("2", "cancelled")]
    assert [to for _, to, _ in bodies()] == ["+15154460001"]


def test_run__denied(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 401 pauses the campaign, marks no text, and exits with 4."""
    write_list(1)
    shell.plan()
    with monkeypatch.context() as patch:
        patch.setenv("VIVIALCONNECT_API_SECRET", "wrong")
        done = shell("run", *RUN)

    assert (done.status, done.fields["state"], done.fields["todo"]) == (4, "paused", "1")
    assert "401" in done.err
    assert "wrong" not in done.err
    assert shell("resume").status == 0
    assert shell("run", *RUN).status == 0


def test_run__account_of_another(
    shell: Shell, vivialconnect_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A journal belongs to the account of its first run; another account is misuse."""
    write_list(1)
    shell.plan()
    shell("run", *RUN)
    other = vivialconnect_sandbox.add_account(67890, company_name="Branch Ltd")
    monkeypatch.setenv("VIVIALCONNECT_ACCOUNT_ID", str(other.account_id))
    done = shell("run", *RUN)

    assert (done.status, done.out) == (2, "")
    assert "belongs to account 12345" in done.err


def test_run__without_settings(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run needs settings; planning, status and estimate do not."""
    write_list(1)
    for name in list(os.environ):
        if name.startswith("VIVIALCONNECT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("VIVIALCONNECT_CONFIG_FILE", "none.ini")

    assert [shell.plan().status, shell("status").status, shell("estimate").status] == [0, 0, 0]
    assert shell("run", *RUN).status == 4


def test_work__ends_after_its_time(shell: Shell) -> None:
    """After its seconds, work exits with 0, and leaves the rest for the next time."""
    write_list(100)
    shell.plan()
    done = shell("work", "--yes", "--rate", "5", "--per-sender", "5", "--seconds", "0.5")

    assert (done.status, done.fields["state"]) == (0, "running")
    assert int(done.fields["todo"]) > 0
    assert len(bodies()) == int(done.fields["sent"])


def test_suppress__sends_nothing(shell: Shell) -> None:
    """A suppressed number gets no text."""
    write_list(2)
    shell.plan()

    assert shell("suppress", "+15154460001", "+15154460009").fields == {"suppressed": "2"}
    assert shell("estimate").fields["suppressed"] == "1"
    assert shell("run", *RUN).status == 0
    assert shell.states() == [("1", "suppressed"), ("2", "sent")]


def test_purge__keeps_the_counts(shell: Shell) -> None:
    """Purge removes numbers and bodies of a finished campaign, and keeps the counts."""
    write_list(1)
    shell.plan()
    refused = shell("purge")
    shell("run", *RUN)
    purged = shell("purge")

    assert refused.status == 1
    assert (purged.status, shell("status").fields["sent"]) == (0, "1")
    assert shell("report").out == ""
    assert b"+15154460001" not in Path("june.db").read_bytes()


def test_move__to_another_journal(shell: Shell) -> None:
    """A campaign is moved to another journal, and cancelled in the old one."""
    write_list(2)
    shell.plan()
    moved, again = shell("move", "new.db"), shell("move", "new.db")

    assert (moved.status, moved.out, moved.err) == (0, "", "")
    assert (again.status, "has a campaign 'default' already" in again.err) == (1, True)
    assert shell("status").fields["state"] == "cancelled"
    assert main(["campaign", "run", "new.db", *RUN]) == 0
    assert len(bodies()) == 2


def test_names__of_campaigns(shell: Shell) -> None:
    """A journal has several campaigns, each with its own texts."""
    write_list(1)
    shell.plan("--name", "spring")
    shell("pause", "--name", "spring")
    ran = shell("run", *RUN, "--name", "spring")

    assert shell("status").status == 1
    assert shell("status", "--name", "spring").fields["todo"] == "1"
    assert "run: vivialconnect campaign resume june.db --name spring" in ran.err


def start(*words: str, **keywords: object) -> subprocess.Popen[bytes]:
    """Start a command as a process."""
    command = [sys.executable, "-m", "vivialconnect", "campaign", *words]
    return subprocess.Popen(command, **keywords)  # type: ignore[call-overload,no-any-return] # any options of Popen


def test_run__interrupted(shell: Shell) -> None:
    """Ctrl-C ends a run with 130 after the texts under way; the next run sends the rest."""
    write_list(8)
    shell.plan()
    slow = ("--yes", "--rate", "4", "--per-sender", "4")
    process = start("run", "june.db", *slow, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not bodies():
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=HANG)

    assert (process.returncode, out) == (130, b"")
    assert b"run: vivialconnect campaign status june.db" in err
    assert 0 < len(bodies()) < 8
    assert shell("run", *RUN).status == 0
    assert len({to for _, to, _ in bodies()}) == len(bodies()) == 8


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Return both ends of a pseudo-terminal."""
    ends = os.openpty()
    yield ends
    for end in ends:
        os.close(end)


def read_until(terminal: int, text: bytes) -> bytes:
    """Read from a terminal until it shows a text."""
    shown = b""
    while text not in shown:
        shown += os.read(terminal, 4096)
    return shown


def test_run__on_a_terminal(shell: Shell, terminal: tuple[int, int]) -> None:
    """On a terminal, it asks first, and shows the progress."""
    write_list(8)
    shell.plan()
    ours, theirs = terminal
    words = ("run", "june.db", "--rate", "4", "--per-sender", "4")
    process = start(*words, stdin=theirs, stderr=theirs, stdout=subprocess.DEVNULL)
    read_until(ours, b"Send 8 texts? [y/N] ")
    os.write(ours, b"y\n")
    shown = read_until(ours, b"nothing is left to do")

    assert process.wait(HANG) == 0
    assert b" sent, 0 refused, 0 unknown, " in shown
    assert b"texts/s" in shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(None, ""), (41.2, ", 41 s left"), (150, ", 2 min left"), (9000, ", 2.5 h left")],
)
def test_progress__line(seconds: float | None, shown: str) -> None:
    """The progress has the counts, the speed, and the time left if it is known."""
    status = Status("default", "running", sent=1204, refused=2, unknown=1, open=2)
    line = describe(Progress(status, 18.25, seconds))

    assert line == f"1,204 sent, 2 refused, 3 unknown, 18.2 texts/s{shown}"
