"""What passes the seams: plain values, from a resource to the Requestor, and on to the transport.

A resource asks with a :class:`Call`. The Requestor makes a :class:`Request` of it, which is sent
once within its :class:`Limits`, and gets a :class:`Response`. None is changed once it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Optional, Protocol, Union

if not TYPE_CHECKING:
    # Checkers alone ask what fits a protocol, and making one takes as long as ten plain classes.
    Protocol = object

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


# Not named tuples: making one of those takes as long as ten plain classes too, and a program that
# makes one call waits for it.
class Call:
    """One call as it was asked for.

    :param method: The HTTP method.
    :param path: The path below the base URL, or below what the class that asks stands for.
    :param query: The query, not yet encoded.
    :param body: The body.
    :param sink: Where the answer's body goes if it is no JSON but a medium.
    """

    __slots__ = ("body", "method", "path", "query", "sink")

    def __init__(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] = {},
        body: Optional[bytes] = None,
        sink: Optional[Sink] = None,
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.sink = sink


class Request:
    """One HTTP request, ready but for its signature.

    :param method: The HTTP method.
    :param url: Absolute and fully encoded: these characters are sent as they are.
    :param headers: The header fields, but for those of the signature.
    :param body: The body.
    :param sink: What the body of a 200 may be handed to as it comes; the response lacks it then.
    """

    __slots__ = ("body", "headers", "method", "sink", "url")

    def __init__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Optional[bytes] = None,
        sink: Optional[Sink] = None,
    ) -> None:
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.sink = sink


class Response:
    """One HTTP response, read to its end. Its ``repr`` shows nothing of it, for it may be secret.

    :param status: The status.
    :param headers: The header fields, as they came.
    :param content: The body, but for what a sink has taken.
    """

    __slots__ = ("content", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.status = status
        self.headers = headers
        self.content = content

    def header(self, name: str) -> Optional[str]:
        """Return the value of a header field, whatever the case of its name.

        :param name: The name in lower case.
        """
        return next((value for key, value in self.headers.items() if key.lower() == name), None)


class Limits:
    """How long an attempt may take, and whom it trusts.

    :param deadline: The reading of ``time.monotonic()`` at which the call's time is up.
    :param verify: Whether certificates are checked, or the path of the CA bundle to check with.
    :param silence: Seconds for which a body that goes into a sink may pause; as a whole it may
        take any time.
    """

    __slots__ = ("deadline", "silence", "verify")

    def __init__(
        self,
        deadline: float,
        verify: Union[bool, str] = True,  # noqa: FBT001, FBT002 - as the setting
        silence: float = LONGEST_TIMEOUT,
    ) -> None:
        self.deadline = deadline
        self.verify = verify
        self.silence = silence


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
