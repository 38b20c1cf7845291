"""How long to wait before a call is worth making again: pure functions of answer and time."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Optional

LONGEST_FIGURE = 12  # digits; more are no waiting time but a mistake


def retry_after(value: Optional[str], now: datetime) -> Optional[float]:
    """Return the seconds that a ``Retry-After`` asks for, given in seconds or as a date.

    :param value: The header's value.
    :param now: The time to count a date from.

    >>> retry_after("120", datetime(2020, 7, 2, tzinfo=timezone.utc))
    120.0
    """
    # The parser of dates is imported here, for nearly every process goes without it.
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - rarely needed

    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) <= LONGEST_FIGURE else None
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - now).total_seconds())
