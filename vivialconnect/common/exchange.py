"""What passes the seam between Requestor and transport: plain values.

That is a :class:`Request`, which is sent once, its :class:`Limits`, and the :class:`Response`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable, NamedTuple, Optional, Protocol, Union

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


class Request(NamedTuple):
    """One HTTP request, ready but for its signature."""

    method: str
    #: Absolute and fully encoded: these characters are sent as they are.
    url: str
    headers: Mapping[str, str]
    body: Optional[bytes] = None
    #: What the body of a 200 may be handed to as it comes; it is not in the response then.
    sink: Optional[Sink] = None


class Response(NamedTuple):
    """One HTTP response, read to its end."""

    status: int
    headers: Mapping[str, str]
    #: The body, but for what a sink has taken.
    content: bytes

    def __repr__(self) -> str:
        # What came may be a secret, and tools that print locals print this.
        return "Response({}, {} bytes)".format(self.status, len(self.content))

    def header(self, name: str) -> Optional[str]:
        """Return the value of a header field, whatever the case of its name.

        :param name: The name in lower case.
        """
        return next((value for key, value in self.headers.items() if key.lower() == name), None)


class Limits(NamedTuple):
    """How long an attempt may take, and whom it trusts."""

    #: The reading of ``time.monotonic()`` at which the call's time is up.
    deadline: float
    #: Whether certificates are checked, or the path of the CA bundle to check them with.
    verify: Union[bool, str] = True
    #: Seconds for which a body that goes into a sink may pause; as a whole it may take any time.
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
