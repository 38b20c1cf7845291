"""``request_timeout`` bounds the whole call, wherever the server is slow."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import TYPE_CHECKING, Any, Callable

import pytest

from tests.integration.hurry import AMPLE, ENOUGH, late
from tests.integration.scripted_server import (
    Authority,
    Peer,
    Script,
    ScriptedServer,
    configure,
    encode_answer,
    say_and_drip,
    say_and_stall,
    use,
)
from vivialconnect import Message, Timeout

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

LIMIT = 0.4  # seconds for a call whose request never gets out
HEAD = encode_answer(b"x" * 100000)[:-100000]
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

SLOW: dict[str, Script] = {
    "stalls in the headers": say_and_stall(b"HTTP/1.1 200 OK\r\nContent-"),
    "stalls in the body": say_and_stall(HEAD + b"{"),
    "stalls in a chunk": say_and_stall(CHUNKED + b"10\r\n{"),
    "drips the status line": say_and_drip(b"", b"HTTP/1.1 200 " + b"x" * 1000),
    "drips the headers": say_and_drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x" * 1000),
    "drips the body": say_and_drip(HEAD, b" " * 1000),
    "drips chunks": say_and_drip(CHUNKED, b"1\r\nx\r\n" * 200),
}


def get() -> Any:
    """Make a call that changes nothing."""
    return Message.find(1)


def post() -> Any:
    """Make a call that must not be made twice."""
    return Message({"from_number": "+19132597591", "to_number": "+15154469790"}).send()


def timed_out(call: Callable[[], Any]) -> Timeout:
    """Return the error of a call that must end with its time, and check that it did."""
    started = time.perf_counter()
    with pytest.raises(Timeout) as caught:
        call()
    assert time.perf_counter() - started < ENOUGH
    return caught.value


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
def serve(
    request: pytest.FixtureRequest, authority: Authority
) -> Callable[..., AbstractContextManager[ScriptedServer]]:
    """Give what makes a plain or TLS server, trusted by the client."""

    def make(*scripts: Script) -> ScriptedServer:
        server = ScriptedServer(*scripts, tls=authority.context() if request.param else None)
        use(server, request_timeout=AMPLE, api_verify_request=authority.bundle)
        return server

    return make


@pytest.mark.parametrize("slow", SLOW)
def test_timeout__get(serve: Callable[..., Any], slow: str) -> None:
    """A GET ends with Timeout in time, and says nothing of effects, for it has none."""
    with serve(SLOW[slow]) as server, late(lambda: server.requests):
        error = timed_out(get)

    assert (error.method, error.attempts, error.http_status) == ("GET", 1, None)
    assert "unknown" not in str(error)
    assert len(server.requests) == 1


@pytest.mark.parametrize("slow", SLOW)
def test_timeout__post(serve: Callable[..., Any], slow: str) -> None:
    """A POST ends with Timeout in time, its outcome is unknown, and it went out once."""
    with serve(SLOW[slow]) as server, late(lambda: server.requests):
        error = timed_out(post)

    assert error.outcome == "unknown"
    assert "may have taken effect" in str(error)
    assert error.__cause__ is not None
    assert [request.method for request in server.requests] == ["POST"]


def test_timeout__peer_that_never_reads(serve: Callable[..., Any]) -> None:
    """A body that the other end does not take is no way to wait for ever."""
    message = Message({"body": "x" * 16_000_000})
    with serve() as server:
        server._greeting = Peer.stall
        Message.request_timeout = 2  # in which some of it has to be signed and sent
        error = timed_out(message.save)

    assert error.outcome == "unknown"
    assert server.requests == []


def test_timeout__silent_handshake() -> None:
    """A TLS handshake that is not answered ends in time, and nothing was sent."""
    with ScriptedServer(greeting=Peer.stall) as server:
        configure(server.url.replace("http:", "https:"), request_timeout=LIMIT)
        error = timed_out(post)

    assert error.outcome == "not sent"
    assert server.requests == []


def test_timeout__silent_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that does not open the tunnel ends the call in time, and nothing was sent."""
    with ScriptedServer(Peer.stall) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        configure("https://api.example.invalid/api/v1.0", request_timeout=AMPLE)
        with late(lambda: proxy.requests):
            error = timed_out(post)

    assert error.outcome == "not sent"
    assert [request.method for request in proxy.requests] == ["CONNECT"]


def test_timeout__kept_connection(serve: Callable[..., Any]) -> None:
    """The time counts from the call, not from when its connection was made."""
    first = encode_answer({"message": {"id": 1}})
    with serve(lambda peer: peer.send(first), Peer.stall) as server:
        get()
        with late(lambda: len(server.requests) > 1):
            timed_out(post)

    assert [request.connection for request in server.requests] == [1, 1]


def test_timeout__slow_but_in_time(serve: Callable[..., Any]) -> None:
    """An answer that drips, but is whole in time, is taken."""
    with serve(say_and_drip(encode_answer(b'{"count": 1}')[:-3], b" 1}")) as server:
        assert Message.count() == 1

    assert server.requests[0].method == "GET"


def test_timeout__connection_that_is_not_taken() -> None:
    """A peer whose queue is full ends the call in time, and nothing was sent."""
    with socket.socket() as listening, contextlib.ExitStack() as waiting:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)  # noqa: FBT003 - of the standard library
            one.connect_ex(listening.getsockname())
        configure(f"http://127.0.0.1:{listening.getsockname()[1]}", request_timeout=LIMIT)
        error = timed_out(post)

    assert error.outcome == "not sent"
