"""Reading from a peer that may answer byte by byte, or for ever, until a moment and no longer."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket


class Limited(io.RawIOBase):
    """Reads from a socket until a moment, however little comes at a time.

    The timeout of a socket is one for each read, and so would never end a peer that drips.

    :param connected: the socket.
    :param end: the moment, on the clock of ``time.monotonic()``.
    """

    def __init__(self, connected: socket.socket, end: float) -> None:
        """Keep both."""
        self._connected = connected
        self._end = end

    def makefile(self, *_: object) -> io.BufferedReader:
        """Give what http.client asks a socket for."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Tell that this can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what there is, or wait for it as long as may be."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._connected.settimeout(left)
        return self._connected.recv_into(buffer)
