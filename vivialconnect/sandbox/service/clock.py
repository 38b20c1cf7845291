"""The clocks of the sandbox, and the formats of its timestamps.

The wall clock checks signatures. The other clock decides what has happened to messages, and a test
can move it forward without making the signatures of its requests invalid.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Callable

#: The latest time that ``advance`` accepts, well before the last year of ``datetime``.
LATEST = datetime(9000, 1, 1, tzinfo=timezone.utc).timestamp()


class _Offset(threading.local):
    """The offset of both clocks in the current thread, in seconds."""

    seconds = 0.0


class Clock:
    """A clock that can be moved forward.

    :param wall: returns the time in seconds since 1970, UTC.
    """

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._advanced = 0.0
        self._offset = _Offset()
        self._lock = threading.Lock()

    def wall(self) -> float:
        """Return the time of the wall clock, in seconds since 1970, UTC."""
        return self._wall() + self._offset.seconds

    def now(self) -> float:
        """Return the time that messages follow, in seconds since 1970, UTC."""
        return self.wall() + self._advanced

    @contextmanager
    def off(self, seconds: float) -> Generator[None, None, None]:
        """Shift both clocks in this thread while the context is open.

        :param seconds: how far forward; negative for backward.
        """
        self._offset.seconds = seconds
        try:
            yield
        finally:
            self._offset.seconds = 0.0

    def advance(self, seconds: float) -> None:
        """Move the clock forward.

        :param seconds: how far.
        :raises ValueError: if it is negative, or leads past the year 9000.
        """
        with self._lock:
            if not 0 <= seconds <= LATEST - self.now():
                raise ValueError(
                    "seconds must be 0 or more, and not lead past the year 9000, "
                    "got {!r}. The sandbox's clock only moves forward.".format(seconds)
                )
            self._advanced += seconds

    def reset(self) -> None:
        """Set the clock back to the wall clock."""
        with self._lock:
            self._advanced = 0.0


def timestamp(moment: float) -> str:
    """Format a time as ``2020-06-29T12:30:07``, in UTC and without an offset.

    :param moment: seconds since 1970, UTC; fractions are cut off.
    """
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def precise_timestamp(moment: float) -> str:
    """Format a time as ``2020-06-29T12:30:07.123456``, in UTC and without an offset.

    :param moment: seconds since 1970, UTC.
    """
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")


def log_timestamp(moment: float) -> str:
    """Format a time as logs do: ``YYYYMMDDhhmmss`` and six digits of the fraction.

    :param moment: seconds since 1970, UTC.
    """
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y%m%d%H%M%S%f")
