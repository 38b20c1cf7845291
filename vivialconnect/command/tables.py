"""Tables on a terminal, as wide as the terminal at most."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

#: The widths of the columns are those of the first lines, so that a list of any length is written
#: as it comes.
MEASURED_LINES = 150
GAP = "  "
MIN_WIDTH = 6
ELLIPSIS = "\u2026"


def write_table(
    columns: Sequence[str], lines: Iterable[Sequence[str]], *, color: bool = False
) -> None:
    """Write a table to stdout, with a header. An empty list writes nothing.

    :param columns: the header.
    :param lines: the cells of each line, free of control characters.
    :param color: whether the header may be bold.
    """
    remaining = iter(lines)
    first = list(islice(remaining, MEASURED_LINES))
    if not first:
        return
    widths = _fit([columns, *first], shutil.get_terminal_size().columns)
    header = _format([name.upper() for name in columns], widths)
    sys.stdout.write(f"\x1b[1m{header}\x1b[0m\n" if color else header + "\n")
    for line in chain(first, remaining):
        sys.stdout.write(_format(line, widths) + "\n")


def _fit(lines: Sequence[Sequence[str]], available: int) -> list[int]:
    """Return the width of each column; the widest columns are cut until all fit."""
    widths = [max(map(width, cells)) for cells in zip(*lines)]
    excess = sum(widths) + len(GAP) * (len(widths) - 1) - available
    while excess > 0 and max(widths) > MIN_WIDTH:
        widest = widths.index(max(widths))
        others = [each for index, each in enumerate(widths) if index != widest]
        next_widest = max([MIN_WIDTH, *(each for each in others if each < widths[widest])])
        cut = min(excess, max(1, widths[widest] - next_widest))
        widths[widest] -= cut
        excess -= cut
    return widths


def _format(cells: Sequence[str], widths: Sequence[int]) -> str:
    return GAP.join(_padded(cells, widths)).rstrip()


def _padded(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for cell, space in zip(cells, widths):
        shown = cell if width(cell) <= space else cut(cell, space - 1) + ELLIPSIS
        yield shown + " " * (space - width(shown))


def width(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    return len(text) if text.isascii() else sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, space: int) -> str:
    """Return as much of a text as fits into a space."""
    used = 0
    for index, character in enumerate(text):
        used += _character_width(character)
        if used > space:
            return text[:index]
    return text
