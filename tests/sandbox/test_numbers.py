"""Numbers: search, buy, change, release."""

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
    """Return the numbers for sale."""
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
        ({"area_code": "212"}, lambda record: record["phone_number"].startswith("+1212")),
        ({"in_region": "ny"}, lambda record: record["region"] == "NY"),
        ({"in_postal_code": "50009"}, lambda record: record["city"] == "ALTOONA"),
        ({"in_region": "KS", "in_city": "Overland Park"}, lambda r: r["city"] == "OVERLAND PARK"),
        ({"contains": "91325"}, lambda record: "91325" in record["phone_number"]),
        ({"contains": "9?3"}, lambda record: record["region"]),
        ({"contains": "913*1"}, lambda record: record["phone_number"].startswith("+1913")),
        ({"contains": "KS"}, lambda record: "57" in record["phone_number"]),
        ({"contains": "816bb?", "area_code": "816"}, lambda r: r["phone_number"][2:7] == "81622"),
        ({"area_code": "913", "local_number": "259"}, lambda r: r["phone_number"][5:8] == "259"),
        ({"area_code": "", "in_region": ""}, lambda record: record["region"]),
        ({}, lambda record: record["region"]),
    ],
)
def test_available__narrowed(client: Client, query: dict[str, str], holds: Any) -> None:
    """Each filter narrows the numbers for sale; an empty one does not."""
    records = available(client, **query)
    assert records
    assert all(holds(record) for record in records)


def test_available__toll_free(client: Client) -> None:
    """Toll-free numbers have no location and cost twice as much."""
    records = available(client, "TollFree", "us", area_code="800")
    assert len(records) == len(available(client, "tollfree", contains="800*446", area_code="800"))
    assert available(client, "tollfree", area_code="800", in_region="KS") == []
    assert records
    assert all(record["city"] is None and record["price"] == 10_000 for record in records)


def test_available__pages(client: Client) -> None:
    """Pages of numbers for sale follow each other without a gap."""
    whole = available(client, limit=100)
    assert available(client, limit=50) + available(client, limit=50, page=2) == whole


def test_available__other_country_or_type(client: Client) -> None:
    """Only US numbers of two types are for sale."""
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
def test_available__invalid_query(client: Client, query: dict[str, str]) -> None:
    """An invalid pattern, and more than one location, are refused with 400."""
    assert client.call("GET", "numbers/available/US/local.json", **query).status == 400


def test_buy__as_documented(client: Client, sandbox: Sandbox) -> None:
    """A bought number has the documented fields, is charged, and is no longer for sale."""
    before = sandbox.balance
    document = {
        "name": "(913) 259-7591", "phone_number": "+19132597591", "area_code": "913",
        "phone_number_type": "local",
    }  # fmt: skip
    response = client.call("POST", "numbers.json", {"phone_number": document})
    assert response.status == 201
    record = response.json["phone_number"]
    assert set(record) == FIELDS
    assert (record["id"], record["name"], record["region"]) == (1, "(913) 259-7591", "KS")
    assert len(record["date_created"]) == len("2020-11-25T21:27:45")
    assert sandbox.balance == before - 5_000
    assert available(client, area_code="913")[0]["phone_number"] != "+19132597591"
    assert client.call("GET", "numbers/1.json").json == {"phone_number": record}


def test_buy__any_of_an_area_code(client: Client) -> None:
    """With only an area code, one of its numbers is bought."""
    response = client.call("POST", "numbers.json", {"phone_number": {"area_code": "415"}})
    assert response.json["phone_number"]["region"] == "CA"


def test_buy__toll_free(client: Client, sandbox: Sandbox) -> None:
    """A toll-free number has its own price and sends toll-free messages."""
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
    """An invalid purchase is refused with 400 and not charged."""
    before = sandbox.balance
    assert client.call("POST", "numbers.json", {"phone_number": document}).status == 400
    assert client.call("GET", "numbers/count.json").json == {"count": 0}
    assert sandbox.balance == before


def test_buy__twice(client: Client) -> None:
    """A number cannot be bought twice."""
    client.buy()
    document = {"phone_number": "+19132597591"}
    assert client.call("POST", "numbers.json", {"phone_number": document}).status == 400


def test_put__whole_resource(client: Client) -> None:
    """Putting a whole number back changes the writable fields and ignores the others."""
    record = client.buy()
    changed = dict(
        record, name="Shop", incoming_text_url="http://example.com", incoming_text_method="get",
        incoming_text_fallback_url="http://example.com/2", tags={"shop": "7"},
        phone_number="+10000000000", id=99, capabilities=None, more_numbers=True,
    )  # fmt: skip
    answer = client.call("PUT", "numbers/1.json", {"phone_number": changed}).json["phone_number"]
    assert (answer["name"], answer["tags"], answer["id"]) == ("Shop", {"shop": "7"}, 1)
    assert answer["phone_number"] == "+19132597591"
    assert client.call("GET", "numbers/1.json").json["phone_number"] == answer
    nameless = client.call("PUT", "numbers/1.json", {"phone_number": {"name": None}})
    assert nameless.json["phone_number"]["name"] == "Shop"
    # A fallback alone is valid if the number has the URL already.
    again = {"incoming_text_fallback_url": "http://example.com/3"}
    assert client.call("PUT", "numbers/1.json", {"phone_number": again}).status == 200


def test_delete__released(client: Client) -> None:
    """A released number cannot be found or send, and is for sale again."""
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
    """An account's numbers are filtered by name, pattern and search; the count agrees."""
    client.buy()
    client.call("POST", "numbers.json", {"phone_number": {"area_code": "212"}})
    response = client.call("GET", "numbers.json", **query)
    assert list(response.json) == ["phone_numbers"]
    assert len(response.json["phone_numbers"]) == count
    assert client.call("GET", "numbers/count.json", **query).json == {"count": count}
