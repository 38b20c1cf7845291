"""The values that pass between a resource, its Requestor and a transport.

A resource makes a :class:`Call`. The Requestor turns it into a :class:`Request`, which a
:class:`Transport` sends once within its :class:`Limits`. The result is a :class:`Response`.
All of them are immutable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

#: Seconds, 23 days. The operating system counts a timeout in milliseconds, in 32 bits.
LONGEST_TIMEOUT = 2_000_000


class Sink(Protocol):
    """Receives the body of a download piece by piece, so that it is never in memory as a whole."""

    def begin(self, length: int | None) -> None:
        """Prepare for a body.

        :param length: The number of bytes; ``None`` if the response does not say.
        """
        ...

    def take(self, piece: bytes) -> bool:
        """Take the next bytes. Must not raise.

        :param piece: The bytes.
        :returns: Whether the rest of the body is wanted.
        """
        ...

    def missing(self) -> int:
        """Return how many bytes are missing, if the size is known from another source."""
        ...


class Call(NamedTuple):
    """A request as a resource describes it.

    ``repr`` shows the method and the path, not the query or the body.
    """

    #: The HTTP method.
    method: str
    #: The path below the base URL, or below the class that makes the call.
    path: str
    #: The query, not encoded yet.
    query: Mapping[str, Any] = {}
    #: The body.
    body: bytes | None = None
    #: Receives the body of the response if it is a file, not JSON.
    sink: Sink | None = None
    #: Whether a request that may have been received is retried, if its method allows it.
    retryable: bool = True
    #: Whether the response shows a secret, so that no error keeps its body.
    secret: bool = False

    def __repr__(self) -> str:
        return "Call({!r}, {!r})".format(self.method, self.path)


class Request(NamedTuple):
    """An HTTP request, complete except for its signature.

    ``repr`` shows the method and the path, not the query, the headers or the body.
    """

    #: The HTTP method.
    method: str
    #: The absolute URL, fully encoded: it is sent as it is.
    url: str
    #: The header fields, without those of the signature.
    headers: Mapping[str, str]
    #: The body.
    body: bytes | None = None
    #: Receives the body of a response with status 200; the response then has no content.
    sink: Sink | None = None

    def __repr__(self) -> str:
        return "Request({!r}, {!r})".format(self.method, self.url.partition("?")[0])


class Response(NamedTuple):
    """An HTTP response, read completely.

    ``repr`` shows the status alone: headers and content may hold a secret.
    """

    #: The HTTP status.
    status: int
    #: The header fields.
    headers: Mapping[str, str]
    #: The body; empty if a :class:`Sink` received it.
    content: bytes

    def __repr__(self) -> str:
        return "Response({!r})".format(self.status)

    def header(self, name: str) -> str | None:
        """Return the value of a header field, or ``None`` if the response does not have it.

        :param name: The name, in any case.

        >>> Response(200, {"Content-Type": "image/gif"}, b"").header("content-type")
        'image/gif'
        """
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), None)


class Limits(NamedTuple):
    """How long an attempt may take, and which certificates it trusts."""

    #: When the request times out, as a reading of ``time.monotonic()``.
    deadline: float
    #: Whether certificates are verified, or the path of the CA bundle to verify them with.
    verify: bool | str = True
    #: The ``request_timeout`` that the deadline comes from, in seconds. The body of a download has
    #: no deadline as a whole; it times out when it pauses for this long.
    timeout: float = LONGEST_TIMEOUT


#: Returns the header fields of the signature, for a request whose every byte is final.
Sign = Callable[[Request], dict[str, str]]


class Transport(Protocol):
    """Sends one request once.

    :class:`vivialconnect.testing.FakeTransport` is one for unit tests.
    """

    def send(self, request: Request, sign: Sign, limits: Limits) -> Response:
        """Sign and send a request, and return the response, whatever its status.

        :param request: The request without its signature.
        :param sign: Called once, with the request as it will be sent.
        :param limits: The deadline, and which certificates to trust.
        :raises vivialconnect.common.error.ConnectionError: If there is no complete response. Its
            ``outcome`` says whether the request may have been received.
        """
        ...
