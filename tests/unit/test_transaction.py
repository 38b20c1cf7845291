"""The stretch of time that transactions are asked for, for any moment."""

# ruff: noqa: DTZ001 - zones are drawn, or do not matter

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivialconnect.common.times import parse_iso
from vivialconnect.resources.transaction import _period, _year_before

LEAP_DAYS = st.sampled_from([year for year in range(4, 10_000, 4) if year % 100 or not year % 400])
ZONES = st.sampled_from(
    [timezone.utc, timezone(timedelta(hours=14)), timezone(timedelta(hours=-5))]
)
MOMENTS = st.datetimes(
    min_value=datetime(2, 1, 2), max_value=datetime(9999, 12, 30), timezones=ZONES
)


@given(LEAP_DAYS)
def test_year_before__leap_day(year: int) -> None:
    """The year before 29 February begins on 28 February."""
    assert _year_before(datetime(year, 2, 29, 23, 59)) == datetime(year - 1, 2, 28, 23, 59)


@given(st.datetimes(min_value=datetime(2, 1, 1)))
def test_year_before__any_day(moment: datetime) -> None:
    """A year has 365 or 366 days, and begins at the same time of the same day, if there is one."""
    before = _year_before(moment)

    assert moment - before in (timedelta(days=365), timedelta(days=366))
    same_day = (before.month, before.day) == (moment.month, moment.day)
    assert same_day or (moment.month, moment.day) == (2, 29)
    assert before.time() == moment.time()


@given(st.datetimes(max_value=datetime(1, 12, 31)))
def test_year_before__first_year(moment: datetime) -> None:
    """The first year has none before it."""
    assert _year_before(moment) == moment


@given(MOMENTS)
def test_span__ends_now(now: datetime) -> None:
    """The usual stretch ends within a second after now, so that what has just come is in it."""
    span = _period(None, None, now)
    end = parse_iso(span["end_time"])

    assert timedelta(0) <= end - now < timedelta(seconds=1)
    assert timedelta(days=364) < end - parse_iso(span["start_time"]) < timedelta(days=368)


@pytest.mark.parametrize("start", [None, "2020-01-01"])
def test_span__given_end(start: Any) -> None:
    """An end that is given is sent as it is, without its fractions."""
    span = _period(start, datetime(2020, 7, 2, 10, 11, 12, 999999), datetime.now(timezone.utc))

    assert span["end_time"] == "20200702T101112Z"
    assert span["start_time"] == ("20190702T101112Z" if start is None else "20200101T000000Z")
