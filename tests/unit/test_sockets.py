"""Sockets that keep a deadline: what a wait does when no time is left."""

from __future__ import annotations

import socket
import ssl
import time

import pytest

from vivialconnect.common import _sockets


@pytest.fixture
def overdue() -> None:
    """Let the deadline of this thread's attempt have passed."""
    _sockets.attempt.begin("GET", time.monotonic() - 1)


@pytest.mark.usefixtures("overdue")
def test_attempt__no_time_left() -> None:
    """Once the deadline has passed, no wait begins."""
    with pytest.raises(socket.timeout, match="up"):
        _sockets.attempt.seconds_left()


@pytest.mark.usefixtures("overdue")
def test_tls_socket__no_time_left() -> None:
    """Receiving over TLS looks at the deadline first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = _sockets.DeadlineTLSSocket
    near, far = socket.socketpair()
    with far, near:
        secured = context.wrap_socket(
            near, server_hostname="localhost", do_handshake_on_connect=False
        )
        with secured, pytest.raises(socket.timeout, match="up"):
            secured.recv_into(bytearray(1))


def test_connect__interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt while a connection is being made leaves no socket open."""
    made = []

    def interrupt(self: socket.socket, address: object) -> None:
        made.append(self)
        raise KeyboardInterrupt

    monkeypatch.setattr(_sockets.DeadlineSocket, "connect", interrupt)
    _sockets.attempt.begin("GET", time.monotonic() + 10)
    with pytest.raises(KeyboardInterrupt):
        _sockets.connect("127.0.0.1", 9, None)

    assert [connected.fileno() for connected in made] == [-1]


def test_attempt__interrupted() -> None:
    """An attempt that interrupts another leaves the account of that one as it was."""
    _sockets.attempt.begin("POST", 5.0)
    _sockets.attempt.connecting, _sockets.attempt.sent = False, True
    interrupted = _sockets.attempt.begin("GET", 1.0)
    inner = (_sockets.attempt.method, _sockets.attempt.connecting, _sockets.attempt.sent)
    _sockets.attempt.resume(interrupted)

    assert inner == ("GET", True, False)
    assert (_sockets.attempt.method, _sockets.attempt.deadline) == ("POST", 5.0)
    assert (_sockets.attempt.connecting, _sockets.attempt.sent) == (False, True)


def test_attempt__abandoned() -> None:
    """What an attempt has opened is closed when it is abandoned, the last first."""
    closed = []

    class Opened:
        def __init__(self, name: str) -> None:
            self.name = name

        def close(self) -> None:
            closed.append(self.name)

    _sockets.attempt.begin("GET", time.monotonic() + 1)
    _sockets.attempt.note(Opened("socket"))
    _sockets.attempt.note(Opened("stream"))
    _sockets.attempt.abandon()
    _sockets.attempt.abandon()

    assert closed == ["stream", "socket"]


def test_stream__read_into_a_buffer() -> None:
    """Bytes that are read into a buffer are accounted for as those that are returned."""
    far, near = socket.socketpair()
    kept = _sockets.DeadlineSocket(fileno=near.detach())
    _sockets.attempt.begin("GET", time.monotonic() + 10)
    with far, kept, kept.makefile() as stream:
        far.sendall(b"GIF89a")
        buffer = bytearray(4)
        assert stream.readinto(buffer) == 4
        assert stream.read(2) == b"9a"

    assert buffer == b"GIF8"
    assert (_sockets.attempt.received, _sockets.attempt.consumed) == (6, 6)
