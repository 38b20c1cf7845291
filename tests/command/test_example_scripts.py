"""The shell scripts under examples/, run by sh against the sandbox."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.command.conftest import NUMBER, RECIPIENT, settings_of
from vivialconnect import Message, Number, configured
from vivialconnect.sandbox import STUCK, UNDELIVERED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vivialconnect.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
LONGEST = 20  # lines


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Give a folder of programs that come first: ``vivialconnect``, and ``logger`` to a file."""
    folder = tmp_path / "programs"
    folder.mkdir()
    write_program(folder / "vivialconnect", f'exec "{sys.executable}" -m vivialconnect "$@"')
    write_program(folder / "logger", f'printf "%s\\n" "$*" >> "{tmp_path / "log"}"')
    return folder


@pytest.fixture
def account(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Give a sandbox that has a number, as the account of the client."""
    with configured(**settings_of(sandbox)):
        Number(phone_number=NUMBER).buy()
        yield sandbox


def write_program(path: Path, line: str) -> None:
    """Write a shell script of one line."""
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    path.chmod(0o755)


def run_script(programs: Path, name: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a script as cron does: without a terminal, and with a few variables."""
    environment = {
        **{key: value for key, value in os.environ.items() if key.startswith("VIVIALCONNECT_")},
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        ["sh", str(EXAMPLES / name), *words],  # noqa: S607 - the one on PATH
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
        text=True,
    )


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.sh")), ids=lambda path: path.stem)
def test_script__is_short(path: Path) -> None:
    """A script has fewer than 20 lines, and can be run."""
    lines = path.read_text(encoding="utf-8").splitlines()

    assert lines[0] == "#!/bin/sh"
    assert len(lines) < LONGEST
    assert os.access(path, os.X_OK)


def test_send_and_alert__delivered(account: Sandbox, programs: Path) -> None:
    """A text that is delivered is sent once, without a word."""
    finished = run_script(programs, "send_and_alert.sh", NUMBER, RECIPIENT, "Good morning")

    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert [message.status for message in Message.find()] == ["delivered"]
    assert not (programs.parent / "log").exists()


def test_send_and_alert__undelivered(account: Sandbox, programs: Path) -> None:
    """A text that is not delivered is an alert, and the reason is on stderr."""
    finished = run_script(programs, "send_and_alert.sh", NUMBER, UNDELIVERED, "Good morning")

    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.startswith("vivialconnect: message 1 is undelivered: ")
    alert = (programs.parent / "log").read_text(encoding="utf-8")
    assert alert == (
        f"-t vivialconnect -p user.err The text to {UNDELIVERED} was not delivered (exit status 1)"
        "\n"
    )


def test_send_and_alert__unknown(account: Sandbox, programs: Path) -> None:
    """A text that may have been sent is another alert, and stderr has what finds out."""
    write_program(programs / "vivialconnect", "echo 'To find out, run: ...' >&2; exit 3")
    finished = run_script(programs, "send_and_alert.sh", NUMBER, STUCK, "Good morning")

    assert (finished.returncode, finished.stderr) == (3, "To find out, run: ...\n")
    alert = (programs.parent / "log").read_text(encoding="utf-8")
    assert alert.endswith("may have been sent (exit status 3)\n")


def test_export_month__of_the_account(account: Sandbox, programs: Path) -> None:
    """The messages of a month are CSV, and those of others are not in it."""
    now = datetime.now(timezone.utc)
    fields = {"from_number": NUMBER, "to_number": RECIPIENT}
    Message.create({**fields, "body": 'one, "two"\nthree'})
    account.advance(timedelta(days=40).total_seconds())
    Message.create({**fields, "body": "later"})
    finished = run_script(programs, "export_month.sh", f"{now:%Y-%m}")
    rows = list(csv.DictReader(finished.stdout.splitlines(keepends=True)))

    assert (finished.returncode, finished.stderr) == (0, "")
    assert [row["body"] for row in rows] == ['one, "two"\nthree']
    assert (rows[0]["id"], rows[0]["status"]) == ("1", "delivered")


@pytest.mark.parametrize(
    ("month", "following"),
    [
        ("2026-08", "2026-09"),
        ("2026-09", "2026-10"),
        ("2026-11", "2026-12"),
        ("2026-12", "2027-01"),
    ],
)
def test_export_month__ends(programs: Path, month: str, following: str) -> None:
    """A month ends where the following one begins."""
    write_program(programs / "vivialconnect", 'echo "$@"')
    finished = run_script(programs, "export_month.sh", month)

    period = f"--since {month}-01 --until {following}-01"
    assert finished.stdout == f"messages list {period} --all --csv\n"


def test_buy_and_tag__number(account: Sandbox, programs: Path) -> None:
    """A number of the area code is bought and tagged, and is all that is written."""
    finished = run_script(programs, "buy_and_tag.sh", "212", "table=4", "area=terrace")
    number = Number.find_first(order="id desc")

    assert (finished.returncode, finished.stderr) == (0, "")
    assert number is not None
    assert finished.stdout == f"{number.id}\t{number.phone_number}\n"
    assert number.phone_number.startswith("+1212")
    assert number.reload_tags() == {"table": "4", "area": "terrace"}


def test_buy_and_tag__no_number(account: Sandbox, programs: Path) -> None:
    """Without a number to buy, nothing is bought."""
    write_program(programs / "vivialconnect", "exit 0")
    finished = run_script(programs, "buy_and_tag.sh", "212", "table=4")

    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == "There is no number in area code 212 to buy.\n"
    assert Number.count() == 1
