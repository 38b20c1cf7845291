"""Parse and format times: ISO 8601, its basic format, and HTTP dates."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone
from typing import Union

import six

from vivialconnect.common import import_with_fork_guard
from vivialconnect.common.values import plain, shorten

#: The types that a time parameter accepts: a datetime (naive is UTC), a date (midnight UTC), or an
#: ISO 8601 string.
Moment = Union[str, date]

# Not strftime(), which depends on the locale.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def utc_now() -> datetime:
    """Return the current time as an aware datetime in UTC."""
    return datetime.now(timezone.utc)


def to_utc(moment: datetime) -> datetime:
    """Convert a datetime to UTC. A naive datetime is UTC.

    :raises ValueError: If the result is outside the years 1 to 9999.
    """
    if moment.utcoffset() is None:
        return moment.replace(tzinfo=timezone.utc)
    try:
        return moment.astimezone(timezone.utc)
    except OverflowError as error:
        raise ValueError(f"{moment} is outside the years 1 to 9999 in UTC") from error


def parse_iso(text: str) -> datetime:
    """Parse ISO 8601 text.

    :param text: A date, or a date and a time, in the basic or the extended form.
    :returns: An aware datetime with the given offset; the default is UTC.
    :raises ValueError: If the text is not ISO 8601, or outside the years 1 to 9999 in UTC.

    >>> parse_iso("2020-07-02T10:11:12-05:00").isoformat()
    '2020-07-02T10:11:12-05:00'
    >>> parse_iso("20200702T101112Z") == parse_iso("2020-07-02T10:11:12")
    True
    """
    isoparse = import_with_fork_guard("dateutil.parser").isoparse
    try:
        parsed: datetime = isoparse(six.ensure_text(text, "ascii"))
        # Of dateutil's own classes of time zones, only the offset is kept.
        aware = parsed.replace(tzinfo=timezone(parsed.utcoffset() or timedelta()))
        to_utc(aware)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is not a date or time in ISO 8601") from error
    return aware


def to_datetime(value: Moment, name: str) -> datetime:
    """Convert the value of a time parameter to an aware datetime.

    :param value: A datetime (naive is UTC), a date (midnight UTC), or ISO 8601 text.
    :param name: The name of the parameter, for the error.
    :raises ValueError: If the value is none of these.

    >>> to_datetime("2020-07-02T10:11:12", "since").isoformat()
    '2020-07-02T10:11:12+00:00'
    """
    value = plain(value, name)
    if isinstance(value, date):
        return to_utc(value if isinstance(value, datetime) else datetime.combine(value, time()))
    shown = shorten(value)
    problem = f"{name} must be a datetime, a date or ISO 8601 text, got {shown}"
    if not isinstance(value, str):
        raise ValueError(problem)
    try:
        return parse_iso(value)
    except ValueError as cause:
        raise ValueError(problem) from cause


def format_basic(moment: datetime) -> str:
    """Format a datetime as ``YYYYMMDDThhmmssZ``, the form of ``X-Auth-Date`` and of queries.

    :param moment: A datetime; naive is UTC. Fractions of a second are dropped.
    :raises ValueError: If it is outside the years 1 to 9999 in UTC.

    >>> format_basic(datetime(2020, 7, 2, 10, 11, 12))
    '20200702T101112Z'
    """
    utc = to_utc(moment)
    return re.sub("[-:]", "", f"{utc.replace(tzinfo=None, microsecond=0).isoformat()}Z")


def format_http_date(moment: datetime) -> str:
    """Format a datetime as the ``Date`` header (IMF-fixdate, RFC 9110 section 5.6.7).

    :param moment: An aware datetime.

    >>> format_http_date(datetime(2020, 7, 2, 10, 11, 12, tzinfo=timezone.utc))
    'Thu, 02 Jul 2020 10:11:12 GMT'
    """
    utc = moment.astimezone(timezone.utc)
    weekday, month = _WEEKDAYS[utc.weekday()], _MONTHS[utc.month - 1]
    return f"{weekday}, {utc.day:02d} {month} {utc.year:04d} {utc:%H:%M:%S} GMT"


def parse_http_date(text: str | None) -> datetime | None:
    """Parse an HTTP date in any of its three forms (RFC 9110 section 5.6.7).

    :returns: An aware datetime in UTC; ``None`` if the text is not a date.

    >>> parse_http_date("Thu, 02 Jul 2020 10:11:12 GMT")
    datetime.datetime(2020, 7, 2, 10, 11, 12, tzinfo=datetime.timezone.utc)
    """
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow to import, rarely needed

    try:
        return to_utc(parsedate_to_datetime(text or ""))
    except (TypeError, ValueError, OverflowError):
        return None
