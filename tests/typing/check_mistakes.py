"""Hands ``mistakes.py`` to mypy and pyright: each must complain of the marked lines and no others.

``python tests/typing/check_mistakes.py``, where both are installed.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parent / "mistakes.py"
MARK = "# mistake: "
#: How each checker is called, and how it writes the line of an error.
CHECKERS: dict[str, list[str]] = {
    "mypy": ["mypy", "--strict", "--no-incremental"],
    "pyright": ["pyright"],
}
ERROR = re.compile(r"mistakes\.py:(\d+):(?:\d+)?.*\berror: ")


def marked() -> set[int]:
    """Return the numbers of the lines that have a mistake."""
    lines = PROGRAM.read_text(encoding="utf-8").splitlines()
    return {number for number, line in enumerate(lines, 1) if MARK in line}


def complaints(checker: str) -> set[int]:
    """Return the numbers of the lines that a checker complains of."""
    command = [sys.executable, "-m", *CHECKERS[checker], str(PROGRAM)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return {int(number) for number in ERROR.findall(done.stdout)}


def main() -> int:
    """Compare, tell what differs, and return 1 if anything does."""
    expected = marked()
    status = 0
    if len(expected) != 14:
        sys.stdout.write(f"{len(expected)} lines are marked, and should be fourteen\n")
        status = 1
    for checker in CHECKERS:
        found = complaints(checker)
        for words, lines in (("misses", expected - found), ("dislikes", found - expected)):
            for line in sorted(lines):
                sys.stdout.write(f"{checker} {words} line {line} of {PROGRAM.name}\n")
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
