"""The options of a run, validated before anything is read or sent."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, NamedTuple

from vivialconnect.campaigns.quiet_hours import QuietHours, load_time_zone

SECOND = 1_000_000  # microseconds, the unit of every moment in the journal
ON_UNSEEN = ("ask", "resend")
MAX_RATE = 1_000_000  # texts a second
MAX_THREADS = 1_000
#: Shorter ones leave no time for a request.
MIN_SETTLE = 1  # seconds
MIN_LEASE = 1  # seconds


class Options(NamedTuple):
    """The options of :meth:`.Campaign.run`, which describes them."""

    rate: float = 10
    per_sender: float = 1
    threads: int = 8
    quiet: tuple[str, str] | None = None
    time_zone: str | None = None
    send_before: datetime | None = None
    settle: float = 1200
    on_unseen: str = "ask"
    lease: float = 60
    seconds: float | None = None
    #: The quiet hours, completed from the plan.
    quiet_hours: QuietHours | None = None

    @property
    def settle_time(self) -> int:
        """``settle`` in microseconds."""
        return round(self.settle * SECOND)

    @property
    def lease_time(self) -> int:
        """``lease`` in microseconds."""
        return round(self.lease * SECOND)

    @property
    def expiry(self) -> int | None:
        """``send_before`` in microseconds since 1970; ``None`` for no limit."""
        return None if self.send_before is None else to_microseconds(self.send_before)


def check_quiet(quiet: Any, time_zone: str | None) -> tuple[str, str] | None:
    """Return the start and the end of quiet hours; ``None`` without them.

    :raises ValueError: If a time or the time zone is invalid.
    """
    if time_zone is not None:
        load_time_zone(time_zone)
    if quiet is None:
        return None
    if not isinstance(quiet, (list, tuple)) or len(quiet) != len(("start", "end")):
        raise ValueError(f'quiet must be a pair of times, ("21:00", "09:00"), got {quiet!r}')
    start, end = quiet
    QuietHours(start, end)
    return start, end


def check_options(options: Options) -> Options:
    """Return options unchanged.

    :raises ValueError: If one of them is invalid.
    """
    _check_number("rate", options.rate, 0, MAX_RATE)
    _check_number("per_sender", options.per_sender, 0, MAX_RATE)
    _check_number("settle", options.settle, MIN_SETTLE)
    _check_number("lease", options.lease, MIN_LEASE)
    if options.seconds is not None:
        _check_number("seconds", options.seconds, 0)
    threads: Any = options.threads
    if type(threads) is not int or not 1 <= threads <= MAX_THREADS:
        raise ValueError(f"threads must be an integer from 1 to {MAX_THREADS}, got {threads!r}")
    if options.on_unseen not in ON_UNSEEN:
        raise ValueError(f'on_unseen must be "ask" or "resend", got {options.on_unseen!r}')
    return options


def _check_number(name: str, value: Any, least: float, most: float | None = None) -> None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    fits = is_number and (value > least or value == least > 0) and (most is None or value <= most)
    if not fits:
        bound = f"of at least {least}" if least else "above 0"
        limit = "" if most is None else f" and at most {most:,}"
        raise ValueError(f"{name} must be a number {bound}{limit}, got {value!r}")


def to_microseconds(moment: datetime) -> int:
    """Return an aware datetime as microseconds since 1970."""
    return round(moment.timestamp() * SECOND)


def to_datetime(microseconds: int | None) -> datetime | None:
    """Return a moment of the journal as an aware datetime in UTC."""
    if microseconds is None:
        return None
    return datetime.fromtimestamp(microseconds / SECOND, timezone.utc)
