"""Sockets that keep a deadline, and the account of the attempt that they serve.

A plain timeout starts anew with every packet, so a peer that drips one byte at a time holds a call
for ever. These sockets arm themselves with what is left of the whole call before they wait.
The call itself is thread-local, for one thread makes one call at a time.
"""

from __future__ import annotations

import io
import socket
import ssl
import threading
import time
from http.client import HTTPException, IncompleteRead, RemoteDisconnected
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from typing import Protocol, TypeVar

    from vivialconnect.common.exchange import Sink

    class Closable(Protocol):
        """A socket or a stream."""

        def close(self) -> None:
            """Close it; a second time does nothing."""
            ...

    ClosableT = TypeVar("ClosableT", bound=Closable)

LARGEST_ANSWER = 100_000_000  # bytes; a page of 150 rows has less than one in a hundred of that
MOST_AT_ONCE = 1_000_000  # bytes that are asked for before they have come


class Attempt(threading.local):
    """What this thread is about: how long it may take, and how far it has come."""

    deadline: float = 0.0
    method: str = ""
    #: Nothing of the request can have left: a connection is being made, or will be.
    connecting: bool = True
    #: Some of the request has left.
    sent: bool = False
    #: Bytes that have come, and those of them that belonged to an answer.
    received: int = 0
    consumed: int = 0
    #: The sockets and streams that were made for the attempt.
    opened: tuple[Closable, ...] = ()
    #: What the body of a 200 is handed to as it comes; ``None`` where answers are read whole.
    sink: Optional[Sink] = None
    #: Seconds for which such a body may pause.
    silence: float = 0.0
    #: It has begun: from now on each pause has a deadline, and the whole has none.
    streaming: bool = False

    def begin(self, method: str, deadline: float) -> dict[str, Any]:
        """Start the account of one attempt, and return that of the one that it interrupts.

        A signal may come while an attempt waits, and its handler may make a call.
        """
        interrupted = dict(vars(self))
        vars(self).clear()
        self.method = method
        self.deadline = deadline
        return interrupted

    def resume(self, interrupted: dict[str, Any]) -> None:
        """Go on with the account of the attempt that was interrupted."""
        vars(self).clear()
        vars(self).update(interrupted)

    def count(self, received: int) -> int:
        """Note that so many bytes have come, and return their number.

        :raises http.client.HTTPException: If they are more than any answer that is read whole has.
        """
        self.received += received
        if self.streaming:
            self.stream()
        elif self.received > LARGEST_ANSWER:
            raise HTTPException("the answer is longer than {} bytes".format(LARGEST_ANSWER))
        return received

    def stream(self) -> None:
        """Let the body take as long as it does, but none of its pauses, of which one begins."""
        self.streaming = True
        self.deadline = time.monotonic() + self.silence

    def note(self, made: ClosableT) -> ClosableT:
        """Remember what was made, and return it."""
        self.opened = (*self.opened, made)
        return made

    def abandon(self) -> None:
        """Close what a failed attempt has opened, the last first.

        Where a handshake or a tunnel fails, ``ssl`` and ``http.client`` leave some of it open.
        """
        for made in reversed(self.opened):
            made.close()
        self.opened = ()

    def seconds_left(self) -> float:
        """Return the seconds that are left.

        :raises socket.timeout: If none are.
        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise socket.timeout("the call's time is up")
        return left


attempt = Attempt()


class AnswerStream(io.BufferedReader):
    """What ``http.client`` reads an answer from: an end within its lines is a failure.

    ``http.client`` takes an end within the headers for their end, and a POST whose answer was lost
    would pass for one that was answered with nothing.
    """

    def readline(self, size: Optional[int] = -1) -> bytes:
        """Read to the end of the line, or as many bytes as asked for."""
        line = super().readline(size)
        attempt.consumed += len(line)
        if not line.endswith(b"\n") and len(line) != size:
            if attempt.streaming:  # it is a line between chunks
                raise IncompleteRead(b"")
            raise RemoteDisconnected("the connection was closed within a line of the answer")
        return line

    def readinto(self, buffer: Any) -> int:
        """Read as many bytes as the buffer has room for."""
        count = super().readinto(buffer)
        attempt.consumed += count
        return count

    def read(self, size: Optional[int] = -1) -> bytes:
        """Read as many bytes as asked for, which an answer's headers may say wrongly.

        The base would first get the memory for all of them, and there may not be that much.
        """
        if size is None or size <= MOST_AT_ONCE:
            whole = super().read(size)
            attempt.consumed += len(whole)
            return whole
        pieces = []
        while size > 0:
            piece = super().read(min(size, MOST_AT_ONCE))
            if not piece:
                break
            pieces.append(piece)
            attempt.consumed += len(piece)
            size -= len(piece)
        return b"".join(pieces)


class DeadlineSocket(socket.socket):
    """A socket that never waits past the deadline of the call."""

    def recv_into(self, *arguments: Any, **keywords: Any) -> int:
        """Receive into a buffer."""
        self.settimeout(attempt.seconds_left())
        return attempt.count(super().recv_into(*arguments, **keywords))

    def makefile(self, *_: Any, **__: Any) -> Any:
        """Return the stream that an answer is read from."""
        return attempt.note(AnswerStream(super().makefile("rb", buffering=0)))

    def sendall(self, *arguments: Any, **keywords: Any) -> None:
        """Send all the data; the timeout of ``sendall`` bounds it as a whole."""
        self.settimeout(attempt.seconds_left())
        super().sendall(*arguments, **keywords)


class DeadlineTLSSocket(ssl.SSLSocket):
    """The same over TLS, where ``sendall`` is a loop over ``send``."""

    def __new__(cls, *arguments: Any, **keywords: Any) -> DeadlineTLSSocket:  # noqa: PYI034 - 3.9
        # The one place that ``ssl`` passes: it makes its sockets without calling ``__init__``.
        return attempt.note(super().__new__(cls, *arguments, **keywords))

    def makefile(self, *_: Any, **__: Any) -> Any:
        """Return the stream that an answer is read from."""
        return attempt.note(AnswerStream(super().makefile("rb", buffering=0)))

    def recv_into(self, *arguments: Any, **keywords: Any) -> int:
        """Receive into a buffer."""
        self.settimeout(attempt.seconds_left())
        return attempt.count(super().recv_into(*arguments, **keywords))

    def send(self, *arguments: Any, **keywords: Any) -> int:
        """Send some of the data."""
        self.settimeout(attempt.seconds_left())
        return super().send(*arguments, **keywords)

    def do_handshake(self, *arguments: Any, **keywords: Any) -> None:
        """Agree on the keys."""
        self.settimeout(attempt.seconds_left())
        super().do_handshake(*arguments, **keywords)


def connect(host: str, port: int, options: Any) -> DeadlineSocket:
    """Return a socket connected to the first address that answers.

    The addresses share what is left of the call, so that a silent one leaves time for the next.

    :raises OSError: If none answers; ``socket.gaierror`` if there are none.
    """
    addresses = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    failure: OSError = OSError("the name has no address")
    for position, (family, kind, protocol, _, address) in enumerate(addresses):
        connected = DeadlineSocket(family, kind, protocol)
        try:
            for option in options or ():
                connected.setsockopt(*option)
            connected.settimeout(attempt.seconds_left() / (len(addresses) - position))
            connected.connect(address)
        except OSError as error:
            connected.close()
            failure = error
        except BaseException:  # an interrupt leaves nothing open
            connected.close()
            raise
        else:
            return connected
    raise failure
