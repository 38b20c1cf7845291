"""Framing: an ambiguous request is refused with 400, and the connection ends."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from .client import Client, Signed, read_all
from .wire import exchange

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

#: What a smuggled second request would be.
SECOND = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked"


def post(*fields: bytes, body: bytes = SECOND, line: bytes = b"POST / HTTP/1.1") -> bytes:
    """Return a request with these fields."""
    return b"\r\n".join([line, b"Host: localhost", *fields, b"", b""]) + body


def chunked(body: bytes) -> bytes:
    """Return a request with a body in chunks."""
    return post(CHUNKED, body=body + SECOND)


LENGTH = b"Content-Length: %d" % len(SECOND)

AMBIGUOUS = {
    # Fields.
    "space before the colon": post(b"Content-Length : %d" % len(SECOND)),
    "tab before the colon": post(b"Content-Length\t: %d" % len(SECOND)),
    "space before the coding's colon": post(CHUNKED.replace(b":", b" :"), LENGTH),
    "folded field": post(b"X: 1\r\n " + LENGTH),
    "folded with a tab": post(b"X: 1\r\n\t" + CHUNKED),
    "first field folded": b"POST / HTTP/1.1\r\n " + LENGTH + b"\r\n\r\n" + SECOND,
    "no colon": post(b"Content-Length", LENGTH),
    "no name": post(b": 5", LENGTH),
    "separator in a name": post(b"Content(Length: 5"),
    "byte above ASCII in a name": post(b"Content-Length\xa0: 5"),
    "bare CR in a value": post(b"X: 1\r" + LENGTH),
    "bare CR before the end": post(b"X: 1\r\r\n" + LENGTH),
    "CR alone as a line": b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\r\n" + SECOND,
    "NUL in a value": post(b"X: a\x00b"),
    "NUL in a name": post(b"X\x00Y: a"),
    "vertical tab in a value": post(b"X: a\x0bb"),
    "delete in a value": post(b"X: a\x7fb"),
    # Sizes.
    "two lengths": post(LENGTH, b"Content-Length: 0"),
    "two forms of a length": post(b"Content-Length: 5", b"Content-Length: 05"),
    "list of lengths": post(b"Content-Length: 5, 5"),
    "signed length": post(b"Content-Length: +5"),
    "length with an underscore": post(b"Content-Length: 4_4"),
    "hexadecimal length": post(b"Content-Length: 0x2"),
    "empty length": post(b"Content-Length:"),
    "length in other digits": post(b"Content-Length: \xb2"),
    "length after a space of Latin-1": post(b"Content-Length: \xa05"),
    "length and chunks": post(LENGTH, CHUNKED),
    "chunks and length": post(CHUNKED, LENGTH),
    "two codings": post(CHUNKED, CHUNKED),
    "coding and identity": post(CHUNKED, b"Transfer-Encoding: identity"),
    "list of codings": post(b"Transfer-Encoding: gzip, chunked"),
    "chunked twice in a list": post(b"Transfer-Encoding: chunked, chunked"),
    "identity": post(b"Transfer-Encoding: identity", LENGTH),
    "empty coding": post(b"Transfer-Encoding:", LENGTH),
    "coding after a control character": post(b"Transfer-Encoding: \x0bchunked"),
    "coding after a space of Latin-1": post(b"Transfer-Encoding: \xa0chunked"),
    "coding with a parameter": post(b"Transfer-Encoding: chunked;x=1"),
    "chunks in HTTP/1.0": post(CHUNKED, line=b"POST / HTTP/1.0"),
    # Chunks.
    "0x2": chunked(b"0x2\r\nab\r\n0\r\n\r\n"),
    "0_2": chunked(b"0_2\r\nab\r\n0\r\n\r\n"),
    "-1": chunked(b"-1\r\n"),
    "-0": chunked(b"-0\r\n\r\n"),
    "+1": chunked(b"+1\r\na\r\n0\r\n\r\n"),
    "empty size": chunked(b"\r\n\r\n"),
    "extension without a size": chunked(b";x=1\r\n\r\n"),
    "space before a size": chunked(b" 1\r\na\r\n0\r\n\r\n"),
    "words after a size": chunked(b"1 a\r\na\r\n0\r\n\r\n"),
    "huge size": chunked(b"f" * 17 + b"\r\n"),
    "LF after a size": chunked(b"1\na\r\n0\r\n\r\n"),
    "CR in an extension": chunked(b"1;x\ry\r\na\r\n0\r\n\r\n"),
    "NUL in an extension": chunked(b"1;x\x00\r\na\r\n0\r\n\r\n"),
    "extension that is too long": chunked(b"1;" + b"x" * 70_000 + b"\r\na\r\n0\r\n\r\n"),
    "chunk longer than its size": chunked(b"1\r\nabc0\r\n\r\n"),
    "LF after a chunk": chunked(b"1\r\na\n0\r\n\r\n"),
    "trailer without a colon": chunked(b"0\r\nx\r\n\r\n"),
    "trailer with a folded line": chunked(b"0\r\nX: 1\r\n 2\r\n\r\n"),
    # Request lines.
    "HTTP/0.9": b"GET /\r\n" + SECOND,
    "two spaces": b"GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "tab as a space": b"GET\t/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "CR in the target": b"GET /\rx HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "NUL in the target": b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "space at the end": b"GET / HTTP/1.1 \r\nHost: localhost\r\n\r\n",
    "space at the start": b" GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "version in other letters": b"GET / http/1.1\r\nHost: localhost\r\n\r\n",
    "version of three digits": b"GET / HTTP/1.10\r\nHost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("wire", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_refused__ambiguous(sandbox: Sandbox, wire: bytes) -> None:
    """An ambiguous request gets one 400 in JSON; what follows it is never served."""
    parts = urlsplit(sandbox.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(wire)
        received, _ = read_all(connection)
    assert received.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert received.count(b"HTTP/1.1 ") == 1
    assert b"\r\nConnection: close\r\n" in received
    assert "message" in json.loads(received.partition(b"\r\n\r\n")[2])
    assert sandbox.requests == []


@pytest.mark.parametrize("zeros", [18, 19, 25, 5000])
@pytest.mark.parametrize("in_chunks", [False, True])
def test_size__leading_zeros(sandbox: Sandbox, zeros: int, in_chunks: bool) -> None:
    """Leading zeros do not cut a size off: the body is read whole."""
    body, size = b"x" * 9, b"0" * zeros + b"9"
    wire = post(b"Content-Length: " + size, body=body)
    if in_chunks:
        wire = post(CHUNKED, body=size + b"\r\n" + body + b"\r\n0\r\n\r\n")
    assert exchange(sandbox, wire).status == 401
    assert [request.body for request in sandbox.requests] == [body]


@pytest.mark.parametrize(
    "wire",
    [
        post(b"Content-Length: 2", b"Content-Length: 2", body=b"ab"),
        post(b"content-length:2 ", body=b"ab"),
        post(b"TRANSFER-ENCODING: \tChunked ", body=b'2;x="y"\r\nab\r\n00\r\nX: 1\r\n\r\n'),
        b"\r\n" + post(b"Content-Length: 2", body=b"ab"),
        post(b"Content-Length: 2", body=b"ab").replace(b"\r\n", b"\n"),
    ],
    ids=["length twice", "no space", "capitals, extension, trailer", "line end before", "LF"],
)
def test_served__unusual(sandbox: Sandbox, wire: bytes) -> None:
    """What is unusual but clear is served, and the connection goes on."""
    answer = exchange(sandbox, wire)
    assert (answer.status, answer.ended) == (401, False)
    assert sandbox.requests[-1].body == b"ab"


@pytest.mark.parametrize(
    ("fields", "ended"),
    [([], False), ([b"Connection: close"], True), ([b"Connection: TE, Close"], True),
     ([b"Connection: keep-alive"], False), ([b"Connection: TE", b"Connection: close"], True)],
)  # fmt: skip
def test_connection__closed_if_asked(sandbox: Sandbox, fields: list[bytes], ended: bool) -> None:
    """The connection ends after the response if the client says so."""
    assert exchange(sandbox, post(*fields, body=b"")).ended is ended


def test_expect__continue(sandbox: Sandbox) -> None:
    """A client that waits for 100 gets it, and one whose body is too large is refused at once."""
    parts = urlsplit(sandbox.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(post(b"Expect: 100-continue", b"Content-Length: 2", body=b""))
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"ab")
        assert connection.recv(10_000).startswith(b"HTTP/1.1 401 ")
        connection.sendall(post(b"Expect: 100-continue", b"Content-Length: 99999999", body=b""))
        assert read_all(connection)[0].startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("wire", [b"POST / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nHost: local"])
def test_head__cut_short(sandbox: Sandbox, wire: bytes) -> None:
    """A head that is cut short is never served."""
    parts = urlsplit(sandbox.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(wire)
        connection.shutdown(socket.SHUT_WR)
        assert read_all(connection)[0] == b""
    assert sandbox.requests == []


@pytest.mark.parametrize(
    ("wire", "status"),
    [
        (post(*[b"X: 1"] * 99, body=b""), 401),
        (post(*[b"X: 1"] * 100, body=b""), 431),
        (post(b"X: " + b"x" * 70_000, body=b""), 431),
        (post(CHUNKED, body=b"0\r\n" + b"X: 1\r\n" * 101 + b"\r\n"), 431),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    ],
    ids=["100 headers", "101 headers", "long header", "101 trailers", "HTTP/2"],
)
def test_limits(sandbox: Sandbox, wire: bytes, status: int) -> None:
    """Headers and trailers are bounded."""
    answer = exchange(sandbox, wire)
    assert (answer.status, answer.ended) == (status, status != 401)


@pytest.mark.parametrize(
    ("prefix", "suffix"),
    [("http://{host}", ""), ("HTTP://elsewhere.test", ""), ("https://127.0.0.1:1", "?limit=5")],
)
def test_target__absolute(client: Client, sandbox: Sandbox, prefix: str, suffix: str) -> None:
    """A target in absolute form is served; its path and its query are signed as usual."""
    path = f"{client.base}/accounts/12345/messages.json"
    signed = client.sign("GET", path, suffix[1:])
    target = prefix.format(host=client.host) + path + suffix
    answer = client.send(Signed("GET", target, signed.headers, b""))
    assert (answer.status, answer.json) == (200, {"messages": []})
    request = sandbox.requests[-1]
    assert (request.target, request.path, request.query) == (target, path, suffix[1:])


@pytest.mark.parametrize(
    "target", ["http://localhost", "http://localhost?x=1", "http://localhost/"]
)
def test_target__absolute_without_a_path(sandbox: Sandbox, target: str) -> None:
    """A target in absolute form without a path is the path /."""
    assert exchange(sandbox, f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode()).status == 401
    assert sandbox.requests[-1].path == "/"


def test_redirect__of_an_absolute_target(client: Client, sandbox: Sandbox) -> None:
    """The fault redirect leads to a path of the same host, whatever the form of the target."""
    sandbox.chaos.add("redirect", path="/a", times=2)
    for target in ("/a?x=1", "http://localhost/a?x=1"):
        answer = client.send(Signed("GET", target, [("Host", "localhost")], b""))
        assert answer.headers["Location"] == "/moved/a?x=1"
