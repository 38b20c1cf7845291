"""Tables on a terminal, as wide as the terminal at most."""

from __future__ import annotations

import importlib
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

#: The widths of the columns are those of the first lines, so that a list of any length is written
#: as it comes.
LINES_AT_A_TIME = 150
GAP = "  "
#: A column is not cut to less than this.
MIN_WIDTH = 6
MIN_LAST_WIDTH = 12
ELLIPSIS = "\u2026"
_UTC_OFFSET = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\+00:00")


def find_rich() -> Any:
    """Return the module that uses rich; ``None`` if rich is not installed."""
    try:
        return importlib.import_module("vivialconnect.command.rich_output")
    except ImportError:
        return None


def write_table(
    columns: Sequence[str], lines: Iterable[Sequence[str]], *, color: bool = False
) -> None:
    """Write a table to stdout, with a header. An empty list writes nothing.

    :param columns: the header.
    :param lines: the cells of each line, free of control characters.
    :param color: whether the header may have colors.
    """
    titles = [name.upper() for name in columns]
    print_part = getattr(find_rich(), "print_table", _print_part)
    remaining = iter(lines)
    widths: list[int] | None = None
    while True:
        part = [[*map(_shorten, line)] for line in islice(remaining, LINES_AT_A_TIME)]
        if not part:
            return
        is_first = widths is None
        widths = widths or _fit([titles, *part], shutil.get_terminal_size().columns)
        cells = [[*map(_fitted, line, widths)] for line in part]
        print_part(titles, cells, widths, color=color, header=is_first)


def _shorten(cell: str) -> str:
    """Return a time with ``Z`` for its offset, and any other text unchanged."""
    time = _UTC_OFFSET.fullmatch(cell)
    return time[1] + "Z" if time else cell


def _fit(lines: Sequence[Sequence[str]], available: int) -> list[int]:
    """Return the width of each column. The last one, often a text, is cut first."""
    widths = [max(map(width_of, cells)) for cells in zip(*lines)]
    while sum(widths) + len(GAP) * len(widths) > available and max(widths) > MIN_WIDTH:
        cut_last = widths[-1] > MIN_LAST_WIDTH
        widths[-1 if cut_last else widths.index(max(widths))] -= 1
    return widths


def _print_part(
    titles: Sequence[str],
    lines: Sequence[Sequence[str]],
    widths: Sequence[int],
    *,
    color: bool,
    header: bool,
) -> None:
    if header:
        text = _join(titles, widths)
        sys.stdout.write(f"\x1b[1m{text}\x1b[0m\n" if color else text + "\n")
    for line in lines:
        sys.stdout.write(_join(line, widths) + "\n")


def _join(cells: Sequence[str], widths: Sequence[int]) -> str:
    return GAP.join(_padded(cells, widths)).rstrip()


def _padded(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for cell, space in zip(cells, widths):
        shown = _fitted(cell, space)
        yield shown + " " * (space - width_of(shown))


def _fitted(cell: str, space: int) -> str:
    return cell if width_of(cell) <= space else cut(cell, space - 1) + ELLIPSIS


def width_of(text: str) -> int:
    """Return how many columns of a terminal a text takes.

    >>> width_of("Hello"), width_of("\u4f60\u597d"), width_of("e\u0301")
    (5, 4, 1)
    """
    return len(text) if text.isascii() else sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, space: int) -> str:
    """Return as much of a text as fits into some columns.

    >>> cut("Hello", 3), cut("\u4f60\u597d", 3)
    ('Hel', '\u4f60')
    """
    used = 0
    for index, character in enumerate(text):
        used += _character_width(character)
        if used > space:
            return text[:index]
    return text
