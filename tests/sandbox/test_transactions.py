"""Transactions: charges, filters and pages."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from .client import Client

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

FIELDS = {
    "id", "account_id", "transaction_type", "unit_count", "cash_amount", "credit_amount",
    "balances", "post_time", "data",
}  # fmt: skip
BALANCES = {"number_credits": 0, "subscription_balance": 0, "usage_credits": 0}


def transactions(client: Client, **query: object) -> Any:
    """Return a page of transactions."""
    response = client.call("GET", "transactions.json", **query)
    assert response.status == 200, response
    assert response.body.startswith(b'{"count":')
    assert response.json["count"] == len(response.json["transactions"])
    return response.json["transactions"]


def types(client: Client, query: str) -> list[str]:
    """Return the types of the transactions that an encoded query finds."""
    path = f"{client.base}/accounts/{client.account}/transactions.json"
    response = client.send(client.sign("GET", path, query))
    assert response.status == 200, response
    return [record["transaction_type"] for record in response.json["transactions"]]


def test_transaction__of_messages(client: Client, sandbox: Sandbox) -> None:
    """Only an outbound message's transaction has the earlier balance and the number's tags."""
    client.buy()
    client.text()
    client.call("PUT", "numbers/1.json", {"phone_number": {"tags": {"shop": "7"}}})
    sent = client.text(body="x" * 161)
    sandbox.receive(from_number="+15154469790", to_number="+19132597591", body="Hi")
    received, tagged, plain, bought = transactions(client)
    assert set(tagged) == FIELDS
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", tagged["post_time"])
    (data,) = tagged["data"]
    instant = parsedate_to_datetime(data.pop("created_time"))
    assert instant.strftime("%Y-%m-%dT%H:%M:%S") == sent["date_created"][:19]
    assert data == {
        "message_id": 2,
        "message_type": "local_sms",
        "metadata": {
            "allowed_balances": plain["balances"],
            "num_segments": 2,
            "phone_number_tags": {"shop": "7"},
        },
    }
    assert set(plain["data"][0]["metadata"]) == {"allowed_balances", "num_segments"}
    assert received["data"][0]["metadata"] == {}
    assert bought["balances"] == dict(BALANCES, cash_balance=995_000)


def test_transaction__of_numbers(client: Client) -> None:
    """Buying a number is charged, releasing it is free."""
    client.buy()
    client.call("DELETE", "numbers/1.json")
    released, bought = transactions(client)
    assert (released["transaction_type"], released["cash_amount"]) == ("number_release", 0)
    assert (bought["transaction_type"], bought["cash_amount"]) == ("number_purchase", 5000)
    assert bought["account_id"] == 12345
    (data,) = bought["data"]
    assert data.pop("created_time").endswith("GMT")
    assert data == {
        "phone_number": "+19132597591", "number_type": "local", "description": "number purchased",
        "metadata": {},
    }  # fmt: skip


def test_transaction__running_balance(client: Client, sandbox: Sandbox) -> None:
    """Each balance is the one before minus the amount, and the newest is the account's."""
    client.buy()
    for _ in range(3):
        client.text()
    records = transactions(client)
    balances = [record["balances"]["cash_balance"] for record in records]
    assert balances[0] == sandbox.balance
    assert balances[:-1] == [
        before - record["cash_amount"] for before, record in zip(balances[1:], records)
    ]


def test_transaction__alone(client: Client, sandbox: Sandbox) -> None:
    """A transaction is found by its id; an unknown id, or another account's, is a 400."""
    client.buy()
    (record,) = transactions(client)
    path = "transactions/{}.json".format(record["id"])
    assert client.call("GET", path).json == {"transaction": record}
    for name in ("77", "x", "1" * 20):
        unknown = client.call("GET", f"transactions/{name}.json")
        message = f"transaction_id {name} is invalid"
        assert (unknown.status, unknown.json) == (400, {"message": message})
    with Client(sandbox, account=sandbox.add_account(777)) as other:
        assert other.call("GET", path).status == 400
        assert transactions(other) == []


def test_transaction__pages(client: Client) -> None:
    """Pages start with the newest, and each has the count of its own transactions."""
    client.buy()
    for _ in range(4):
        client.text()
    ids = [
        [record["id"] for record in transactions(client, limit=2, page=page)]
        for page in (1, 2, 3, 4)
    ]
    assert ids == [[5, 4], [3, 2], [1], []]


@pytest.mark.parametrize("form", ["%Y%m%dT%H%M%SZ", "%Y-%m-%dT%H:%M:%SZ"])
def test_transaction__times(client: Client, sandbox: Sandbox, form: str) -> None:
    """Start and end accept both formats, are optional, and are inclusive."""
    client.buy()
    sandbox.advance(3600)
    client.text()
    sent, bought = transactions(client)

    def at(record: Any, seconds: int = 0) -> str:
        moment = datetime.fromisoformat(record["post_time"]) + timedelta(seconds=seconds)
        return moment.strftime(form)

    assert transactions(client, start_time=at(bought), end_time=at(sent)) == [sent, bought]
    assert transactions(client, start_time=at(bought, 1)) == [sent]
    assert transactions(client, end_time=at(sent, -1)) == [bought]
    assert transactions(client, start_time="", end_time=at(bought, -1)) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("include_types=mms_local_out", ["mms_local_out"]),
        ("include_types[]=mms_local_out", ["mms_local_out"]),
        ("include_types[][]=mms_local_out&include_types[][]=number_purchase",
         ["mms_local_out", "number_purchase"]),
        ("include_types[]=voice_forward", []),
        ("include_types[]=", ["mms_local_out", "sms_local_out", "number_purchase"]),
        ("include_types[0]=king", ["mms_local_out", "sms_local_out", "number_purchase"]),
    ],
)  # fmt: skip
def test_transaction__types(client: Client, query: str, expected: list[str]) -> None:
    """Types are repeated under each of their names; empty ones and other names are ignored."""
    client.buy()
    client.text()
    client.text(media_urls=["http://example.com/a.png"])
    assert types(client, quote(query, safe="=&_")) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("include_types[]", "king"), ("start_time", "yesterday"), ("end_time", "20201301T000000Z"),
        ("limit", "0"), ("page", "x"),
    ],
)  # fmt: skip
def test_transaction__refused(client: Client, name: str, value: str) -> None:
    """An unknown type, an invalid time and an invalid page are refused with 400."""
    response = client.call("GET", "transactions.json", **{name: value})
    assert response.status == 400
    assert name.strip("[]").split("_")[-1].rstrip("s") in response.json["message"]
