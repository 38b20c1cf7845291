"""The help of every leaf is in ``help.txt``, which ``python -m tests.command.test_help`` writes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.command.leaves import Leaf, all_leaves
from vivialconnect.command.main import COMMANDS, parser_for

GOLDEN = Path(__file__).parent / "help.txt"
LEAVES = [leaf for leaf in all_leaves() if leaf.has_example]
MARK = "$ vivialconnect {} --help\n"


def written() -> str:
    """Return the help of every leaf."""
    return "".join(f"{MARK.format(leaf.name)}{leaf.parser.format_help()}\n" for leaf in LEAVES)


def golden() -> dict[str, str]:
    """Return the help of each leaf in the file."""
    parts = GOLDEN.read_text(encoding="utf-8").split("$ vivialconnect ")[1:]
    return dict(part.split(" --help\n", 1) for part in parts)


@pytest.fixture(autouse=True)
def width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the help be 80 columns wide."""
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.name.replace(" ", "-"))
def test_help__golden(leaf: Leaf) -> None:
    """The help of a leaf has not changed. Python's releases break its lines at other places."""
    assert leaf.parser.format_help().split() == golden()[leaf.name].split()


def test_help__golden_has_no_other() -> None:
    """The file has the leaves that there are."""
    assert set(golden()) == {leaf.name for leaf in LEAVES}


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.name.replace(" ", "-"))
def test_help__sentence_and_example(leaf: Leaf) -> None:
    """The help says what a leaf does in a sentence, and has an example of it."""
    assert leaf.parser.description is not None
    assert leaf.parser.description.endswith(".")
    assert leaf.example.startswith(leaf.name)


def test_help__names_every_command() -> None:
    """The help of the command itself names every command, without importing it."""
    before = set(sys.modules)
    text = parser_for([]).format_help()
    assert [name for name, *_ in COMMANDS if f"\n    {name} " not in text] == []
    assert set(sys.modules) == before


if __name__ == "__main__":
    os.environ["COLUMNS"] = "80"
    GOLDEN.write_text(written(), encoding="utf-8")
