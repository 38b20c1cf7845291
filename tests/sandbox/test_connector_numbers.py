"""Numbers of a connector: writing, pages, the number's own field, and turns in sending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .connector_helpers import (
    CALLBACKS,
    FIRST,
    NUMBERS,
    SECOND,
    THIRD,
    buy,
    connector_of,
    make,
    numbers_of,
    refusal,
    write,
)

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

    from .client import Client


def test_numbers__written(client: Client, sandbox: Sandbox) -> None:
    """POST replaces the numbers, PUT adds, DELETE removes; each returns 200 and the first page."""
    first, second, third = buy(client, 3)
    record = make(client, phone_numbers=[{"phone_number": first}])
    sandbox.advance(60)
    answer = write(client, "POST", NUMBERS, phone_numbers=[{"phone_number": second}])
    assert list(answer) == ["connector", "count", "next", "pages", "previous"]
    assert answer["connector"]["phone_numbers"] == [{"phone_number": second, "phone_number_id": 2}]
    assert answer["connector"]["date_modified"] > record["date_modified"]
    twice = [{"phone_number_id": 3}, {"phone_number": third}, {"phone_number": second}]
    assert write(client, "PUT", NUMBERS, phone_numbers=twice)["count"] == 2
    gone = [{"phone_number_id": 2}, {"phone_number": first}, {"phone_number": "+10000000000"}]
    answer = write(client, "DELETE", NUMBERS, phone_numbers=gone)
    assert (answer["count"], numbers_of(client)) == (1, [third])
    assert client.call("GET", "connectors/1/phone_numbers/count.json").json == {"count": 1}
    assert [connector_of(client, each) for each in (1, 2, 3)] == [None, None, 1]


def test_numbers__many(client: Client) -> None:
    """A connector includes its first 50 numbers and says if there are more; pages have all."""
    bought = buy(client, 51)
    numbers = [{"phone_number": number} for number in reversed(bought)]
    record = make(client, phone_numbers=numbers[1:])
    assert (len(record["phone_numbers"]), record["more_numbers"]) == (50, False)
    write(client, "PUT", NUMBERS, phone_numbers=numbers[:1])
    record = client.call("GET", "connectors/1.json").json["connector"]
    assert [each["phone_number"] for each in record["phone_numbers"]] == bought[:50]
    assert record["more_numbers"] is True
    first = client.call("GET", NUMBERS).json
    assert _take_numbers(first) == bought[:50]
    assert first == {"count": 51, "pages": 2, "next": 2, "previous": None}
    second = client.call("GET", NUMBERS, page=2).json
    assert _take_numbers(second) == bought[50:]
    assert second == {"count": 51, "pages": 2, "next": None, "previous": 1}
    whole = client.call("GET", NUMBERS, limit=150, order="id desc").json
    assert _take_numbers(whole) == bought[::-1]
    assert whole == {"count": 51, "pages": 1, "next": None, "previous": None}


def _take_numbers(answer: Any) -> list[str]:
    return [record["phone_number"] for record in answer.pop("connector")["phone_numbers"]]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "connectors.json"), ("PUT", "connectors/2.json"),
     ("POST", "connectors/2/phone_numbers.json"), ("PUT", "connectors/2/phone_numbers.json")],
)  # fmt: skip
def test_numbers__of_another_connector(client: Client, method: str, path: str) -> None:
    """A number of another connector is refused until it is removed there."""
    client.buy()
    make(client, phone_numbers=[{"phone_number": FIRST}])
    make(client)
    words = refusal(client, method, path, phone_numbers=[{"phone_number": FIRST}])
    assert words == f"{FIRST} belongs to connector 1. Remove it there first."
    write(
        client, "DELETE", "connectors/2/phone_numbers.json", phone_numbers=[{"phone_number_id": 1}]
    )
    assert connector_of(client, 1) == 1


def test_number__says_its_connector(client: Client, sandbox: Sandbox) -> None:
    """A number is assigned, moved and removed through its own field too."""
    before = make(client)["date_modified"]
    make(client)
    sandbox.advance(60)
    document = {"phone_number": {"phone_number": FIRST, "connector_id": 1}}
    record = client.call("POST", "numbers.json", document).json["phone_number"]
    assert (record["connector_id"], numbers_of(client)) == (1, [FIRST])
    modified = client.call("GET", CALLBACKS).json["connector"]["date_modified"]
    assert modified > before
    sandbox.advance(60)
    client.call("PUT", "numbers/1.json", {"phone_number": record})
    client.call("PUT", "numbers/1.json", {"phone_number": {"name": "Shop"}})
    assert (connector_of(client, 1), numbers_of(client)) == (1, [FIRST])
    assert client.call("GET", CALLBACKS).json["connector"]["date_modified"] == modified
    client.call("PUT", "numbers/1.json", {"phone_number": {"connector_id": "2"}})
    assert (connector_of(client, 1), numbers_of(client)) == (2, [])
    assert numbers_of(client, "connectors/2.json") == [FIRST]
    assert client.call("GET", CALLBACKS).json["connector"]["date_modified"] > modified
    client.call("PUT", "numbers/1.json", {"phone_number": {"connector_id": None}})
    assert (connector_of(client, 1), numbers_of(client, "connectors/2.json")) == (None, [])


@pytest.mark.parametrize("connector_id", [7, 0, "x", [], True, 10**30])
def test_number__no_connector(client: Client, connector_id: object) -> None:
    """A number cannot be assigned to a connector that the account does not have."""
    bought = client.buy()
    sold = client.call("GET", "numbers/available/US/local.json", limit=1).json["phone_numbers"]
    number = {"phone_number": sold[0]["phone_number"], "connector_id": connector_id}
    for method, path in (("POST", "numbers.json"), ("PUT", "numbers/1.json")):
        response = client.call(method, path, {"phone_number": number})
        assert response.status == 400
        assert response.json["message"].endswith("is not a connector of this account")
    assert client.call("GET", "numbers.json").json == {"phone_numbers": [bought]}


def test_number__released(client: Client, sandbox: Sandbox) -> None:
    """A released number leaves its connector, even if it is bought again."""
    client.buy()
    before = make(client, phone_numbers=[{"phone_number": FIRST}])["date_modified"]
    sandbox.advance(60)
    assert client.call("DELETE", "numbers/1.json").status == 204
    after = client.call("GET", "connectors/1.json").json["connector"]
    assert after["phone_numbers"] == []
    assert after["date_modified"] > before
    assert client.buy()["connector_id"] is None


def test_send__numbers_take_turns(client: Client) -> None:
    """A connector's numbers take turns and override from_number; messages have connector_id."""
    first, second = buy(client, 2)
    make(client, phone_numbers=[{"phone_number": first}, {"phone_number": second}])
    records = [client.text(connector_id=1, from_number=number) for number in ("x", second, None)]
    assert [record["from_number"] for record in records] == [first, second, first]
    assert [record["connector_id"] for record in records] == [1, 1, 1]
    assert client.text(from_number=first)["connector_id"] is None
    assert client.call("GET", "messages/1.json").json["message"]["connector_id"] == 1


def test_send__bulk(client: Client) -> None:
    """The messages of a bulk job are sent from a connector's numbers in turn."""
    first, second = buy(client, 2)
    make(client, phone_numbers=[{"phone_number": first}, {"phone_number": second}])
    document = {"to_numbers": ["+11234567890", "+11234567891", "x"], "body": "Hi"}
    answer = client.call("POST", "messages/bulk.json", {**document, "connector_id": 1})
    messages = client.call("GET", "messages/bulk/{bulk_id}.json".format(**answer.json)).json
    senders = [(record["from_number"], record["connector_id"]) for record in messages["messages"]]
    assert senders == [(first, 1), (second, 1)]
    query = {"to_numbers[0]": "+11234567890", "body": "Hi", "connector_id": "1"}
    assert client.call("POST", "messages/bulk.json", **query).status == 200
    last = client.call("GET", "messages/3.json").json["message"]
    assert (last["from_number"], last["connector_id"]) == (first, 1)


@pytest.mark.parametrize("fields", [{"active": False}, {"phone_numbers": []}])
@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("messages.json", {"message": {"to_number": SECOND, "body": "Hi", "connector_id": 1}}),
        ("messages/bulk.json", {"to_numbers": [SECOND], "body": "Hi", "connector_id": 1}),
        ("messages/bulk.json", {"to_numbers": ["x"], "body": "Hi", "connector_id": 1}),
    ],
)
def test_send__connector_without_a_sender(
    client: Client, path: str, document: dict[str, Any], fields: dict[str, Any]
) -> None:
    """A connector that is inactive or has no numbers cannot send: error 10009."""
    client.buy()
    make(client, **{"phone_numbers": [{"phone_number": FIRST}], **fields})
    response = client.call("POST", path, document)
    assert (response.status, response.json) == (
        400,
        {"error_code": 10009, "message": "connector_id invalid, inactive, or not owned"},
    )
    assert client.call("GET", "messages/count.json").json == {"count": 0}


def test_receive__number_of_a_connector(client: Client, sandbox: Sandbox) -> None:
    """A message to a connector's number has its connector_id; other messages have none."""
    first, second = buy(client, 2)
    make(client, phone_numbers=[{"phone_number": first}])
    assert sandbox.receive(from_number=THIRD, to_number=first, body="1")["connector_id"] == 1
    assert sandbox.receive(from_number=THIRD, to_number=second, body="2")["connector_id"] is None
