"""How long the wait before another attempt is, and that it never outlasts the call.

Nothing here ever waits.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plays import OK, Play, broken, call, failure_of, status
from vivialconnect import RateLimit, RequestorError, ServerError, Timeout
from vivialconnect.common import error, retries


@given(st.integers(1, 10**9), st.floats(0, 1, exclude_max=True))
def test_backoff__bounds(attempt: int, drawn: float) -> None:
    """A wait is drawn from 0 up to a limit that doubles from half a second to eight."""
    limit = min(8.0, 0.5 * 2 ** min(attempt - 1, 10))

    assert retries.backoff(attempt, lambda: drawn) == drawn * limit
    assert 0 <= retries.backoff(attempt) < limit


def test_backoff__drawn_anew_for_each_wait() -> None:
    """The dice are cast for each wait, over the whole of its range."""
    random.seed(20200702)
    expected = random.Random(20200702)
    play = Play(status(503))
    failure_of(play, "GET", max_retries=6)

    limits = [0.5, 1, 2, 4, 8, 8]
    assert play.waits == pytest.approx([expected.random() * limit for limit in limits])


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [("17", 17.0), ("0", 0.0), ("Thu, 02 Jul 2020 10:11:22 GMT", 10.0),
     ("Thu, 02 Jul 2020 10:00:00 GMT", 0.0)],
)  # fmt: skip
def test_retry_after__is_waited_for(value: str, expected: float, method: str) -> None:
    """The wait is the one that the service asked for, in seconds or as a date."""
    play = Play(status(429, retry_after=value), OK)
    call(play, method)

    assert play.waits == [expected]


@pytest.mark.parametrize("code", [502, 503, 504])
def test_retry_after__with_a_status_that_is_repeated(code: int) -> None:
    """It counts with every status after which a call is repeated."""
    play = Play(status(code, retry_after="3"), OK)
    call(play, "GET")

    assert play.waits == [3.0]


@pytest.mark.parametrize("value", ["soon", "-1", "1e3", "9" * 13, ""])
def test_retry_after__that_is_no_time(value: str) -> None:
    """What names no time is passed over, and the wait is the usual one."""
    play = Play(status(429, retry_after=value), OK)
    call(play, "GET")

    assert 0 <= play.waits[0] < 0.5


@pytest.mark.parametrize(
    ("value", "waits"),
    [("29", [29.0]), ("30", []), ("86400", []), ("Thu, 02 Jul 2020 10:11:41 GMT", [29.0]),
     ("Fri, 03 Jul 2020 10:11:12 GMT", [])],
)  # fmt: skip
def test_retry_after__past_the_time_of_the_call(
    value: str, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wait that would not leave any of the call's time is told at once, and not waited for."""
    monkeypatch.setattr("time.monotonic", lambda: 1000.0)
    play = Play(status(429, retry_after=value))
    caught = failure_of(play, "POST", request_timeout=30, max_retries=1)

    assert isinstance(caught, RateLimit)
    assert play.waits == waits
    assert caught.attempts == len(waits) + 1
    assert caught.retry_after is not None
    assert f"wait {caught.retry_after:.0f} seconds" in str(caught)


class Hours:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.reading = 1000.0

    def __call__(self) -> float:
        """Return the reading."""
        return self.reading

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.reading += seconds


def test_deadline__over_all_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    """All attempts and waits share the time of one call, and the last answer is what is told."""
    hours = Hours()
    monkeypatch.setattr("time.monotonic", hours)
    play = Play(status(503, retry_after="10"))
    caught = failure_of(play, "GET", request_timeout=35, max_retries=1000, sleep=hours.sleep)

    assert isinstance(caught, ServerError)
    assert caught.attempts == 4
    assert {limits.deadline for limits in play.limits} == {1035.0}
    assert hours.reading == 1030.0


def test_deadline__time_is_up_in_an_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt that took all the time is the last."""
    hours = Hours()
    monkeypatch.setattr("time.monotonic", hours)

    def take_all() -> RequestorError:
        hours.reading += 30
        return broken(error.UNKNOWN, Timeout)()

    play = Play(take_all)
    caught = failure_of(play, "GET", request_timeout=30)

    assert isinstance(caught, Timeout)
    assert (caught.attempts, play.waits) == (1, [])
