"""The clocks of the sandbox, and the formats of its timestamps.

The wall clock checks signatures. The message clock determines the status of messages. A test
can move it forward without making the signatures of its requests invalid.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Callable

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
#: A second in microseconds.
SECOND = 1_000_000
#: The latest time that ``advance`` accepts, well before the last year of ``datetime``.
LATEST = datetime(9000, 1, 1, tzinfo=timezone.utc).timestamp()


class _Offset(threading.local):
    """The offset of both clocks in the current thread, in seconds."""

    seconds = 0.0


def _system_clock() -> float:
    # Not time.time(): freezegun does not freeze it for callers near the start of a thread.
    return datetime.now(timezone.utc).timestamp()


class Clock:
    """A clock that can be moved forward.

    :param wall: returns the time in seconds since 1970, UTC; the system clock by default.
    """

    def __init__(self, wall: Callable[[], float] | None = None) -> None:
        self._wall = wall or _system_clock
        self._advanced = 0.0
        self._offset = _Offset()
        self._lock = threading.Lock()

    @property
    def advanced(self) -> float:
        """How many seconds the message clock was moved forward."""
        return self._advanced

    def wall(self) -> float:
        """Return the time of the wall clock, in seconds since 1970, UTC."""
        return self._wall() + self._offset.seconds

    def now(self) -> float:
        """Return the time of the message clock, in seconds since 1970, UTC."""
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
            self.check(seconds)
            self._advanced += seconds

    def check(self, seconds: float) -> None:
        """Check how far the clock is to move forward.

        :param seconds: how far.
        :raises ValueError: if it is negative, or leads past the year 9000.
        """
        if not 0 <= seconds <= LATEST - self.now():
            raise ValueError(
                "seconds must be 0 or more, and not lead past the year 9000, "
                f"got {seconds!r}. The sandbox's clock only moves forward."
            )

    def reset(self) -> None:
        """Set the clock back to the wall clock."""
        with self._lock:
            self._advanced = 0.0


def timestamp(moment: float) -> str:
    """Format a time as ``2020-06-29T12:30:07``, in UTC and without an offset.

    :param moment: seconds since 1970, UTC; fractions are cut off.
    """
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def api_timestamp(seconds: int | None) -> str | None:
    """Format a time as the API does: ``2020-06-29T12:30:07+00:00``.

    :param seconds: seconds since 1970, UTC; ``None`` for a time that is not known yet.
    """
    return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc).isoformat()


def microseconds(moment: float) -> int:
    """Return a time as logs and transactions store it.

    :param moment: seconds since 1970, UTC.
    """
    return round(moment * SECOND)


def to_datetime(microseconds: int) -> datetime:
    """Return a stored time as a datetime in UTC.

    :param microseconds: microseconds since 1970, UTC.
    """
    return EPOCH + timedelta(microseconds=microseconds)


def to_microseconds(moment: datetime) -> int:
    """Return a datetime with an offset as logs and transactions store it."""
    return (moment - EPOCH) // timedelta(microseconds=1)
