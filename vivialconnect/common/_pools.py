"""urllib3's pools and connections, with the exchange of request and answer as short as it can be.

Pooling, proxies, tunnels and TLS are urllib3's. What passes over a connection is one request whose
every byte is known, and one answer that is read to its end, and that takes a few lines: most of
what urllib3 and ``http.client`` do for it serves what never occurs here (redirects, retries, bodies
that are streams, header fields as a document of e-mail).
"""

from __future__ import annotations

import io
import queue
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse, IncompleteRead, LineTooLong, UnknownProtocol
from typing import TYPE_CHECKING, Any, BinaryIO, Optional, cast

import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, DecodeError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context, resolve_cert_reqs

from vivialconnect.common._sockets import (
    LARGEST_ANSWER,
    DeadlineSocket,
    DeadlineTLSSocket,
    attempt,
    connect,
)
from vivialconnect.common.exchange import Response

if TYPE_CHECKING:
    from vivialconnect.common.exchange import Sink

IDLE_LIMIT = 30  # seconds after which a kept connection may be dead without our knowing
PIECE = 65_536  # bytes of a body that is packed or handed on
LONGEST_LINE = 65_536  # bytes of a header field
MOST_FIELDS = 100  # of the headers of an answer
SWITCHING = 101
BODILESS = frozenset((204, 304))  # RFC 9110, section 6.4.1
PLAIN = "identity"  # RFC 9110, section 12.5.3


class _Response(HTTPResponse):
    """The standard library's reader of answers, but for the header fields: a plain dict."""

    def begin(self) -> None:
        """Read up to the body. What ``read`` needs to know of it is set as the base sets it."""
        reader: Any = self  # the base's own parts are not in its stubs
        version, status, _ = reader._read_status()
        while 100 <= status < 200 and status != SWITCHING:  # noqa: PLR2004 - RFC 9110, section 15.2
            read_fields(reader.fp)
            version, status, _ = reader._read_status()
        if not version.startswith("HTTP/1."):
            raise UnknownProtocol(version)
        self.version = 10 if version == "HTTP/1.0" else 11
        self.status = status
        reader.headers = fields = read_fields(reader.fp)
        bodiless = status in BODILESS or reader._method == "HEAD"
        coding = fields.get("transfer-encoding")
        if status == SWITCHING or (coding is not None and coding.lower() != "chunked"):
            raise HTTPException("the answer is framed in a way that was not asked for")
        reader.chunked = coding is not None and not bodiless
        reader.chunk_left = None
        reader.length = 0 if bodiless else None if reader.chunked else _length_of(fields)
        told_twice = coding is not None and "content-length" in fields
        ends_with_it = not reader.chunked and reader.length is None
        reader.will_close = reader._check_close() or ends_with_it or told_twice

    def _read_and_discard_trailer(self) -> None:
        # The base's goes on for as long as fields come.
        reader: Any = self
        read_fields(reader.fp)


def read_fields(stream: BinaryIO) -> dict[str, str]:
    r"""Read the header fields of an answer, names in lower case; of several of a name, all.

    :param stream: Stands behind the status line, and then behind the headers.
    :raises http.client.HTTPException: If a line is too long, or there are too many.

    >>> read_fields(io.BytesIO(b"Server: x\r\nVary: a\r\nvary: b\r\n\r\n"))
    {'server': 'x', 'vary': 'a, b'}
    """
    fields: dict[str, str] = {}
    name = ""
    for _ in range(MOST_FIELDS + 1):
        line = stream.readline(LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            raise LineTooLong("header line")
        if line in (b"\r\n", b"\n", b""):
            return fields
        text = line.decode("latin-1")
        if text[0] in " \t" and name:  # folded, RFC 9112, section 5.2
            fields[name] += " " + text.strip()
            continue
        name, _, value = text.partition(":")
        name, value = name.strip().lower(), value.strip()
        fields[name] = fields[name] + ", " + value if name in fields else value
    raise HTTPException("got more than {} headers".format(MOST_FIELDS))


def _length_of(fields: Mapping[str, str]) -> Optional[int]:
    """Return how many bytes the body has; ``None`` where that is not told."""
    told = {value.strip() for value in fields.get("content-length", "").split(",")}
    if len(told) > 1:
        raise HTTPException("got more than one length of the body")
    text = told.pop()
    return int(text) if text.isascii() and text.isdigit() else None


class _DeadlineConnection:
    """Makes its sockets keep the deadline, and notes how far the request has come."""

    last_used = 0.0
    response_class: Any = _Response

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

    def request(
        self: Any, method: str, url: str, body: Any = None, headers: Any = None, **_: Any
    ) -> None:
        """Send head and body in one piece: one packet, and one system call."""
        lines = ["{} {} HTTP/1.1".format(method, url)]
        lines += ["{}: {}".format(name, value) for name, value in headers.items()]
        head = "\r\n".join([*lines, "", ""])
        if head.count("\n") != len(lines) + 1:
            raise ValueError("a header field cannot have a line break")
        if self.sock is None:
            self.connect()
        connected: Any = self.sock
        self._method = method
        attempt.sent = True
        connected.sendall(head.encode("latin-1") + (body or b""))

    def getresponse(self: Any) -> Any:
        """Return the answer, read up to its body."""
        response = self.response_class(self.sock, method=self._method)
        try:
            response.begin()
        except BaseException:  # whatever it was, nothing stays open
            response.close()
            raise
        return response


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


class _Idle(queue.LifoQueue[Any]):
    """The connections that nobody uses. Nothing waits here.

    A queue's lock may be held when a signal comes, and its handler, if it makes a call, would wait
    for ever. What a list does in one step needs none.
    """

    def get(self, block: bool = True, timeout: Optional[float] = None) -> Any:  # noqa: ARG002, FBT001, FBT002 - of the base
        try:
            return self.queue.pop()
        except IndexError:
            raise queue.Empty from None

    def put(self, item: Any, block: bool = True, timeout: Optional[float] = None) -> None:  # noqa: ARG002, FBT001, FBT002 - of the base
        if len(self.queue) >= self.maxsize:
            raise queue.Full
        self.queue.append(item)

    def qsize(self) -> int:
        return len(self.queue)


class _DeadlinePool:
    """Exchanges a request for an answer over a connection that keeps the deadline."""

    QueueCls = _Idle

    def urlopen(
        self: Any, method: str, url: str, body: Any = None, headers: Any = None, *_: Any, **__: Any
    ) -> Any:
        """Send a request once, and return a :class:`.Response` with any status.

        :param method: The HTTP method.
        :param url: What stands in the request line: the path, or to a plain proxy the whole URL.
        :param body: The body, in bytes.
        :param headers: All header fields.
        """
        connection = self._get_conn()
        response: Any = None
        kept = False
        try:
            if self.proxy is not None:
                headers = self._use_proxy(connection, headers)
            # For the sockets of a stand-in; ours look at the deadline themselves.
            connection.timeout = attempt.seconds_left()
            self._validate_conn(connection)
            # The service may answer, and close, before it has read everything.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, url, body=body, headers=headers)
            response = connection.getresponse()
            sink = attempt.sink
            content = response.read() if sink is None else _hand_on(response, sink)
            status, fields = response.status, response.headers
            # What came beyond the answer would be taken for the next one.
            beyond = attempt.received != attempt.consumed or _is_pending(connection.sock)
            kept = not getattr(response, "will_close", True) and not beyond
        finally:
            if not kept:
                if response is not None:
                    response.close()
                connection.close()
            self._put_conn(connection)
        return Response(status, fields, _unpacked(response, content))

    def _use_proxy(self: Any, connection: Any, headers: Mapping[str, str]) -> Mapping[str, str]:
        if self.scheme == "http":
            return {**headers, **self.proxy_headers}
        if connection.sock is None:
            self._prepare_proxy(connection)
        return headers

    def _get_conn(self: Any, timeout: Optional[float] = None) -> Any:
        connection = super()._get_conn(timeout)  # type: ignore[misc] # of the pool mixed in
        idle = time.monotonic() - getattr(connection, "last_used", 0.0)
        if attempt.method == "POST" and idle > IDLE_LIMIT:
            # It may be dead without our knowing, and a lost POST could not be sent again.
            connection.close()
        return connection

    def _put_conn(self: Any, conn: Any) -> None:
        if conn is not None:
            conn.last_used = time.monotonic()
        super()._put_conn(conn)  # type: ignore[misc] # of the pool mixed in


def _is_pending(connected: Any) -> bool:
    """Return whether TLS has unpacked bytes that nobody has read."""
    return isinstance(connected, DeadlineTLSSocket) and connected.pending() > 0


def _hand_on(response: Any, sink: Sink) -> bytes:
    """Give the body of a 200 to a sink as it comes; return that of any other answer.

    :raises http.client.IncompleteRead: If the body ends before its end.
    """
    if response.status != HTTPStatus.OK or not isinstance(response, _Response):
        # Also of a stand-in: it has the whole of it anyway.
        return cast("bytes", response.read())
    reader: Any = response
    attempt.stream()
    # What is cut short of packed bytes may unpack all the same.
    if (reader.headers.get("content-encoding") or PLAIN).lower() != PLAIN:
        raise HTTPException("the medium is packed, which was not asked for")
    vague = reader.length is None and not reader.chunked
    sink.begin(reader.length)
    for piece in iter(lambda: response.read(PIECE), b""):
        if not sink.take(piece):
            response.will_close = True  # the rest of the body stays where it is
            return b""
        attempt.stream()
    missing = reader.length or (vague and sink.missing())
    if missing:
        raise IncompleteRead(b"", missing)
    return b""


def _unpacked(response: Any, content: bytes) -> bytes:
    coding = response.headers.get("content-encoding")
    if not coding or not content:
        return content
    try:
        return _unpack(content, coding)
    except DecodeError:
        # Its status still counts, and what cannot be read is told by whoever reads it. Besides,
        # some stand-ins keep the header of what they have unpacked already.
        return content


def _unpack(content: bytes, coding: str) -> bytes:
    packed = urllib3.HTTPResponse(
        io.BytesIO(content), headers={"content-encoding": coding}, preload_content=False
    )
    # Piece by piece, for a few bytes can be packed from very many.
    pieces, size = [], 0
    for piece in packed.stream(PIECE, decode_content=True):
        attempt.seconds_left()
        size += len(piece)
        if size > LARGEST_ANSWER:
            raise HTTPException("the answer is longer than {} bytes".format(LARGEST_ANSWER))
        pieces.append(piece)
    return b"".join(pieces)


def _connection_class(pool: type[Any], usual: type[Any], ours: type[Any]) -> Any:
    """Return a property that gives our class, or what a mocking library has put in its place."""

    def choose(_: Any) -> type[Any]:
        current: type[Any] = pool.ConnectionCls
        return ours if current is usual else current

    return property(choose)


class DeadlineHTTPPool(_DeadlinePool, HTTPConnectionPool):
    """A pool of plain connections."""

    ConnectionCls = _connection_class(HTTPConnectionPool, HTTPConnection, DeadlineHTTPConnection)


class DeadlineHTTPSPool(_DeadlinePool, HTTPSConnectionPool):
    """A pool of TLS connections."""

    ConnectionCls = _connection_class(HTTPSConnectionPool, HTTPSConnection, DeadlineHTTPSConnection)
