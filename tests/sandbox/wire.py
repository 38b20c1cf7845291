"""Requests byte for byte, on a connection of their own."""

from __future__ import annotations

import http.client
import json
import socket
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox


class Answer(NamedTuple):
    """The first response on a connection, and whether the connection ended after it."""

    status: int
    headers: dict[str, str]
    body: bytes
    ended: bool

    @property
    def json(self) -> Any:
        """The body, parsed as JSON."""
        return json.loads(self.body)


def exchange(sandbox: Sandbox, wire: bytes, address: str | None = None) -> Answer:
    """Send bytes to a sandbox, and read one response."""
    parts = urlsplit(sandbox.url)
    with socket.create_connection((address or parts.hostname, parts.port), timeout=10) as plain:
        plain.sendall(wire)
        response = http.client.HTTPResponse(plain, method=wire.split(b" ")[0].decode("latin-1"))
        with closing(response):
            response.begin()
            body = response.read()
            ended = response.will_close and plain.recv(1) == b""
            headers = dict(response.getheaders())
        return Answer(response.status, headers, body, ended)


def request(
    sandbox: Sandbox,
    method: str,
    target: str,
    headers: list[tuple[str, str]] | None = None,
    body: bytes = b"",
    *,
    host: str | None = "localhost",
    address: str | None = None,
) -> Answer:
    """Send a request with exactly these headers, a Host and a Content-Length."""
    fields = [] if host is None else [("Host", host)]
    fields += headers or []
    if body:
        fields.append(("Content-Length", str(len(body))))
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)]
    return exchange(sandbox, "\r\n".join([*lines, "", ""]).encode("latin-1") + body, address)
