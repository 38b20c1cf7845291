"""Every verb, by the example of its help: into a pipe, on a terminal, without stdin, into head."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.campaigns.shell import SENDER, settings_of
from tests.command.leaves import Leaf, all_leaves
from tests.command.processes import HEAD, PTY, WAYS, Forker
from vivialconnect import Number
from vivialconnect.campaigns import Campaign
from vivialconnect.sandbox import Sandbox

#: Verbs that write nothing to stdout.
SILENT = {"cancel", "move", "pause", "purge", "resolve", "resume"}
LEAVES = [leaf for leaf in all_leaves() if leaf.name.startswith("campaign ")]
ROW = {"id": "1047", "phone": "+15154469790", "first_name": "Ann"}


@pytest.fixture(scope="module")
def forker() -> Iterator[Forker]:
    """Start the process that runs commands in processes of their own."""
    with Forker() as running:
        yield running


@pytest.fixture
def environment(
    vivialconnect_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Let the environment lead to a sandbox with one number, and work in a folder of the test."""
    for name, value in settings_of(vivialconnect_sandbox).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.chdir(tmp_path)
    Number({"phone_number": SENDER, "phone_number_type": "local"}).buy()


def prepare(verb: str) -> None:
    """Write a list, and plan it as far as a verb needs it."""
    Path("list.csv").write_text(f"{','.join(ROW)}\n{','.join(ROW.values())}\n", encoding="utf-8")
    if verb == "plan":
        return
    with Campaign.open("june.db") as campaign:
        campaign.plan("list.csv", from_number=SENDER, to="phone", body="Hi", key="id")
        if verb == "purge":
            campaign.cancel()
    with closing(sqlite3.connect("june.db")) as journal, journal:
        if verb in ("report", "resolve"):
            journal.execute("UPDATE texts SET state = 'open'")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.name.split()[-1])
def test_leaf__example(leaf: Leaf, way: str, environment: None, forker: Forker) -> None:
    """The example of a verb works, writes data to stdout alone, and hangs nowhere."""
    verb = leaf.name.split()[-1]
    prepare(verb)
    words = [re.sub("^postgresql:.*", "new.db", word) for word in leaf.words]
    ran = forker.run(words, way)

    assert ran.status == 0, ran
    assert "Traceback" not in ran.out + ran.err
    if way == PTY:
        assert "\x1b" not in re.sub(r"\x1b\[[0-9;]*[mK]", "", ran.out)
    elif verb in SILENT:
        assert ran.out == ""
    else:
        assert ran.out.endswith("\n")
        assert (ran.out.count("\n") == 1) or way != HEAD


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.name.split()[-1])
def test_leaf__sentence_and_example(leaf: Leaf) -> None:
    """The help says what a verb does in a sentence, and has an example of it."""
    assert leaf.parser.description is not None
    assert leaf.parser.description.endswith(".")
    assert leaf.example.startswith(leaf.name)


def test_leaves__are_the_verbs() -> None:
    """The verbs are those that were promised, and one that moves a campaign."""
    assert {leaf.name.split()[-1] for leaf in LEAVES} == {
        "cancel", "estimate", "move", "pause", "plan", "purge", "report", "resolve", "resume",
        "run", "status", "suppress", "work",
    }  # fmt: skip
