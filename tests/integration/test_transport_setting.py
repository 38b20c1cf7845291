"""The transport as a setting, and what the default transport does in rare cases."""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any

import pytest

from tests.integration.scripted_server import ScriptedServer, say_and_hang_up, use
from vivialconnect import Message, Number, Requestor, Resource, configured
from vivialconnect.common.exchange import Limits, Request
from vivialconnect.common.transport.deadline import Attempt, DeadlineSocket
from vivialconnect.common.util import Util
from vivialconnect.common.values import plain
from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.http import framing
from vivialconnect.testing import FakeTransport, Response

CREDENTIALS: Any = {"api_key": "MTK1", "api_secret": "hidden", "api_account_id": 12345}


def fake(count: int) -> FakeTransport:
    """Return a transport whose every response is this count."""
    return FakeTransport(lambda _: Response(200, {}, Util.to_json({"count": count}, None).encode()))


def test_transport__of_a_class_and_of_a_scope() -> None:
    """A class hands its transport on to its subclasses, and a scope overrides it."""
    outer, inner = fake(1), fake(2)
    Resource.transport = outer
    with configured(**CREDENTIALS):
        assert (Message.transport, Message.count()) == (outer, 1)
        with configured(transport=inner):
            assert (Number.transport, Number.count()) == (inner, 2)
    Resource.transport = None

    assert Resource.transport is None
    assert [request.method for request in (*outer.requests, *inner.requests)] == ["GET", "GET"]
    assert outer.requests[0].headers["Authorization"].startswith("HMAC MTK1:")


def test_transport__without_send() -> None:
    """An object that cannot send is refused before any request."""
    with pytest.raises(ValueError, match=r"transport must be an object with a send\(\) method"):
        configured(transport=object())  # type: ignore[arg-type] # the case
    with pytest.raises(ValueError, match=r"transport must be an object with a send\(\) method"):
        Requestor("k", "s", transport=object()).get("/x.json")  # type: ignore[arg-type] # the case


def test_socket_class__replaced(
    vivialconnect_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connections that were made with another class of sockets are not used any more."""
    before = Message.count()
    monkeypatch.setattr(socket, "socket", type("Other", (socket.socket,), {}))

    assert Message.count() == before
    assert len(vivialconnect_sandbox.requests) == 2


def test_response__with_two_framings() -> None:
    """A response with a length and in chunks is read in chunks, and its connection is closed."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
    with ScriptedServer(say_and_hang_up(head + b'b\r\n{"count":7}\r\n0\r\n\r\n')) as server:
        use(server)

        assert Message.count() == 7


def test_attempt__as_a_timeout() -> None:
    """Each timeout that urllib3 may ask an attempt for is the time that is left."""
    attempt = Attempt(Request("GET", "http://x/", {}), Limits(time.monotonic() + 60, timeout=60))

    assert 0 < attempt.connect_timeout <= 60
    assert 0 < attempt.read_timeout <= 60
    assert attempt.clone() is attempt


def test_response_stream__closed_twice() -> None:
    """Closing a stream of a response a second time does nothing."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        connection: Any = type("Connection", (), {})()
        connection.attempt = Attempt(
            Request("GET", "http://x/", {}), Limits(time.monotonic() + 60, timeout=60)
        )
        stream = DeadlineSocket(ours, connection).makefile("rb")
        stream.close()
        stream.close()

    assert stream.closed


def test_plain__array_of_dates() -> None:
    """An array of dates is refused: its list may hold numbers of nanoseconds."""

    class Dates:
        dtype = type("DType", (), {"kind": "M"})()

        def tolist(self) -> list[int]:
            """Return nanoseconds."""
            return [1]

    with pytest.raises(ValueError, match="at is invalid"):
        plain(Dates(), "at")


def test_chunks__that_end_early() -> None:
    """A body in chunks that the connection ends within is incomplete."""
    with pytest.raises(http.client.IncompleteRead):
        framing.read_body(io.BytesIO(b""), None)
