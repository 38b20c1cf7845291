"""The deadline of one attempt, and the sockets and streams that keep it.

The timeout of a socket starts again with every packet, so a server that sends one byte at a time
could hold a request forever. A :class:`DeadlineSocket` sets the timeout to the seconds that are
left before every wait.
"""

from __future__ import annotations

import io
import os
import socket
import time
from collections.abc import Iterable
from http.client import IncompleteRead, RemoteDisconnected
from typing import Any, Protocol

from urllib3.util import Timeout

from vivialconnect.common.exchange import LONGEST_TIMEOUT, Limits, Request

RECORD = 16_384  # bytes, the most that TLS sends at once
SHORTEST = 0.001  # seconds; a timeout of 0 would not be one


class Attempt(Timeout):
    """One attempt to send a request: its deadline, and how far it has come.

    requests and urllib3 pass a ``Timeout`` on unchanged, so the attempt reaches the connection
    that sends the request. Every timeout that they ask it for is the time that is left.

    :param request: The request.
    :param limits: The deadline, and the longest pause within a download.
    """

    def __init__(self, request: Request, limits: Limits) -> None:
        super().__init__()
        self.method = request.method
        self.sink = request.sink
        #: Whether some of the request may have been sent; ``None`` if that is not known.
        self.sent: bool | None = False
        #: Whether the body of a download has begun.
        self.streaming = False
        self._deadline = limits.deadline
        self._longest_pause = min(limits.timeout, LONGEST_TIMEOUT)

    def handed_over(self) -> None:
        """Note that ``requests``, or a library that mocks it, has the request now."""
        self.sent = None

    def connecting(self) -> None:
        """Note that the request is still unsent: a connection of ours has it."""
        self.sent = False

    def sending(self) -> None:
        """Note that the request may be received from now on."""
        self.sent = True

    def receiving(self) -> None:
        """Note that more of a download has come: only a pause times out from now on."""
        self.streaming = True
        self._deadline = time.monotonic() + self._longest_pause

    def remaining(self) -> float:
        """Return the seconds until the deadline, negative if it has expired."""
        return self._deadline - time.monotonic()

    def seconds_left(self) -> float:
        """Return the seconds until the deadline.

        :raises socket.timeout: If the deadline has expired.
        """
        left = self.remaining()
        if left <= 0:
            raise socket.timeout("the deadline has expired")
        return left

    @property
    def connect_timeout(self) -> float:
        """The seconds until the deadline."""
        return self.seconds_left()

    @property
    def read_timeout(self) -> float:
        """The seconds until the deadline."""
        return self.seconds_left()

    def clone(self) -> Attempt:
        """Return the attempt itself; urllib3 asks for one copy per request."""
        return self


class HasAttempt(Protocol):
    """A connection, which knows the attempt that it serves at the moment."""

    attempt: Attempt


class DeadlineSocket:
    """A socket, plain or TLS, that never waits past the deadline of the attempt.

    Everything that is not defined here is the socket's own.

    :param wrapped: The socket.
    :param connection: The connection that the socket belongs to.
    """

    def __init__(self, wrapped: Any, connection: HasAttempt) -> None:
        self._wrapped = wrapped
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)

    def getsockopt(self, level: int, option: int) -> Any:
        """Return an option; ``ssl`` asks for one before it takes the socket over.

        :raises OSError: If the connection is broken: Python up to 3.12 would leave it open then.
        :raises socket.timeout: If the deadline has expired.
        """
        number = self._wrapped.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            raise OSError(number, os.strerror(number))
        self._connection.attempt.seconds_left()
        return self._wrapped.getsockopt(level, option)

    def gettimeout(self) -> float:
        """Return the time that is left, which a TLS handshake over this socket may take.

        It must not raise: ``ssl`` has taken the socket over when it asks.
        """
        seconds = max(self._connection.attempt.remaining(), SHORTEST)
        self._wrapped.settimeout(seconds)
        return seconds

    def recv_into(self, buffer: Any) -> int:
        """Receive into a buffer, and return the number of bytes."""
        self._wrapped.settimeout(self._connection.attempt.seconds_left())
        count: int = self._wrapped.recv_into(buffer)
        return count

    def sendall(self, data: bytes) -> None:
        """Send all the data, each record of TLS with the time that is left."""
        for start in range(0, len(data), RECORD):
            self._wrapped.settimeout(self._connection.attempt.seconds_left())
            self._wrapped.sendall(data[start : start + RECORD])

    def makefile(self, *_: Any, **__: Any) -> ResponseStream:
        """Return the stream that ``http.client`` reads a response from."""
        return ResponseStream(_ReceivedBytes(self))


class _ReceivedBytes(io.RawIOBase):
    """The bytes that a socket receives, until the response is complete."""

    def __init__(self, source: DeadlineSocket) -> None:
        super().__init__()
        self._source = source
        self.ended = False

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Receive into a buffer, and return the number of bytes."""
        return 0 if self.ended else self._source.recv_into(buffer)


class ResponseStream(io.BufferedReader):
    """The stream that ``http.client`` reads a response from.

    ``http.client`` takes the end of the stream for the end of the headers, so that a response
    which was lost would pass for an empty one. Here it is an error.

    :param source: The bytes that the socket receives.
    """

    def __init__(self, source: _ReceivedBytes) -> None:
        super().__init__(source)
        self._source = source
        self._begun = False
        #: Whether bytes after the end of the response have been received; known once it is closed.
        self.has_surplus = False

    def readline(self, size: int | None = -1) -> bytes:
        """Return the next line, or as many bytes of it as asked for.

        :raises http.client.RemoteDisconnected: If the stream ends before the response has begun.
        :raises http.client.IncompleteRead: If it ends within a line of the response.
        """
        line = super().readline(size)
        if not line.endswith(b"\n") and len(line) != size:
            if line or self._begun:
                raise IncompleteRead(b"")
            raise RemoteDisconnected("the connection was closed without a response")
        self._begun = True
        return line

    def close(self) -> None:
        """Close the stream; the socket stays open."""
        if not self.closed:
            self._source.ended = True
            self.has_surplus = bool(self.peek())
        super().close()


def connect(
    host: str, port: int, options: Iterable[tuple[Any, ...]] | None, attempt: Attempt
) -> socket.socket:
    """Return a socket that is connected to the first address that accepts it.

    The addresses share the time that is left, so that a silent one leaves time for the next.

    :param host: The host's name or address.
    :param port: The port.
    :param options: What to set on the socket, as ``setsockopt`` takes it.
    :param attempt: The attempt.
    :raises OSError: If no address accepts the connection, or there is none.
    """
    addresses = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    failure = OSError("the host has no address")
    for position, (family, kind, protocol, _, address) in enumerate(addresses):
        connected = socket.socket(family, kind, protocol)
        try:
            for option in options or ():
                connected.setsockopt(*option)
            connected.settimeout(attempt.seconds_left() / (len(addresses) - position))
            connected.connect(address)
        except OSError as error:
            connected.close()
            failure = error
        except BaseException:  # an interrupt leaves no socket open
            connected.close()
            raise
        else:
            return connected
    raise failure
