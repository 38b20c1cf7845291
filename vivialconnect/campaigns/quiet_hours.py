"""Quiet hours: when a text may be sent, in the time zones of its recipient."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from vivialconnect.common.times import utc_now
from vivialconnect.common.values import shorten

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_MINUTE = timedelta(minutes=1)
#: If a moment that is allowed in all time zones exists, it exists within these days.
_SEARCHED_DAYS = timedelta(days=3)
#: In North America, the first seven digits of a number determine its time zones.
_NORTH_AMERICA, _PREFIX = "+1", len("+1515446")
_UNKNOWN = "Etc/Unknown"


class QuietHours:
    """The hours of each day in which no text is sent, by the clock of the recipient.

    A text with several time zones is sent only if it is allowed in all of them. Quiet hours whose
    end is before their start include midnight. If the clock is set forward over the end, they end
    at that moment.

    :param start: The first minute of the quiet hours, ``HH:MM`` (00:00 to 23:59).
    :param end: The first minute after them, ``HH:MM``.
    :param time_zone: The time zone of recipients without one, an IANA name (``America/Chicago``).
    :raises ValueError: If a time or the time zone is invalid, or start and end are equal.

    Example:

        >>> from datetime import datetime, timezone
        >>> from vivialconnect.campaigns.quiet_hours import QuietHours
        >>> quiet = QuietHours("21:00", "09:00", "America/Chicago")
        >>> night = datetime(2026, 6, 1, 4, 30, tzinfo=timezone.utc)  # 23:30 in Chicago
        >>> quiet.next_allowed(night, []).isoformat()
        '2026-06-01T14:00:00+00:00'
        >>> quiet.next_allowed(night, ["Asia/Tokyo"]) == night
        True
    """

    def __init__(self, start: str, end: str, time_zone: str | None = None) -> None:
        self._start, self._end = _parse_time(start, "start"), _parse_time(end, "end")
        if self._start == self._end:
            raise ValueError(f"quiet hours must not start and end at the same time, got {start!r}.")
        if time_zone is not None:
            load_time_zone(time_zone)
        #: The time zone of recipients without one; ``None`` if there is none.
        self.time_zone = time_zone
        self._refusals: dict[tuple[str, ...], str] = {}

    def __repr__(self) -> str:
        times = f"{self._start:%H:%M}", f"{self._end:%H:%M}"
        return f"QuietHours({times[0]!r}, {times[1]!r}, {self.time_zone!r})"

    def next_allowed(self, moment: datetime, time_zones: Sequence[str]) -> datetime:
        """Return the first moment at which a text may be sent.

        :param moment: The earliest moment, an aware datetime.
        :param time_zones: The time zones of the recipient, IANA names. If empty, the time zone of
            the quiet hours is used.
        :returns: ``moment`` itself if it is allowed, else the end of the quiet hours in UTC.
        :raises ValueError: If the moment is naive, no time zone is known, a time zone is invalid,
            or no time is allowed in all time zones.
        """
        if moment.tzinfo is None:
            raise ValueError(f"moment must have a time zone, got {moment!r}.")
        names = time_zones or ([self.time_zone] if self.time_zone else [])
        if not names:
            raise ValueError("the time zone is unknown, and quiet hours require it.")
        zones = [load_time_zone(name) for name in names]
        found = moment
        while found - moment < _SEARCHED_DAYS:
            ends = [self._end_after(found, zone) for zone in zones if self._is_quiet(found, zone)]
            if not ends:
                return found
            found = max(ends)
        raise ValueError(f"no time is outside the quiet hours in all of {', '.join(names)}.")

    def refusal(self, time_zones: Sequence[str]) -> str:
        """Return why a recipient can get no text at any time; empty if they can.

        :param time_zones: The time zones of the recipient, as for :meth:`next_allowed`.
        """
        names = tuple(time_zones)
        if names not in self._refusals:
            reason = ""
            try:
                self.next_allowed(utc_now(), names)
            except ValueError as error:
                reason = str(error)
            self._refusals[names] = reason
        return self._refusals[names]

    def _is_quiet(self, moment: datetime, zone: ZoneInfo) -> bool:
        clock = moment.astimezone(zone).time()
        if self._start < self._end:
            return self._start <= clock < self._end
        return clock >= self._start or clock < self._end

    def _end_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return the end of the quiet hours that contain a moment."""
        local = moment.astimezone(zone)
        days = timedelta(days=int(local.time() >= self._end))
        end = datetime.combine(local.date() + days, self._end, zone)
        # The clock may show the end twice, or never. These are the moments before and after.
        candidates = [end.replace(fold=fold).astimezone(timezone.utc) for fold in (0, 1)]
        found = max(min(candidates), moment.astimezone(timezone.utc))
        if self._is_quiet(found, zone):
            found = found.replace(second=0, microsecond=0)
        while self._is_quiet(found, zone):
            found += _MINUTE
        return found


@lru_cache(maxsize=1024)
def load_time_zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name.

    :param name: A name such as ``America/Chicago``.
    :raises ValueError: If the name is unknown, or the system has no time zones.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        if name == "UTC":
            raise ValueError("this system has no time zones: pip install tzdata") from error
        load_time_zone("UTC")
        rule = "time zone must be an IANA name (America/Chicago), got {}."
        raise ValueError(rule.format(shorten(name))) from error


def time_zones_of(number: str) -> tuple[str, ...]:
    """Return the time zones of a phone number, by its prefix.

    This needs the ``phonenumbers`` package: ``pip install 'vivialconnect[phonenumbers]'``.

    :param number: A phone number in E.164 format.
    :returns: IANA names. Empty if the prefix does not determine them, as for toll-free numbers, or
        if ``phonenumbers`` is not installed.

    Example:

        >>> from vivialconnect.campaigns.quiet_hours import time_zones_of
        >>> time_zones_of("+15154469790")
        ('America/Chicago',)
        >>> time_zones_of("+18005550100")
        ()
    """
    if number.startswith(_NORTH_AMERICA):
        return _time_zones_of(number[:_PREFIX] + "0000")
    return _time_zones_of(number)


@lru_cache(maxsize=65536)
def _time_zones_of(number: str) -> tuple[str, ...]:
    try:
        import phonenumbers.timezone  # noqa: PLC0415 - an optional dependency
    except ImportError:
        return ()
    zones = phonenumbers.timezone
    found: tuple[str, ...] = zones.time_zones_for_number(phonenumbers.parse(number))
    # Numbers such as toll-free ones have all time zones of North America.
    all_zones = zones.time_zones_for_geographical_number(phonenumbers.PhoneNumber(country_code=1))
    return () if found in ((_UNKNOWN,), all_zones) else found


def _parse_time(text: str, name: str) -> time:
    match = _TIME.fullmatch(text)
    if not match:
        rule = "{} of the quiet hours must be a time of day ('21:00'), got {}."
        raise ValueError(rule.format(name, shorten(text)))
    return time(int(match.group(1)), int(match.group(2)))
