"""How an answer is put on a socket, where that is not in one piece. What is sent is given.

Nothing here outlives the connection: a wait ends when the client goes away, and when the server
stops, which shuts the connection down.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from typing import TYPE_CHECKING, Callable, Optional

if TYPE_CHECKING:
    from vivialconnect.sandbox.http.exchange import Delivery

GARBAGE = b"\x00\x01 this is no status line\r\n\r\n"
READ_AT_ONCE = 65_536
#: To linger for 0 seconds: what was not sent is dropped, and the peer gets a reset.
NO_LINGER = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


def deliver(connection: socket.socket, delivery: Delivery, head: bytes, body: bytes) -> bool:
    """Send an answer in a manner of its own.

    :param connection: the client's connection.
    :param delivery: the manner.
    :param head: status line and headers; empty if there is no answer.
    :param body: the body.
    :returns: whether the connection may go on.
    :raises OSError: if the client goes away, or the server stops, meanwhile.
    """
    return _MANNERS[delivery.manner](connection, delivery, head, body)


def _close(_connection: socket.socket, _delivery: Delivery, _head: bytes, _body: bytes) -> bool:
    return False


def _reset(connection: socket.socket, _delivery: Delivery, _head: bytes, _body: bytes) -> bool:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    # Whoever else holds the object would say goodbye first, or keep it open.
    socket.close(connection.detach())
    return False


def _send_garbage(
    connection: socket.socket, _delivery: Delivery, _head: bytes, _body: bytes
) -> bool:
    connection.sendall(GARBAGE)
    return False


def _truncate(connection: socket.socket, delivery: Delivery, head: bytes, body: bytes) -> bool:
    connection.sendall(head + body[: delivery.at_once])
    return False


def _stall(connection: socket.socket, delivery: Delivery, head: bytes, body: bytes) -> bool:
    if _stays(connection, delivery.seconds):
        connection.sendall(head + body)
    return False


def _drip(connection: socket.socket, delivery: Delivery, head: bytes, body: bytes) -> bool:
    whole = head + body
    connection.sendall(whole[: delivery.at_once])
    for place in range(delivery.at_once, len(whole)):
        if not _stays(connection, delivery.seconds):
            return False
        connection.sendall(whole[place : place + 1])
    return True


def _stays(connection: socket.socket, seconds: Optional[float]) -> bool:
    """Wait, and tell whether the client is still there; what it sends meanwhile is thrown away."""
    usual = connection.gettimeout()
    end = None if seconds is None else time.monotonic() + seconds
    try:
        while True:
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                return True
            connection.settimeout(left)
            if not connection.recv(READ_AT_ONCE):
                return False
    except socket.timeout:  # no TimeoutError before Python 3.10
        return True
    finally:
        connection.settimeout(usual)


_MANNERS: dict[str, Callable[[socket.socket, Delivery, bytes, bytes], bool]] = {
    "close": _close,
    "drip": _drip,
    "garbage": _send_garbage,
    "reset": _reset,
    "stall": _stall,
    "truncate": _truncate,
}
