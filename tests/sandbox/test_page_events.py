"""Events of the page: the stream, its positions, pings, and polling."""

from __future__ import annotations

import http.client
import json
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.page import events
from vivialconnect.sandbox.service.changes import KEPT, Changes

from .client import Client
from .receiver import Receiver, buy
from .test_page_accounts import use
from .test_page_conversations import get
from .wire import request

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


class Event(NamedTuple):
    """A server-sent event."""

    name: str
    data: Any
    id: str | None


class Stream:
    """An open stream of events."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.response = response

    def block(self) -> dict[str, str]:
        """Read the fields up to an empty line."""
        fields: dict[str, str] = {}
        while True:
            line = self.response.readline().decode()
            if line in {"", "\n"}:
                return fields
            name, _, value = line.rstrip("\n").partition(": ")
            fields[name] = value

    def next(self, *, with_pings: bool = False) -> Event:
        """Read the next event."""
        while True:
            fields = self.block()
            assert fields, "the stream has ended"
            if fields["event"] != "ping" or with_pings:
                return Event(fields["event"], json.loads(fields["data"]), fields.get("id"))

    def topics(self, *wanted: str) -> set[str]:
        """Read events until they have named all of the topics, and return what they named."""
        found: set[str] = set()
        while not found >= set(wanted):
            found.update(self.next().data["topics"])
        return found


@contextmanager
def stream(sandbox: Sandbox, last: str | None = None) -> Iterator[Stream]:
    """Open a stream, and read its beginning."""
    parts = urlsplit(sandbox.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    headers = {"Accept": "text/event-stream"}
    if last is not None:
        headers["Last-Event-ID"] = last
    connection.request("GET", "/sandbox/events", headers=headers)
    with connection.getresponse() as response:
        assert (response.status, response.getheader("Content-Type")) == (200, "text/event-stream")
        opened = Stream(response)
        assert opened.block() == {"retry": "1000"}
        yield opened
    connection.close()


def test_stream__topics(client: Client, sandbox: Sandbox, receiver: Receiver) -> None:
    """Each kind of change has its topic."""
    with stream(sandbox) as opened:
        ready = opened.next()
        assert (ready.name, ready.data) == ("ready", {})
        assert ready.id == get(sandbox, "/events")["id"]
        buy(client, status_text_url=receiver.url)
        opened.topics("numbers", "requests")
        client.text()
        opened.topics("messages", "requests", "webhooks")
        rule = sandbox.chaos.add("close")
        opened.topics("chaos")
        sandbox.chaos.remove(rule)
        opened.topics("chaos")
        sandbox.chaos.clear()
        opened.topics("chaos")
        sandbox.add_account(777)
        opened.topics("accounts")
        sandbox.top_up(1)
        opened.topics("accounts")
        sandbox.advance(1)
        opened.topics("clock")
        sandbox.receive(from_number="+15154469790", to_number="+19132597591", body="Hi")
        opened.topics("messages")
        path = f"{client.base}/accounts/{client.account}.json"
        client.call_path("PUT", path, {"account": {"company_name": "New"}})
        opened.topics("accounts", "requests")


def test_stream__of_a_fault(client: Client, sandbox: Sandbox) -> None:
    """A fault that a request meets changes the counts."""
    sandbox.chaos.add("service_unavailable", times=1)
    with stream(sandbox) as opened:
        opened.next()
        client.call("GET", "messages.json")
        assert opened.topics("chaos", "requests") == {"chaos", "requests"}


def test_stream__due_in_silence() -> None:
    """A message changes its status without any request, and the page is told."""
    with Sandbox(delays=(0.3, 0.6, 0.9)) as sandbox, Client(sandbox) as client:
        client.buy()
        with stream(sandbox) as opened:
            opened.next()
            client.text()

            def status() -> str:
                assert sandbox._store
                statement = "SELECT status FROM messages"
                (message,) = sandbox._store.read(
                    lambda connection: connection.execute(statement).fetchall()
                )
                found: str = message["status"]
                return found

            while status() != "delivered":
                assert opened.next().name == "changed"
            assert [each.method for each in sandbox.requests] == ["POST", "POST"]


def test_stream__continued(client: Client, sandbox: Sandbox) -> None:
    """A stream that is opened again names what it has missed, and only that."""
    with stream(sandbox) as opened:
        ready = opened.next()
    client.buy()
    client.call("GET", "numbers.json")
    with stream(sandbox, ready.id) as opened:
        missed = opened.next()
        assert missed.name == "changed"
        assert set(missed.data["topics"]) == {"numbers", "requests"}
    sandbox.chaos.clear()
    with stream(sandbox, missed.id) as opened:
        assert opened.next().data == {"topics": ["chaos"]}


def test_stream__resync(client: Client, sandbox: Sandbox) -> None:
    """After too many changes, a reset, or a restart, a page must fetch everything."""
    first = sandbox.events()["id"]
    for _ in range(KEPT):
        sandbox._changes.publish("messages")
    assert sandbox.events(first) == {
        "id": sandbox.events()["id"],
        "topics": ["messages"],
        "resync": False,
    }
    sandbox._changes.publish("messages")
    with stream(sandbox, first) as opened:
        assert opened.next() == Event("resync", {}, sandbox.events()["id"])
        use(sandbox, "POST", "/reset")
        assert opened.next().name == "resync"
    for unknown in ("-", "x", "-1", sandbox.events()["id"] + "9"):
        assert get(sandbox, "/events?since=" + unknown)["resync"]
    before = sandbox.events()["id"]
    sandbox.stop()
    sandbox.start()
    with stream(sandbox, before) as opened:
        assert opened.next().name == "resync"
    client.connection.close()


def test_stream__ends_with_the_sandbox(sandbox: Sandbox) -> None:
    """A sandbox with open streams stops at once."""
    with stream(sandbox) as one, stream(sandbox) as two:
        one.next()
        two.next()
        began = time.monotonic()
        sandbox.stop()
        assert time.monotonic() - began < events.PING / 2
        assert (one.block(), two.block()) == ({}, {})


def test_stream__ping(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ping comes in silence."""
    monkeypatch.setattr(events, "PING", 0.05)
    with stream(sandbox) as opened:
        opened.next()
        assert [opened.next(with_pings=True) for _ in range(2)] == [Event("ping", {}, None)] * 2


def test_stream__collects(client: Client, sandbox: Sandbox) -> None:
    """Many changes make few events."""
    with stream(sandbox) as opened:
        opened.next()
        for _ in range(300):
            client.call("GET", "messages/count.json")
        sandbox.chaos.clear()
        count = 1
        while "chaos" not in opened.next().data["topics"]:
            count += 1
        assert count < 100


def test_stream__many_changes_meanwhile(sandbox: Sandbox) -> None:
    """Changes of many threads are all counted."""
    before = sandbox.events()["id"]
    threads = [
        threading.Thread(target=lambda: [sandbox._changes.publish("x") for _ in range(100)])
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run, _, number = before.partition("-")
    assert sandbox.events()["id"] == f"{run}-{int(number) + 500}"


def test_poll(client: Client, sandbox: Sandbox) -> None:
    """Without a stream, changes are polled, and due messages are among them."""
    first = get(sandbox, "/events")
    assert (first["topics"], first["resync"]) == ([], False)
    client.buy()
    client.text()
    second = get(sandbox, "/events?since=" + first["id"])
    assert second["topics"] == ["messages", "numbers", "requests"]
    assert get(sandbox, "/events?since=" + second["id"])["topics"] == []
    assert sandbox.events(first["id"])["topics"] == second["topics"]
    assert request(sandbox, "HEAD", "/sandbox/events").status == 200
    head = request(sandbox, "HEAD", "/sandbox/events", [("Accept", "text/event-stream")])
    assert (head.status, head.headers["Content-Type"]) == (200, "text/event-stream")


def test_changes__wait() -> None:
    """A wait ends with a change, with its timeout, and with the sandbox."""
    changes = Changes()
    position = changes.since(None).position
    changes.wait(position, 0)
    changes.publish("x")
    changes.wait(position, 60)
    changes.close()
    changes.wait(changes.since(None).position, 60)
    changes.pause(60)
    assert changes.is_closed
