"""A connector's numbers: written, paged, told of by the numbers, and who of them sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .connector_calls import (
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
    """POST replaces the numbers, PUT adds, DELETE removes; 200 and the first page each."""
    first, second, third = buy(client, 3)
    row = make(client, phone_numbers=[{"phone_number": first}])
    sandbox.advance(60)
    answer = write(client, "POST", NUMBERS, phone_numbers=[{"phone_number": second}])
    assert list(answer) == ["connector", "count", "next", "pages", "previous"]
    assert answer["connector"]["phone_numbers"] == [{"phone_number": second, "phone_number_id": 2}]
    assert answer["connector"]["date_modified"] > row["date_modified"]
    twice = [{"phone_number_id": 3}, {"phone_number": third}, {"phone_number": second}]
    assert write(client, "PUT", NUMBERS, phone_numbers=twice)["count"] == 2
    gone = [{"phone_number_id": 2}, {"phone_number": first}, {"phone_number": "+10000000000"}]
    answer = write(client, "DELETE", NUMBERS, phone_numbers=gone)
    assert (answer["count"], numbers_of(client)) == (1, [third])
    assert client.call("GET", "connectors/1/phone_numbers/count.json").json == {"count": 1}
    assert [connector_of(client, each) for each in (1, 2, 3)] == [None, None, 1]


def test_numbers__many(client: Client) -> None:
    """A connector shows its first 50 numbers and that there are more; the pages have them all."""
    bought = buy(client, 51)
    numbers = [{"phone_number": number} for number in reversed(bought)]
    row = make(client, phone_numbers=numbers[1:])
    assert (len(row["phone_numbers"]), row["more_numbers"]) == (50, False)
    write(client, "PUT", NUMBERS, phone_numbers=numbers[:1])
    row = client.call("GET", "connectors/1.json").json["connector"]
    assert [each["phone_number"] for each in row["phone_numbers"]] == bought[:50]
    assert row["more_numbers"] is True
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
    return [row["phone_number"] for row in answer.pop("connector")["phone_numbers"]]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "connectors.json"), ("PUT", "connectors/2.json"),
     ("POST", "connectors/2/phone_numbers.json"), ("PUT", "connectors/2/phone_numbers.json")],
)  # fmt: skip
def test_numbers__of_another_connector(client: Client, method: str, path: str) -> None:
    """A number that another connector has is refused until it is removed there."""
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
    """A number is put on a connector, moved to another and taken off by its own field too."""
    before = make(client)["date_modified"]
    make(client)
    sandbox.advance(60)
    document = {"phone_number": {"phone_number": FIRST, "connector_id": 1}}
    row = client.call("POST", "numbers.json", document).json["phone_number"]
    assert (row["connector_id"], numbers_of(client)) == (1, [FIRST])
    modified = client.call("GET", CALLBACKS).json["connector"]["date_modified"]
    assert modified > before
    sandbox.advance(60)
    client.call("PUT", "numbers/1.json", {"phone_number": row})
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
    """A number is not put on a connector that the account does not have."""
    bought = client.buy()
    sold = client.call("GET", "numbers/available/US/local.json", limit=1).json["phone_numbers"]
    number = {"phone_number": sold[0]["phone_number"], "connector_id": connector_id}
    for method, path in (("POST", "numbers.json"), ("PUT", "numbers/1.json")):
        response = client.call(method, path, {"phone_number": number})
        assert response.status == 400
        assert response.json["message"].endswith("is not a connector of this account")
    assert client.call("GET", "numbers.json").json == {"phone_numbers": [bought]}


def test_number__released(client: Client, sandbox: Sandbox) -> None:
    """A released number is off its connector, also when it is bought again."""
    client.buy()
    before = make(client, phone_numbers=[{"phone_number": FIRST}])["date_modified"]
    sandbox.advance(60)
    assert client.call("DELETE", "numbers/1.json").status == 204
    after = client.call("GET", "connectors/1.json").json["connector"]
    assert after["phone_numbers"] == []
    assert after["date_modified"] > before
    assert client.buy()["connector_id"] is None


def test_send__numbers_take_turns(client: Client) -> None:
    """A connector's numbers send in turn, whatever from_number says; the row has the connector."""
    first, second = buy(client, 2)
    make(client, phone_numbers=[{"phone_number": first}, {"phone_number": second}])
    rows = [client.text(connector_id=1, from_number=number) for number in ("x", second, None)]
    assert [row["from_number"] for row in rows] == [first, second, first]
    assert [row["connector_id"] for row in rows] == [1, 1, 1]
    assert client.text(from_number=first)["connector_id"] is None
    assert client.call("GET", "messages/1.json").json["message"]["connector_id"] == 1


def test_send__bulk(client: Client) -> None:
    """The messages of a bulk job go out from a connector's numbers in turn."""
    first, second = buy(client, 2)
    make(client, phone_numbers=[{"phone_number": first}, {"phone_number": second}])
    document = {"to_numbers": ["+11234567890", "+11234567891", "x"], "body": "Hi"}
    answer = client.call("POST", "messages/bulk.json", {**document, "connector_id": 1})
    messages = client.call("GET", "messages/bulk/{bulk_id}.json".format(**answer.json)).json
    senders = [(row["from_number"], row["connector_id"]) for row in messages["messages"]]
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
def test_send__connector_that_cannot(
    client: Client, path: str, document: dict[str, Any], fields: dict[str, Any]
) -> None:
    """A connector that is inactive, or has no numbers, sends nothing: error 10009."""
    client.buy()
    make(client, **{"phone_numbers": [{"phone_number": FIRST}], **fields})
    response = client.call("POST", path, document)
    assert (response.status, response.json) == (
        400,
        {"error_code": 10009, "message": "connector_id invalid, inactive, or not owned"},
    )
    assert client.call("GET", "messages/count.json").json == {"count": 0}


def test_receive__number_of_a_connector(client: Client, sandbox: Sandbox) -> None:
    """A message to a connector's number has the connector's id, one to another number none."""
    first, second = buy(client, 2)
    make(client, phone_numbers=[{"phone_number": first}])
    assert sandbox.receive(from_number=THIRD, to_number=first)["connector_id"] == 1
    assert sandbox.receive(from_number=THIRD, to_number=second)["connector_id"] is None
