"""What passes the seams: plain values, from a resource to the Requestor, and on to the transport.

A resource asks with a :class:`Call`. The Requestor makes a :class:`Request` of it, which is sent
once within its :class:`Limits`, and gets a :class:`Response`. None is changed once it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Optional, Protocol, Union

#: Seconds, 23 days: sockets count milliseconds in 32 bits.
LONGEST_TIMEOUT = 2_000_000


class Sink(Protocol):
    """Takes the body of a 200 piece by piece, so that nobody holds the whole of it."""

    def begin(self, length: Optional[int]) -> None:
        """Get ready for a body.

        :param length: Its bytes, if the answer tells how many; ``None`` if it does not.
        """
        ...

    def take(self, piece: bytes) -> bool:
        """Take the next bytes, raise nothing, and return whether more are wanted."""
        ...

    def missing(self) -> int:
        """Return how many bytes cannot be all yet, by what is known beside the answer."""
        ...


class Call(NamedTuple):
    """One request as a resource asks for it."""

    method: str
    path: str
    query: Mapping[str, Any] = {}
    body: Optional[bytes] = None
    sink: Optional[Sink] = None
    retryable: bool = True
    secret: bool = False


class Request(NamedTuple):
    """One HTTP request, without the headers of its signature."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Optional[bytes] = None
    sink: Optional[Sink] = None


class Response(NamedTuple):
    """One HTTP response, read completely."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def __repr__(self) -> str:
        return "<Response {}>".format(self.status)

    def header(self, name: str) -> Optional[str]:
        """Return the value of a header, whatever the case of its name."""
        return next((value for key, value in self.headers.items() if key.lower() == name), None)


class Limits(NamedTuple):
    """How long an attempt may take, and how certificates are verified."""

    deadline: float
    verify: Union[bool, str] = True
    silence: float = LONGEST_TIMEOUT


#: Gives the header fields of the signature for a request whose every byte is final.
Sign = Callable[[Request], dict[str, str]]


class Transport(Protocol):
    """Sends one request once. A stand-in for tests needs this one method."""

    def send(self, request: Request, sign: Sign, limits: Limits) -> Response:
        """Sign and send a request, and return the response with any status.

        :param request: The request but for its signature.
        :param sign: Called once, with the request as it will be sent.
        :param limits: The deadline and the trust.
        :raises vivialconnect.common.error.ConnectionError: If no usable answer came;
            its ``outcome`` tells whether the request may have arrived.
        """
        ...
