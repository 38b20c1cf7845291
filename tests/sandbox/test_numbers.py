"""Numbers: sought, bought, changed, released."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

    from .client import Client

FIELDS = {
    "id", "account_id", "name", "phone_number", "phone_number_type", "active", "acquired_from",
    "address_requirements", "capabilities", "city", "region", "rate_center", "lata",
    "incoming_text_url", "incoming_text_method", "incoming_text_fallback_url",
    "incoming_text_fallback_method", "status_text_url", "status_text_method",
    "incoming_text_auth_type", "incoming_text_fallback_auth_type", "status_text_auth_type",
    "voice_forwarding_number", "connector_id", "tags", "date_created", "date_modified",
}  # fmt: skip


def available(client: Client, kind: str = "local", country: str = "US", **query: object) -> Any:
    """Ask what is for sale."""
    response = client.call("GET", f"numbers/available/{country}/{kind}.json", **query)
    assert list(response.json) == ["phone_numbers"]
    return response.json["phone_numbers"]


def test_available__the_documented_number(client: Client) -> None:
    """The number that the API documentation buys is the first of its area code."""
    first, second = available(client, area_code="913", limit=2)
    assert first == {
        "city": "KANSAS CITY", "id": None, "lata": None, "name": "(913) 259-7591",
        "national_number": "9132597591", "phone_number": "+19132597591",
        "phone_number_type": "local", "price": 5000, "rate_center": "KANSAS CITY", "region": "KS",
    }  # fmt: skip
    assert second["phone_number"].startswith("+1913")


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"area_code": "212"}, lambda row: row["phone_number"].startswith("+1212")),
        ({"in_region": "ny"}, lambda row: row["region"] == "NY"),
        ({"in_postal_code": "50009"}, lambda row: row["city"] == "ALTOONA"),
        ({"in_region": "KS", "in_city": "Overland Park"}, lambda r: r["city"] == "OVERLAND PARK"),
        ({"contains": "91325"}, lambda row: "91325" in row["phone_number"]),
        ({"contains": "9?3"}, lambda row: row["region"]),
        ({"contains": "913*1"}, lambda row: row["phone_number"].startswith("+1913")),
        ({"contains": "KS"}, lambda row: "57" in row["phone_number"]),
        ({"contains": "816bb?", "area_code": "816"}, lambda r: r["phone_number"][2:7] == "81622"),
        ({"area_code": "913", "local_number": "259"}, lambda r: r["phone_number"][5:8] == "259"),
        ({"area_code": "", "in_region": ""}, lambda row: row["region"]),
        ({}, lambda row: row["region"]),
    ],
)
def test_available__narrowed(client: Client, query: dict[str, str], holds: Any) -> None:
    """Each filter narrows what is for sale; an empty one does not."""
    rows = available(client, **query)
    assert rows
    assert all(holds(row) for row in rows)


def test_available__toll_free(client: Client) -> None:
    """Toll-free numbers are nowhere, and cost twice."""
    rows = available(client, "TollFree", "us", area_code="800")
    assert len(rows) == len(available(client, "tollfree", contains="800*446", area_code="800"))
    assert available(client, "tollfree", area_code="800", in_region="KS") == []
    assert rows
    assert all(row["city"] is None and row["price"] == 10_000 for row in rows)


def test_available__pages(client: Client) -> None:
    """Pages of what is for sale follow each other without a gap."""
    whole = available(client, limit=100)
    assert available(client, limit=50) + available(client, limit=50, page=2) == whole


def test_available__elsewhere(client: Client) -> None:
    """Only US numbers are for sale, of two types."""
    assert available(client, country="CA") == []
    assert available(client, "mobile") == []


@pytest.mark.parametrize(
    "query",
    [
        {"contains": "a.b"}, {"local_number": "259"}, {"area_code": "913", "local_number": "25"},
        {"in_region": "KS", "local_number": "259"}, {"area_code": "913", "local_number": "25a"},
        {"area_code": "913", "in_region": "KS"}, {"in_region": "IA", "in_postal_code": "50009"},
        {"limit": "0"},
    ],
)  # fmt: skip
def test_available__impossible_query(client: Client, query: dict[str, str]) -> None:
    """A pattern that is none, and more than one place at a time, are refused with 400."""
    assert client.call("GET", "numbers/available/US/local.json", **query).status == 400


def test_buy__as_documented(client: Client, sandbox: Sandbox) -> None:
    """A bought number has the documented fields, is charged for and no longer for sale."""
    before = sandbox.balance
    document = {
        "name": "(913) 259-7591", "phone_number": "+19132597591", "area_code": "913",
        "phone_number_type": "local",
    }  # fmt: skip
    response = client.call("POST", "numbers.json", {"phone_number": document})
    assert response.status == 201
    row = response.json["phone_number"]
    assert set(row) == FIELDS
    assert (row["id"], row["name"], row["region"]) == (1, "(913) 259-7591", "KS")
    assert len(row["date_created"]) == len("2020-11-25T21:27:45")
    assert sandbox.balance == before - 5_000
    assert available(client, area_code="913")[0]["phone_number"] != "+19132597591"
    assert client.call("GET", "numbers/1.json").json == {"phone_number": row}


def test_buy__any_of_an_area_code(client: Client) -> None:
    """With an area code alone, some number of it is bought."""
    response = client.call("POST", "numbers.json", {"phone_number": {"area_code": "415"}})
    assert response.json["phone_number"]["region"] == "CA"


def test_buy__toll_free(client: Client, sandbox: Sandbox) -> None:
    """A toll-free number costs its own price and sends toll-free messages."""
    before = sandbox.balance
    number = available(client, "tollfree")[0]["phone_number"]
    client.buy(number)
    assert sandbox.balance == before - 10_000
    assert client.text(from_number=number)["message_type"] == "tollfree_sms"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"phone_number": None},
        {"phone_number": 7},
        {"phone_number": "+10000000000"},
        {"area_code": "000"},
        {"phone_number": "+19132597591", "phone_number_type": "tollfree"},
        {"phone_number": "+19132597591", "name": 7},
        {"phone_number": "+19132597591", "status_text_url": "x" * 257},
        {"phone_number": "+19132597591", "incoming_text_method": "PATCH"},
        {"phone_number": "+19132597591", "incoming_text_fallback_url": "http://example.com"},
        {"phone_number": "+19132597591", "tags": {"a": 1}},
        {"phone_number": "+19132597591", "tags": []},
    ],
)
def test_buy__refused(client: Client, sandbox: Sandbox, document: dict[str, Any]) -> None:
    """What cannot be bought so is refused with 400, bought not and charged not."""
    before = sandbox.balance
    assert client.call("POST", "numbers.json", {"phone_number": document}).status == 400
    assert client.call("GET", "numbers/count.json").json == {"count": 0}
    assert sandbox.balance == before


def test_buy__twice(client: Client) -> None:
    """A number that is sold cannot be bought again."""
    client.buy()
    document = {"phone_number": "+19132597591"}
    assert client.call("POST", "numbers.json", {"phone_number": document}).status == 400


def test_put__whole_row(client: Client) -> None:
    """A whole row put back changes what may change and passes over the rest."""
    row = client.buy()
    changed = dict(
        row, name="Shop", incoming_text_url="http://example.com", incoming_text_method="get",
        incoming_text_fallback_url="http://example.com/2", tags={"shop": "7"},
        phone_number="+10000000000", id=99, capabilities=None, more_numbers=True,
    )  # fmt: skip
    answer = client.call("PUT", "numbers/1.json", {"phone_number": changed}).json["phone_number"]
    assert (answer["name"], answer["tags"], answer["id"]) == ("Shop", {"shop": "7"}, 1)
    assert answer["phone_number"] == "+19132597591"
    assert client.call("GET", "numbers/1.json").json["phone_number"] == answer
    nameless = client.call("PUT", "numbers/1.json", {"phone_number": {"name": None}})
    assert nameless.json["phone_number"]["name"] == "Shop"
    # The fallback alone is enough where the URL stands there already.
    again = {"incoming_text_fallback_url": "http://example.com/3"}
    assert client.call("PUT", "numbers/1.json", {"phone_number": again}).status == 200


def test_delete__released(client: Client) -> None:
    """A released number is no longer the account's, cannot send, and is for sale again."""
    client.buy()
    assert client.call("DELETE", "numbers/1.json").status == 204
    assert client.call("GET", "numbers/1.json").status == 404
    assert client.call("DELETE", "numbers/1.json").status == 404
    message = {"from_number": "+19132597591", "to_number": "+11234567890", "body": "Hi"}
    assert client.call("POST", "messages.json", {"message": message}).json["error_code"] == 10008
    assert client.buy()["id"] == 2


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 2), ({"name": "(913) 259-7591"}, 1), ({"name": "(913)"}, 0),
        ({"contains": "259?5"}, 1), ({"contains": "000"}, 0), ({"search": "(913)"}, 1),
    ],
)  # fmt: skip
def test_list__filters(client: Client, query: dict[str, str], count: int) -> None:
    """Owned numbers are filtered by exact name, by pattern and by search; count does the same."""
    client.buy()
    client.call("POST", "numbers.json", {"phone_number": {"area_code": "212"}})
    response = client.call("GET", "numbers.json", **query)
    assert list(response.json) == ["phone_numbers"]
    assert len(response.json["phone_numbers"]) == count
    assert client.call("GET", "numbers/count.json", **query).json == {"count": count}
