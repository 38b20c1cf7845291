"""One connection of the server: reads requests, and writes each response at once.

The request target is kept as it was sent, because the signature covers it. Bodies are read with
every method, because some clients send one with GET and DELETE.
"""

from __future__ import annotations

import http.client
import ssl
from http.server import BaseHTTPRequestHandler
from typing import Any, Callable

from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.http.response import HTTPError, Response
from vivialconnect.sandbox.http.transmission import transmit
from vivialconnect.version import VERSION

#: The maximum size of a request body, in bytes.
MAXIMUM_BODY_SIZE = 16 * 1024 * 1024
#: The maximum length of a request line, and of the header of a chunk.
MAXIMUM_LINE_LENGTH = 65_536


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
        self.raw_requestline = self.rfile.readline(MAXIMUM_LINE_LENGTH + 1)
        if not self.raw_requestline:
            self.close_connection = True
            return
        if len(self.raw_requestline) > MAXIMUM_LINE_LENGTH:
            self.command = self.requestline = ""
            self.request_version = self.protocol_version
            self.send_error(414)
            return
        if not self.parse_request():
            return
        try:
            body = self._read_body()
        except HTTPError as error:
            # The end of the body is unknown, so the next request cannot be read.
            self.close_connection = True
            self._write(error.response())
            return
        request = Request(self.command, self.requestline.split()[1], self.headers, body)
        self._write(self._respond(request))

    def _read_body(self) -> bytes:
        lengths = set(self.headers.get_all("Content-Length") or [])
        coding = self.headers.get("Transfer-Encoding", "").strip().lower()
        if coding == "chunked" and not lengths:
            return self._read_chunks()
        if coding or len(lengths) > 1:
            raise HTTPError(400, "Either Content-Length or Transfer-Encoding: chunked must be sent")
        text = lengths.pop().strip() if lengths else "0"
        if not (text.isascii() and text.isdigit()):
            raise HTTPError(400, "Content-Length must be an integer")
        return self._read_exactly(_checked_length(int(text[:20])))

    def _read_exactly(self, length: int) -> bytes:
        content = self.rfile.read(length)
        if len(content) < length:
            raise http.client.IncompleteRead(content, length - len(content))
        return content

    def _read_chunks(self) -> bytes:
        body = b""
        while True:
            line = self.rfile.readline(MAXIMUM_LINE_LENGTH)
            try:
                length = int(line.partition(b";")[0].strip().decode("ascii")[:20], 16)
            except ValueError:
                raise HTTPError(400, "The chunks of the request body are invalid") from None
            if length <= 0:
                break
            _checked_length(len(body) + length)
            body += self._read_exactly(length)
            self._read_exactly(2)
        while self.rfile.readline(MAXIMUM_LINE_LENGTH) not in (b"\r\n", b"\n", b""):
            pass  # Ignore trailer fields.
        return body

    def send_error(
        self,
        code: int,
        message: str | None = None,
        explain: str | None = None,  # noqa: ARG002 - of the base class
    ) -> None:
        """Send a JSON error for a request that is not valid HTTP, and close the connection."""
        self.close_connection = True
        text = message or http.client.responses.get(code, "Error")
        self._write(HTTPError(code, text).response())

    def _write(self, response: Response) -> None:
        head = self._head_of(response) if response.status else b""
        has_body = response.status != http.client.NO_CONTENT and self.command != "HEAD"
        body = response.body if has_body else b""
        if response.transmission is None:
            # At once, because a separate head would wait for the client's delayed acknowledgment.
            self.wfile.write(head + body)
        elif not transmit(self.connection, response.transmission, head, body):
            self.close_connection = True

    def _head_of(self, response: Response) -> bytes:
        headers: dict[str, Any] = {"Server": "vivialconnect-sandbox/" + VERSION}
        headers["Date"] = self.date_time_string(int(self._now()))
        if response.status != http.client.NO_CONTENT:
            headers["Content-Type"] = response.content_type
            headers["Content-Length"] = len(response.body)
        headers.update(response.headers)
        if self.close_connection:
            headers["Connection"] = "close"
        reason = http.client.responses.get(response.status, "")
        lines = [f"{self.protocol_version} {response.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _checked_length(length: int) -> int:
    if not 0 <= length <= MAXIMUM_BODY_SIZE:
        raise HTTPError(413, f"The request body must be at most {MAXIMUM_BODY_SIZE} bytes long")
    return length
