"""Framing: where a request begins and ends on a connection (RFC 9112).

Every request line, field and body is parsed strictly. A request that an intermediary could
parse differently is refused with 400, and the connection is closed.
"""

from __future__ import annotations

import http.client
import re
from http.client import HTTPMessage
from io import BufferedIOBase
from typing import NamedTuple

from vivialconnect.sandbox.http.response import HTTPError

#: The maximum size of a request body, in bytes.
MAXIMUM_BODY_SIZE = 16 * 1024 * 1024
#: The maximum length of a line: of the request line, of a field, and of the header of a chunk.
MAXIMUM_LINE_LENGTH = 65_536
MAXIMUM_FIELDS = 100

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST_LINE = re.compile(rb"(%b) ([^\x00-\x20\x7f]+) HTTP/([0-9])\.([0-9])" % _TOKEN)
_FIELD = re.compile(rb"(%b):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)" % _TOKEN)
_LENGTH = re.compile(r"0*([0-9]{1,20})", re.ASCII)
#: The size of a chunk, and an optional extension, which is ignored.
_CHUNK_SIZE = re.compile(rb"0*([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n")
_LINE_ENDS = (b"\r\n", b"\n")


class Head(NamedTuple):
    """A request without its body.

    :param method: the method.
    :param target: the request target as it was sent.
    :param headers: the fields; their values are decoded as Latin-1.
    :param is_old: whether the client speaks HTTP/1.0.
    """

    method: str
    target: str
    headers: HTTPMessage
    is_old: bool

    @property
    def is_last(self) -> bool:
        """Whether the client expects the connection to be closed after the response."""
        values = ",".join(self.headers.get_all("Connection") or [])
        return self.is_old or "close" in {each.strip().lower() for each in values.split(",")}

    @property
    def expects_continue(self) -> bool:
        """Whether the client waits for ``100 Continue`` before it sends the body."""
        return not self.is_old and self.headers.get("Expect", "").lower() == "100-continue"


def read_head(stream: BufferedIOBase) -> Head | None:
    """Read the request line and the fields of the next request.

    :param stream: the connection.
    :returns: the head; ``None`` if the connection ends before it.
    :raises HTTPError: if it is invalid.
    """
    line = stream.readline(MAXIMUM_LINE_LENGTH + 1)
    if line in _LINE_ENDS:  # Some clients send an extra line end after a body.
        line = stream.readline(MAXIMUM_LINE_LENGTH + 1)
    if not line:
        return None
    if len(line) > MAXIMUM_LINE_LENGTH:
        raise HTTPError(414, "The request line is too long")
    match = _REQUEST_LINE.fullmatch(_without_end(line))
    if match is None:
        raise HTTPError(400, "The request line must read: METHOD target HTTP/1.1")
    method, target, major, minor = (part.decode("latin-1") for part in match.groups())
    if major != "1":
        raise HTTPError(505, "The protocol must be HTTP/1.0 or HTTP/1.1")
    return Head(method, target, _read_fields(stream), minor == "0")


def body_size(head: Head) -> int | None:
    """Return how many bytes the body of a request has.

    :param head: the request.
    :returns: the size; ``None`` if the body is sent in chunks.
    :raises HTTPError: if the size is ambiguous, invalid or too large.
    """
    lengths = head.headers.get_all("Content-Length") or []
    codings = head.headers.get_all("Transfer-Encoding") or []
    if codings:
        if lengths or head.is_old or [each.strip(" \t").lower() for each in codings] != ["chunked"]:
            raise HTTPError(
                400, "Either Content-Length or Transfer-Encoding: chunked must be sent, once"
            )
        return None
    if not lengths:
        return 0
    match = _LENGTH.fullmatch(lengths[0].strip(" \t"))
    if len(set(lengths)) > 1 or match is None:
        raise HTTPError(400, "Content-Length must be one integer")
    return _checked(int(match.group(1)))


def read_body(stream: BufferedIOBase, size: int | None) -> bytes:
    """Read the body of a request.

    :param stream: the connection, after the head.
    :param size: the result of :func:`body_size`.
    :raises HTTPError: if a chunk is invalid, or the chunks are too large.
    :raises http.client.IncompleteRead: if the connection ends before the body.
    """
    if size is not None:
        return _read_exactly(stream, size)
    body = bytearray()
    while True:
        line = stream.readline(MAXIMUM_LINE_LENGTH)
        if not line:
            raise http.client.IncompleteRead(bytes(body))
        match = _CHUNK_SIZE.fullmatch(line)
        if match is None:
            raise HTTPError(400, "The chunks of the request body are invalid")
        length = int(match.group(1), 16)
        if not length:
            break
        _checked(len(body) + length)
        body += _read_exactly(stream, length)
        if _read_exactly(stream, 2) != b"\r\n":
            raise HTTPError(400, "A chunk of the request body is longer than its size")
    _read_fields(stream)  # The trailer is ignored.
    return bytes(body)


def _read_fields(stream: BufferedIOBase) -> HTTPMessage:
    fields = HTTPMessage()
    for _ in range(MAXIMUM_FIELDS + 1):
        line = stream.readline(MAXIMUM_LINE_LENGTH + 1)
        if not line:
            raise http.client.IncompleteRead(b"")
        if line in _LINE_ENDS:
            return fields
        if len(line) > MAXIMUM_LINE_LENGTH:
            break
        match = _FIELD.fullmatch(_without_end(line))
        if match is None:
            raise HTTPError(400, "Each header must be one line that reads: Name: value")
        fields[match.group(1).decode("ascii")] = match.group(2).decode("latin-1")
    raise HTTPError(431, f"At most {MAXIMUM_FIELDS} headers of 64 KB each are accepted")


def _without_end(line: bytes) -> bytes:
    """Return a line without its end; any other CR or LF is kept, and makes the line invalid."""
    return line[: -2 if line.endswith(b"\r\n") else -1] if line.endswith(b"\n") else line


def _read_exactly(stream: BufferedIOBase, length: int) -> bytes:
    content = stream.read(length)
    if len(content) < length:
        raise http.client.IncompleteRead(content, length - len(content))
    return content


def _checked(size: int) -> int:
    if size > MAXIMUM_BODY_SIZE:
        raise HTTPError(413, f"The request body must be at most {MAXIMUM_BODY_SIZE} bytes long")
    return size
