"""The sandbox's two clocks: the wall's, and the one that message life follows. No state but theirs.

They are apart so that a test may jump an hour ahead in a message's life without making every
request's signature an hour late.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Callable

#: Where the years end that dates can have, with some left for what comes after a jump.
LAST_MOMENT = datetime(9000, 1, 1, tzinfo=timezone.utc).timestamp()


class _Error(threading.local):
    """By how many seconds the clocks are off, for the thread that asks."""

    seconds = 0.0


class Clock:
    """A clock that can be moved ahead.

    :param wall: gives the time in seconds since 1970, UTC.
    """

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        """Start level with the wall's clock."""
        self._wall = wall
        self._ahead = 0.0
        self._error = _Error()
        self._guard = threading.Lock()

    def wall(self) -> float:
        """Give the time of the wall's clock, in seconds since 1970, UTC."""
        return self._wall() + self._error.seconds

    @contextmanager
    def off(self, seconds: float) -> Generator[None, None, None]:
        """Put both clocks off, for this thread and as long as the context is open.

        :param seconds: how far ahead; negative for behind.
        """
        self._error.seconds = seconds
        try:
            yield
        finally:
            self._error.seconds = 0.0

    def now(self) -> float:
        """Give the time of message life, in seconds since 1970, UTC."""
        return self.wall() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move ahead.

        :param seconds: how far; not negative.
        :raises ValueError: if it is negative, or leads past the year 9000.
        """
        with self._guard:
            if not 0 <= seconds <= LAST_MOMENT - self.now():
                raise ValueError(
                    "advance() takes a number of seconds, 0 or more and not past the year 9000, "
                    "but was given {!r}; the sandbox's clock does not go back".format(seconds)
                )
            self._ahead += seconds

    def reset(self) -> None:
        """Go back to the wall's time."""
        with self._guard:
            self._ahead = 0.0


def timestamp(moment: float) -> str:
    """Write a time as ``2020-06-29T12:30:07``, UTC without offset.

    :param moment: seconds since 1970, UTC.
    :returns: the text; fractions are cut off.
    """
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def precise_timestamp(moment: float) -> str:
    """Write a time as ``2020-06-29T12:30:07.123456``, UTC without offset.

    :param moment: seconds since 1970, UTC.
    :returns: the text.
    """
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")


def log_timestamp(moment: float) -> str:
    """Write a time as the 20 digits that logs use: to the second, then 6 of its fraction.

    :param moment: seconds since 1970, UTC.
    :returns: ``YYYYMMDDhhmmss`` and six digits.
    """
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y%m%d%H%M%S%f")
