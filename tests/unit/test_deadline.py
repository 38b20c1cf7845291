"""The deadline of an attempt: what the transport does when no time is left, or is interrupted."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from vivialconnect import ConnectionError, Timeout  # noqa: A004 - the documented name
from vivialconnect.common import transport
from vivialconnect.common.exchange import Limits, Request


def send(limits: Limits, url: str = "http://127.0.0.1:9/x.json", **fields: Any) -> None:
    """Send a request without a signature."""
    transport.shared.send(Request("GET", url, {}, **fields), lambda _: {}, limits)


def test_deadline__expired() -> None:
    """Once the deadline has expired, no connection is made, and the error says what it was."""
    with pytest.raises(Timeout) as caught:
        send(Limits(time.monotonic() - 1, timeout=7))

    assert caught.value.message == "request timed out after 7 s connecting to 127.0.0.1:9"
    assert caught.value.outcome == "not sent"


def test_addresses__share_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A silent address leaves time for the next, which has all that is left then."""
    given: list[float] = []

    def connect(self: socket.socket, address: object) -> None:
        given.append(self.gettimeout() or 0)
        raise socket.timeout

    one = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 9))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [one, one, one])
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(Timeout):
        send(Limits(time.monotonic() + 12))

    assert [round(seconds) for seconds in given] == [4, 6, 12]


def test_connecting__interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt while a connection is being made leaves no socket open."""
    made = []

    def interrupt(self: socket.socket, address: object) -> None:
        made.append(self)
        raise KeyboardInterrupt

    monkeypatch.setattr(socket.socket, "connect", interrupt)
    with pytest.raises(KeyboardInterrupt):
        send(Limits(time.monotonic() + 10))

    assert [connected.fileno() for connected in made] == [-1]


def test_host__without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host whose name has no address is an error of the connection."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [])
    with pytest.raises(ConnectionError, match="has no address") as caught:
        send(Limits(time.monotonic() + 10))

    assert caught.value.outcome == "not sent"
