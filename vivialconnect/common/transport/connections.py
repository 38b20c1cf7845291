"""urllib3 pools and connections that keep a deadline.

urllib3 does pooling, proxies, tunnels and TLS. ``http.client`` parses responses. The redirects,
retries and streamed request bodies of urllib3 are not used.
"""

from __future__ import annotations

import io
import queue
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import Any

import urllib3
from requests.structures import CaseInsensitiveDict
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import DecodeError

from vivialconnect.common.exchange import Response, Sink
from vivialconnect.common.redaction import SecretBytes, redact_echo
from vivialconnect.common.transport.deadline import Attempt, DeadlineSocket, connect

IDLE_LIMIT = 30  # seconds; the server may have closed a connection that was idle for longer
CHUNK_SIZE = 65_536  # bytes per read of a body
MAX_BODY_SIZE = 100_000_000  # bytes; a page of 150 messages has less than 1,000,000


class Fields(CaseInsensitiveDict[str]):
    """The header fields of a request. A traceback that shows locals does not show them."""

    def __repr__(self) -> str:
        return "Fields()"


class CheckedResponse(HTTPResponse):
    """An ``http.client`` response with additional checks of the message framing."""

    #: The header fields, names in lower case.
    fields: Mapping[str, str] = {}

    def begin(self) -> None:
        """Read the status line and the headers."""
        self.stream: Any = self.fp
        self._begin_final()
        self.fields = _read_fields(self.headers)
        _check_framing(self.fields)
        if self.length == 0:  # status 204 and 304, and HEAD, whatever the headers say
            self.chunked = False
        if "transfer-encoding" in self.fields and "content-length" in self.fields:
            self.will_close = True

    def _begin_final(self) -> None:
        """Skip all interim responses (1xx). ``http.client`` skips only status 100."""
        super().begin()
        while HTTPStatus.CONTINUE <= self.status < HTTPStatus.OK:
            if self.status == HTTPStatus.SWITCHING_PROTOCOLS:
                raise HTTPException("the response switches to a protocol that was not requested")
            reader: Any = self
            reader.headers = None
            super().begin()

    def read_chunks(self) -> Iterator[bytes]:
        """Yield the body as it is received.

        :raises http.client.IncompleteRead: If the body ends early.
        """
        yield from iter(lambda: self.read1(CHUNK_SIZE), b"")
        if self.length:
            raise IncompleteRead(b"", self.length)

    def read_into(self, sink: Sink, attempt: Attempt) -> None:
        """Pass the body to a sink as it is received.

        :raises http.client.IncompleteRead: If the body ends early.
        """
        attempt.extend_deadline()
        if self.fields.get("content-encoding", "identity").lower() != "identity":
            # A truncated compressed body may decompress without an error.
            raise HTTPException("the file has a Content-Encoding that was not requested")
        ends_with_connection = self.length is None and not self.chunked
        sink.begin(self.length)
        for chunk in self.read_chunks():
            if not sink.take(chunk):
                self.will_close = True  # the rest of the body stays unread
                return
            attempt.extend_deadline()
        missing = sink.missing() if ends_with_connection else 0
        if missing:
            raise IncompleteRead(b"", missing)


def _read_fields(headers: Any) -> dict[str, str]:
    """Return header fields as a dict: names in lower case, repeated fields joined by commas."""
    fields: dict[str, str] = {}
    for name, folded in headers.items():
        value = " ".join(map(str.strip, folded.splitlines()))  # RFC 9112, section 5.2
        key = name.lower()
        fields[key] = fields[key] + ", " + value if key in fields else value
    return fields


def _check_framing(fields: Mapping[str, str]) -> None:
    """Raise ``HTTPException`` if the end of the body is ambiguous (RFC 9112, section 6.3)."""
    lengths = {length.strip() for length in fields.get("content-length", "0").split(",")}
    if len(lengths) > 1 or not lengths.pop().isdecimal():
        raise HTTPException("the response has an invalid Content-Length")
    if fields.get("transfer-encoding", "chunked").lower() != "chunked":
        raise HTTPException("the response has a Transfer-Encoding that was not requested")


class _DeadlineConnection:
    """Keeps the deadline of the attempt, and records its progress."""

    attempt: Attempt
    last_used = 0.0
    response_class: Any = CheckedResponse
    sock: Any

    def _new_conn(self: Any) -> Any:
        connected = connect(self.host, self.port, self.socket_options, self.attempt)
        # Set at once, so that close() closes the socket if a later step fails.
        self.sock = DeadlineSocket(connected, self)
        return self.sock

    def request(
        self: Any, method: str, url: str, body: Any = None, headers: Any = None, **_: Any
    ) -> None:
        """Send the head and the body together, in one system call."""
        start = f"{method} {url} HTTP/1.1"
        head = SecretBytes(
            "\r\n".join([start, *map(": ".join, headers.items()), "", ""]).encode("latin-1")
        )
        if head.count(b"\n") != len(headers) + 2:
            raise ValueError("a header field must not have a line break")
        if not self.sock:
            self.connect()
        self.attempt.sent = True
        self.sock.sendall(SecretBytes(head + (body or b"")))

    def getresponse(self: Any) -> Any:
        """Return the response after reading its headers."""
        response = self.response_class(self.sock, method=self.attempt.method)
        response.begin()
        return response


class DeadlineHTTPConnection(_DeadlineConnection, HTTPConnection):
    """A plain connection."""


class DeadlineHTTPSConnection(_DeadlineConnection, HTTPSConnection):
    """A TLS connection."""

    def connect(self) -> None:
        """Connect, open a tunnel if there is a proxy, and do the TLS handshake."""
        super().connect()
        # Wraps the TLS socket, which works with any TLS implementation.
        self.sock = DeadlineSocket(self.sock, self)

    def _tunnel(self) -> None:
        super()._tunnel()
        self.attempt.is_tunnel_open = True


class _IdleConnections(queue.LifoQueue[Any]):
    """The idle connections of a pool.

    A signal handler that sends a request would wait forever for the lock of a queue, if it has
    interrupted the owner of the lock. List methods need no lock.
    """

    def get(self, block: bool = True, timeout: float | None = None) -> Any:  # noqa: ARG002, FBT001, FBT002 - of the base
        """Return a connection."""
        try:
            return self.queue.pop()
        except IndexError:
            raise queue.Empty from None

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: ARG002, FBT001, FBT002 - of the base
        """Keep a connection."""
        if len(self.queue) >= self.maxsize:
            raise queue.Full
        self.queue.append(item)


class _DeadlinePool:
    """Sends requests over connections that keep the deadline."""

    QueueCls: Any = _IdleConnections

    def urlopen(self: Any, method: str, url: str, *_: Any, **options: Any) -> Any:
        """Send a request once, and return the response, whatever its status.

        :param method: The HTTP method.
        :param url: The target of the request: the path, or the whole URL for a plain proxy.
        :param options: The options of requests: the ``body`` in bytes, all ``headers``, and as
            ``timeout`` the :class:`Attempt`. The others are not used.
        """
        attempt: Attempt = options["timeout"]
        headers = options["headers"]
        attempt.sent = False
        attempt.proxy = self.proxy and "the proxy " + self.proxy.netloc
        connection = self._get_conn()
        try:
            idle = time.monotonic() - getattr(connection, "last_used", 0.0)
            if method == "POST" and not 0 <= idle <= IDLE_LIMIT:
                # A POST that is lost on a closed connection cannot be retried.
                connection.close()
            self._prepare(connection, attempt)
            if self.proxy is not None and self.scheme == "http":
                headers = Fields({**headers, **self.proxy_headers})
            # The server may respond and close before it has read the whole request.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, url, body=options["body"], headers=headers)
            response = connection.getresponse()
            content = _read_body(response, attempt)
            if not _is_reusable(connection, response):
                connection.close()
        except BaseException:  # the connection is in an unknown state
            connection.close()
            raise
        finally:
            connection.last_used = time.monotonic()
            self._put_conn(connection)
        fields = getattr(response, "fields", response.headers)
        result = Response(response.status, fields, _decompress(content, fields, attempt))
        for value in self.proxy_headers.values():
            result = redact_echo(result, value.rpartition(" ")[2])
        return result

    def _prepare(self: Any, connection: Any, attempt: Attempt) -> None:
        """Attach an attempt to a connection, and connect it if necessary."""
        connection.attempt = attempt
        connection.timeout = attempt.seconds_left()
        if not isinstance(connection, _DeadlineConnection):  # from a mocking library
            attempt.sent = None
        if self.proxy is not None and self.scheme == "https" and connection.sock is None:
            self._prepare_proxy(connection)
        self._validate_conn(connection)


def _read_body(response: Any, attempt: Attempt) -> bytes:
    """Return the body of a response; empty if a sink received it."""
    if not isinstance(response, CheckedResponse):  # from a mocking library
        return bytes(response.read())
    if attempt.sink is not None and response.status == HTTPStatus.OK:
        response.read_into(attempt.sink, attempt)
        return b""
    return _join_chunks(response.read_chunks())


def _is_reusable(connection: Any, response: Any) -> bool:
    """Return whether a connection can be reused for another request.

    Bytes after the end of the response would be read as the next response.
    """
    response.close()
    if getattr(response, "will_close", True) or response.stream.has_surplus:
        return False
    pending = getattr(connection.sock, "pending", None)  # TLS only
    return pending is None or not pending()


def _join_chunks(chunks: Iterator[bytes]) -> bytes:
    """Join the chunks of a body.

    :raises http.client.HTTPException: If the body is larger than ``MAX_BODY_SIZE``.
    """
    joined, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_BODY_SIZE:
            raise HTTPException(f"the response is larger than {MAX_BODY_SIZE} bytes")
        joined.append(chunk)
    return b"".join(joined)


def _decompress(content: bytes, fields: Mapping[str, str], attempt: Attempt) -> bytes:
    """Decompress a body. A body that cannot be decompressed is returned unchanged.

    The caller still gets the status then. Some mocking libraries decompress the body and keep the
    ``Content-Encoding`` header.
    """
    coding = fields.get("content-encoding", "").strip().lower()
    if coding not in ("gzip", "deflate") or not content:  # what was asked for
        return content
    compressed = urllib3.HTTPResponse(
        io.BytesIO(content), headers={"content-encoding": coding}, preload_content=False
    )

    def decompressed() -> Iterator[bytes]:
        for chunk in compressed.stream(CHUNK_SIZE, decode_content=True):
            attempt.seconds_left()  # raises if the deadline has expired
            yield chunk

    try:
        return _join_chunks(decompressed())
    except DecodeError:
        return content


def _connection_class(pool: type[Any], usual: type[Any], ours: type[Any]) -> Any:
    """Return a property: our class, or the class that a mocking library has set on ``pool``."""

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
