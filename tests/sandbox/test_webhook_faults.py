"""Webhooks when the receiver, the database or the sandbox fails."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.http import webhook_delivery
from vivialconnect.sandbox.http.client import DeadlineReader

from .client import Client
from .receiver import FROM, TO, Receiver, buy, delivery_threads, errors

if TYPE_CHECKING:
    from pathlib import Path


def test_receiver__that_hangs(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox responds while a receiver hangs, and stops without a long wait."""
    monkeypatch.setattr(webhook_delivery, "TIMEOUT", 20)
    with Sandbox() as sandbox, Client(sandbox) as client:
        buy(client, status_text_url=receiver.url)
        receiver.open.clear()
        client.text()
        assert receiver.met.wait(10)
        assert client.call("GET", "messages/count.json").json == {"count": 1}
        with pytest.raises(TimeoutError, match="still pending"):
            sandbox.wait_for_webhooks(0.01)
        stopped = threading.Thread(target=sandbox.stop)
        stopped.start()
        stopped.join(webhook_delivery.TIMEOUT / 2)
        assert not stopped.is_alive()
    assert delivery_threads() == []


def test_receiver__that_never_responds(
    sandbox: Sandbox, client: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver that does not respond times out."""
    monkeypatch.setattr("vivialconnect.sandbox.http.webhook_delivery.TIMEOUT", 0.05)
    buy(client, incoming_text_url=receiver.url)
    receiver.open.clear()
    sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    sandbox.wait_for_webhooks()

    (item,) = errors(client)
    assert "timed out" in item["log_data"]["message"]


def test_thread__only_with_webhooks(sandbox: Sandbox, client: Client) -> None:
    """A sandbox without webhooks has no thread for them."""
    buy(client)
    client.text()
    sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    sandbox.advance(1)
    sandbox.wait_for_webhooks()

    assert delivery_threads() == []


def test_reset__clears_webhooks(sandbox: Sandbox, client: Client, receiver: Receiver) -> None:
    """A webhook from before a reset is not delivered after it."""
    receiver.open.clear()
    buy(client, status_text_url=receiver.url)
    client.text()
    assert receiver.met.wait(10)
    sandbox.reset()
    receiver.open.set()
    sandbox.wait_for_webhooks()

    assert receiver.told == ["queued"]


def test_reset__during_a_delivery(sandbox: Sandbox, client: Client, receiver: Receiver) -> None:
    """A delivery that fails during a reset has no effect on the new state."""
    receiver.statuses["/before"] = 500
    receiver.open.clear()
    buy(client, incoming_text_url=receiver.url + "/before")
    sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    assert receiver.met.wait(10)
    sandbox.reset()
    buy(client, incoming_text_url=receiver.url + "/after")
    sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    receiver.open.set()
    sandbox.wait_for_webhooks()

    assert [call.path for call in receiver.calls] == ["/before", "/after"]
    assert errors(client) == []


def test_stop__while_waiting_for_webhooks(
    client: Client, sandbox: Sandbox, receiver: Receiver
) -> None:
    """Waiting for the webhooks of a sandbox that is stopped raises at once."""
    receiver.open.clear()
    buy(client, incoming_text_url=receiver.url)
    sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    assert receiver.met.wait(10)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(sandbox.wait_for_webhooks, 60)
        time.sleep(0.05)  # Until it waits.
        sandbox.stop()
        with pytest.raises(RuntimeError, match="not running"):
            waiting.result(20)


def drip(listening: socket.socket, stop: threading.Event) -> None:
    """Respond to one request byte by byte, until the client disconnects."""
    connection = listening.accept()[0]
    with connection:
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not stop.wait(0.01):
                connection.sendall(b"x")
        except OSError:
            pass  # The attempt timed out.


def test_receiver__that_drips(
    sandbox: Sandbox, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver whose response never ends times out."""
    monkeypatch.setattr(webhook_delivery, "TIMEOUT", 0.1)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        dripping = threading.Thread(target=drip, args=(listening, stop))
        dripping.start()
        try:
            buy(client, incoming_text_url=f"http://127.0.0.1:{listening.getsockname()[1]}/")
            sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
            sandbox.wait_for_webhooks()
        finally:
            stop.set()
            dripping.join()

    (item,) = errors(client)
    assert "timed out" in item["log_data"]["message"]


def test_deadline_reader__too_late() -> None:
    """Bytes after the deadline are not read."""
    here, there = socket.socketpair()
    with here, there:
        there.sendall(b"x")
        limited = DeadlineReader(here, time.monotonic())
        with pytest.raises(TimeoutError, match="timed out"):
            limited.readinto(bytearray(1))
        assert here.recv(1) == b"x"


def test_stop__while_connecting(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt that is connecting when the sandbox stops is not made."""
    connecting = threading.Event()
    sandbox = Sandbox().start()
    calling = sandbox._application.webhook_delivery if sandbox._application else None
    assert calling is not None

    class Late(http.client.HTTPConnection):
        """A connection that is made only after the sandbox stops."""

        def connect(self) -> None:
            """Wait for the stop."""
            connecting.set()
            with calling._changed:
                assert calling._changed.wait_for(lambda: calling._stopped, 10)
            super().connect()

    monkeypatch.setitem(webhook_delivery._CONNECTIONS, "http", Late)
    with Client(sandbox) as client:
        buy(client, incoming_text_url=receiver.url)
        sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
        assert connecting.wait(10)
        sandbox.stop()

    assert receiver.calls == []
    assert delivery_threads() == []


def test_database__opened_again(tmp_path: Path, receiver: Receiver) -> None:
    """Undelivered webhooks are delivered when the database is opened again."""
    database = str(tmp_path / "sandbox.db")
    receiver.open.clear()
    with Sandbox(database=database) as sandbox, Client(sandbox) as client:
        buy(client, incoming_text_url=receiver.url)
        first, second = (
            sandbox.receive(from_number=TO, to_number=FROM, body=body) for body in ("1", "2")
        )
        assert receiver.met.wait(10)
    receiver.open.set()
    with Sandbox(database=database) as sandbox:
        sandbox.wait_for_webhooks()

    # The outcome of the first attempt was unknown, so it is made again.
    assert [call.body["message"] for call in receiver.calls] == [first, first, second]


def test_thread__cannot_be_started(
    sandbox: Sandbox, client: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the thread cannot be started, the webhook is delivered as soon as it can."""

    def fail(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    buy(client, incoming_text_url=receiver.url)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", fail)
        with pytest.raises(RuntimeError, match="new thread"):
            sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    client.call("GET", "messages.json")
    sandbox.wait_for_webhooks()

    assert receiver.told == ["received"]


def test_database__fails_for_a_while(
    sandbox: Sandbox,
    client: Client,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """If a delivery cannot be saved, it is made again."""
    monkeypatch.setattr(webhook_delivery, "TIMEOUT", 0.05)
    assert sandbox._store is not None
    trigger = "CREATE TRIGGER full BEFORE DELETE ON webhooks BEGIN SELECT raise(ABORT, 'full'); END"
    sandbox._store.transaction(lambda connection: connection.execute(trigger))
    buy(client, incoming_text_url=receiver.url)
    sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    for _ in range(2):
        assert receiver.met.wait(10)
        receiver.met.clear()
    sandbox._store.transaction(lambda connection: connection.execute("DROP TRIGGER full"))
    sandbox.wait_for_webhooks()

    assert set(receiver.told) == {"received"}
    assert {record.getMessage() for record in caplog.records} == {
        "The sandbox could not update its webhooks, and will retry"
    }
