"""A server that plays scripted bytes over plain or TLS sockets, and the scripts. No tests here.

::

    with ScriptedServer(answer({"count": 2}), tls=authority.context()) as server:
        use(server, api_verify_request=authority.bundle)
        assert Message.count() == 2
    assert server.requests[0].method == "GET"
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

import trustme

from vivialconnect import Resource

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 10  # seconds after which a thread that does not end is an error
ACCOUNT = "/api/v1.0/accounts/12345"


class Received(NamedTuple):
    """A request as it arrived."""

    method: str
    #: As it stood in the request line.
    target: str
    #: Names in lower case.
    headers: dict[str, str]
    body: bytes
    #: The connection that it came over, counted from 1.
    connection: int


class Authority:
    """A certificate authority of the test's own.

    :param folder: Where the bundle is written.
    """

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.bundle = str(folder / "authority.pem")
        self._authority.cert_pem.write_to_path(self.bundle)

    def context(self, name: str = "127.0.0.1") -> ssl.SSLContext:
        """Return what a server needs to prove that it is the host of that name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(name).configure_cert(context)
        return context


class Peer:
    """The server's end of one connection, for a script to play on."""

    def __init__(self, connected: socket.socket, server: ScriptedServer) -> None:
        self.connected = connected
        self.server = server
        self.finished = False
        self.last: Received
        self.stream = connected.makefile("rb")

    def send(self, data: bytes) -> None:
        """Send bytes at once."""
        self.connected.sendall(data)

    def drip(self, data: bytes, seconds: float = 0.1) -> None:
        """Send bytes one by one, waiting before each, until the server stops."""
        for position in range(len(data)):
            if self.server.stopping.wait(seconds):
                return
            self.send(data[position : position + 1])

    def stall(self) -> None:
        """Do nothing until the server stops."""
        self.server.stopping.wait()
        self.finished = True

    def hang_up(self) -> None:
        """Say that nothing more comes, and take what the other end still sends.

        Closing with unread bytes would reset the connection, and what was sent could be lost.
        """
        self.connected.shutdown(socket.SHUT_WR)
        self.server.hung_up.set()
        while self.connected.recv(65536):
            pass  # until the client has hung up too
        self.finished = True

    def reset(self) -> None:
        """Break the connection off, so that the other end is told of a reset."""
        self.connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.stream.close()
        self.connected.close()
        self.finished = True

    def secure(self, context: ssl.SSLContext) -> None:
        """Go on over TLS."""
        self.stream.close()
        secured = context.wrap_socket(
            self.connected, server_side=True, do_handshake_on_connect=False
        )
        self.server.replace(self.connected, secured)
        self.connected = secured
        secured.do_handshake()
        self.stream = secured.makefile("rb")

    def close(self) -> None:
        """Let go of the socket."""
        self.stream.close()
        self.connected.close()


Script = Callable[[Peer], None]


class ScriptedServer:
    """Plays one script for each request, the last one again and again.

    :param scripts: What is played once a request has been read.
    :param tls: Serves TLS with this context.
    :param greeting: What is played as soon as a connection is made, before anything is read.
    """

    def __init__(
        self, *scripts: Script, tls: ssl.SSLContext | None = None, greeting: Script | None = None
    ) -> None:
        self.requests: list[Received] = []
        self.connections = 0
        self.stopping = threading.Event()
        self.hung_up = threading.Event()
        self._scripts = scripts
        self._tls = tls
        self._greeting = greeting
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.url = "{}://127.0.0.1:{}".format("https" if tls else "http", self.port)

    def __enter__(self) -> ScriptedServer:  # noqa: PYI034 - Python 3.9 has no Self
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        with socket.create_connection(("127.0.0.1", self.port)):
            pass  # only to wake the listener
        self._threads[0].join(PATIENCE)
        self._listener.close()
        with self._lock:
            for connected in self._open:
                with suppress(OSError):  # the client may have gone
                    socket.socket.shutdown(connected, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
        if any(thread.is_alive() for thread in self._threads):
            raise RuntimeError("a thread of the scripted server did not end")

    def replace(self, old: socket.socket, new: socket.socket) -> None:
        """Note that a connection goes on over another socket object."""
        with self._lock:
            if old in self._open:
                self._open.remove(old)
            self._open.append(new)

    def _start(self, target: Callable[..., None], *arguments: Any) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            connected, _ = self._listener.accept()
            if self.stopping.is_set():
                connected.close()
                return
            self.connections += 1
            with self._lock:
                self._open.append(connected)
            self._start(self._serve, connected, self.connections)

    def _serve(self, connected: socket.socket, number: int) -> None:
        peer = Peer(connected, self)
        # What breaks here is what the script breaks, or a client that leaves.
        with suppress(OSError, ValueError):
            if self._tls is not None:
                peer.secure(self._tls)
            if self._greeting is not None:
                self._greeting(peer)
            while not peer.finished and not self.stopping.is_set():
                received = _read_request(peer, number)
                if received is None:
                    break
                with self._lock:
                    script = self._scripts[min(len(self.requests), len(self._scripts) - 1)]
                    self.requests.append(received)
                peer.last = received
                script(peer)
        with self._lock:
            if peer.connected in self._open:
                self._open.remove(peer.connected)
        peer.close()


def _read_request(peer: Peer, number: int) -> Received | None:
    line = peer.stream.readline()
    if not line.strip():
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    for raw in iter(peer.stream.readline, b"\r\n"):
        if not raw:
            return None
        name, _, value = raw.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    body = peer.stream.read(int(headers.get("content-length", 0)))
    return Received(method, target, headers, body, number)


def use(server: ScriptedServer, **changes: Any) -> None:
    """Point every resource class at a server.

    :param server: The server.
    :param changes: Other settings of ``Resource``, by name.
    """
    configure(server.url + "/api/v1.0", **changes)


def configure(base_url: str, **changes: Any) -> None:
    """Set credentials of no worth, a base URL, and what else is given, on ``Resource``."""
    usual = {
        "api_key": "MTKTEST",
        "api_secret": "secret-of-the-test",
        "api_account_id": 12345,
        "api_base_url": base_url,
        "request_timeout": 20,
        "max_retries": 0,
    }
    for name, value in {**usual, **changes}.items():
        setattr(Resource, name, value)


def encode_answer(
    body: Any = b"", status: int = 200, headers: Mapping[str, str] | None = None
) -> bytes:
    """Return the bytes of a whole answer.

    :param body: Bytes, sent as they are; anything else is sent as JSON.
    :param status: The status.
    :param headers: More header fields.
    """
    data = body if isinstance(body, bytes) else json.dumps(body).encode("utf-8")
    fields = {"Content-Type": "application/json", "Content-Length": str(len(data))}
    lines = [f"HTTP/1.1 {status} Scripted"]
    lines += ["{}: {}".format(*field) for field in {**fields, **(headers or {})}.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + data


def answer(body: Any = b"", status: int = 200, headers: Mapping[str, str] | None = None) -> Script:
    """Return a script that gives a whole answer and keeps the connection; see `encode_answer`."""
    data = encode_answer(body, status, headers)
    return lambda peer: peer.send(data)


def say_and_hang_up(data: bytes) -> Script:
    """Return a script that sends bytes, whatever they are, and closes."""

    def play(peer: Peer) -> None:
        peer.send(data)
        peer.hang_up()

    return play


def say_and_stall(data: bytes) -> Script:
    """Return a script that sends bytes and then nothing more."""

    def play(peer: Peer) -> None:
        peer.send(data)
        peer.stall()

    return play


def say_and_drip(data: bytes, slowly: bytes) -> Script:
    """Return a script that sends bytes at once, and others one every 100 ms."""

    def play(peer: Peer) -> None:
        peer.send(data)
        peer.drip(slowly)

    return play


def say_and_reset(data: bytes) -> Script:
    """Return a script that sends bytes and breaks off."""

    def play(peer: Peer) -> None:
        peer.send(data)
        peer.reset()

    return play
