"""Waiting for what happens on the service: what there is to wait for, and how long between looks.

Nothing here calls; a look is handed in.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Callable

from vivialconnect.common.error import Timeout

#: The life of a message that all goes well with, in its order.
LIFE = ("accepted", "queued", "sending", "sent", "delivered")
#: What nothing comes after.
FINAL = frozenset(("delivered", "failed", "received", "undelivered"))

FIRST_PAUSE = 0.5  # seconds, and twice as many each time
LONGEST_PAUSE = 5.0  # seconds
LAST_LOOK = 1.0  # seconds that a look may take at the least


def wait(
    look: Callable[[float | None], str | None],
    wanted: str | Iterable[str],
    timeout: float,
) -> str:
    """Look again and again until a status is there, or can come no more, and return it.

    :param look: Returns the status: asked for within so many seconds, or, with ``None``, as it is
        known without asking.
    :param wanted: The status, or several of which one is enough.
    :param timeout: Seconds to wait at most.
    :raises ValueError: If there is no such status, or the timeout is no number of seconds.
    :raises Timeout: If the time is up.
    """
    statuses = _checked(wanted, timeout)
    deadline = time.monotonic() + timeout
    status, pause = look(None), FIRST_PAUSE
    left: float = timeout
    while not is_over(status, statuses):
        status = look(max(left, LAST_LOOK))
        left = deadline - time.monotonic()
        if is_over(status, statuses):
            break
        if left <= 0:
            raise Timeout(
                "the message is {!r} after {:g} seconds, and not yet {}; it goes on without "
                "you, and wait_until() may be called again".format(
                    status, timeout, " or ".join(sorted(map(repr, statuses)))
                )
            )
        time.sleep(min(pause, left))
        left = deadline - time.monotonic()
        pause = min(pause * 2, LONGEST_PAUSE)
    return str(status)


def is_over(status: str | None, wanted: frozenset[str]) -> bool:
    """Tell whether there is nothing left to wait for.

    >>> is_over("sending", frozenset({"queued"})), is_over("sending", frozenset({"sent"}))
    (True, False)
    """
    if status in wanted or status in FINAL:
        return True
    passed = LIFE[: LIFE.index(status)] if status in LIFE else ()
    return not wanted.isdisjoint(passed)


def _checked(wanted: str | Iterable[str], timeout: float) -> frozenset[str]:
    try:
        statuses = frozenset((wanted,) if isinstance(wanted, str) else wanted)
    except TypeError:  # it is no list, or what stands in it is no text
        statuses = frozenset()
    if not statuses or not statuses <= FINAL.union(LIFE):
        raise ValueError(
            "status must be one or several of {}, not {!r}".format(
                ", ".join(sorted(FINAL.union(LIFE))), wanted
            )
        )
    if not 0 <= _seconds(timeout) < float("inf"):
        raise ValueError("timeout must be a number of seconds, 0 or more, not {!r}".format(timeout))
    return statuses


def _seconds(value: Any) -> float:
    """Return a number as one of seconds, and for anything else one that no timeout can be."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return -1
    try:
        return float(value)
    except OverflowError:
        return float("inf")
