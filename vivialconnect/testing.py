"""A fake transport for unit tests, without a server or a mocking library.

>>> from vivialconnect import Requestor
>>> from vivialconnect.testing import FakeTransport, Request, Response
>>> def handler(request: Request) -> Response:
...     assert request.method == "GET"
...     return Response(200, {"Content-Type": "application/json"}, b'{"count": 3}')
>>> transport = FakeTransport(handler)
>>> requestor = Requestor("key", "secret", transport=transport)
>>> requestor.get("/accounts/12345/messages/count.json")
{'count': 3}
>>> [request.url.rpartition("/")[2] for request in transport.requests]
['count.json']
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from vivialconnect.common.exchange import Limits, Request, Response, Sign, Sink

__all__ = ["FakeTransport", "Request", "Response"]

CHUNK_SIZE = 65_536  # bytes of a download


class FakeTransport:
    """Passes each request to a handler function, which returns the response.

    Requests are signed. Retries, errors and downloads work as with a real server. To test a
    failure, return a status such as 503, or raise :class:`~vivialconnect.common.error.Timeout`
    or another :class:`~vivialconnect.common.error.ConnectionError`.

    :param handler: Takes the signed request, and returns the response.
    """

    def __init__(self, handler: Callable[[Request], Response]) -> None:
        #: The requests that were sent, the latest last.
        self.requests: list[Request] = []
        self._handler = handler

    def __repr__(self) -> str:
        return f"FakeTransport({self._handler!r})"

    def send(self, request: Request, sign: Sign, limits: Limits) -> Response:  # noqa: ARG002 - of the protocol
        """Sign a request, and return the handler's response.

        :param request: The request without its signature.
        :param sign: Returns the signature headers.
        :param limits: Ignored.
        :raises ValueError: If the handler returns something that is not a :class:`Response`.
        """
        signed = request._replace(headers={**request.headers, **sign(request)})
        self.requests.append(signed)
        response = _check_response(self._handler(signed))
        if request.sink is None or response.status != HTTPStatus.OK:
            return response
        _write_to_sink(response.content, request.sink)
        return response._replace(content=b"")


def _check_response(response: Any) -> Response:
    """Check the result of a handler."""
    if not isinstance(response, Response):
        raise ValueError(f"the handler must return a Response, got {type(response).__name__}")
    content: Any = response.content
    if not isinstance(content, bytes):
        raise ValueError(f"the content of a Response must be bytes, got {type(content).__name__}")
    return response


def _write_to_sink(content: bytes, sink: Sink) -> None:
    """Write the body of a download to its sink, in chunks."""
    sink.begin(len(content))
    for start in range(0, len(content), CHUNK_SIZE):
        if not sink.take(content[start : start + CHUNK_SIZE]):
            return
