"""One connection of the server: reads requests, and writes each response at once.

The request target is kept as it was sent, because the signature covers it. Bodies are read with
every method, because some clients send one with GET and DELETE.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler
from typing import Any, Callable

from vivialconnect.sandbox.http.framing import body_size, read_body, read_head
from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.http.response import HTTPError, Response
from vivialconnect.sandbox.http.transmission import transmit
from vivialconnect.version import VERSION

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Handler(BaseHTTPRequestHandler):
    """Serve one connection, request after request.

    :param arguments: the arguments of the base class.
    :param respond: returns the response to a request.
    :param now: returns the time in seconds since 1970, for the ``Date`` header.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    #: The timeout of an idle connection, in seconds.
    timeout = 300

    def __init__(
        self, *arguments: Any, respond: Callable[[Request], Response], now: Callable[[], float]
    ) -> None:
        self._respond = respond
        self._now = now
        super().__init__(*arguments)

    def setup(self) -> None:
        """Complete the TLS handshake, in the thread of the connection because it may be slow."""
        if isinstance(self.request, ssl.SSLSocket):
            self.request.settimeout(self.timeout)
            self.request.do_handshake()
        super().setup()

    def handle_one_request(self) -> None:
        """Read a request and write its response."""
        try:
            self._handle()
        except (OSError, ValueError, http.client.HTTPException):
            # The client has disconnected, or the server is stopping and has closed the socket.
            self.close_connection = True

    def _handle(self) -> None:
        self.close_connection = True  # Unless the request is read to its end.
        self.command = ""
        try:
            head = read_head(self.rfile)
            if head is None:
                return
            self.command = head.method
            size = body_size(head)
            if head.expects_continue and size != 0:
                self.wfile.write(CONTINUE)
            body = read_body(self.rfile, size)
        except HTTPError as error:
            self._write(error.response())
            return
        self.close_connection = head.is_last
        self._write(self._respond(Request(head.method, head.target, head.headers, body)))

    def _write(self, response: Response) -> None:
        if response.stream is not None and self.command != "HEAD":
            self._write_stream(response, response.stream)
            return
        head = self._head_of(response) if response.status else b""
        has_body = response.status != http.client.NO_CONTENT and self.command != "HEAD"
        body = response.body if has_body else b""
        if response.transmission is None:
            # At once, because a separate head would wait for the client's delayed acknowledgment.
            self.wfile.write(head + body)
        elif not transmit(self.connection, response.transmission, head, body):
            self.close_connection = True

    def _write_stream(self, response: Response, stream: Iterable[bytes]) -> None:
        self.close_connection = True
        self.wfile.write(self._head_of(response))
        for part in stream:
            self.wfile.write(part)

    def _head_of(self, response: Response) -> bytes:
        headers: dict[str, Any] = {"Server": "vivialconnect-sandbox/" + VERSION}
        headers["Date"] = self.date_time_string(int(self._now()))
        if response.status != http.client.NO_CONTENT:
            headers["Content-Type"] = response.content_type
            if response.stream is None:
                headers["Content-Length"] = len(response.body)
        headers.update(response.headers)
        if self.close_connection:
            headers["Connection"] = "close"
        reason = http.client.responses.get(response.status, "")
        lines = [f"{self.protocol_version} {response.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")
