"""The local service: answers made beforehand, over kept connections, in a process of its own.

It prints where it listens as one line of JSON, and ends when its standard input does. It knows the
answers by method and target, and counts the connections and the requests; it checks no signature,
but tells the last request, so that whoever measures can.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
import threading
import time
from pathlib import Path
from typing import Any

import certifi
import trustme

import data

DELAY = 0.020  # seconds that the slow port waits before it answers
CONTROL = b"/-/"  # below it stand the counts, which nobody counts
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    b"Date: Thu, 02 Jul 2020 10:11:12 GMT\r\nContent-Length: %d\r\n\r\n"
)
NOT_FOUND = (
    b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
)


class Service:
    """The answers, and what has been asked for."""

    def __init__(self) -> None:
        self.answers = {place: HEAD % len(text) + text for place, text in data.answers()}
        self.period = 0
        self.reset()

    def reset(self) -> None:
        """Begin to count from nothing."""
        self.period += 1
        self.connections = self.requests = 0
        self.last = b""
        self.began = time.process_time()

    def counts(self) -> bytes:
        """Return the counts since the last time, as an answer, and begin anew."""
        text = data.encode(
            {
                "connections": self.connections,
                "requests": self.requests,
                "cpu": time.process_time() - self.began,
                "last": self.last.decode("latin-1"),
            }
        )
        self.reset()
        return HEAD % len(text) + text


class Connection(asyncio.Protocol):
    """One connection: finds the requests in what comes, and writes the answers."""

    def __init__(self, service: Service, delay: float) -> None:
        self._service = service
        self._delay = delay
        self._buffer = b""
        self._met_in = 0
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to write."""
        self._transport = transport

    def data_received(self, received: bytes) -> None:
        """Answer each request that is complete."""
        self._buffer += received
        while True:
            end = self._buffer.find(b"\r\n\r\n") + 4
            if end < len(b"\r\n\r\n"):
                return
            if not self._buffer.startswith(b"GET "):
                end += _content_length(self._buffer[:end])
            if len(self._buffer) < end:
                return
            request, self._buffer = self._buffer[:end], self._buffer[end:]
            self._answer(request)

    def _answer(self, request: bytes) -> None:
        method, target, _ = request.split(b" ", 2)
        service = self._service
        if target.startswith(CONTROL):
            self._transport.write(service.counts())
            return
        service.requests += 1
        service.last = request
        # Counted with its first request, and again in each period.
        if self._met_in != service.period:
            self._met_in = service.period
            service.connections += 1
        answer = service.answers.get((method, target), NOT_FOUND)
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._transport.write, answer)
        else:
            self._transport.write(answer)


def _content_length(head: bytes) -> int:
    found = head.lower().partition(b"\r\ncontent-length:")[2]
    return int(found.partition(b"\r\n")[0] or 0)


def trust(bundle: Path) -> ssl.SSLContext:
    """Make a certificate, and write whom to trust: those that everyone does, and its maker.

    A bundle of usual length, for reading it is a part of what a call may cost.
    """
    authority = trustme.CA()
    bundle.write_bytes(certifi.contents().encode("ascii") + authority.cert_pem.bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def listen(service: Service, delay: float = 0.0, **options: Any) -> int:
    """Listen on a free port, and return it."""
    listening = await asyncio.get_running_loop().create_server(
        lambda: Connection(service, delay), "127.0.0.1", 0, backlog=64, **options
    )
    port: int = listening.sockets[0].getsockname()[1]
    return port


async def serve(bundle: Path) -> None:
    """Serve on three ports until standard input ends."""
    service = Service()
    ports = {
        "plain": await listen(service),
        "slow": await listen(service, DELAY),
        "tls": await listen(service, ssl=trust(bundle)),
    }
    print(json.dumps(ports), flush=True)
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    threading.Thread(target=wait_for_the_end, args=(loop, ended), daemon=True).start()
    await ended.wait()


def wait_for_the_end(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    """Tell the loop when standard input has ended."""
    sys.stdin.read()
    loop.call_soon_threadsafe(ended.set)


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
