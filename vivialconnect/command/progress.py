"""Progress on stderr, on a terminal alone, of what takes over a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from vivialconnect.command.terminal import is_terminal

ItemT = TypeVar("ItemT")

#: Seconds before the progress is shown, and between two updates.
PATIENCE = 1.0
INTERVAL = 0.2


class Progress:
    """Show how far a command is: ``with Progress() as progress``.

    It shows nothing if stderr is not a terminal, or if stdout is one and shows the data itself.
    """

    def __init__(self) -> None:
        self._enabled = is_terminal(sys.stderr) and not is_terminal(sys.stdout)
        self._next = time.monotonic() + PATIENCE
        self._display: Any = None

    def __enter__(self) -> Progress:  # noqa: PYI034 - Python 3.9 has no Self
        return self

    def __exit__(self, *_: object) -> None:
        if self._display is not None:
            self._display.close()

    def update(self, done: int, total: int | None = None) -> None:
        """Show a number, unless one was shown just now.

        :param done: how much is done.
        :param total: the total, if it is known.
        """
        if not self._enabled or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + INTERVAL
        if self._display is None:
            from vivialconnect.command.tables import find_rich  # noqa: PLC0415 - rarely needed

            self._display = getattr(find_rich(), "RichProgress", PlainProgress)()
        self._display.show(done, total)

    def counting(self, items: Iterable[ItemT]) -> Iterator[ItemT]:
        """Yield the items, and show how many there were."""
        if not self._enabled:
            yield from items
            return
        for count, item in enumerate(items, 1):
            self.update(count)
            yield item


class PlainProgress:
    """A line on stderr, which disappears at the end."""

    def show(self, done: int, total: int | None) -> None:
        """Show how much is done."""
        of = f" of {total:,}" if total else ""
        sys.stderr.write(f"\r{done:,}{of}\x1b[K")
        sys.stderr.flush()

    def close(self) -> None:
        """Remove the line."""
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
