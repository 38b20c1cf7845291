"""Polling the status of a message until it is reached. How to poll is given by the caller."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Callable

from vivialconnect.common.error import Timeout
from vivialconnect.common.exchange import LONGEST_TIMEOUT

#: The statuses of a message that is delivered, in their order.
STATUS_ORDER = ("accepted", "queued", "sending", "sent", "delivered")
#: The statuses that never change.
FINAL_STATUSES = frozenset(("delivered", "failed", "received", "undelivered"))

FIRST_PAUSE = 0.5  # seconds, doubled each time
LONGEST_PAUSE = 5.0  # seconds
SHORTEST_REQUEST_TIMEOUT = 1.0  # seconds that a request may take even at the deadline


def wait(
    poll: Callable[[float | None], str | None],
    wanted: str | Iterable[str],
    timeout: float,
) -> str:
    """Poll until a status is reached, or cannot be reached any more, and return the last status.

    :param poll: Returns the status: requested within this many seconds, or with ``None`` the known
        one.
    :param wanted: The status, or several of which one is enough.
    :param timeout: The longest time to wait, in seconds.
    :raises ValueError: If a status is unknown, or the timeout is invalid.
    :raises Timeout: If the status is not reached in time.
    """
    statuses = _checked(wanted, timeout)
    deadline = time.monotonic() + timeout
    status, pause = poll(None), FIRST_PAUSE
    left: float = timeout
    while not is_over(status, statuses):
        status = poll(max(left, SHORTEST_REQUEST_TIMEOUT))
        left = deadline - time.monotonic()
        if is_over(status, statuses):
            break
        if left <= 0:
            raise Timeout(
                "the message is {!r} after {:g} s, not yet {}; call wait_until() again to keep "
                "waiting".format(status, timeout, " or ".join(sorted(map(repr, statuses))))
            )
        time.sleep(min(pause, left))
        left = deadline - time.monotonic()
        pause = min(pause * 2, LONGEST_PAUSE)
    return str(status)


def is_over(status: str | None, wanted: frozenset[str]) -> bool:
    """Return whether a status is wanted, later than a wanted one, or final.

    >>> is_over("sending", frozenset({"queued"})), is_over("sending", frozenset({"sent"}))
    (True, False)
    """
    if status in wanted or status in FINAL_STATUSES:
        return True
    passed = STATUS_ORDER[: STATUS_ORDER.index(status)] if status in STATUS_ORDER else ()
    return not wanted.isdisjoint(passed)


def _checked(wanted: Any, timeout: Any) -> frozenset[str]:
    try:
        statuses = frozenset((wanted,) if isinstance(wanted, str) else wanted)
    except TypeError:  # not iterable, or not hashable
        statuses = frozenset()
    if not statuses or not statuses <= FINAL_STATUSES.union(STATUS_ORDER):
        raise ValueError(
            "status must be one or several of {}, got {!r}".format(
                ", ".join(sorted(FINAL_STATUSES.union(STATUS_ORDER))), wanted
            )
        )
    is_number = isinstance(timeout, (int, float)) and not isinstance(timeout, bool)
    if not is_number or not 0 <= timeout <= LONGEST_TIMEOUT:
        raise ValueError("timeout must be a number of seconds, 0 or more, got {!r}".format(timeout))
    return statuses
