"""The exchange over a connection, where no server can bring it about; see test_fault_table.py."""

from __future__ import annotations

import gzip
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.scripted_server import ScriptedServer, answer, configure, use
from vivialconnect import (
    ConnectionError,  # noqa: A004 - the documented name
    Message,
    Requestor,
    ResourceNotFound,
)
from vivialconnect.common import transport
from vivialconnect.common.exchange import Limits, Request

if TYPE_CHECKING:
    from tests.integration.scripted_server import Authority, Peer


@contextmanager
def closed_port() -> Iterator[str]:
    """Give the URL of a port that nobody listens at, and that nobody else gets meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


def test_request__field_with_a_line_break() -> None:
    """A header field that would become two is refused before anything is sent."""
    with ScriptedServer(answer({"count": 1})) as server:
        request = Request("GET", server.url + "/x.json", {"X": "a\r\nY: b"})
        with pytest.raises(ConnectionError) as caught:
            transport.shared.send(request, lambda _: {}, Limits(time.monotonic() + 20))

    assert caught.value.outcome == "not sent"
    assert server.requests == []


@pytest.mark.parametrize("count", [90, 100])
def test_headers__more_than_there_may_be(count: int) -> None:
    """Not quite a hundred header fields are read, more are an error."""
    headers = {f"X-{number}": "y" for number in range(count)}
    with ScriptedServer(answer({"count": 1}, headers=headers)) as server:
        use(server)
        if count == 90:
            assert Message.count() == 1
        else:
            with pytest.raises(ConnectionError, match="more than 100 headers"):
                Message.count()

    assert len(server.requests) == 1


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
        b"HTTP/1.1 200 OK\r\nContent-Length: 1_2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\ntransfer-encoding: gzip\r\n\r\n",
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


@pytest.mark.parametrize("secured", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n" + b'{"count": 1}',
        b"HTTP/1.1 200 OK\r\nContent-Length: 8180\r\n\r\n" + b'{"count": 1}'.ljust(8180),
        b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_answer__more_than_was_asked_for(first: bytes, secured: bool, authority: Authority) -> None:
    """What comes behind an answer is never taken for the answer to the next call."""
    planted = b'HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n{"message": {"id": 666666}}'
    with ScriptedServer(
        lambda peer: peer.send(first + planted),
        answer({"message": {"id": 7}}),
        tls=authority.context() if secured else None,
    ) as server:
        use(server, api_verify_request=authority.bundle)
        Message({"id": 1}).destroy()
        message = Message({"body": "hello"})
        message.send()

    assert message.id == 7
    assert [request.connection for request in server.requests] == [1, 2]


def test_answer__fields_that_are_folded_or_repeated() -> None:
    """A folded field is one line, and a repeated one has all its values."""
    headers = {"X-Folded": "a\r\n  b", "X-Twice": "c\r\nx-twice: d"}
    with ScriptedServer(answer({"message": "no"}, 404, headers)) as server:
        use(server)
        with pytest.raises(ResourceNotFound) as caught:
            Message.find(1)

    assert caught.value.headers is not None
    assert caught.value.headers["x-folded"] == "a b"
    assert caught.value.headers["x-twice"] == "c, d"
    assert len(server.requests) == 1


@pytest.mark.parametrize("coding", ["gzip, chunked", "identity, chunked", "chunked, chunked"])
def test_answer__coding_that_was_not_asked_for(coding: str) -> None:
    """An answer in a transfer coding that was not asked for is none."""
    with ScriptedServer(answer({"count": 1}, headers={"Transfer-Encoding": coding})) as server:
        use(server)
        with pytest.raises(ConnectionError):
            Message.count()

    assert len(server.requests) == 1


def test_answer__packed_from_very_much() -> None:
    """A few bytes that decompress to more than any response has are an error."""
    packed = gzip.compress(b" " * 101_000_000, 1)
    with ScriptedServer(answer(packed, headers={"Content-Encoding": "gzip"})) as server:
        use(server)
        with pytest.raises(ConnectionError, match="larger than 100000000 bytes") as caught:
            Message.count()

    assert isinstance(caught.value.__cause__, HTTPException)
    assert len(server.requests) == 1


def test_answer__larger_than_any() -> None:
    """A body without an end is not read forever."""

    def play(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(200):
            peer.send(b" " * 1_000_000)

    with ScriptedServer(play) as server:
        use(server)
        with pytest.raises(ConnectionError, match="larger than 100000000 bytes") as caught:
            Message.count()

    assert isinstance(caught.value.__cause__, HTTPException)
    assert len(server.requests) == 1


def test_answer__that_switches_protocols() -> None:
    """A switch to a protocol that was not asked for is an error."""
    with ScriptedServer(answer(b"", 101)) as server:
        use(server)
        with pytest.raises(ConnectionError, match="protocol"):
            Message.count()

    assert len(server.requests) == 1


class Interrupted:
    """Makes a call when so many lines of another were run, as the handler of a signal might."""

    def __init__(self, line: int) -> None:
        self.left = line
        self.count = 0

    def trace(self, _frame: Any, event: str, _: Any) -> Any:
        """Count the lines."""
        if event == "line":
            self.left -= 1
            if self.left == 0:
                sys.settrace(None)
                self.count = Message.count()
        return self.trace


def test_send__interrupted_at_any_line() -> None:
    """A handler may make a call wherever it interrupts one, for no lock is held there."""

    def run() -> None:
        for line in range(1, 5000, 3):
            interrupted = Interrupted(line)
            before = sys.gettrace()
            sys.settrace(interrupted.trace)
            try:
                count = Message.count()
            finally:
                sys.settrace(before)
            counts.append((count, interrupted.count))
            if interrupted.left > 0:
                return

    counts: list[tuple[int, int]] = []
    with ScriptedServer(answer({"count": 1})) as server:
        use(server)
        Message.count()
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        done = -1
        while thread.is_alive() and len(counts) > done:  # it goes on, if slowly
            done = len(counts)
            thread.join(60)

    assert not thread.is_alive()
    assert len(counts) > 50
    assert {*counts} == {(1, 1), (1, 0)}
    assert counts[-1] == (1, 0)


def test_send__interrupted_by_a_call_of_a_signal_handler() -> None:
    """What a handler's call meets is not taken for what the interrupted send met."""

    def call(*_: object) -> None:
        with closed_port() as url, pytest.raises(ConnectionError):
            Requestor("k", "secret", url, max_retries=0).get("/x.json")

    def play(peer: Peer) -> None:
        os.kill(os.getpid(), signal.SIGUSR1)
        while not called:
            time.sleep(0.01)
        peer.reset()

    called = []
    before = signal.signal(signal.SIGUSR1, lambda *_: (call(), called.append(1)))
    try:
        with ScriptedServer(play) as server:
            use(server, max_retries=2)
            with pytest.raises(ConnectionError) as caught:
                Message({"body": "hello"}).send()
    finally:
        signal.signal(signal.SIGUSR1, before)

    assert caught.value.outcome == "unknown"
    assert [request.method for request in server.requests] == ["POST"]
