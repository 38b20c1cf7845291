"""TLS: calls, faults and stopping as without it, and handshakes that keep nobody waiting."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import trustme

from vivialconnect.sandbox import Sandbox

from .client import Client, read_all
from .test_sandbox import open_files


@pytest.fixture(scope="module")
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Give a server's context, and one of a client that trusts it."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    return server, trust


@pytest.fixture
def secure(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> Iterator[Sandbox]:
    """Give a sandbox that serves TLS."""
    with Sandbox(tls=contexts[0]) as running:
        yield running


@pytest.fixture
def secure_client(
    secure: Sandbox, contexts: tuple[ssl.SSLContext, ssl.SSLContext]
) -> Iterator[Client]:
    """Give a client of it."""
    with Client(secure, trust=contexts[1]) as connected:
        yield connected


def connect(client: Client) -> ssl.SSLSocket:
    """Connect to where a client calls, and shake hands."""
    assert client.trust
    plain = socket.create_connection(client.address, 20)
    return client.trust.wrap_socket(plain, server_hostname=client.address[0])


def test_tls__calls(secure: Sandbox, secure_client: Client) -> None:
    """The URL begins with https, and calls go through TLS on a connection that is kept."""
    assert secure.url.startswith("https://127.0.0.1:")
    assert secure_client.buy()["phone_number"] == "+19132597591"
    first = secure_client.connection.sock
    assert secure_client.text()["status"] == "accepted"
    assert secure_client.connection.sock is first
    assert isinstance(first, ssl.SSLSocket)
    assert [request.status for request in secure.requests] == [201, 200]


@pytest.mark.parametrize(
    ("fault", "parameters", "begins"),
    [
        ("close", {}, b""),
        ("drop_answer", {}, b""),
        ("garbage_status_line", {}, b"\x00\x01"),
        ("truncated_body", {"keep": 1}, b"HTTP/1.1 200 OK\r\n"),
        ("stall", {"seconds": 0.01}, b""),
    ],
)
def test_tls__faults(
    secure: Sandbox, secure_client: Client, fault: str, parameters: dict[str, Any], begins: bytes
) -> None:
    """Faults of the socket are the same below TLS."""
    secure.chaos.add(fault, **parameters)
    received, _ = secure_client.call_once("GET", "messages/count.json")
    assert received[: len(begins) or None] == begins
    assert secure.requests[-1].fault == fault


def test_tls__reset(secure: Sandbox, secure_client: Client) -> None:
    """A reset is one of the connection itself, without a goodbye of TLS."""
    secure.chaos.add("reset")
    with connect(secure_client) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        # Below TLS, which would tell of a reset as of any end.
        with socket.socket(fileno=connection.detach()) as below:
            below.settimeout(20)
            assert read_all(below)[1]


def test_tls__drip(secure: Sandbox, secure_client: Client) -> None:
    """An answer that drips is whole in the end."""
    secure.chaos.add("drip", seconds=0.0001, at_once=140)
    assert secure_client.call("GET", "messages/count.json").json == {"count": 0}


def test_tls__plain_and_silent_clients(secure: Sandbox, secure_client: Client) -> None:
    """A client that speaks plain HTTP, or not at all, keeps nobody else waiting."""
    with socket.create_connection(secure_client.address, 20) as silent:
        with socket.create_connection(secure_client.address, 20) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert b"HTTP" not in read_all(plain)[0]
        assert secure_client.call("GET", "messages/count.json").status == 200
        begun = time.monotonic()
        secure.stop()
        assert time.monotonic() - begun < 20
        assert read_all(silent)[0] == b""


def test_tls__nothing_left(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    """After stop() no thread and no open file is left, also of calls that stall or drip."""
    with Sandbox(tls=contexts[0]) as warm, Client(warm, trust=contexts[1]) as client:
        client.call("GET", "messages.json")
    threads, files = threading.active_count(), open_files()
    running = Sandbox(tls=contexts[0]).start()
    running.chaos.add("stall", times=1)
    running.chaos.add("drip", seconds=60, times=1, takes_effect=False)
    with ExitStack() as stack:
        client = stack.enter_context(Client(running, trust=contexts[1]))
        for _ in range(3):
            stack.enter_context(connect(client)).sendall(b"GET / HTTP/1.1\r\n\r\n")
        while len(running.requests) < 3:
            time.sleep(0.001)
        running.stop()
    assert threading.active_count() == threads
    assert open_files() == files
