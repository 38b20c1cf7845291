"""When a call is made again, and how long after. No I/O: clock and dice are read, nothing waits.

A call is repeated only where it cannot have had an effect, or where repeating it cannot add one:

================================= ==================================================================
what went wrong                   what is repeated
================================= ==================================================================
no connection was made            every method, unless it would only fail again: a certificate that
                                  is not trusted, a CA bundle or proxy that cannot be used
429                               every method: the service has not taken it
502, 503, 504, a network fault    GET, HEAD, PUT and DELETE, but no change of a password
anything else                     nothing
================================= ==================================================================

So a POST whose answer was lost is never sent a second time. The wait before a repetition is drawn
evenly from 0 up to a limit that doubles each time ("full jitter"), so that clients that failed
together do not come back together; where the service named a time in ``Retry-After`` (RFC 9110,
section 10.2.3), it is that time.
"""

from __future__ import annotations

import random
import time
from datetime import datetime
from http import HTTPStatus
from typing import Callable

from vivialconnect.common import error
from vivialconnect.common._encoding import leads_to
from vivialconnect.common.times import parse_http_date

FIRST_LIMIT = 0.5  # seconds, of the wait before the first repetition
LARGEST_LIMIT = 8  # seconds, of any wait that the service did not ask for
LONGEST_FIGURE = 12  # digits of a Retry-After; more are no waiting time but a mistake

REPEATABLE_METHODS = frozenset(("GET", "HEAD", "PUT", "DELETE"))
REPEATABLE_STATUSES = frozenset(
    (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
)
#: Where a password is changed. Repeated, it would ask for the old one, which is gone.
PASSWORD_PATH = "/profile/password.json"  # noqa: S105 - a path


def backoff(attempt: int, draw: Callable[[], float] | None = None) -> float:
    """Return the seconds to wait after an attempt of that number, the first being 1.

    :param attempt: How many attempts there were.
    :param draw: Gives a number from 0 up to 1; ``random.random`` by default.

    >>> [backoff(attempt, lambda: 1.0) for attempt in (1, 2, 3, 9)]
    [0.5, 1.0, 2.0, 8.0]
    """
    # Bounded before it is raised to a power, for the number of attempts is the caller's to choose.
    return (draw or random.random)() * min(LARGEST_LIMIT, FIRST_LIMIT * 2.0 ** min(attempt - 1, 16))


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` asks for, given in seconds or as a date.

    :param value: The header's value.
    :param now: The time to count a date from.

    >>> retry_after("120", datetime(2020, 7, 2))
    120.0
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) <= LONGEST_FIGURE else None
    moment = parse_http_date(text)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


class Attempts:
    """The attempts of one call: how many there were, and whether another may follow.

    :param method: The HTTP method.
    :param path: The path of the call, without its query.
    :param most: How many may follow the first.
    :param deadline: The reading of ``time.monotonic()`` at which the call's time is up.
    """

    __slots__ = ("_may_have_arrived", "_most", "_repeatable", "deadline", "made", "method")

    def __init__(self, method: str, path: str, most: int, deadline: float) -> None:
        self.method = method
        self.deadline = deadline
        self.made = 0
        self._most = most
        self._repeatable = method in REPEATABLE_METHODS and not leads_to(path, PASSWORD_PATH)
        self._may_have_arrived = False

    def note(self, failure: error.RequestorError) -> None:
        """Write on a failure how many attempts there were, and what is known of all of them.

        A call of which an earlier attempt may have arrived has not surely failed to happen because
        the last attempt did.
        """
        failure.attempts = self.made
        if failure.outcome == error.UNKNOWN:
            self._may_have_arrived = True
        elif self._may_have_arrived and self.method not in error.SAFE_METHODS:
            failure.outcome = error.UNKNOWN

    def has_deleted(self, failure: error.RequestorError) -> bool:
        """Return whether a failure means that an earlier attempt has deleted what is gone now."""
        gone = self.method == "DELETE" and failure.http_status == HTTPStatus.NOT_FOUND
        return gone and self._may_have_arrived

    def seconds_to_wait(self, failure: error.RequestorError) -> float | None:
        """Return the seconds until the next attempt; ``None`` if there must be no other.

        :param failure: What the last attempt ended in.
        """
        if self.made > self._most or not self._may_repeat(failure):
            return None
        asked = failure.retry_after
        seconds = backoff(self.made) if asked is None else asked
        # A wait that reaches past the call's time could only end in a Timeout that tells less.
        return seconds if time.monotonic() + seconds < self.deadline else None

    def _may_repeat(self, failure: error.RequestorError) -> bool:
        if isinstance(failure, error.RateLimit):
            return True
        if isinstance(failure, error.ConnectionError):
            unsent = failure.outcome == error.NOT_SENT
            return not failure._lasting and (unsent or self._repeatable)
        return self._repeatable and failure.http_status in REPEATABLE_STATUSES
