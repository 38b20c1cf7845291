"""The sandbox's HTTP: reads requests off sockets and writes answers, each in one piece. No routes.

The request target is passed on as it was on the wire, since the signature is over it, and bodies
are read with every method, since some clients send one with GET and DELETE.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import selectors
import socket
import socketserver
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Optional, cast

from vivialconnect.sandbox.http.exchange import Answer, Refusal, Request
from vivialconnect.sandbox.http.transmission import deliver
from vivialconnect.version import VERSION

#: The longest body that is read, in bytes.
LONGEST_BODY = 16 * 1024 * 1024
#: The longest line of a request, and of a chunk's header.
LONGEST_LINE = 65_536
#: How long no connection is accepted after one could not be, in seconds: descriptors may be short.
PAUSE = 0.1


class Handler(BaseHTTPRequestHandler):
    """Serves one connection, request after request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    #: How long a connection may be silent, in seconds.
    timeout = 300

    def setup(self) -> None:
        """Shake hands, if this is TLS: here, for it may take as long as the client likes."""
        if isinstance(self.request, ssl.SSLSocket):
            self.request.settimeout(self.timeout)
            self.request.do_handshake()
        super().setup()

    def handle_one_request(self) -> None:
        """Read a request, have it answered, write the answer."""
        try:
            self._handle()
        except (OSError, ValueError, http.client.HTTPException):
            # The client has gone, or the server is being stopped, which closes the socket.
            self.close_connection = True

    def _handle(self) -> None:
        self.raw_requestline = self.rfile.readline(LONGEST_LINE + 1)
        if not self.raw_requestline:
            self.close_connection = True
            return
        if len(self.raw_requestline) > LONGEST_LINE:
            self.command = self.requestline = ""
            self.request_version = self.protocol_version
            self.send_error(414)
            return
        if not self.parse_request():
            return
        try:
            body = self._read_body()
        except Refusal as refusal:
            # Where the body ends is unknown, and so is where the next request would begin.
            self.close_connection = True
            self._write(refusal.answer())
            return
        request = Request(self.command, self.requestline.split()[1], self.headers, body)
        self._write(cast("Server", self.server).respond(request))

    def _read_body(self) -> bytes:
        lengths = set(self.headers.get_all("Content-Length") or [])
        coding = self.headers.get("Transfer-Encoding", "").strip().lower()
        if coding == "chunked" and not lengths:
            return self._read_chunks()
        if coding or len(lengths) > 1:
            raise Refusal(400, "Either Content-Length or Transfer-Encoding: chunked must be sent")
        text = lengths.pop().strip() if lengths else "0"
        if not (text.isascii() and text.isdigit()):
            raise Refusal(400, "Content-Length must be a whole number")
        return self._read_exactly(_checked_length(int(text[:20])))

    def _read_exactly(self, length: int) -> bytes:
        content = self.rfile.read(length)
        if len(content) < length:
            raise http.client.IncompleteRead(content, length - len(content))
        return content

    def _read_chunks(self) -> bytes:
        body = b""
        while True:
            line = self.rfile.readline(LONGEST_LINE)
            try:
                length = int(line.partition(b";")[0].strip().decode("ascii")[:20], 16)
            except ValueError:
                raise Refusal(400, "The body's chunks cannot be read") from None
            if length <= 0:
                break
            _checked_length(len(body) + length)
            body += self._read_exactly(length)
            self._read_exactly(2)
        while self.rfile.readline(LONGEST_LINE) not in (b"\r\n", b"\n", b""):
            pass  # trailer fields, of which this service knows none
        return body

    def send_error(
        self,
        code: int,
        message: Optional[str] = None,
        explain: Optional[str] = None,  # noqa: ARG002 - of the base
    ) -> None:
        """Refuse what is not HTTP, in JSON as everything else; the connection ends."""
        self.close_connection = True
        text = message or http.client.responses.get(code, "Error")
        self._write(Refusal(code, text).answer())

    def _write(self, answer: Answer) -> None:
        head = self._head_of(answer) if answer.status else b""
        has_body = answer.status != http.client.NO_CONTENT and self.command != "HEAD"
        body = answer.body if has_body else b""
        if answer.delivery is None:
            # In one piece: a head that is sent apart waits for the client's acknowledgement.
            self.wfile.write(head + body)
        elif not deliver(self.connection, answer.delivery, head, body):
            self.close_connection = True

    def _head_of(self, answer: Answer) -> bytes:
        has_body = answer.status != http.client.NO_CONTENT
        headers: dict[str, Any] = {"Server": "vivialconnect-sandbox/" + VERSION}
        # Without its argument, the base class would ask the computer's clock.
        headers["Date"] = self.date_time_string(int(cast("Server", self.server).now()))
        if has_body:
            headers["Content-Type"] = answer.content_type
            headers["Content-Length"] = len(answer.body)
        headers.update(answer.headers)
        if self.close_connection:
            headers["Connection"] = "close"
        reason = http.client.responses.get(answer.status, "")
        lines = [f"{self.protocol_version} {answer.status} {reason}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _checked_length(length: int) -> int:
    if not 0 <= length <= LONGEST_BODY:
        raise Refusal(413, f"The request body must be at most {LONGEST_BODY} bytes long")
    return length


class Server(ThreadingHTTPServer):
    """Listens, and can be stopped with nothing left behind.

    :param host: the address to listen on.
    :param port: the port; 0 takes a free one.
    :param respond: answers a request.
    :param now: gives the time in seconds since 1970, for the ``Date`` header.
    :param tls: what it serves TLS with; ``None`` for plain HTTP.
    :raises OSError: if it cannot listen there.
    """

    request_queue_size = 128
    # On Windows it would let two servers listen at one port.
    allow_reuse_address = os.name != "nt"

    def __init__(
        self,
        host: str,
        port: int,
        respond: Callable[[Request], Answer],
        now: Callable[[], float],
        *,
        tls: Optional[ssl.SSLContext] = None,
    ) -> None:
        """Listen."""
        self.respond = respond
        self.now = now
        self._tls = tls
        #: Each with its thread. One that has ended stays until the next comes, for its thread may
        #: still be ending, and is waited for.
        self._connections: list[tuple[socket.socket, threading.Thread]] = []
        self._stopping = False
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._waker, self._wakened = socket.socketpair()
        try:
            super().__init__((host, port), Handler)
        except BaseException:  # whatever it was, nothing stays open
            self._waker.close()
            self._wakened.close()
            raise
        self._acceptor = threading.Thread(
            target=self._accept, name="vivialconnect-sandbox", daemon=True
        )

    def server_bind(self) -> None:
        """Bind the socket, without the look-up of the host's name that the base class makes."""
        socketserver.TCPServer.server_bind(self)
        host, port = self.server_address[:2]
        self.server_name, self.server_port = str(host), int(port)

    def start(self) -> None:
        """Serve, in threads of its own.

        :raises RuntimeError: if the system has no thread to give.
        """
        self._acceptor.start()

    def _accept(self) -> None:
        self.timeout = 0
        with selectors.DefaultSelector() as selector:
            selector.register(self, selectors.EVENT_READ)
            selector.register(self._wakened, selectors.EVENT_READ)
            while not self._stopping:
                selector.select()
                self.handle_request()

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; that of TLS shakes hands later, in its own thread."""
        try:
            connection, address = super().get_request()
        except OSError:
            time.sleep(PAUSE)  # else it would try again at once, and go on for as long as it fails
            raise
        if self._tls is not None:
            connection = self._tls.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        return connection, address

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own."""
        thread = threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            name="vivialconnect-sandbox-connection",
            daemon=True,
        )
        # First, for the system may have no thread to give, and then nobody could wait for it.
        thread.start()
        serving = [pair for pair in self._connections if pair[1].is_alive()]
        self._connections = [*serving, (request, thread)]

    def handle_error(self, request: Any, client_address: tuple[str, int]) -> None:
        """Pass over what fails at a connection's beginning or end: the client has gone."""

    def stop(self) -> None:
        """Stop serving, if it was started; end every connection, wait for the threads."""
        self._stopping = True
        self._waker.send(b"x")
        if self._acceptor.is_alive():
            self._acceptor.join()
        with contextlib.suppress(OSError):  # not every system knows that of a socket that listens
            # A child that was forked meanwhile has it too, and would go on listening.
            self.socket.shutdown(socket.SHUT_RDWR)
        self.server_close()
        self._waker.close()
        self._wakened.close()
        for connection, _ in self._connections:
            with contextlib.suppress(OSError):  # the client may have gone
                # Of the socket itself: that of TLS would first turn back to plain text.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        for _, thread in self._connections:
            thread.join()
