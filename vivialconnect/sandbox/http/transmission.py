"""Faulty ways to send a response: dripping, truncated, reset, and others.

A wait ends when the client disconnects, or when the server stops and shuts down the connection.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from typing import Callable

from vivialconnect.sandbox.http.response import Transmission

GARBAGE = b"\x00\x01 this is not a status line\r\n\r\n"
READ_SIZE = 65_536
#: Linger for 0 seconds: drop unsent data, and reset the connection.
NO_LINGER = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


def transmit(
    connection: socket.socket, transmission: Transmission, head: bytes, body: bytes
) -> bool:
    """Send a response in a given way.

    :param connection: the client's connection.
    :param transmission: the way.
    :param head: status line and headers; empty if there is no response.
    :param body: the body.
    :returns: whether the connection stays open.
    :raises OSError: if the client disconnects, or the server stops.
    """
    return _MODES[transmission.mode](connection, transmission, head, body)


def _close(
    _connection: socket.socket, _transmission: Transmission, _head: bytes, _body: bytes
) -> bool:
    return False


def _reset(
    connection: socket.socket, _transmission: Transmission, _head: bytes, _body: bytes
) -> bool:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    # Detached, because other references to the socket would keep it open.
    socket.close(connection.detach())
    return False


def _send_garbage(
    connection: socket.socket, _transmission: Transmission, _head: bytes, _body: bytes
) -> bool:
    connection.sendall(GARBAGE)
    return False


def _truncate(
    connection: socket.socket, transmission: Transmission, head: bytes, body: bytes
) -> bool:
    connection.sendall(head + body[: transmission.at_once])
    return False


def _stall(connection: socket.socket, transmission: Transmission, head: bytes, body: bytes) -> bool:
    if _wait(connection, transmission.seconds):
        connection.sendall(head + body)
    return False


def _drip(connection: socket.socket, transmission: Transmission, head: bytes, body: bytes) -> bool:
    whole = head + body
    connection.sendall(whole[: transmission.at_once])
    for position in range(transmission.at_once, len(whole)):
        if not _wait(connection, transmission.seconds):
            return False
        connection.sendall(whole[position : position + 1])
    return True


def _wait(connection: socket.socket, seconds: float | None) -> bool:
    """Wait, ignore what the client sends, and return whether it is still connected."""
    usual = connection.gettimeout()
    end = None if seconds is None else time.monotonic() + seconds
    try:
        while True:
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                return True
            connection.settimeout(left)
            if not connection.recv(READ_SIZE):
                return False
    except socket.timeout:  # Not a TimeoutError before Python 3.10.
        return True
    finally:
        connection.settimeout(usual)


_MODES: dict[str, Callable[[socket.socket, Transmission, bytes, bytes], bool]] = {
    "close": _close,
    "drip": _drip,
    "garbage": _send_garbage,
    "reset": _reset,
    "stall": _stall,
    "truncate": _truncate,
}
