"""The pages about campaigns: their commands run, and their pictures show what there is."""

from __future__ import annotations

import os
import re
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from tests.campaigns.shell import SENDER, shell
from vivialconnect import Message
from vivialconnect.campaigns import Campaign
from vivialconnect.campaigns.results import Status
from vivialconnect.command.main import main
from vivialconnect.sandbox import Sandbox

__all__ = ["shell"]

DOCS = Path(__file__).parent.parent.parent / "docs"
GUIDE = DOCS / "campaigns.rst"
RUNBOOK = DOCS / "campaigns-runbook.rst"
SVG = "{http://www.w3.org/2000/svg}"
#: States of texts that the picture has and the status does not: it counts them as todo.
HIDDEN_STATES = {"leased"}


class Shown(NamedTuple):
    """A command of a page, and what the page shows of its output."""

    command: list[str]
    output: str


def blocks(page: Path, kind: str) -> list[str]:
    """Return the code blocks of a kind, without their indentation."""
    text = page.read_text(encoding="utf-8")
    pattern = rf"^( *)\.\. code-block:: {kind}\n((?:\1   .*\n|\n)+)"
    found = re.finditer(pattern, text, re.MULTILINE)
    return [re.sub(rf"^{each[1]}   ", "", each[2], flags=re.MULTILINE) for each in found]


def commands(page: Path) -> list[Shown]:
    """Return the commands of the console blocks."""
    parts = [part for block in blocks(page, "console") for part in block.split("$ ")[1:]]
    lines = [part.replace("\\\n", "").strip("\n").split("\n", 1) for part in parts]
    return [Shown(shlex.split(first)[1:], "\n".join(rest).strip("\n")) for first, *rest in lines]


def write_list_of_guide() -> None:
    """Write the list that the guide shows."""
    (block,) = (each for each in blocks(GUIDE, "text") if "list.csv" in each)
    Path("list.csv").write_text(block.partition("\n\n")[2], encoding="utf-8")


@pytest.mark.usefixtures("shell")
def test_guide__commands(capsys: pytest.CaptureFixture[str]) -> None:
    """The commands of the guide run from top to bottom, and write what the guide shows."""
    write_list_of_guide()
    shown = commands(GUIDE)
    for command, output in shown:
        status = main(command)
        written = capsys.readouterr().out.strip("\n")
        assert output in ("", written)
        # The guide resolves a text that is not open in this run.
        assert status == ("resolve" in command)

    assert len([each for each in shown if each.output]) >= 3


@pytest.mark.usefixtures("shell")
def test_runbook__commands_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """No command of the runbook is misuse."""
    with Campaign.open("june.sqlite3") as campaign:
        campaign.plan([{"phone": "+15154469790"}], from_number=SENDER, to="phone", body="Hi")
    shown = commands(RUNBOOK)

    assert [command for command, _ in shown if main(command) == 2] == []
    assert len(shown) > 8


@pytest.mark.usefixtures("shell")
def test_guide__cron_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vivialconnect_sandbox: Sandbox
) -> None:
    """The script for cron sends, and mails what is open."""
    write_list_of_guide()
    (block,) = (each for each in blocks(GUIDE, "sh") if "hourly.sh" in each)
    script = block.partition("\n\n")[2].replace("21:00-09:00", hours_to_come())
    script = script.replace("--seconds 3000", "--seconds 3000 --settle 1 --per-sender 50")
    write_program(tmp_path / "hourly.sh", script)
    command = f'exec {shlex.quote(sys.executable)} -m vivialconnect "$@"'
    write_program(tmp_path / "vivialconnect", f"#!/bin/sh\n{command}\n")
    write_program(tmp_path / "mail", '#!/bin/sh\necho "$@" >mail.txt\ncat >>mail.txt\n')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    fault = "internal_server_error"
    vivialconnect_sandbox.chaos.add(fault, method="POST", times=1, takes_effect=False)
    done = subprocess.run([tmp_path / "hourly.sh"], check=False, capture_output=True, timeout=60)
    mailed = Path("mail.txt").read_text(encoding="utf-8")

    assert done.returncode == 0, done
    assert mailed.startswith("-s Some texts are open: see the runbook ops@example.com\n")
    assert "open\t1\n" in mailed
    assert Message.count() == 2


def hours_to_come() -> str:
    """Return quiet hours that begin in two hours in America."""
    now = datetime.now(ZoneInfo("America/Chicago"))
    return f"{now + timedelta(hours=3):%H}:00-{now + timedelta(hours=4):%H}:00"


def write_program(path: Path, text: str) -> None:
    """Write a program that can be run."""
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def test_guide__options_and_states() -> None:
    """The tables of the guide have every option of a run, and every state."""
    text = GUIDE.read_text(encoding="utf-8")
    named = set(re.findall(r"\* - ``(\S+)``", text))
    counts = {*Status._fields} - {"name", "state", "duplicates", "invalid"}

    assert counts <= named
    assert {"--rate", "--per-sender", "--threads", "--quiet", "--time-zone", "--send-before",
            "--settle", "--on-unseen", "--lease"} <= named  # fmt: skip


def texts_of(picture: str, group: str = "") -> list[str]:
    """Return the texts of a picture, or of a group in it."""
    root = ET.parse(DOCS / "_static" / picture).getroot()  # noqa: S314 - our own file
    inside = root.find(f".//{SVG}g[@id='{group}']") if group else root
    assert inside is not None
    return [text.text or "" for text in inside.iter(SVG + "text")]


def test_picture__of_the_states() -> None:
    """The picture shows every state of a text."""
    counts = {*Status._fields} - {"name", "state", "duplicates", "invalid"}

    assert counts | HIDDEN_STATES <= {*texts_of("campaign-states.svg")}


def test_picture__of_the_tables(tmp_path: Path) -> None:
    """The picture shows every table of a journal with its columns, in their order."""
    path = tmp_path / "june.db"
    with Campaign.open(path) as campaign:
        campaign.plan([], from_number=SENDER, to="phone", body="Hi")
    with closing(sqlite3.connect(path)) as journal:
        names = [
            name
            for (name,) in journal.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith("sqlite_")
        ]
        columns = {
            name: [row[1] for row in journal.execute(f"PRAGMA table_info({name})")]
            for name in names
        }

    assert len(columns) == 5
    # After the name of the table, each column is followed by its type.
    assert {name: texts_of("campaign-tables.svg", name)[1::2] for name in names} == columns
