"""Webhooks for inbound messages and changes of status, with a real receiver."""

from __future__ import annotations

import pytest

from vivialconnect.sandbox import Sandbox

from .client import Client
from .receiver import FROM, TO, Receiver, buy, errors


def test_status__each_in_its_order(sandbox: Sandbox, client: Client, receiver: Receiver) -> None:
    """Each status is posted in order, with the message as the API returns it."""
    buy(client, status_text_url=receiver.url + "/status")
    message_id = client.text()["id"]
    sandbox.wait_for_webhooks()

    assert receiver.told == ["queued", "sending", "delivered"]
    assert {(call.method, call.path) for call in receiver.calls} == {("POST", "/status")}
    assert receiver.calls[-1].body == client.call("GET", f"messages/{message_id}.json").json
    assert errors(client) == []


def test_status__program_that_only_waits(receiver: Receiver) -> None:
    """Changes that are due are posted without a request to the sandbox."""
    with Sandbox(delays=(0.01, 0.02, 0.03)) as sandbox, Client(sandbox) as client:
        buy(client, status_text_url=receiver.url)
        client.text()
        while len(receiver.calls) < 3:
            assert receiver.met.wait(10)
            receiver.met.clear()

    assert receiver.told == ["queued", "sending", "delivered"]


def test_status__number_of_a_connector(receiver: Receiver) -> None:
    """The connector of a number counts for messages from the number itself too."""
    with Sandbox(delays=(0.01, 0.02, 0.03)) as sandbox, Client(sandbox) as client:
        buy(client)
        status = {"message_type": "text", "event_type": "status", "url": receiver.url + "/status"}
        connector = {"callbacks": [status], "phone_numbers": [{"phone_number": FROM}]}
        client.call("POST", "connectors.json", {"connector": connector})
        assert client.text()["connector_id"] is None
        while len(receiver.calls) < 3:
            assert receiver.met.wait(10)
            receiver.met.clear()

    assert receiver.told == ["queued", "sending", "delivered"]
    assert {call.path for call in receiver.calls} == {"/status"}


def test_status__number_sold_since(receiver: Receiver) -> None:
    """A new owner of a number gets no webhooks for its earlier messages."""
    with Sandbox(delays=(0, 10, 20)) as sandbox, Client(sandbox) as client:
        number = client.buy()
        client.text()
        client.call("DELETE", "numbers/{id}.json".format(**number))
        with Client(sandbox, account=sandbox.add_account(777)) as other:
            buy(other, status_text_url=receiver.url)
        sandbox.advance(30)
        sandbox.wait_for_webhooks()
        assert client.call("GET", "messages/1.json").json["message"]["status"] == "delivered"

    assert receiver.calls == []


def test_status__never_due(receiver: Receiver) -> None:
    """An infinite delay does not block other webhooks."""
    with Sandbox(delays=(0, 0, float("inf"))) as sandbox, Client(sandbox) as client:
        buy(client, status_text_url=receiver.url)
        for _ in range(2):
            client.text()
            sandbox.wait_for_webhooks()

    assert receiver.told == ["queued", "sending"] * 2


def test_status__advanced_clock(receiver: Receiver) -> None:
    """Advancing the clock posts what is due, and nothing earlier."""
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
    sandbox: Sandbox, client: Client, receiver: Receiver, method: str | None
) -> None:
    """An inbound message is posted as JSON, or is in the query of a GET."""
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


def test_incoming__url_without_path(sandbox: Sandbox, client: Client, receiver: Receiver) -> None:
    """A URL without a path has the path ``/``, even before a query."""
    buy(client, incoming_text_url=receiver.url + "?key=1#part")
    sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    sandbox.wait_for_webhooks()

    assert [(call.path, call.query) for call in receiver.calls] == [("/", {"key": "1"})]


def test_incoming__redirect(sandbox: Sandbox, client: Client, receiver: Receiver) -> None:
    """A redirect is not followed; it is an error."""
    receiver.statuses["/moved"] = 302
    buy(client, incoming_text_url=receiver.url + "/moved")
    sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    sandbox.wait_for_webhooks()

    assert [call.path for call in receiver.calls] == ["/moved"]
    assert [item["log_data"]["message"] for item in errors(client)] == ["the status is 302"]


def test_incoming__fallback(sandbox: Sandbox, client: Client, receiver: Receiver) -> None:
    """The fallback is requested if the first URL fails, and that is not an error."""
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
    """A connector's callbacks override the URLs of its numbers."""
    buy(
        client, status_text_url=receiver.url + "/number", incoming_text_url=receiver.url + "/number"
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
        ("http://192.0.2.1/", "no webhooks to other machines"),
        ("https://example.com/", "no webhooks to other machines"),
        ("ftp://127.0.0.1/", "not an http or https URL"),
        ("nonsense", "not an http or https URL"),
        ("http://[", "the URL is invalid"),
        ("http://127.0.0.1:1/", "ConnectionRefusedError"),
        ("RECEIVER/a b", "InvalidURL"),
        ("http://[::1%x]/", "InvalidURL"),
    ],
)
def test_error__logged(
    sandbox: Sandbox, client: Client, receiver: Receiver, url: str, words: str
) -> None:
    """A URL that cannot or must not be requested is an error in the log, once for each webhook."""
    url = url.replace("RECEIVER", receiver.url)
    buy(client, incoming_text_url=url)
    message = sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
    sandbox.wait_for_webhooks()

    (item,) = errors(client)
    assert words in item["log_data"]["message"]
    assert item["log_data"]["url"] == url
    assert receiver.calls == []
    assert (item["item_type"], item["item_id"]) == ("msg_in_local_sms", str(message["id"]))


def test_remote__allowed(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """If it is allowed, webhooks are delivered to other machines."""
    monkeypatch.setattr("vivialconnect.sandbox.http.webhook_delivery.is_loopback", lambda _: False)
    with Sandbox(allow_remote_webhooks=True) as sandbox, Client(sandbox) as client:
        buy(client, incoming_text_url=receiver.url)
        sandbox.receive(from_number=TO, to_number=FROM, body="Hi")
        sandbox.wait_for_webhooks()
        assert errors(client) == []

    assert receiver.told == ["received"]
