"""Retry rules: which requests are retried, and after which delay. This module does no I/O.

A request is retried only if it had no effect, or if it is idempotent:

================================= ==================================================================
failure                           retried methods
================================= ==================================================================
no connection                     all, except after a failure that would happen again: an untrusted
                                  certificate, an unusable CA bundle or proxy
429                               all: the service has not accepted the request
502, 503, 504, a network fault    GET, HEAD, PUT and DELETE, except a password change
anything else                     none
================================= ==================================================================

A POST whose response was lost is never retried. The delay is exponential backoff with full jitter:
a random time between 0 and a limit that doubles with each attempt. Jitter keeps clients that failed
together from retrying together. ``Retry-After`` (RFC 9110 section 10.2.3) replaces the delay.
"""

from __future__ import annotations

import random
import time
from datetime import datetime
from http import HTTPStatus
from typing import Callable

from vivialconnect.common import error
from vivialconnect.common.exchange import Call
from vivialconnect.common.times import parse_http_date

INITIAL_BACKOFF = 0.5  # seconds: the longest delay before the first retry
MAX_BACKOFF = 8  # seconds: the longest delay without Retry-After
MAX_EXPONENT = 16
MAX_DIGITS = 12  # digits of a Retry-After; longer ones are invalid

RETRYABLE_METHODS = frozenset(("GET", "HEAD", "PUT", "DELETE"))
RETRYABLE_STATUSES = frozenset(
    (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
)


def backoff(attempt: int, draw: Callable[[], float] | None = None) -> float:
    """Return the delay after an attempt, in seconds.

    :param attempt: The number of attempts so far.
    :param draw: Returns a random number between 0 and 1; default ``random.random``.

    >>> [backoff(attempt, lambda: 1.0) for attempt in (1, 2, 3, 9)]
    [0.5, 1.0, 2.0, 8.0]
    """
    exponent = min(attempt - 1, MAX_EXPONENT)
    return (draw or random.random)() * min(MAX_BACKOFF, INITIAL_BACKOFF * 2.0**exponent)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the delay of a ``Retry-After`` header, in seconds.

    :param value: The value of the header: seconds, or an HTTP date.
    :param now: The current time.
    :returns: The delay; ``None`` if the header is missing or invalid.

    >>> retry_after("120", datetime(2020, 7, 2))
    120.0
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) <= MAX_DIGITS else None
    moment = parse_http_date(text)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


class Attempts:
    """Counts the attempts of one request, and decides whether another may follow.

    :param call: The request.
    :param max_retries: The maximum number of retries.
    :param deadline: The deadline of the request, as a value of ``time.monotonic()``.
    """

    __slots__ = ("_max_retries", "_may_have_arrived", "_retryable", "deadline", "made", "method")

    def __init__(self, call: Call, max_retries: int, deadline: float) -> None:
        self.method = call.method
        self.deadline = deadline
        self.made = 0
        self._max_retries = max_retries
        self._retryable = call.retryable and call.method in RETRYABLE_METHODS
        self._may_have_arrived = False

    def add(self, failure: error.RequestorError) -> None:
        """Record a failed attempt, and correct its outcome.

        An earlier attempt may have been received, even if the last one was not sent.
        """
        failure.attempts = self.made
        if failure.outcome == error.UNKNOWN:
            self._may_have_arrived = True
        elif self._may_have_arrived and self.method not in error.SAFE_METHODS:
            failure.outcome = error.UNKNOWN

    def already_deleted(self, failure: error.RequestorError) -> bool:
        """Return whether a 404 means that an earlier attempt deleted the resource."""
        not_found = self.method == "DELETE" and failure.http_status == HTTPStatus.NOT_FOUND
        return not_found and self._may_have_arrived

    def delay_after(self, failure: error.RequestorError) -> float | None:
        """Return the delay before the next attempt, in seconds; ``None`` if there is none.

        :param failure: The failure of the last attempt.
        """
        if self.made > self._max_retries or not self._may_retry(failure):
            return None
        requested = failure.retry_after
        delay = backoff(self.made) if requested is None else requested
        # A delay past the deadline would end in a Timeout, which says less than this failure.
        return delay if time.monotonic() + delay < self.deadline else None

    def _may_retry(self, failure: error.RequestorError) -> bool:
        if isinstance(failure, error.RateLimit):
            return True
        if isinstance(failure, error.ConnectionError):
            not_sent = failure.outcome == error.NOT_SENT
            return not failure._permanent and (not_sent or self._retryable)
        return self._retryable and failure.http_status in RETRYABLE_STATUSES
