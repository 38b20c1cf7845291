"""The log of requests that a sandbox keeps for inspection."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Callable

from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.http.response import Response

#: How many bytes of the body of a response are kept.
KEPT_OF_RESPONSE = 16 * 1024


def line_of(request: Request) -> str:
    """Return a line about a request: method, path, status, duration, why it was refused."""
    milliseconds = (request.seconds or 0) * 1000
    words = [request.method, request.path, str(request.status or "no response")]
    words.append(f"{milliseconds:.1f} ms")
    if request.fault is not None:
        words.append(f"[{request.fault}]")
    line = " ".join(words) + (f": {request.refusal}" if request.refusal else "")
    # The request decides what is in it, and it may be shown in a terminal.
    return line if line.isprintable() else repr(line)[1:-1]


class RequestLog:
    """Keep the newest requests. It is thread-safe.

    :param count: how many requests to keep.
    :param size: how many bytes of targets, headers and bodies to keep. The newest request is kept
        even if it is larger.
    :param now: returns the time in seconds since 1970.
    """

    def __init__(self, count: int, size: int, now: Callable[[], float]) -> None:
        self._count = count
        self._size = size
        self._now = now
        self._lock = threading.Lock()
        self._requests: deque[Request] = deque()
        self._kept = 0
        self._last_id = 0

    def record(self, request: Request, respond: Callable[[Request], Response]) -> Response:
        """Keep a request, carry it out, and keep its response.

        :param request: the request; sets its ``id``, ``time``, ``seconds`` and ``response``.
        :param respond: carries the request out.
        :returns: the response.
        """
        request.time = self._now()
        started = time.perf_counter()
        self._add(request)
        response = respond(request)
        request.seconds = time.perf_counter() - started
        self._add_response(request, response)
        return response

    def _add(self, request: Request) -> None:
        with self._lock:
            self._last_id += 1
            request.id = self._last_id
            self._requests.append(request)
            self._kept += request.size
            self._remove_oldest()

    def _add_response(self, request: Request, response: Response) -> None:
        body = response.body[:KEPT_OF_RESPONSE]
        with self._lock:
            request.response_size = len(response.body)
            request.response = response._replace(body=body)
            if self._find(request.id) is request:
                self._kept += len(body)
                self._remove_oldest()

    def _remove_oldest(self) -> None:
        while len(self._requests) > self._count or (
            self._kept > self._size and len(self._requests) > 1
        ):
            self._kept -= self._requests.popleft().size

    def _find(self, request_id: int) -> Request | None:
        # Requests are added and removed in the order of their ids, which have no gaps.
        first = self._requests[0].id if self._requests else 0
        position = request_id - first
        return self._requests[position] if 0 <= position < len(self._requests) else None

    def find(self, request_id: int) -> Request | None:
        """Return a request by its id, or ``None`` if it is not kept."""
        with self._lock:
            return self._find(request_id)

    def clear(self) -> None:
        """Remove all requests."""
        with self._lock:
            self._requests.clear()
            self._kept = 0

    def all(self) -> list[Request]:
        """Return the requests, the oldest first."""
        with self._lock:
            return list(self._requests)
