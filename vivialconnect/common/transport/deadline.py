"""The deadline of an attempt, and the sockets and streams that keep it.

A socket timeout restarts with every packet, so a server that sends one byte at a time could delay a
request forever. A :class:`DeadlineSocket` sets the timeout to the remaining seconds before every
operation.
"""

from __future__ import annotations

import io
import os
import socket
import time
from collections.abc import Iterable
from http.client import IncompleteRead, RemoteDisconnected
from typing import Any

from urllib3.util import Timeout

from vivialconnect.common.exchange import MAX_TIMEOUT, Limits, Request

TLS_RECORD_SIZE = 16_384  # bytes, the maximum of a TLS record
SHORTEST_TIMEOUT = 0.001  # seconds; a timeout of 0 makes a socket non-blocking


class Attempt(Timeout):
    """An attempt to send a request: its deadline and its progress.

    It is a ``Timeout`` because requests and urllib3 pass this object on unchanged, to the
    connection that sends the request. Every timeout that they read is the remaining time.

    :param request: The request.
    :param limits: The deadline, and the longest pause of a download.
    """

    def __init__(self, request: Request, limits: Limits) -> None:
        super().__init__()
        self.method = request.method
        self.sink = request.sink
        #: Whether part of the request may have been sent; ``None`` if that is unknown: ``requests``
        #: or a mocking library has the request.
        self.sent: bool | None = False
        #: The proxy in words, without its password; ``None`` without one, or if it is not known.
        self.proxy: str | None = None
        #: Whether the proxy has opened a tunnel to the service.
        self.is_tunnel_open = False
        #: Whether the body of a download has begun.
        self.streaming = False
        self._deadline = limits.deadline
        self._longest_pause = min(limits.timeout, MAX_TIMEOUT)

    def extend_deadline(self) -> None:
        """Extend the deadline of a download: from now on, only a pause times out."""
        self.streaming = True
        self._deadline = time.monotonic() + self._longest_pause

    def remaining(self) -> float:
        """Return the seconds until the deadline, negative if it has expired.

        No more than the whole timeout: a test may stop the clock or set it back.
        """
        return min(self._deadline - time.monotonic(), self._longest_pause)

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
        """Return the attempt itself, although urllib3 asks for a copy."""
        return self


class DeadlineSocket:
    """A plain or TLS socket that never waits past the deadline of the attempt.

    Other attributes are those of the wrapped socket.

    :param wrapped: The socket.
    :param connection: The connection of the socket.
    """

    def __init__(self, wrapped: Any, connection: Any) -> None:
        self._wrapped = wrapped
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)

    def getsockopt(self, level: int, option: int) -> Any:
        """Return a socket option. ``ssl`` calls this before it wraps the socket.

        :raises OSError: If the connection is broken. Python up to 3.12 would not close it then.
        :raises socket.timeout: If the deadline has expired.
        """
        number = self._wrapped.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number:
            raise OSError(number, os.strerror(number))
        self._connection.attempt.seconds_left()
        return self._wrapped.getsockopt(level, option)

    def gettimeout(self) -> float:
        """Return the remaining time, the timeout of the TLS handshake.

        It must not raise, because ``ssl`` has already detached the socket.
        """
        seconds: float = max(self._connection.attempt.remaining(), SHORTEST_TIMEOUT)
        self._wrapped.settimeout(seconds)
        return seconds

    def recv_into(self, buffer: Any) -> int:
        """Receive into a buffer, and return the number of bytes."""
        self._wrapped.settimeout(self._connection.attempt.seconds_left())
        # Raises TypeError for a mock.
        return int.__index__(self._wrapped.recv_into(buffer))

    def sendall(self, data: bytes) -> None:
        """Send all data. The timeout of each TLS record is the remaining time."""
        view = memoryview(data)  # tracebacks that show locals do not show its bytes
        for start in range(0, len(data), TLS_RECORD_SIZE):
            self._wrapped.settimeout(self._connection.attempt.seconds_left())
            self._wrapped.sendall(view[start : start + TLS_RECORD_SIZE])

    def makefile(self, *_: Any, **__: Any) -> ResponseStream:
        """Return the stream that ``http.client`` reads a response from."""
        return ResponseStream(_ReceivedBytes(self))


class _ReceivedBytes(io.RawIOBase):
    """A raw stream of the bytes that a socket receives, until the response is complete."""

    def __init__(self, source: DeadlineSocket) -> None:
        super().__init__()
        self._source = source
        self.ended = False

    def readable(self) -> bool:
        """Return ``True``."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Receive into a buffer, and return the number of bytes."""
        return 0 if self.ended else self._source.recv_into(buffer)


class ResponseStream(io.BufferedReader):
    """The stream that ``http.client`` reads a response from.

    ``http.client`` treats the end of the stream as the end of the headers, and would return an
    empty response for a lost one. This stream raises an error instead.

    :param source: The bytes that the socket receives.
    """

    def __init__(self, source: _ReceivedBytes) -> None:
        super().__init__(source)
        self._source = source
        self._begun = False
        #: Whether there were bytes after the end of the response. Set by :meth:`close`.
        self.has_surplus = False

    def readline(self, size: int | None = -1) -> bytes:
        """Return the next line, or at most ``size`` bytes of it.

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
    """Return a socket that is connected to the first address that accepts the connection.

    The addresses share the remaining time, so that an unresponsive address leaves time for the
    next.

    :param host: The host name or address.
    :param port: The port.
    :param options: The arguments of ``setsockopt`` calls.
    :param attempt: The attempt.
    :raises OSError: If no address accepts the connection, or the host has no address.
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
        except BaseException:  # close the socket on an interrupt too
            connected.close()
            raise
        else:
            return connected
    raise failure
