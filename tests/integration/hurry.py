"""Calls whose time is nearly up, however fast or slow the machine is. No tests here."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable

import pytest

from vivialconnect.common import _sockets

AMPLE = 30  # seconds of request_timeout that pass by the clock alone
REST = 0.2  # seconds of them that really pass
ENOUGH = 20  # seconds in which a call has to be over that would hang if it did not count them


class Clock:
    """The clock of ``time.monotonic()``, which can be moved ahead."""

    def __init__(self) -> None:
        self._read = time.monotonic
        self.ahead = 0.0
        #: How often it was moved.
        self.moves = 0

    def __call__(self) -> float:
        """Return the reading."""
        return self._read() + self.ahead

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.ahead += seconds
        self.moves += 1


@contextmanager
def late(
    arrived: Callable[[], Any], seconds: float = AMPLE - REST, *, in_medium: bool = False
) -> Iterator[Clock]:
    """Let time pass while a call waits for its answer, or at each wait for more of a medium.

    A time that is really short could be up before the request has arrived.

    :param arrived: Tells whether it has.
    :param seconds: How much time passes.
    :param in_medium: Whether it passes within a medium.
    """
    clock = Clock()

    def pass_time(receive: Callable[..., int]) -> Callable[..., int]:
        def recv_into(self: Any, *arguments: Any, **keywords: Any) -> int:
            while not arrived() and _sockets.attempt.seconds_left():
                time.sleep(0.001)
            is_time = _sockets.attempt.streaming if in_medium else not clock.moves
            if is_time:
                clock.move(seconds)
            return receive(self, *arguments, **keywords)

        return recv_into

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(time, "monotonic", clock)
        for kind in (_sockets.DeadlineSocket, _sockets.DeadlineTLSSocket):
            patched.setattr(kind, "recv_into", pass_time(kind.recv_into))
        yield clock
