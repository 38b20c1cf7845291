"""The pages of the documentation: the guide's examples run, and the reference is complete."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import reference
from tests.command.calling import Caller
from vivialconnect.sandbox import Sandbox

GUIDE = Path(__file__).parent.parent.parent / "docs" / "command.rst"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
PROMPT = "$ vivialconnect "


def examples() -> Iterator[tuple[str, str]]:
    """Yield the command lines of the guide, each with its output."""
    text = GUIDE.read_text(encoding="utf-8")
    for block in re.findall(
        r"^\.\. code-block:: console\n\n((?: {4}.*\n|\n)+)", text, re.MULTILINE
    ):
        lines = "".join(line[4:] or "\n" for line in block.splitlines(keepends=True))
        for example in lines.split(PROMPT)[1:]:
            line, _, output = example.partition("\n")
            yield line, output


def test_guide__examples(call: Caller, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the guide shows is what the commands write, from top to bottom."""
    checker = doctest.OutputChecker()
    seen = []
    for line, output in examples():
        result = call(line, status=1 if output.startswith("vivialconnect: ") else 0)
        written = result.out or (result.err if output else "")
        assert checker.check_output(output, written, FLAGS), (line, written)
        seen.append(line)
    assert len(seen) > 15


def test_reference__is_complete() -> None:
    """The reference has every command: ``python -m tests.command.reference`` writes it."""
    assert reference.PAGE.read_text(encoding="utf-8") == reference.render()
