"""HTTP: keep-alive, bodies with all methods, invalid requests, and concurrent clients."""

from __future__ import annotations

import contextlib
import http.client
import logging
import socket
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.http import server
from vivialconnect.sandbox.http.response import Response

from .client import Client, read_all

if TYPE_CHECKING:
    from vivialconnect.sandbox.http.request import Request

PATH = "/api/v1.0/accounts/12345/messages.json"


def address(sandbox: Sandbox) -> tuple[str, int]:
    """Return the address of a sandbox."""
    parts = urlsplit(sandbox.url)
    return parts.hostname or "", parts.port or 0


def exchange(sandbox: Sandbox, wire: bytes) -> tuple[int, bytes, bool]:
    """Send bytes; return status and body of the first response, and whether that was the end."""
    with socket.create_connection(address(sandbox), timeout=10) as connection:
        connection.sendall(wire)
        response = http.client.HTTPResponse(connection)
        response.begin()
        body = response.read()
        ended = response.will_close and connection.recv(1) == b""
        response.close()
        return response.status, body, ended


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_keep_alive__body_with_every_method(client: Client, sandbox: Sandbox, method: str) -> None:
    """A body is read with every method, so that the next request starts after it."""
    for _ in range(3):
        client.call(method, "messages.json", raw=b"{}")
        assert sandbox.requests[-1].body == b"{}"
        assert client.call("GET", "messages/count.json").json == {"count": 0}
    ports = {request.headers["Host"] for request in sandbox.requests}
    assert ports == {client.host}


def test_head__as_get_without_the_body(client: Client) -> None:
    """HEAD has the headers of GET, and the connection stays usable."""
    length = client.call("GET", "messages.json").headers["Content-Length"]
    head = client.call("HEAD", "messages.json")
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", length)
    assert client.call("GET", "messages.json").status == 200


def test_chunked__body(client: Client, sandbox: Sandbox) -> None:
    """A chunked body is joined before its hash is verified."""
    signed = client.sign("POST", PATH, body=b'{"message":{}}')
    lines = [f"POST {signed.target} HTTP/1.1", *(": ".join(pair) for pair in signed.headers)]
    lines += ["Transfer-Encoding: chunked", "", ""]
    chunks = b"4;note=x\r\n" + signed.body[:4] + b"\r\nA\r\n" + signed.body[4:] + b"\r\n"
    head = "\r\n".join(lines).encode()
    status, body, ended = exchange(sandbox, head + chunks + b"0\r\nTrailer: x\r\n\r\n")
    assert (status, ended) == (400, False)
    assert b"Must specify to_number" in body
    assert sandbox.requests[-1].body == signed.body


@pytest.mark.parametrize(
    ("wire", "status"),
    [
        (b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n", 413),
        (b"GET / HTTP/9.9\r\n\r\n", 505),
        (b"one two three four\r\n\r\n", 400),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
    ],
)
def test_refused__invalid_http(sandbox: Sandbox, wire: bytes, status: int) -> None:
    """Invalid HTTP is refused in JSON, and the connection ends."""
    answered, body, ended = exchange(sandbox, wire)
    assert (answered, body[:11], ended) == (status, b'{"message":', True)
    assert b"Traceback" not in body


def test_date__of_the_sandbox_clock() -> None:
    """The Date header is the sandbox's time, even if a request is refused."""
    with Sandbox(clock=lambda: 1_600_000_000) as running, Client(running) as client:
        refused = client.call("GET", "messages.json")
        client.moment = 1_600_000_000
        accepted = client.call("GET", "messages.json")
        with socket.create_connection(address(running), timeout=10) as connection:
            connection.sendall(b"one two three four\r\n\r\n")
            wire, _ = read_all(connection)
    assert (refused.status, accepted.status) == (401, 200)
    for response in (refused, accepted):
        assert response.headers["Date"] == "Sun, 13 Sep 2020 12:26:40 GMT"
    assert b"\r\nDate: Sun, 13 Sep 2020 12:26:40 GMT\r\n" in wire


def test_old_protocol__connection_closed(sandbox: Sandbox) -> None:
    """An HTTP/1.0 client gets its response and the end of the connection."""
    assert exchange(sandbox, b"GET / HTTP/1.0\r\n\r\n")[::2] == (401, True)


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        b"GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
    ],
)
def test_client__disconnects(client: Client, sandbox: Sandbox, wire: bytes) -> None:
    """A client that stops in the middle does not affect others."""
    with socket.create_connection(address(sandbox), timeout=10) as connection:
        connection.sendall(wire)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(4096):
            pass  # Until the server has closed the connection.
    assert client.call("GET", "messages/count.json").status == 200


def test_connection__fails_before_its_first_request(
    client: Client,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A connection that fails before its first request prints nothing."""
    client.call("GET", "messages/count.json")

    def fail(self: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr(server.Handler, "setup", fail)
        with socket.create_connection(address(sandbox), timeout=10) as connection:
            assert connection.recv(1) == b""
    assert client.call("GET", "messages/count.json").status == 200
    assert capsys.readouterr() == ("", "")


def test_connection__without_a_thread(
    client: Client, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a thread cannot be started, the connection is closed and the sandbox goes on."""

    def fail(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", fail)
        with socket.create_connection(address(sandbox), timeout=10) as connection:
            assert connection.recv(1) == b""
    assert client.call("GET", "messages/count.json").status == 200
    sandbox.stop()
    assert repr(sandbox) == "<Sandbox stopped account 12345>"


def test_respond__unexpected_exception(
    client: Client, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected exception is a 500 without details, which are logged."""
    assert sandbox._application

    def fail(request: Request, proceed: Any) -> Response:
        raise ZeroDivisionError("secret detail")

    sandbox._application.interceptor = fail
    with caplog.at_level(logging.ERROR, "vivialconnect.sandbox"):
        response = client.call("GET", "messages.json")
    assert (response.status, response.json) == (500, {"message": "Internal server error"})
    assert "secret detail" in caplog.text
    assert sandbox.requests[-1].status == 500


def test_interceptor__before_everything(client: Client, sandbox: Sandbox) -> None:
    """The interceptor sees a request before its signature is verified, and may respond itself."""
    assert sandbox._application
    sandbox._application.interceptor = lambda request, _: Response(503, request.method.encode())
    response = client.call("GET", "messages.json")
    assert (response.status, response.body, sandbox.requests[-1].variant) == (503, b"GET", None)


def test_concurrency__64_connections(sandbox: Sandbox) -> None:
    """64 concurrent connections are kept and served."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(Client(sandbox)) for _ in range(64)]
        for _ in range(2):
            for client in clients:
                assert client.call("GET", "messages/count.json").status == 200
        sockets = {id(client.connection.sock) for client in clients}
    assert len(sockets) == 64
    assert len(sandbox.requests) == 128


def test_concurrency__32_clients(sandbox: Sandbox, client: Client) -> None:
    """32 concurrent clients each get their own responses, and the balance is correct."""
    client.buy()
    before = sandbox.balance
    failures: list[object] = []

    def work(name: int) -> None:
        try:
            with Client(sandbox) as own:
                for index in range(5):
                    made = own.text(body=f"{name}/{index}")
                    read = own.call("GET", "messages/{}.json".format(made["id"])).json["message"]
                    assert read["body"] == f"{name}/{index}"
        except BaseException as error:  # noqa: BLE001 - raised in the main thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert client.call("GET", "messages/count.json").json == {"count": 160}
    assert sandbox.balance == before - 160 * 60
