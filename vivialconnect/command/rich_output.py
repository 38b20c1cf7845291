"""Tables and progress with rich, if the extra ``cli`` is installed."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn
from rich.table import Table
from rich.text import Text


def print_table(
    columns: Sequence[str],
    lines: Sequence[Sequence[str]],
    widths: Sequence[int],
    *,
    color: bool,
    header: bool,
) -> None:
    """Write a part of a table to stdout.

    :param columns: the header.
    :param lines: the cells of each line. Markup in them is text.
    :param widths: the width of each column.
    :param color: whether it may have colors.
    :param header: whether the header is written.
    """
    table = Table(
        box=None,
        show_header=header,
        header_style="bold cyan" if color else "",
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    for name, width in zip(columns, widths):
        table.add_column(Text(name), width=width, no_wrap=True, overflow="ellipsis")
    for line in lines:
        table.add_row(*map(Text, line))
    room = sum(widths) + 2 * len(widths)
    Console(file=sys.stdout, width=room, no_color=not color, highlight=False).print(table)


class RichProgress:
    """A progress bar on stderr, which disappears at the end."""

    def __init__(self) -> None:
        columns = (SpinnerColumn(), MofNCompleteColumn(), BarColumn())
        self._progress = Progress(*columns, console=Console(file=sys.stderr), transient=True)
        self._task = self._progress.add_task("")
        self._progress.start()

    def show(self, done: int, total: int | None) -> None:
        """Show how much is done."""
        self._progress.update(self._task, completed=done, total=total)

    def close(self) -> None:
        """Remove the progress bar."""
        self._progress.stop()
