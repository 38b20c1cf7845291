"""The HTTP server: accepts connections, and stops without leaving a thread or a socket behind."""

from __future__ import annotations

import contextlib
import functools
import os
import selectors
import socket
import socketserver
import ssl
import threading
import time
from http.server import ThreadingHTTPServer
from typing import Any, Callable

from vivialconnect.sandbox.http.handler import Handler
from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.http.response import Response

#: The pause after a connection could not be accepted, in seconds.
PAUSE = 0.1


class Server(ThreadingHTTPServer):
    """Listen, and serve each connection in a thread.

    :param host: the address to listen on.
    :param port: the port; 0 for a free one.
    :param respond: returns the response to a request.
    :param now: returns the time in seconds since 1970, for the ``Date`` header.
    :param tls: the TLS context of the server; ``None`` for plain HTTP.
    :raises OSError: if it cannot listen there.
    """

    request_queue_size = 128
    # On Windows, two servers could listen on one port.
    allow_reuse_address = os.name != "nt"

    def __init__(
        self,
        host: str,
        port: int,
        respond: Callable[[Request], Response],
        now: Callable[[], float],
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._tls = tls
        # A connection that has ended stays until the next one, because its thread may still run.
        self._connections: list[tuple[socket.socket, threading.Thread]] = []
        self._stopping = False
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._wake_sender, self._wake_receiver = socket.socketpair()
        try:
            super().__init__((host, port), functools.partial(Handler, respond=respond, now=now))
        except BaseException:
            self._wake_sender.close()
            self._wake_receiver.close()
            raise
        self._acceptor = threading.Thread(
            target=self._accept, name="vivialconnect-sandbox", daemon=True
        )

    def server_bind(self) -> None:
        """Bind the socket, without the DNS lookup of the base class."""
        socketserver.TCPServer.server_bind(self)
        host, port = self.server_address[:2]
        self.server_name, self.server_port = str(host), int(port)

    def start(self) -> None:
        """Accept connections in a thread.

        :raises RuntimeError: if the thread cannot be started.
        """
        self._acceptor.start()

    def _accept(self) -> None:
        self.timeout = 0
        with selectors.DefaultSelector() as selector:
            selector.register(self, selectors.EVENT_READ)
            selector.register(self._wake_receiver, selectors.EVENT_READ)
            while not self._stopping:
                selector.select()
                self.handle_request()

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; its thread completes the TLS handshake."""
        try:
            connection, address = super().get_request()
        except OSError:
            time.sleep(PAUSE)  # Without it, a lack of file descriptors would cause a busy loop.
            raise
        if self._tls is not None:
            connection = self._tls.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        return connection, address

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread."""
        thread = threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            name="vivialconnect-sandbox-connection",
            daemon=True,
        )
        # Started before it is kept: start() may raise, and stop() could not join the thread.
        thread.start()
        serving = [pair for pair in self._connections if pair[1].is_alive()]
        self._connections = [*serving, (request, thread)]

    def handle_error(self, request: Any, client_address: tuple[str, int]) -> None:
        """Ignore errors of a connection: the client has disconnected."""

    def stop(self) -> None:
        """Stop listening, close all connections, and wait for the threads."""
        # Each step runs even if a signal handler raises in the one before it.
        with contextlib.ExitStack() as steps:
            steps.callback(self._join_connections)
            steps.callback(self._shut_down_connections)
            steps.callback(self._close_sockets)
            steps.callback(self._join_acceptor)
            self._stopping = True
            self._wake_sender.send(b"x")

    def _join_acceptor(self) -> None:
        if self._acceptor.is_alive():
            self._acceptor.join()

    def _close_sockets(self) -> None:
        self._join_acceptor()  # Again, because the first time may have been interrupted.
        with contextlib.suppress(OSError):  # Some systems cannot shut down a listening socket.
            # A forked child has the socket too, and would keep it listening.
            self.socket.shutdown(socket.SHUT_RDWR)
        self.server_close()
        self._wake_sender.close()
        self._wake_receiver.close()

    def _shut_down_connections(self) -> None:
        for connection, _ in self._connections:
            with contextlib.suppress(OSError):  # The client may have disconnected.
                # The method of the base class: SSLSocket.shutdown() would drop TLS first.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def _join_connections(self) -> None:
        for _, thread in self._connections:
            thread.join()
