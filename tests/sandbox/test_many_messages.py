"""Lists, counts and changes of status where the sandbox reads only a part of many records."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from vivialconnect.sandbox import FAILS, STUCK, UNDELIVERED, Sandbox
from vivialconnect.sandbox.service import lifecycle

from .client import Client
from .receiver import Receiver

SPAN = {"start_time": "20200101T000000Z", "end_time": "20400101T000000Z"}


class Two:
    """A sandbox with two accounts that send in turn."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.first = Client(sandbox)
        self.second = Client(sandbox, account=sandbox.add_account(777))
        self.senders = {}
        for client in (self.first, self.second):
            sold = client.call("GET", "numbers/available/US/local.json", limit=1).json
            self.senders[client] = sold["phone_numbers"][0]["phone_number"]
            client.buy(self.senders[client])

    def send(self, count: int) -> None:
        """Send messages, two of the first account for each one of the second."""
        for index in range(count):
            client = self.second if index % 3 == 2 else self.first
            to_number = f"+1515446{index * 37 % 100:04d}"
            client.text(to_number, from_number=self.senders[client], body=f"Text {index}")


@pytest.fixture
def two(sandbox: Sandbox) -> Iterator[Two]:
    """Give two accounts that have sent 10 and 4 messages."""
    accounts = Two(sandbox)
    accounts.send(14)
    yield accounts
    accounts.first.connection.close()
    accounts.second.connection.close()


def ids(client: Client, path: str = "messages", **query: object) -> list[int]:
    """Return the ids on a page."""
    response = client.call("GET", path + ".json", **query)
    assert response.status == 200, response
    return [record["id"] for record in response.json[path]]


@pytest.mark.parametrize("limit", [1, 3, 10, 150])
@pytest.mark.parametrize("order", ["", "id", "id asc", "id desc", "to_number", "to_number desc"])
def test_pages__have_each_message_once(two: Two, order: str, limit: int) -> None:
    """The pages of an account have each of its messages once, in the order that was asked for."""
    for client in (two.first, two.second):
        whole = ids(client, order=order, limit=150)
        pages = [ids(client, order=order, limit=limit, page=page) for page in range(1, 13)]
        assert [each for page in pages for each in page] == whole
        assert len(whole) == (10 if client is two.first else 4)
        found = client.call("GET", "messages.json", order=order, limit=150).json["messages"]
        field = order.split(" ", maxsplit=1)[0] or "id"
        ascending = sorted(found, key=lambda message: (message[field], message["id"]))
        assert found == (ascending[::-1] if order.endswith("desc") else ascending)


def test_pages__of_a_search(two: Two) -> None:
    """A search has pages of its own."""
    found = [ids(two.first, search="text 1", order="id desc", limit=2, page=n) for n in (1, 2, 3)]
    assert found == [[14, 13], [11, 2], []]


def test_pages__of_transactions(two: Two) -> None:
    """Transactions come newest first, also from a later page and with a filter."""
    whole = ids(two.second, "transactions", limit=150)
    assert whole == sorted(whole, reverse=True)
    assert len(whole) == 5
    pages = [ids(two.second, "transactions", limit=4, page=page) for page in (1, 2, 3)]
    assert pages == [whole[:4], whole[4:], []]
    query = {"include_types": "sms_local_out", "start_time": SPAN["start_time"], "limit": 2}
    assert ids(two.second, "transactions", page=2, **query) == whole[2:4]


def test_pages__of_transactions_of_a_time(two: Two) -> None:
    """Pages of a time have only its transactions, also if there are earlier and later ones."""
    before = ids(two.first, "transactions", limit=150)
    two.sandbox.advance(3600)
    two.send(4)
    (newest,) = two.first.call("GET", "transactions.json", limit=1).json["transactions"]
    inside = newest["post_time"][:19] + "Z"
    two.sandbox.advance(3600)
    two.send(4)
    whole = ids(two.first, "transactions", limit=150)
    assert whole[6:] == before
    times = {"start_time": inside, "end_time": inside}
    assert ids(two.first, "transactions", limit=2, **times)[:1] == [newest["id"]]
    assert ids(two.first, "transactions", limit=2, page=2, start_time=inside) == whole[2:4]
    assert ids(two.first, "transactions", limit=2, page=3, end_time=inside) == whole[7:9]
    assert ids(two.first, "transactions", limit=2, page=4, **SPAN) == whole[6:8]


@pytest.mark.parametrize("page", [10**9, 10**12, 10**17])
def test_pages__far_beyond_the_last(two: Two, page: int) -> None:
    """A page far beyond the last one is empty."""
    assert ids(two.first, page=page) == []
    assert ids(two.first, page=page, order="to_number", limit=150) == []
    assert ids(two.first, page=page, order="id desc") == []
    assert ids(two.first, "transactions", page=page) == []


def test_pages__after_a_reset(two: Two) -> None:
    """After a reset the pages start again."""
    two.sandbox.reset()
    two.first.buy()
    two.first.text()
    assert ids(two.first, order="id desc", limit=1) == [1]
    assert ids(two.first, page=2, limit=1) == []


def test_status__in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages that change in several batches end as they do in one, and logs are in order."""
    monkeypatch.setattr(lifecycle, "BATCH", 3)
    recipients = ["+11234567890", FAILS, UNDELIVERED, STUCK, *["+11234567890"] * 6]
    with Sandbox(delays=(1, 2, 4)) as sandbox, Client(sandbox) as client:
        client.buy()
        for recipient in recipients:
            client.text(recipient)
        sandbox.advance(3600)
        messages = client.call("GET", "messages.json").json["messages"]
        logs = client.call("GET", "logs.json", **SPAN).json["log_items"][1:]

    statuses = [message["status"] for message in messages]
    assert statuses == ["delivered", "failed", "undelivered", "sending", *["delivered"] * 6]
    assert len(logs) == 3 * len(recipients) - 1
    for message in messages:
        own = [log for log in logs if log["item_id"] == str(message["id"])]
        final = [] if message["status"] == "sending" else [message["status"]]
        assert [log["log_type"] for log in own] == [
            "message." + status for status in ["queued", "sending", *final]
        ]
        assert own[-1]["log_data"]["message"] == message
        assert own[0]["log_data"]["message"]["error_code"] is None


def test_advance__others_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the batches of advance() other requests get their turn."""
    monkeypatch.setattr(lifecycle, "BATCH", 2)
    counts: list[int] = []
    with Sandbox(delays=(10, 20, 30)) as sandbox, Client(sandbox) as client:

        def pause(_: float) -> None:
            counts.append(client.call("GET", "messages/count.json").json["count"])

        client.buy()
        for _ in range(4):
            client.text()
        application = "vivialconnect.sandbox.routes.application.time"
        monkeypatch.setattr(application, SimpleNamespace(sleep=pause))
        sandbox.advance(60)
        monkeypatch.undo()
        statuses = [each["status"] for each in client.call("GET", "messages.json").json["messages"]]

    assert counts == [4] * 6
    assert statuses == ["delivered"] * 4


def test_log__keeps_an_emptied_body(client: Client) -> None:
    """The logs of a message keep its body when it is emptied; later ones do not have it."""
    with Sandbox(delays=(0, 60, 120)) as sandbox, Client(sandbox) as caller:
        caller.buy()
        caller.text(body="secret")
        caller.call("PUT", "messages/1.json", {"message": {"body": ""}})
        sandbox.advance(200)
        logs = caller.call("GET", "logs.json", item_id=1, **SPAN).json["log_items"][1:]

    data = [log["log_data"] for log in logs]
    assert [each["text"] for each in data] == ["secret", "", ""]
    assert [each["message"]["body"] for each in data] == ["secret", "", ""]
    assert [each["message"]["status"] for each in data] == ["queued", "sending", "delivered"]


def test_log__by_operator(two: Two) -> None:
    """The logs of an account's operator are those of messages, others are the user's."""
    for client, count in ((two.first, 30), (two.second, 12)):
        own = client.call("GET", "logs.json", operator_id=client.account, limit=150, **SPAN).json
        assert len(own["log_items"]) == count
        assert {log["operator_type"] for log in own["log_items"]} == {"account"}
        users = client.call("GET", "users.json").json["users"]
        query = {**SPAN, "operator_id": users[0]["id"]}
        (log,) = client.call("GET", "logs.json", **query).json["log_items"]
        assert log["log_type"] == "number.purchased"
        query["log_type"] = "message.queued"
        assert client.call("GET", "logs.json", **query).json["log_items"] == []


@pytest.mark.parametrize(
    ("aggregator", "periods"),
    [
        ("minutes", [202802292359, 202803010000, 202812312359, 202901010000]),
        ("hours", [2028022923, 2028030100, 2028123123, 2029010100]),
        ("days", [20280229, 20280301, 20281231, 20290101]),
        ("months", [202802, 202803, 202812, 202901]),
    ],
)
def test_aggregate__ends_of_periods(aggregator: str, periods: list[int]) -> None:
    """Each log counts in its own period, up to the last microsecond before the next one."""
    moments = [1835481599.999999, 1835481600.0, 1861919999.999999, 1861920000.0]
    now = moments[0]
    with Sandbox(clock=lambda: now) as sandbox, Client(sandbox, now) as client:
        client.buy()
        for now in moments:
            client.moment = now
            client.text()
            client.text()
        query: dict[str, Any] = {**SPAN, "log_type": "message.queued"}
        query["aggregator_type"] = aggregator
        items = client.call("GET", "logs/aggregate.json", **query).json["log_items"]
        query["aggregator_type"] = "years"
        years = client.call("GET", "logs/aggregate.json", **query).json["log_items"]

    assert [(item["log_timestamp"], item["log_count"]) for item in items] == [
        (period, 2) for period in periods
    ]
    assert [(item["log_timestamp"], item["log_count"]) for item in years] == [(2028, 6), (2029, 2)]


def test_wait__for_a_watched_number_among_others(sandbox: Sandbox, receiver: Receiver) -> None:
    """Webhooks of a watched number are delivered while messages of others are under way."""
    with Client(sandbox) as client:
        client.buy()
        sold = client.call("GET", "numbers/available/US/local.json", limit=1).json
        other = sold["phone_numbers"][0]["phone_number"]
        client.buy(other)
        client.call("PUT", "numbers/2.json", {"phone_number": {"status_text_url": receiver.url}})
        for sender in ("+19132597591", other, "+19132597591"):
            client.text(from_number=sender)
        sandbox.wait_for_webhooks()
        assert client.call("GET", "messages/3.json").json["message"]["status"] == "delivered"
    assert len(receiver.calls) == 3
