"""The life of messages by the clock, their prices, and the database as another program reads it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from vivialconnect.sandbox import FAILS, STUCK, UNDELIVERED, Sandbox

from .client import Client

if TYPE_CHECKING:
    from pathlib import Path


def status(client: Client, row_id: int = 1) -> str:
    """Return a message's status."""
    text: str = client.call("GET", f"messages/{row_id}.json").json["message"]["status"]
    return text


def test_status__follows_the_clock() -> None:
    """A message is accepted, queued, sending and delivered, each after its delay."""
    moment = 1_800_000_000
    running = Sandbox(delays=(10, 20, 30), clock=lambda: moment)
    with running as sandbox, Client(sandbox, moment) as client:
        client.buy()
        client.text()
        seen: list[str] = []
        for seconds in (9, 1, 10, 9.5, 0.5):
            sandbox.advance(seconds)
            seen.append(status(client))
        assert seen == ["accepted", "queued", "sending", "sending", "delivered"]
        message = client.call("GET", "messages/1.json").json["message"]
        assert message["sent"] == "2027-01-15T08:00:10+00:00"
        assert message["date_modified"] == "2027-01-15T08:00:30+00:00"


@pytest.mark.parametrize(
    ("to_number", "end", "code"),
    [
        ("+11234567890", "delivered", None),
        (FAILS, "failed", 9201),
        (UNDELIVERED, "undelivered", None),
        (STUCK, "sending", None),
    ],
)
def test_status__of_magic_numbers(client: Client, to_number: str, end: str, code: object) -> None:
    """Some recipients decide how a message ends, and the logs agree."""
    client.buy()
    client.text(to_number)
    message = client.call("GET", "messages/1.json").json["message"]
    assert (message["status"], message["error_code"]) == (end, code)
    text = "Vendor error occurred while sending message"
    assert message["error_message"] == (text if code else None)
    query = {"start_time": "20200101T000000Z", "end_time": "20400101T000000Z", "item_id": 1}
    items = client.call("GET", "logs.json", **query).json["log_items"]
    assert items[-1]["log_type"] == "message." + end


def test_status__long_jump(client: Client) -> None:
    """After a long jump all changes are applied at once, each logged with its own time."""
    with Sandbox(delays=(1, 2, 4)) as sandbox, Client(sandbox) as caller:
        caller.buy()
        caller.text()
        sandbox.advance(3600)
        assert status(caller) == "delivered"
        query = {"start_time": "20200101T000000Z", "end_time": "20400101T000000Z", "item_id": 1}
        items = caller.call("GET", "logs.json", **query).json["log_items"][1:]
        times = [item["log_timestamp"] for item in items]
        assert times == sorted(set(times))


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_advance__never_backward(sandbox: Sandbox, seconds: float) -> None:
    """The clock does not move backward, nor past the years of datetime."""
    with pytest.raises(ValueError, match="0 or more"):
        sandbox.advance(seconds)


@pytest.mark.parametrize(
    ("to_number", "media", "cost"),
    [("+11234567890", [], 60), ("+11234567890", ["https://example.com/a.png"], 240),
     ("+4915112345678", [], 720)],
)  # fmt: skip
def test_charge__outbound(
    client: Client, sandbox: Sandbox, to_number: str, media: list[str], cost: int
) -> None:
    """A message's price depends on its kind and its destination."""
    client.buy()
    before = sandbox.balance
    assert client.text(to_number, media_urls=media)["price"] == cost
    assert sandbox.balance == before - cost


def test_receive__message(client: Client, sandbox: Sandbox) -> None:
    """An inbound message is received, logged and charged, and read like the others."""
    client.buy()
    before = sandbox.balance
    made = sandbox.receive(from_number="+11234567890", to_number="+19132597591", body="Yes")
    assert (made["status"], made["direction"], made["price"]) == ("received", "inbound", 0)
    assert client.call("GET", "messages/1.json").json == {"message": made}
    sandbox.receive(from_number="+11234567890", to_number="+19132597591", media=[b"GIF89a"])
    assert sandbox.balance == before - 180
    query = {"start_time": "20200101T000000Z", "end_time": "20400101T000000Z"}
    items = client.call("GET", "logs.json", log_type="message.received", **query).json["log_items"]
    assert [item["item_type"] for item in items] == ["msg_in_local_sms", "msg_in_local_mms"]


def test_receive__unknown_number(sandbox: Sandbox) -> None:
    """A message to a number that the account does not have is a ValueError."""
    with pytest.raises(ValueError, match="Buy it first"):
        sandbox.receive(from_number="+11234567890", to_number="+19132597591", body="Yes")


def test_database__read_by_another_program(tmp_path: Path) -> None:
    """After stop() the file has the number, the delivered messages, logs and transactions."""
    file = tmp_path / "sandbox.db"
    with Sandbox(database=str(file)) as sandbox, Client(sandbox) as client:
        client.buy()
        client.text()
        client.text(media_urls=["https://example.com/a.png"])
    assert [path.name for path in tmp_path.iterdir()] == ["sandbox.db"]
    with closing(sqlite3.connect(str(file))) as connection:
        assert connection.execute("SELECT phone_number FROM numbers").fetchall() == [
            ("+19132597591",)
        ]
        statuses = connection.execute("SELECT status FROM messages").fetchall()
        assert statuses == [("delivered",), ("delivered",)]
        (count,) = connection.execute("SELECT count(*) FROM logs").fetchone()
        assert count == 7
        records = connection.execute(
            "SELECT transaction_type, cash_amount, cash_balance FROM transactions ORDER BY id"
        ).fetchall()
        assert [record[:2] for record in records] == [
            ("number_purchase", 5000), ("sms_local_out", 60), ("mms_local_out", 240),
        ]  # fmt: skip
        (left,) = connection.execute("SELECT balance FROM accounts").fetchone()
        assert [record[2] for record in records] == [995_000, 994_940, left]
