"""Poll the status of a message."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Callable

from vivialconnect.common.error import Timeout
from vivialconnect.common.exchange import MAX_TIMEOUT
from vivialconnect.common.values import plain, shorten

#: The statuses of a delivered message, in this order.
STATUS_ORDER = ("accepted", "queued", "sending", "sent", "delivered")
#: The statuses that never change.
FINAL_STATUSES = frozenset(("delivered", "failed", "received", "undelivered"))

FIRST_PAUSE = 0.5  # seconds; each pause is twice as long as the last one
MAX_PAUSE = 5.0  # seconds
SHORTEST_REQUEST_TIMEOUT = 1.0  # seconds; the last request may exceed the deadline


def wait(
    poll: Callable[[float | None], str | None], wanted: str | Iterable[str], timeout: float
) -> str:
    """Poll until a wanted, a later or a final status is reached, and return this status.

    :param poll: Requests the status within this many seconds. With ``None``, returns the status of
        the last response.
    :param wanted: A status, or several statuses of which one is enough.
    :param timeout: The timeout, in seconds.
    :raises ValueError: If a status is unknown, or the timeout is invalid.
    :raises Timeout: If the status is not reached in time.
    """
    statuses, timeout = _validate(wanted, timeout)
    deadline = time.monotonic() + timeout
    status, pause = poll(None), FIRST_PAUSE
    left: float = timeout
    while not is_done(status, statuses):
        status = poll(max(left, SHORTEST_REQUEST_TIMEOUT))
        left = deadline - time.monotonic()
        if is_done(status, statuses):
            break
        if left <= 0:
            raise Timeout(
                "the message is {!r} after {:g} s, not yet {}; call wait_until() again to keep "
                "waiting".format(status, timeout, " or ".join(sorted(map(repr, statuses))))
            )
        pause = min(pause, left)
        end = time.monotonic() + pause
        time.sleep(pause)
        deadline -= max(0.0, end - time.monotonic())  # the clock of a test may stand still
        left = deadline - time.monotonic()
        pause = min(pause * 2, MAX_PAUSE)
    return str(status)


def is_done(status: str | None, wanted: frozenset[str]) -> bool:
    """Return whether a status is wanted, later than a wanted one, or final.

    >>> is_done("sending", frozenset({"queued"})), is_done("sending", frozenset({"sent"}))
    (True, False)
    """
    if status in wanted or status in FINAL_STATUSES:
        return True
    passed = STATUS_ORDER[: STATUS_ORDER.index(status)] if status in STATUS_ORDER else ()
    return not wanted.isdisjoint(passed)


def _validate(wanted: Any, timeout: Any) -> tuple[frozenset[str], float]:
    wanted, timeout = plain(wanted, "status"), plain(timeout, "timeout")
    listed = (wanted,) if isinstance(wanted, str) else wanted
    try:
        statuses = frozenset(plain(status, "status") for status in listed)
    except TypeError:  # not iterable, or not hashable
        statuses = frozenset()
    if not statuses or not statuses <= FINAL_STATUSES.union(STATUS_ORDER):
        raise ValueError(
            "status must be one or several of {}, got {}".format(
                ", ".join(sorted(FINAL_STATUSES.union(STATUS_ORDER))), shorten(wanted)
            )
        )
    is_number = isinstance(timeout, (int, float)) and not isinstance(timeout, bool)
    if not is_number or not 0 <= timeout <= MAX_TIMEOUT:
        raise ValueError(f"timeout must be a number of seconds, 0 or more, got {timeout!r}")
    return statuses, timeout
