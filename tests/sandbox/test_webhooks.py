"""What the sandbox calls when messages change and come in, with a real server at the other end."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Dict, Iterator, List, NamedTuple, Optional
from urllib.parse import parse_qsl, urlsplit

import pytest

from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.postman import PATIENCE

from .client import Client

FROM, TO = "+19132597591", "+15154469790"
SPAN = {
    "start_time": "20000101T000000Z",
    "end_time": "20990101T000000Z",
    "log_type": "webhook.error",
}


class Called(NamedTuple):
    """A call that came."""

    method: str
    path: str
    query: Dict[str, str]
    body: Any


class Receiver:
    """A program that is called. What it answers can be said by path."""

    def __init__(self) -> None:
        self.calls: List[Called] = []
        self.statuses: Dict[str, int] = {}
        #: Clear it, and every call waits.
        self.open = threading.Event()
        self.open.set()
        #: A call has come.
        self.met = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            """Notes a call and answers it."""

            def answer(self) -> None:
                """Note the call, wait if that is wanted, and answer."""
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                content = json.loads(body) if body else None
                query = dict(parse_qsl(parts.query))
                receiver.calls.append(Called(self.command, parts.path, query, content))
                receiver.met.set()
                receiver.open.wait(30)
                self.send_response(receiver.statuses.get(parts.path, 204))
                self.end_headers()

            do_GET = do_POST = do_PUT = answer  # noqa: N815 - the base's names

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = False  # so that closing waits for them
        self.url = "http://127.0.0.1:{}".format(self.server.server_port)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self) -> None:
        """Let everybody go, and stop."""
        self.open.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def told(self) -> List[str]:
        """The statuses that were posted."""
        return [call.body["message"]["status"] for call in self.calls]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Give a program that is called."""
    running = Receiver()
    yield running
    running.close()


def buy(client: Client, **fields: Any) -> None:
    """Buy the number that messages are sent from, with URLs."""
    number = {"phone_number": FROM, **fields}
    assert client.call("POST", "numbers.json", {"phone_number": number}).status == 201


def errors(client: Client) -> List[Dict[str, Any]]:
    """Return what the log tells of webhooks that failed."""
    items: List[Dict[str, Any]] = client.call("GET", "logs.json", **SPAN).json["log_items"]
    return items


def postmen() -> List[threading.Thread]:
    """Return the threads that call."""
    return [each for each in threading.enumerate() if each.name.endswith("postman")]


def test_status__each_in_its_order(sandbox: Sandbox, client: Client, receiver: Receiver) -> None:
    """Each status of a message is posted, in its order, with the message as the API gives it."""
    buy(client, status_text_url=receiver.url + "/status")
    message_id = client.text()["id"]
    sandbox.wait_for_webhooks()

    assert receiver.told == ["queued", "sending", "delivered"]
    assert {(call.method, call.path) for call in receiver.calls} == {("POST", "/status")}
    assert receiver.calls[-1].body == client.call("GET", "messages/{}.json".format(message_id)).json
    assert errors(client) == []


def test_status__program_that_only_waits(receiver: Receiver) -> None:
    """Nobody need call the sandbox for what falls due to be posted."""
    with Sandbox(delays=(0.01, 0.02, 0.03)) as sandbox, Client(sandbox) as client:
        buy(client, status_text_url=receiver.url)
        client.text()
        while len(receiver.calls) < 3:
            assert receiver.met.wait(10)
            receiver.met.clear()

    assert receiver.told == ["queued", "sending", "delivered"]


def test_status__clock_that_is_moved(receiver: Receiver) -> None:
    """What falls due because the clock was moved is posted, and nothing before."""
    with Sandbox(delays=(10, 1000, 2000)) as sandbox, Client(sandbox) as client:
        buy(client, status_text_url=receiver.url)
        client.text()
        sandbox.wait_for_webhooks()
        assert receiver.told == []
        sandbox.advance(15)
        sandbox.wait_for_webhooks()
        assert receiver.told == ["queued"]


@pytest.mark.parametrize("method", ["GET", "get", "POST", None])
def test_incoming__methods(
    sandbox: Sandbox, client: Client, receiver: Receiver, method: Optional[str]
) -> None:
    """A message that comes in is posted as JSON, or its fields stand in the query of a GET."""
    buy(client, incoming_text_url=receiver.url + "/in?key=1", incoming_text_method=method)
    message = sandbox.receive(from_number=TO, to_number=FROM, body="Zdravím & co")
    sandbox.wait_for_webhooks()

    (call,) = receiver.calls
    assert (call.method, call.path) == ((method or "POST").upper(), "/in")
    if call.method == "GET":
        given = {name: str(value) for name, value in message.items() if value is not None}
        assert call.query == {"key": "1", **given}
        assert call.body is None
    else:
        assert (call.query, call.body) == ({"key": "1"}, {"message": message})


def test_incoming__fallback(sandbox: Sandbox, client: Client, receiver: Receiver) -> None:
    """The fallback is called where the first URL fails, and then that is no error."""
    receiver.statuses["/first"] = 500
    buy(
        client,
        incoming_text_url=receiver.url + "/first",
        incoming_text_fallback_url=receiver.url + "/second",
    )
    sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    sandbox.wait_for_webhooks()

    assert [call.path for call in receiver.calls] == ["/first", "/second"]
    assert errors(client) == []


def test_connector__before_the_number(sandbox: Sandbox, client: Client, receiver: Receiver) -> None:
    """A connector's callbacks are called instead of those of its numbers."""
    buy(
        client,
        status_text_url=receiver.url + "/number",
        incoming_text_url=receiver.url + "/number",
    )
    events = {"status": None, "incoming": "PUT", "incoming_fallback": "GET"}
    callbacks = [
        {
            "message_type": "text",
            "event_type": event,
            "url": receiver.url + "/" + event,
            "method": method,
        }
        for event, method in events.items()
    ]
    callbacks.append(dict(callbacks[0], message_type="voice", url=receiver.url + "/voice"))
    connector = {"name": "c", "callbacks": callbacks, "phone_numbers": [{"phone_number": FROM}]}
    made = client.call("POST", "connectors.json", {"connector": connector}).json["connector"]
    receiver.statuses["/incoming"] = 404
    client.text(connector_id=made["id"])
    sandbox.wait_for_webhooks()
    sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    sandbox.wait_for_webhooks()

    called = [(call.method, call.path) for call in receiver.calls]
    assert called == [("POST", "/status")] * 3 + [
        ("PUT", "/incoming"),
        ("GET", "/incoming_fallback"),
    ]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://192.0.2.1/", "nothing beyond this machine"),
        ("https://example.com/", "nothing beyond this machine"),
        ("ftp://127.0.0.1/", "no URL of http"),
        ("nonsense", "no URL of http"),
        ("http://[", "no URL"),
        ("http://127.0.0.1:1/", "ConnectionRefusedError"),
        ("http://127.0.0.1:1/a b", "InvalidURL"),
    ],
)
def test_error__logged(sandbox: Sandbox, client: Client, url: str, words: str) -> None:
    """What cannot be called, or may not, is an error in the log, once for each call."""
    buy(client, incoming_text_url=url)
    message = sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    sandbox.wait_for_webhooks()

    (item,) = errors(client)
    assert words in item["log_data"]["message"]
    assert item["log_data"]["url"] == url
    assert (item["item_type"], item["item_id"]) == ("msg_in_local_sms", str(message["id"]))


def test_remote__allowed(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is allowed, what is taken for another machine is called too."""
    monkeypatch.setattr("vivialconnect.sandbox.postman.is_loopback", lambda _: False)
    with Sandbox(allow_remote_webhooks=True) as sandbox, Client(sandbox) as client:
        buy(client, incoming_text_url=receiver.url)
        sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
        sandbox.wait_for_webhooks()
        assert errors(client) == []

    assert receiver.told == ["received"]


def test_receiver__that_hangs(receiver: Receiver) -> None:
    """Calls to the sandbox are answered while a receiver hangs, and stopping does not wait long."""
    with Sandbox() as sandbox, Client(sandbox) as client:
        buy(client, status_text_url=receiver.url)
        receiver.open.clear()
        client.text()
        assert receiver.met.wait(10)
        assert client.call("GET", "messages/count.json").json == {"count": 1}
        with pytest.raises(TimeoutError, match="still URLs to be called"):
            sandbox.wait_for_webhooks(0.01)
        stopped = threading.Thread(target=sandbox.stop)
        stopped.start()
        stopped.join(PATIENCE)
        assert not stopped.is_alive()
    assert postmen() == []


def test_receiver__that_never_answers(
    sandbox: Sandbox, client: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver that says nothing is given up."""
    monkeypatch.setattr("vivialconnect.sandbox.postman.PATIENCE", 0.05)
    buy(client, incoming_text_url=receiver.url)
    receiver.open.clear()
    sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    sandbox.wait_for_webhooks()

    (item,) = errors(client)
    assert "timed out" in item["log_data"]["message"]


def test_thread__only_where_it_is_needed(sandbox: Sandbox, client: Client) -> None:
    """A sandbox in which nothing is to be called has no thread that calls."""
    buy(client)
    client.text()
    sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    sandbox.advance(1)
    sandbox.wait_for_webhooks()

    assert postmen() == []


def test_reset__nothing_left(sandbox: Sandbox, client: Client, receiver: Receiver) -> None:
    """What was to be called before a reset is not called after it."""
    receiver.open.clear()
    buy(client, status_text_url=receiver.url)
    client.text()
    assert receiver.met.wait(10)
    sandbox.reset()
    receiver.open.set()
    sandbox.wait_for_webhooks()

    assert receiver.told == ["queued"]
