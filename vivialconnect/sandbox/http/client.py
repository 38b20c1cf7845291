"""What the sandbox's own requests share: a deadline for the response, and the loopback check."""

from __future__ import annotations

import http.client
import io
import ipaddress
import socket
import time
from typing import Any


class DeadlineReader(io.RawIOBase):
    """Read from a socket until a deadline.

    A socket's timeout restarts with every read, so it never ends a response that arrives slowly.

    :param connected: the socket.
    :param deadline: the deadline, as a value of ``time.monotonic()``.
    """

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._connected = connected
        self._deadline = deadline

    def makefile(self, *_: object) -> io.BufferedReader:
        """Return a buffered reader, as ``http.client`` expects of a socket."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Return ``True``."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer.

        :raises TimeoutError: if the deadline has passed.
        """
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._connected.settimeout(left)
        return self._connected.recv_into(buffer)


def response_until(
    connection: http.client.HTTPConnection, method: str, deadline: float
) -> http.client.HTTPResponse:
    """Return the response of a connection, which must arrive before a deadline.

    :param connection: the connection, after its request was sent.
    :param method: the method of the request.
    :param deadline: the deadline, as a value of ``time.monotonic()``.
    """
    reader: Any = DeadlineReader(connection.sock, deadline)
    response = http.client.HTTPResponse(reader, method=method)
    response.begin()
    return response


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
