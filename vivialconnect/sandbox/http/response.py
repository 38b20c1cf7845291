"""A response before it is sent, and the exception that becomes an error response."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

JSON = "application/json"


class Transmission(NamedTuple):
    """How to send a response, if not at once.

    :param mode: the name of a mode in ``http.transmission``.
    :param seconds: how long to wait; ``None`` to wait until the connection ends.
    :param at_once: how many bytes to send first.
    """

    mode: str
    seconds: float | None = None
    at_once: int = 0


class Response(NamedTuple):
    """A response.

    :param status: the HTTP status; 0 if there is nothing to send.
    :param body: the body.
    :param content_type: the media type of the body.
    :param headers: headers besides those of every response.
    :param transmission: how to send it; ``None`` to send it at once.
    :param stream: the parts of a body without an end, which replaces ``body``.
    """

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = {}
    transmission: Transmission | None = None
    stream: Iterable[bytes] | None = None


class HTTPError(Exception):
    """An error response.

    :param status: the HTTP status.
    :param message: the ``message`` in the body.
    :param headers: headers besides those of every response.
    :param extra: other keys of the body, such as ``error_code``.
    """

    def __init__(
        self, status: int, message: str, *, headers: dict[str, str] | None = None, **extra: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.document: dict[str, Any] = dict(extra, message=message)
        self.headers = headers or {}

    def response(self) -> Response:
        """Return the response."""
        return json_response(self.document, status=self.status, headers=self.headers)


def json_response(
    document: Any, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Return a JSON response with sorted keys.

    :param document: the body.
    :param status: the HTTP status.
    :param headers: headers besides those of every response.
    """
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Response(status, text.encode("utf-8"), headers=headers or {})
