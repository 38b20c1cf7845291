"""Sockets that keep a deadline, and the urllib3 connections and pools above them.

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
from http.client import RemoteDisconnected
from typing import Any, Optional, Protocol, Tuple, Type, TypeVar

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context, resolve_cert_reqs

MOST_AT_ONCE = 1_000_000  # bytes that are asked for before they have come
IDLE_LIMIT = 30  # seconds after which a kept connection may be dead without our knowing


class Closable(Protocol):
    """A connection, a socket or a stream."""

    def close(self) -> None:
        """Close it; a second time does nothing."""
        ...


ClosableT = TypeVar("ClosableT", bound=Closable)


class Attempt(threading.local):
    """What this thread is about: how long it may take, and how far it has come."""

    deadline: float = 0.0
    method: str = ""
    #: An attempt of ours is under way in this thread.
    running: bool = False
    #: Nothing of the request can have left: a connection is being made, or will be.
    connecting: bool = True
    #: Some of the request has left.
    sent: bool = False
    #: The request has a body, whose head has not come yet.
    body_follows: bool = False
    #: The sockets and streams that were made for the attempt.
    opened: Tuple[Closable, ...] = ()
    #: The connection that a pool has lent to it.
    lent: Optional[Closable] = None

    def begin(self, method: str, deadline: float, *, has_body: bool) -> None:
        """Start the account of one attempt."""
        self.method = method
        self.body_follows = has_body
        self.deadline = deadline
        self.running = True
        self.connecting = True
        self.sent = False
        self.opened = ()
        self.lent = None

    def note(self, made: ClosableT) -> ClosableT:
        """Remember what was made, and return it."""
        self.opened = (*self.opened, made)
        return made

    def abandon(self) -> None:
        """Close the connection of a failed attempt, and what was opened for it, the last first.

        Where a handshake or a tunnel fails, ``ssl`` and ``http.client`` leave some of it open;
        where a body cannot be unpacked, ``urllib3`` lets go of the connection as it is.
        """
        if self.lent is not None:
            self.lent.close()
        for made in reversed(self.opened):
            made.close()
        self.opened = ()
        self.lent = None

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
        if not line.endswith(b"\n") and len(line) != size:
            raise RemoteDisconnected("the connection was closed within a line of the answer")
        return line

    def read(self, size: Optional[int] = -1) -> bytes:
        """Read as many bytes as asked for, which an answer's headers may say wrongly.

        The base would first get the memory for all of them, and there may not be that much.
        """
        if size is None or size <= MOST_AT_ONCE:
            return super().read(size)
        pieces = []
        while size > 0:
            piece = super().read(min(size, MOST_AT_ONCE))
            if not piece:
                break
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)


class DeadlineSocket(socket.socket):
    """A socket that never waits past the deadline of the call."""

    def recv_into(self, *arguments: Any, **keywords: Any) -> int:
        """Receive into a buffer."""
        self.settimeout(attempt.seconds_left())
        return super().recv_into(*arguments, **keywords)

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
        return super().recv_into(*arguments, **keywords)

    def recv(self, *arguments: Any, **keywords: Any) -> bytes:
        """Receive; what TLS inside the TLS of a proxy reads by."""
        self.settimeout(attempt.seconds_left())
        return super().recv(*arguments, **keywords)

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
        else:
            return connected
    raise failure


class _DeadlineConnection:
    """Makes its sockets keep the deadline, and notes how far the request has come."""

    last_used = 0.0
    #: The head of a request, until its body follows.
    _head = b""

    def _new_conn(self: Any) -> DeadlineSocket:
        host = getattr(self, "_dns_host", self.host)
        try:
            return connect(host, self.port, self.socket_options)
        except socket.timeout as error:
            raise ConnectTimeoutError(self, "no connection to {} in time".format(host)) from error
        except OSError as error:
            raise NewConnectionError(self, "no connection to {}: {}".format(host, error)) from error

    def connect(self: Any) -> None:
        attempt.connecting = True
        super().connect()  # type: ignore[misc] # of the connection mixed in
        attempt.connecting = False

    def send(self: Any, data: Any) -> None:
        # Connecting here, and not in the base, keeps a tunnel's CONNECT from counting as sent.
        if self.sock is None:
            self.connect()
        if attempt.body_follows and not attempt.connecting:
            # Head and body leave together: one packet, and one system call.
            attempt.body_follows = False
            self._head = data
            return
        attempt.sent = attempt.sent or not attempt.connecting
        head, self._head = self._head, b""
        super().send(head + data)  # type: ignore[misc] # of the connection mixed in


class DeadlineHTTPConnection(_DeadlineConnection, HTTPConnection):
    """A plain connection that keeps the deadline."""


class DeadlineHTTPSConnection(_DeadlineConnection, HTTPSConnection):
    """A TLS connection that keeps the deadline."""

    def connect(self) -> None:
        """Connect and shake hands, with our kind of TLS socket."""
        # Some releases of requests hand in a context that all sessions share, and then leave the
        # CA bundle out; this one is always our own.
        self.ssl_context = create_urllib3_context(cert_reqs=resolve_cert_reqs(self.cert_reqs))
        self.ssl_context.sslsocket_class = DeadlineTLSSocket
        self.ca_certs = self.ca_certs or (None if self.ca_cert_dir else DEFAULT_CA_BUNDLE_PATH)
        super().connect()


class _DeadlinePool:
    """Hands out connections that keep the deadline, and none that idled too long to a POST."""

    def urlopen(self: Any, *arguments: Any, **keywords: Any) -> Any:
        # Before urllib3 2 a body that is cut short passes for a whole one unless this is asked.
        keywords["enforce_content_length"] = True
        return super().urlopen(*arguments, **keywords)  # type: ignore[misc] # of the pool mixed in

    def _get_conn(self: Any, timeout: Optional[float] = None) -> Any:
        connection = super()._get_conn(timeout)  # type: ignore[misc] # of the pool mixed in
        idle = time.monotonic() - getattr(connection, "last_used", 0.0)
        if attempt.method == "POST" and idle > IDLE_LIMIT:
            # It may be dead without our knowing, and a lost POST could not be sent again.
            connection.close()
        attempt.lent = connection
        return connection

    def _put_conn(self: Any, conn: Any) -> None:
        attempt.lent = None  # from now on it may be another thread's
        if conn is not None:
            conn.last_used = time.monotonic()
        super()._put_conn(conn)  # type: ignore[misc] # of the pool mixed in


def _connection_class(pool: Type[Any], usual: Type[Any], ours: Type[Any]) -> Any:
    """Return a property that gives our class, or what a mocking library has put in its place."""

    def choose(_: Any) -> Type[Any]:
        current: Type[Any] = pool.ConnectionCls
        return ours if current is usual else current

    return property(choose)


class DeadlineHTTPPool(_DeadlinePool, HTTPConnectionPool):
    """A pool of plain connections."""

    ConnectionCls = _connection_class(HTTPConnectionPool, HTTPConnection, DeadlineHTTPConnection)


class DeadlineHTTPSPool(_DeadlinePool, HTTPSConnectionPool):
    """A pool of TLS connections."""

    ConnectionCls = _connection_class(HTTPSConnectionPool, HTTPSConnection, DeadlineHTTPSConnection)
