"""The log of requests that a sandbox keeps for inspection."""

from __future__ import annotations

import threading
from collections import deque

from vivialconnect.sandbox.http.request import Request


class RequestLog:
    """Keep the newest requests. It is thread-safe.

    :param count: how many requests to keep.
    :param size: how many bytes of targets, headers and bodies to keep. The newest request is kept
        even if it is larger.
    """

    def __init__(self, count: int, size: int) -> None:
        self._count = count
        self._size = size
        self._lock = threading.Lock()
        self._requests: deque[Request] = deque()
        self._kept = 0

    def add(self, request: Request) -> None:
        """Add a request, and remove the oldest ones that exceed a limit."""
        with self._lock:
            self._requests.append(request)
            self._kept += request.size
            while len(self._requests) > self._count or (
                self._kept > self._size and len(self._requests) > 1
            ):
                self._kept -= self._requests.popleft().size

    def clear(self) -> None:
        """Remove all requests."""
        with self._lock:
            self._requests.clear()
            self._kept = 0

    def all(self) -> list[Request]:
        """Return the requests, the oldest first."""
        with self._lock:
            return list(self._requests)
