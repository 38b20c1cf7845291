"""Requests whose time is nearly up, however fast or slow the machine is. No tests here."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable

import pytest

from vivialconnect.common.downloads import DownloadSink

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


def _kinds_of_sockets() -> list[Any]:
    """Return the classes of the sockets that a client may receive from."""
    injected = sys.modules.get("urllib3.contrib.pyopenssl")
    return [socket.socket, ssl.SSLSocket, *([injected.WrappedSocket] if injected else [])]


def _wait_until(arrived: Callable[[], Any]) -> None:
    give_up = time.perf_counter() + ENOUGH
    while not arrived() and time.perf_counter() < give_up:
        time.sleep(0.001)


@contextmanager
def late(
    arrived: Callable[[], Any], seconds: float = AMPLE - REST, *, in_medium: bool = False
) -> Iterator[Clock]:
    """Let time pass while this thread waits for a response, or at each wait for more of a download.

    A time that is really short could be up before the request has arrived.

    :param arrived: Tells whether it has.
    :param seconds: How much time passes.
    :param in_medium: Whether it passes within a download.
    """
    clock = Clock()
    client = threading.get_ident()
    begun = threading.Event()
    begin = DownloadSink.begin

    def note(self: DownloadSink, length: Any) -> None:
        begun.set()
        begin(self, length)

    def pass_time(receive: Callable[..., int]) -> Callable[..., int]:
        def recv_into(self: Any, *arguments: Any, **keywords: Any) -> int:
            if threading.get_ident() == client:
                _wait_until(arrived)
                if begun.is_set() if in_medium else not clock.moves:
                    clock.move(seconds)
                    # What was set before the time passed; pyOpenSSL's sockets ask for it again.
                    if hasattr(self, "gettimeout"):
                        self.settimeout(max(0.001, self.gettimeout() - seconds))
            return receive(self, *arguments, **keywords)

        return recv_into

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(time, "monotonic", clock)
        patched.setattr(DownloadSink, "begin", note)
        for kind in _kinds_of_sockets():
            patched.setattr(kind, "recv_into", pass_time(kind.recv_into))
        yield clock
