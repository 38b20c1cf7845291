"""Tags of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .client import Client

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox


def put(client: Client, tags: Any, number: int = 1) -> Any:
    """Replace the tags of a number and return the response."""
    return client.call("PUT", f"numbers/{number}/tags.json", {"tags": tags})


def tagged(client: Client, **query: object) -> list[int]:
    """Return the ids of the numbers with these tags."""
    response = client.call("GET", "numbers/tags.json", **query)
    assert response.status == 200, response
    return [record["id"] for record in response.json["items"]]


@pytest.fixture
def shops(client: Client) -> Client:
    """Return a client whose account has four numbers, three of them with tags."""
    for code in ("913", "212", "415", "512"):
        client.call("POST", "numbers.json", {"phone_number": {"area_code": code}})
    put(client, {"shop": "7", "city": "x"}, 1)
    put(client, {"shop": "7", "note": ""}, 2)
    put(client, {"shop": "8", "url": "a:b"}, 3)
    return client


def test_tags__life(client: Client) -> None:
    """Tags are replaced, read and removed; each response has the tags and the number."""
    record = client.buy()
    first = put(client, {"shop": "7", "city": "Altoona", "empty": ""})
    assert set(first.json) == {"phone_number", "tags"}
    assert first.json["tags"] == {"shop": "7", "city": "Altoona", "empty": ""}
    assert first.json["phone_number"] == dict(
        record, tags=first.json["tags"], date_modified=first.json["phone_number"]["date_modified"]
    )
    assert client.call("GET", "numbers/1/tags.json").json == first.json
    gone = client.call("DELETE", "numbers/1/tags.json", {"tags": {"shop": 0, "other": None}})
    assert (gone.status, gone.json["tags"]) == (200, {"city": "Altoona", "empty": ""})
    replaced = put(client, {"door": "2"})
    assert replaced.json["tags"] == {"door": "2"}
    number = client.call("GET", "numbers/1.json").json["phone_number"]
    assert number == replaced.json["phone_number"]
    assert put(client, {}).json["tags"] == {}


def test_tags__limits(client: Client) -> None:
    """Eight keys of 24 characters with values of 256 are valid, written in both ways."""
    client.buy()
    tags = {f"{number:024}": "x" * 256 for number in range(8)}
    assert put(client, tags).json["tags"] == tags
    whole = client.call("PUT", "numbers/1.json", {"phone_number": {"tags": tags}})
    assert whole.json["phone_number"]["tags"] == tags


@pytest.mark.parametrize(
    "tags",
    [
        {str(number): "" for number in range(9)}, {"x" * 25: ""}, {"x": "x" * 257}, {"": "x"},
        {"x": 1}, {"x": None},
    ],
    ids=["many", "long key", "long value", "no key", "number", "null"],
)  # fmt: skip
def test_tags__refused(client: Client, tags: dict[str, Any]) -> None:
    """Too many or too long tags are refused with 400 in both ways, and change nothing."""
    client.buy()
    before = put(client, {"shop": "7"}).json
    whole = client.call("PUT", "numbers/1.json", {"phone_number": {"tags": tags}})
    refused = put(client, tags)
    assert (whole.status, refused.status) == (400, 400)
    assert "tags" in refused.json["message"]
    assert client.call("GET", "numbers/1/tags.json").json == before


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("document", [{}, {"tags": ["shop"]}, {"phone_number": {}}, None])
def test_tags__without(client: Client, method: str, document: Any) -> None:
    """A body without an object of tags is refused with 400, so that no tags are lost by mistake."""
    client.buy()
    put(client, {"shop": "7"})
    assert client.call(method, "numbers/1/tags.json", document).status == 400
    assert client.call("GET", "numbers/1/tags.json").json["tags"] == {"shop": "7"}


def test_tags__of_another_account(client: Client, sandbox: Sandbox) -> None:
    """Tags and filters by tags apply within the account."""
    client.buy()
    put(client, {"shop": "7"})
    with Client(sandbox, account=sandbox.add_account(777)) as other:
        for method in ("GET", "PUT", "DELETE"):
            response = other.call(method, "numbers/1/tags.json", {"tags": {"shop": "8"}})
            assert response.status == 404
        assert tagged(other) == []
    assert tagged(client, contains="shop:7") == [1]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, [1, 2, 3]), ({"contains": "shop:7"}, [1, 2]), ({"contains": "shop:7,city:x"}, [1]),
        ({"contains": "shop:"}, []), ({"contains": "note:"}, [2]), ({"contains": "url:a:b"}, [3]),
        ({"notcontains": "shop:8"}, [1, 2]), ({"notcontains": "city:x,shop:8"}, [2]),
        ({"contains": "shop:7", "notcontains": "note:"}, [1]),
        ({"contains": "", "notcontains": ""}, [1, 2, 3]), ({"contains": "shop:9"}, []),
        ({"order": "id desc"}, [3, 2, 1]),
    ],
)  # fmt: skip
def test_tagged__filters(shops: Client, query: dict[str, str], ids: list[int]) -> None:
    """The list has the numbers with all of these tags and none of those."""
    assert tagged(shops, **query) == ids


def test_tagged__pages(shops: Client) -> None:
    """The pages have whole numbers and totals."""
    page = shops.call("GET", "numbers/tags.json", limit=2, page=2).json
    number = shops.call("GET", "numbers/3.json").json["phone_number"]
    assert page == {"count": 3, "items": [number], "next": None, "pages": 2, "previous": 1}
    first = shops.call("GET", "numbers/tags.json", limit=2).json
    assert (first["next"], first["previous"], len(first["items"])) == (2, None, 2)


@pytest.mark.parametrize("name", ["contains", "notcontains"])
@pytest.mark.parametrize("text", ["shop", "shop:7,city"])
def test_tagged__refused(client: Client, name: str, text: str) -> None:
    """A tag without a colon is refused with 400."""
    response = client.call("GET", "numbers/tags.json", **{name: text})
    message = {"message": name + " must be written as key:value,key:value"}
    assert (response.status, response.json) == (400, message)
