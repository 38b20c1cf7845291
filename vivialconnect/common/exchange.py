"""Requests and responses, as resources, the Requestor and transports pass them on.

A resource creates a :class:`Call`. The Requestor turns it into a :class:`Request`, which a
:class:`Transport` sends once within its :class:`Limits`. The result is a :class:`Response`.
All of them are immutable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

#: Seconds: 23 days. Operating systems store a timeout as milliseconds in 32 bits.
MAX_TIMEOUT = 2_000_000


class Sink(Protocol):
    """Receives the body of a download in chunks, so that memory never holds all of it."""

    def begin(self, length: int | None) -> None:
        """Prepare for a body.

        :param length: The number of bytes; ``None`` if the response does not say.
        """
        ...

    def take(self, chunk: bytes) -> bool:
        """Take the next bytes. Must not raise.

        :param chunk: The bytes.
        :returns: Whether to continue the download.
        """
        ...

    def missing(self) -> int:
        """Return the number of missing bytes; 0 if the expected size is unknown."""
        ...


class Call(NamedTuple):
    """The specification of a request, not encoded yet, without base URL, headers and signature.

    ``repr`` shows the method and the path, not the query or the body.
    """

    #: The HTTP method.
    method: str
    #: The path below the base URL, or below the path of the resource.
    path: str
    #: The query, not encoded yet.
    query: Mapping[str, Any] = {}
    #: The body.
    body: bytes | None = None
    #: Receives the body of the response if it is a file, not JSON.
    sink: Sink | None = None
    #: The keys of which a response of the service has one, unless it is the object itself.
    roots: tuple[str, ...] = ()
    #: Whether an idempotent request may be retried after it may have been received.
    retryable: bool = True
    #: Whether the response contains a secret. Errors omit its body then.
    secret: bool = False

    def __repr__(self) -> str:
        return f"Call({self.method!r}, {self.path!r})"


class Request(NamedTuple):
    """An HTTP request, complete except for its signature.

    ``repr`` shows the method and the path, not the query, the headers or the body.
    """

    #: The HTTP method.
    method: str
    #: The absolute URL, encoded. It is sent unchanged.
    url: str
    #: The header fields, without the signature headers.
    headers: Mapping[str, str]
    #: The body.
    body: bytes | None = None
    #: Receives the body of a response with status 200; the response then has no content.
    sink: Sink | None = None

    def __repr__(self) -> str:
        return "Request({!r}, {!r})".format(self.method, self.url.partition("?")[0])


class Response(NamedTuple):
    """An HTTP response, read completely.

    ``repr`` shows only the status: headers and content may contain a secret.
    """

    #: The HTTP status.
    status: int
    #: The header fields.
    headers: Mapping[str, str]
    #: The body; empty if a :class:`Sink` received it.
    content: bytes

    def __repr__(self) -> str:
        return f"Response({self.status!r})"

    def header(self, name: str) -> str | None:
        """Return the value of a header field, or ``None`` if the response does not have it.

        :param name: The name, in any case.

        >>> Response(200, {"Content-Type": "image/gif"}, b"").header("content-type")
        'image/gif'
        """
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), None)


class Limits(NamedTuple):
    """The deadline and the certificate verification of an attempt."""

    #: The deadline of the request, as a value of ``time.monotonic()``.
    deadline: float
    #: Whether certificates are verified, or the path of the CA bundle to verify them with.
    verify: bool | str = True
    #: The ``request_timeout``, in seconds. The body of a download has no deadline: it times out
    #: after a pause of this length.
    timeout: float = MAX_TIMEOUT


#: Returns the signature headers of a request, which must not change after this.
Sign = Callable[[Request], dict[str, str]]


class Transport(Protocol):
    """Sends a request once, without retries.

    :class:`vivialconnect.testing.FakeTransport` is a transport for unit tests.
    """

    def send(self, request: Request, sign: Sign, limits: Limits) -> Response:
        """Sign and send a request, and return the response, whatever its status.

        :param request: The request without its signature.
        :param sign: Called once, with the request as it will be sent.
        :param limits: The deadline and the certificate verification.
        :raises vivialconnect.common.error.ConnectionError: If there is no complete response. Its
            ``outcome`` says whether the request may have been received.
        """
        ...
