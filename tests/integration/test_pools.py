"""The exchange over a connection, where no server can bring it about; see test_fault_table.py."""

from __future__ import annotations

import io
import socket
import ssl
import time
import warnings
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.scripted_server import ScriptedServer, answer, configure, use
from vivialconnect import ConnectionError, Message  # noqa: A004 - the documented name
from vivialconnect.common import _pools, _routes, _sockets

if TYPE_CHECKING:
    from tests.integration.scripted_server import Authority, Peer


def test_request__field_with_a_line_break() -> None:
    """A header field that would become two is refused before there is a connection."""
    connection = _pools.DeadlineHTTPConnection("127.0.0.1", 9)
    with pytest.raises(ValueError, match="line break"):
        connection.request("GET", "/", headers={"X": "a\r\nY: b"})

    assert connection.sock is None


def test_fields__one_more_than_there_may_be() -> None:
    """A hundred header fields are read, one more is an error."""
    lines = b"".join(b"X-%d: y\r\n" % number for number in range(100))

    assert len(_pools.read_fields(io.BytesIO(lines + b"\r\n"))) == 100
    with pytest.raises(HTTPException, match="100 headers"):
        _pools.read_fields(io.BytesIO(lines + b"X: y\r\n\r\n"))


@pytest.mark.parametrize("scheme", ["socks5", "SOCKS5h", "socks4"])
def test_proxy__socks(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A SOCKS proxy is refused in words, once, and nothing is sent by another way."""
    with ScriptedServer(answer({"count": 1})) as server:
        use(server, max_retries=2)
        monkeypatch.setenv("ALL_PROXY", "{}://127.0.0.1:9".format(scheme))
        with pytest.raises(ConnectionError, match="SOCKS") as caught:
            Message.count()

    assert (caught.value.outcome, caught.value.attempts) == ("not sent", 1)
    assert server.requests == []


def test_adapter__as_requests_asked_before_2_32() -> None:
    """The pool of an origin is remembered, whichever way requests asks for it."""
    adapter: Any = _routes._Adapter("http://127.0.0.1:9")
    with warnings.catch_warnings():
        # Newer releases call it deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        first = adapter.get_connection("http://127.0.0.1:9/", {})
        second = adapter.get_connection("http://127.0.0.1:9/", {})
    adapter.close()

    assert first is second
    assert isinstance(first, _pools.DeadlineHTTPPool)


@pytest.mark.parametrize("interim", [b"100 Continue", b"102 Processing", b"103 Early Hints"])
def test_answer__interim_before_it(interim: bytes) -> None:
    """Interim answers are passed over, however many there are."""

    def play(peer: Peer) -> None:
        peer.send((b"HTTP/1.1 " + interim + b"\r\nX: y\r\n\r\n") * 3)
        answer({"count": 3})(peer)

    with ScriptedServer(play) as server:
        configure(server.url + "/api/v1.0")

        assert Message.count() == 3
        assert Message.count() == 3

    assert [request.connection for request in server.requests] == [1, 1]


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nContent-Length: 13\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 12, 13\r\n\r\n",
        b"HTTP/2 200 OK\r\nContent-Length: 12\r\n\r\n",
    ],
)
def test_answer__framed_in_two_ways(head: bytes) -> None:
    """An answer of which nobody can say where it ends is none, and its connection is not kept."""
    with ScriptedServer(lambda peer: peer.send(head + b'{"count": 1}')) as server:
        use(server)
        for _ in range(2):
            with pytest.raises(ConnectionError) as caught:
                Message.count()

    assert caught.value.outcome == "unknown"
    assert [request.connection for request in server.requests] == [1, 2]


def test_tls_socket__received(authority: Authority) -> None:
    """What TLS inside the TLS of a proxy reads by gives what came."""
    context = ssl.create_default_context(cafile=authority.bundle)
    context.sslsocket_class = _sockets.DeadlineTLSSocket
    _sockets.attempt.begin("GET", time.monotonic() + 10)
    with ScriptedServer(answer({"count": 1}), tls=authority.context()) as server:
        plain = socket.create_connection(("127.0.0.1", server.port))
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as secured:
            secured.sendall(b"GET / HTTP/1.1\r\n\r\n")

            assert secured.recv(8) == b"HTTP/1.1"
