"""Raw HTTP requests, as ``vivialconnect sign check`` reads them."""

from __future__ import annotations

import re
from typing import NamedTuple

from vivialconnect.command.failures import Misuse

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_REQUEST_LINE = re.compile(r"(\S+) (\S+)( HTTP/\d(\.\d)?)?")


class RawRequest(NamedTuple):
    """A request as it is sent."""

    method: str
    #: The path with the query.
    target: str
    #: The names in lower case, and the values.
    headers: list[tuple[str, str]]
    body: bytes

    def one(self, name: str) -> str:
        """Return the value of a header.

        :raises Misuse: if it is not there exactly once.
        """
        values = [value for key, value in self.headers if key == name.lower()]
        if len(values) != 1:
            count = len(values)
            raise Misuse(f"the request must have the header {name} once, but has it {count} times")
        return values[0]


def read_request(raw: bytes) -> RawRequest:
    """Parse a request: the request line, headers, an empty line, the body.

    A body ends where ``Content-Length`` says, so that a line feed of an editor does not count.

    :raises Misuse: if it is no request.
    """
    raw = raw.lstrip(b"\r\n")
    end = _HEAD_END.search(raw)
    head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw.rstrip(b"\r\n"), b"")
    try:
        first, *lines = head.decode("utf-8").splitlines() or [""]
    except UnicodeDecodeError as error:
        raise Misuse("the head of the request is not UTF-8") from error
    found = _REQUEST_LINE.fullmatch(first.strip())
    if found is None:
        raise Misuse(
            f"the request must begin with a line such as GET /path HTTP/1.1, got {first!r}"
        )
    headers = [_parse_header(line) for line in lines]
    return RawRequest(found[1], found[2], headers, _whole(body, dict(headers)))


def _parse_header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name or name != name.strip():
        raise Misuse(f"a header must be a line such as Host: localhost, got {line!r}")
    return name.lower(), value.strip()


def _whole(body: bytes, headers: dict[str, str]) -> bytes:
    length = headers.get("content-length", "")
    if not length.isdecimal():
        return body if body.strip() else b""
    if len(body) < int(length):
        raise Misuse(f"Content-Length is {length}, but the body has {len(body)} bytes")
    return body[: int(length)]
