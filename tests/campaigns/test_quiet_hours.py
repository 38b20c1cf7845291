"""Quiet hours, over both changes of daylight saving time, in four time zones."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vivialconnect.campaigns import quiet_hours
from vivialconnect.campaigns.quiet_hours import QuietHours, load_time_zone, time_zones_of

#: Time zones, and the moments in UTC at which their clocks are set forward and back. Lord Howe
#: Island sets its clocks by half an hour.
CHANGES = {
    "America/Chicago": ("2026-03-08T08:00", "2026-11-01T07:00"),
    "America/St_Johns": ("2026-03-08T05:30", "2026-11-01T04:30"),
    "Europe/London": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "Australia/Lord_Howe": ("2026-10-03T15:30", "2026-04-04T15:00"),
}
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
#: All clocks are set back to 01:00 or later, and before 03:00.
CLOCKS_ARE_SET_BY = 3 * 60


def utc(text: str) -> datetime:
    """Return a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def clock(minutes: int) -> str:
    """Write a minute of the day as a time."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def is_allowed(moment: datetime, start: str, end: str, zones: list[str]) -> bool:
    """Tell whether a moment is outside the quiet hours, by the clocks of all time zones."""
    first, after = time.fromisoformat(start), time.fromisoformat(end)
    clocks = [moment.astimezone(ZoneInfo(zone)).time() for zone in zones]
    if first < after:
        return not any(first <= shown < after for shown in clocks)
    return not any(shown >= first or shown < after for shown in clocks)


def minutes_from(moment: datetime) -> Iterator[datetime]:
    """Give a moment, and the full minutes after it, of three days."""
    yield moment
    full = moment.replace(second=0, microsecond=0)
    yield from (full + MINUTE * count for count in range(1, 3 * 24 * 60))


@given(
    zones=st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=3, unique=True),
    around=st.sampled_from([moment for pair in CHANGES.values() for moment in pair]),
    offset=st.timedeltas(-2 * DAY, DAY),
    start=st.integers(CLOCKS_ARE_SET_BY, 24 * 60 - 1),
    end=st.integers(0, 24 * 60 - 1),
)
def test_next_allowed__is_the_first(
    zones: list[str], around: str, offset: timedelta, start: int, end: int
) -> None:
    """The moment is allowed by all clocks, and is the first such one, near every change."""
    assume(start != end)
    times = clock(start), clock(end)
    moment = utc(around) + offset
    allowed = (each for each in minutes_from(moment) if is_allowed(each, *times, zones))
    first = next(allowed, None)
    if first is None:
        with pytest.raises(ValueError, match="no time is outside the quiet hours in all of"):
            QuietHours(*times).next_allowed(moment, zones)
    else:
        assert QuietHours(*times).next_allowed(moment, zones) == first


@pytest.mark.parametrize(
    ("zone", "night", "morning"),
    [
        # The clocks are set forward in this night: it has 11 hours.
        ("America/Chicago", "2026-03-08T03:00", "2026-03-08T14:00"),
        ("America/St_Johns", "2026-03-08T00:30", "2026-03-08T11:30"),
        ("Europe/London", "2026-03-28T21:00", "2026-03-29T08:00"),
        ("Australia/Lord_Howe", "2026-10-03T10:30", "2026-10-03T22:00"),
        # The clocks are set back in this night: it has 13 hours.
        ("America/Chicago", "2026-11-01T02:00", "2026-11-01T15:00"),
        ("America/St_Johns", "2026-10-31T23:30", "2026-11-01T12:30"),
        ("Europe/London", "2026-10-24T20:00", "2026-10-25T09:00"),
        ("Australia/Lord_Howe", "2026-04-04T10:00", "2026-04-04T22:30"),
    ],
)
def test_next_allowed__nights_of_the_changes(zone: str, night: str, morning: str) -> None:
    """From 21:00 to 09:00 by the clock there, also in the nights in which it is set."""
    quiet = QuietHours("21:00", "09:00")
    before = utc(night) - MINUTE

    assert quiet.next_allowed(before, [zone]) is before
    assert quiet.next_allowed(utc(night), [zone]) == utc(morning)
    assert quiet.next_allowed(utc(morning) - timedelta(microseconds=1), [zone]) == utc(morning)


def test_next_allowed__end_that_the_clock_skips() -> None:
    """If the clock never shows the end, the quiet hours end when it is set forward."""
    quiet = QuietHours("22:00", "02:30", "America/Chicago")

    assert quiet.next_allowed(utc("2026-03-08T07:59:30"), []) == utc("2026-03-08T08:00")


def test_next_allowed__end_that_the_clock_shows_twice() -> None:
    """If the clock shows the end twice, the minutes before the second end are quiet too."""
    quiet = QuietHours("22:00", "01:30", "America/Chicago")

    assert quiet.next_allowed(utc("2026-11-01T06:10"), []) == utc("2026-11-01T06:30")
    assert quiet.next_allowed(utc("2026-11-01T07:10:30"), []) == utc("2026-11-01T07:30")


def test_next_allowed__several_zones() -> None:
    """A recipient with several time zones gets a text when it is allowed in all of them."""
    quiet = QuietHours("21:00", "09:00", "Asia/Tokyo")
    zones = ["America/New_York", "Pacific/Honolulu"]

    # 09:00 in Honolulu; 15:00 in New York
    assert quiet.next_allowed(utc("2026-06-01T13:00"), zones) == utc("2026-06-01T19:00")


def test_next_allowed__never() -> None:
    """If the allowed hours of the time zones have none in common, the error names the zones."""
    quiet = QuietHours("21:00", "09:00")
    with pytest.raises(ValueError, match="in all of Asia/Tokyo, America/Sao_Paulo"):
        quiet.next_allowed(utc("2026-12-01T12:00"), ["Asia/Tokyo", "America/Sao_Paulo"])


def test_next_allowed__time_zone_of_the_campaign() -> None:
    """The time zone of the quiet hours is for recipients without one; without it, no one knows."""
    moment = utc("2026-06-01T12:00")

    assert QuietHours("21:00", "09:00", "Europe/London").next_allowed(moment, []) is moment
    with pytest.raises(ValueError, match="the time zone is unknown"):
        QuietHours("21:00", "09:00").next_allowed(moment, [])


def test_refusal__says_why() -> None:
    """A recipient without a time zone, or without an allowed time, can get no text."""
    quiet = QuietHours("21:00", "09:00")

    assert quiet.refusal(["Europe/London"]) == ""
    assert quiet.refusal([]) == "the time zone is unknown, and quiet hours require it."
    assert quiet.refusal(["Asia/Tokyo", "America/Sao_Paulo"]) == (
        "no time is outside the quiet hours in all of Asia/Tokyo, America/Sao_Paulo."
    )


def test_next_allowed__naive_moment() -> None:
    """A moment without a time zone is refused."""
    with pytest.raises(ValueError, match="moment must have a time zone"):
        QuietHours("21:00", "09:00", "UTC").next_allowed(datetime(2026, 6, 1), [])  # noqa: DTZ001 - the case


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("9:00", "21:00"), "start of the quiet hours must be a time of day"),
        (("21:00", "24:00"), "end of the quiet hours must be a time of day"),
        (("21:00", "21:00"), "must not start and end at the same time, got '21:00'"),
        (("21:00", "09:00", "Chicago"), "must be an IANA name"),
        (("21:00", "09:00", "../UTC"), "must be an IANA name"),
        (("21:00", "09:00", "America"), "must be an IANA name"),
    ],
)
def test_quiet_hours__refused(arguments: tuple[str, ...], problem: str) -> None:
    """Times and time zones are checked when the quiet hours are made."""
    with pytest.raises(ValueError, match=problem):
        QuietHours(*arguments)


def test_quiet_hours__repr() -> None:
    """The repr is the call that makes them."""
    quiet = QuietHours("21:00", "09:00", "America/Chicago")

    assert repr(quiet) == "QuietHours('21:00', '09:00', 'America/Chicago')"


def test_time_zone__system_without_any(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the system has no time zones, the error says what to install."""

    def find_nothing(name: str) -> ZoneInfo:
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr(quiet_hours, "ZoneInfo", find_nothing)
    load_time_zone.cache_clear()
    with pytest.raises(ValueError, match="pip install tzdata"):
        load_time_zone("America/Chicago")


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("+15154469790", ("America/Chicago",)),
        ("+442079460958", ("Europe/London",)),
        ("+18005550100", ()),
        ("+883510012345", ()),
    ],
)
def test_time_zones_of__number(number: str, zones: tuple[str, ...]) -> None:
    """A prefix has its time zones; a toll-free or international one has none."""
    assert time_zones_of(number) == zones


def test_time_zones_of__several() -> None:
    """A number may have several time zones."""
    assert {"Australia/Perth", "Australia/Sydney"} < {*time_zones_of("+61412345678")}


def test_time_zones_of__without_phonenumbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, the time zones of a number are unknown."""
    monkeypatch.setitem(sys.modules, "phonenumbers.timezone", None)
    quiet_hours._time_zones_of.cache_clear()

    assert time_zones_of("+15154469790") == ()
    quiet_hours._time_zones_of.cache_clear()
