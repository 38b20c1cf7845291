"""The local numbers of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .client import Client


def buy_tollfree(client: Client) -> Any:
    """Buy a toll-free number and return it."""
    found = client.call("GET", "numbers/available/US/tollfree.json", limit=1).json
    return client.buy(found["phone_numbers"][0]["phone_number"])


def test_local__life(client: Client) -> None:
    """A local number is bought, read, changed and released at its own path."""
    document = {"phone_number": {"phone_number": "+19132597591", "name": "Shop"}}
    bought = client.call("POST", "numbers/local.json", document)
    assert bought.status == 201
    record = bought.json["phone_number"]
    assert (record["id"], record["name"], record["phone_number_type"]) == (1, "Shop", "local")
    assert client.call("GET", "numbers/local/1.json").json == {"phone_number": record}
    changed = client.call("PUT", "numbers/local/1.json", {"phone_number": dict(record, name="Bar")})
    assert changed.json["phone_number"]["name"] == "Bar"
    assert client.call("GET", "numbers/1.json").json == changed.json
    assert client.call("DELETE", "numbers/local/1.json").status == 204
    assert client.call("GET", "numbers/1.json").status == 404


@pytest.mark.parametrize("kind", [{}, {"phone_number_type": "tollfree"}])
def test_local__refuses_toll_free(client: Client, kind: dict[str, str]) -> None:
    """A toll-free number cannot be bought there, whatever type the body has."""
    found = client.call("GET", "numbers/available/US/tollfree.json", limit=1).json
    document = {"phone_number": found["phone_numbers"][0]["phone_number"], **kind}
    refused = client.call("POST", "numbers/local.json", {"phone_number": document})
    assert (refused.status, "tollfree" in refused.json["message"]) == (400, True)
    assert client.call("GET", "numbers/count.json").json == {"count": 0}


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_local__does_not_find_toll_free(client: Client, method: str) -> None:
    """A toll-free number is not found there, and stays unchanged."""
    record = buy_tollfree(client)
    response = client.call(method, "numbers/local/1.json", {"phone_number": {"name": "Shop"}})
    assert (response.status, response.json) == (404, {"message": "Resource not found for id 1"})
    assert client.call("GET", "numbers/1.json").json == {"phone_number": record}


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 2), ({"name": "(913) 259-7591"}, 1), ({"contains": "913*"}, 1),
        ({"contains": "8?0"}, 0), ({"Name": "/accounts/12345/numbers/local/count.json"}, 2),
    ],
)  # fmt: skip
def test_local__lists(client: Client, query: dict[str, str], count: int) -> None:
    """Only local numbers are listed and counted, with the filters of all numbers."""
    buy_tollfree(client)
    client.buy()
    client.call("POST", "numbers/local.json", {"phone_number": {"area_code": "212"}})
    response = client.call("GET", "numbers/local.json", **query)
    assert list(response.json) == ["phone_numbers"]
    assert [record["phone_number_type"] for record in response.json["phone_numbers"]] == [
        "local"
    ] * count
    assert client.call("GET", "numbers/local/count.json", **query).json == {"count": count}


def test_local__pages(client: Client) -> None:
    """Pages of local numbers follow each other in the requested order."""
    for code in ("913", "212", "415"):
        client.call("POST", "numbers/local.json", {"phone_number": {"area_code": code}})
    query = {"order": "id desc", "limit": 2}
    pages = [client.call("GET", "numbers/local.json", page=page, **query).json for page in (1, 2)]
    assert [[record["id"] for record in page["phone_numbers"]] for page in pages] == [[3, 2], [1]]
