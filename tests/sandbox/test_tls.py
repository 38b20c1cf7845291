"""TLS: requests, faults, stopping, and handshakes that do not block other clients."""

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
    """Return the TLS context of a server, and one of a client that trusts it."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    return server, trust


@pytest.fixture
def secure(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> Iterator[Sandbox]:
    """Start a sandbox with TLS."""
    with Sandbox(tls=contexts[0]) as running:
        yield running


@pytest.fixture
def secure_client(
    secure: Sandbox, contexts: tuple[ssl.SSLContext, ssl.SSLContext]
) -> Iterator[Client]:
    """Return a client of it."""
    with Client(secure, trust=contexts[1]) as connected:
        yield connected


def connect(client: Client) -> ssl.SSLSocket:
    """Connect to the address of a client, and complete the handshake."""
    assert client.trust
    plain = socket.create_connection(client.address, 20)
    return client.trust.wrap_socket(plain, server_hostname=client.address[0])


def test_tls__controls(secure: Sandbox, secure_client: Client) -> None:
    """Over TLS, only an https page is the sandbox's own."""
    for scheme, status in (("https", 200), ("http", 403)):
        headers = {"Origin": secure.url.replace("/api/v1.0", "").replace("https", scheme)}
        secure_client.connection.request("GET", "/sandbox/chaos", headers=headers)
        with secure_client.connection.getresponse() as response:
            assert response.status == status
            response.read()


def test_tls__requests(secure: Sandbox, secure_client: Client) -> None:
    """The URL starts with https, and requests use TLS on a kept connection."""
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
    """Faults of the connection are the same with TLS."""
    secure.chaos.add(fault, **parameters)
    received, _ = secure_client.call_once("GET", "messages/count.json")
    assert received[: len(begins) or None] == begins
    assert secure.requests[-1].fault == fault


def test_tls__reset(secure: Sandbox, secure_client: Client) -> None:
    """A reset is a reset of the connection, without a TLS close_notify."""
    secure.chaos.add("reset")
    with connect(secure_client) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        # On the plain socket, because TLS reports a reset like any other end.
        with socket.socket(fileno=connection.detach()) as below:
            below.settimeout(20)
            assert read_all(below)[1]


def test_tls__drip(secure: Sandbox, secure_client: Client) -> None:
    """A response that drips is complete in the end."""
    secure.chaos.add("drip", seconds=0.0001, at_once=140)
    assert secure_client.call("GET", "messages/count.json").json == {"count": 0}


def test_tls__plain_and_silent_clients(secure: Sandbox, secure_client: Client) -> None:
    """A client that sends plain HTTP, or nothing, does not block other clients."""
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
    """After stop() no thread and no open file is left, even with requests that stall or drip."""
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
