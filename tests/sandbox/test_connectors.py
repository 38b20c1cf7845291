"""Connectors: create, find, change, delete, and their callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from vivialconnect.sandbox import Sandbox

from .client import Client
from .connector_helpers import (
    CALLBACKS,
    FIRST,
    NUMBERS,
    SECOND,
    buy,
    callback,
    connector_of,
    make,
    numbers_of,
    refusal,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = {
    "account_id", "active", "callbacks", "date_created", "date_modified", "id", "more_numbers",
    "name", "phone_numbers",
}  # fmt: skip


def types_of(answer: Any) -> list[str]:
    """Return the types of the callbacks in a response."""
    records = answer["connector"]["callbacks"]
    return ["{message_type} {event_type}".format(**record) for record in records]


def test_create__bare(client: Client) -> None:
    """A connector with only a name is active and has two empty lists."""
    record = make(client, name="Shop", id=9, account_id=9, date_created="x", more_numbers=True)
    assert set(record) == FIELDS
    assert (record["id"], record["account_id"], record["name"], record["active"]) == (
        1,
        12345,
        "Shop",
        True,
    )
    assert (record["callbacks"], record["phone_numbers"], record["more_numbers"]) == ([], [], False)
    assert len(record["date_created"]) == len("2017-07-05T22:46:13+00:00")
    assert client.call("GET", "connectors/1.json").json == {"connector": record}


def test_create__with_lists(client: Client) -> None:
    """A connector is created with callbacks and numbers; missing fields of numbers are added."""
    buy(client, 2)
    status = callback("status", id=7, more="passed over")
    record = make(
        client,
        name=None,
        active=False,
        callbacks=[callback(method="put"), status],
        phone_numbers=[{"phone_number_id": "2"}, {"phone_number": FIRST, "phone_number_id": None}],
    )
    second = client.call("GET", "numbers/2.json").json["phone_number"]
    assert record["phone_numbers"] == [
        {"phone_number": FIRST, "phone_number_id": 1},
        {"phone_number": second["phone_number"], "phone_number_id": 2},
    ]
    assert (record["name"], record["active"], second["connector_id"]) == (None, False, 1)
    dates = {"date_created": record["date_created"], "date_modified": record["date_created"]}
    assert record["callbacks"] == [
        {**callback(), "method": "PUT", **dates},
        {**callback("status"), "method": "POST", **dates},
    ]


def test_keys__sorted(client: Client) -> None:
    """All keys are in alphabetical order, so that a list's name comes first."""
    client.buy()
    make(client, callbacks=[callback()], phone_numbers=[{"phone_number_id": 1}])
    for path in ("connectors.json", "connectors/1.json", NUMBERS, CALLBACKS):
        pairs: list[list[str]] = []
        response = client.call("GET", path)
        _collect_keys(response.json, pairs)
        assert pairs == [sorted(keys) for keys in pairs]
    assert next(iter(client.call("GET", NUMBERS).json)) == "connector"


def _collect_keys(document: Any, found: list[list[str]]) -> None:
    if isinstance(document, dict):
        found.append(list(document))
    for inner in document.values() if isinstance(document, dict) else document:
        if isinstance(inner, (dict, list)):
            _collect_keys(inner, found)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": 7}, "name must be a string"),
        ({"name": "x" * 257}, "at most 256"),
        ({"active": "yes"}, "active must be true or false"),
        ({"callbacks": {}}, "callbacks must be a list of objects"),
        ({"callbacks": ["x"]}, "callbacks must be a list of objects"),
        ({"callbacks": [{}]}, "message_type of a callback must be one of text, voice"),
        ({"callbacks": [callback([])]}, "event_type of a callback must be one of incoming, "),
        ({"callbacks": [callback(url=None)]}, "url of a callback must be a string of 1 to 256"),
        ({"callbacks": [callback(url="")]}, "url of a callback"),
        ({"callbacks": [callback(url="x" * 257)]}, "url of a callback"),
        ({"callbacks": [callback(method="PATCH")]}, "must be GET, POST, PUT or null"),
        ({"callbacks": [callback(method=7)]}, "must be GET, POST, PUT or null"),
        ({"callbacks": [callback("status", method="GET")]}, "must be POST or null"),
        ({"callbacks": [callback(), callback()]}, "callbacks has two for text incoming"),
        ({"callbacks": [callback("incoming_fallback")]}, "needs one for text incoming"),
        (
            {"callbacks": [callback(), callback("incoming_fallback", "voice")]},
            "needs one for voice incoming",
        ),
        ({"phone_numbers": {}}, "phone_numbers must be a list of objects"),
        ({"phone_numbers": [FIRST]}, "phone_numbers must be a list of objects"),
        ({"phone_numbers": [{"phone_number": None}]}, "with a phone_number (a string)"),
        ({"phone_numbers": [{"phone_number": 7, "phone_number_id": 1}]}, "(a string)"),
        ({"phone_numbers": [{"phone_number": SECOND}]}, f"phone_number {SECOND} is not a number"),
        ({"phone_numbers": [{"phone_number_id": 7}]}, "phone_number_id 7 is not a number of this"),
        ({"phone_numbers": [{"phone_number_id": True}]}, "phone_number_id True is not a number"),
        ({"phone_numbers": [{"phone_number_id": 10**30}]}, "is not a number of this account"),
        (
            {"phone_numbers": [{"phone_number": FIRST, "phone_number_id": 7}]},
            f"phone_number {FIRST} with phone_number_id 7 is not a number of this account",
        ),
    ],
)
def test_write__refused(client: Client, fields: dict[str, Any], words: str) -> None:
    """An invalid connector is refused with a message, when created and when changed."""
    client.buy()
    record = make(client, name="Shop", callbacks=[callback("status")])
    assert words in refusal(client, "POST", "connectors.json", **fields)
    assert words in refusal(client, "PUT", "connectors/1.json", **{"name": "New", **fields})
    assert client.call("GET", "connectors.json").json == {"connectors": [record]}
    assert connector_of(client, 1) is None


def test_put__lists(client: Client) -> None:
    """A given list replaces the connector's; an absent or null list does not change it."""
    first, second, third = buy(client, 3)
    numbers = [{"phone_number": first}, {"phone_number": second}]
    record = make(client, name="Shop", callbacks=[callback()], phone_numbers=numbers)
    kept = write(client, "PUT", "connectors/1.json", name="New", active=False, callbacks=None)
    assert kept["connector"]["callbacks"] == record["callbacks"]
    assert kept["connector"]["phone_numbers"] == record["phone_numbers"]
    assert (kept["connector"]["name"], kept["connector"]["active"]) == ("New", False)
    numbers = [{"phone_number": third}, {"phone_number": second}]
    changed = write(client, "PUT", "connectors/1.json", phone_numbers=numbers, callbacks=[])
    assert changed["connector"]["callbacks"] == []
    assert numbers_of(client) == [second, third]
    assert [connector_of(client, each) for each in (1, 2, 3)] == [None, 1, 1]
    assert changed["connector"]["name"] == "New"


def test_put__whole_resource(client: Client) -> None:
    """Putting a whole connector back, read-only fields included, changes only what was edited."""
    client.buy()
    record = make(
        client, name="Shop", callbacks=[callback()], phone_numbers=[{"phone_number": FIRST}]
    )
    whole = dict(record, name="New", account_id=7, date_created="x", more_numbers=True)
    answer = write(client, "PUT", "connectors/1.json", **whole)["connector"]
    assert answer == dict(record, name="New", date_modified=answer["date_modified"])


def test_delete__frees_the_numbers(client: Client) -> None:
    """A deleted connector is not found, its numbers are free, and its id is not reused."""
    client.buy()
    make(client, phone_numbers=[{"phone_number": FIRST}])
    assert client.call("DELETE", "connectors/1.json").status == 204
    assert client.call("DELETE", "connectors/1.json").status == 404
    assert connector_of(client, 1) is None
    assert make(client, phone_numbers=[{"phone_number": FIRST}])["id"] == 2


def test_list__pages_order_and_search(client: Client) -> None:
    """Connectors are listed in pages, ordered and searched; the list has no other key."""
    for name in ("Shop", "Office", None):
        make(client, name=name)
    response = client.call("GET", "connectors.json", page=2, limit=1, order="id desc")
    assert list(response.json) == ["connectors"]
    assert [record["id"] for record in response.json["connectors"]] == [2]
    found = client.call("GET", "connectors.json", search="oFF").json["connectors"]
    assert [record["name"] for record in found] == ["Office"]
    assert client.call("GET", "connectors/count.json").json == {"count": 3}
    assert client.call("GET", "connectors/count.json", search="shop").json == {"count": 1}
    assert client.call("GET", "connectors.json", order="turn").status == 400


def test_callbacks__written(client: Client, sandbox: Sandbox) -> None:
    """POST replaces the callbacks, PUT merges by types, DELETE removes by types; each is a 200."""
    make(client, callbacks=[callback("status", "voice")])
    both = [callback(), callback("incoming_fallback")]
    answer = write(client, "POST", CALLBACKS, callbacks=both)
    assert list(answer["connector"]) == ["callbacks", "date_modified"]
    assert types_of(answer) == ["text incoming", "text incoming_fallback"]
    first = answer["connector"]["callbacks"][0]
    sandbox.advance(60)
    more = [callback("status"), callback(url="http://example.com/2", method="GET"), both[1]]
    answer = write(client, "PUT", CALLBACKS, callbacks=more)
    assert types_of(answer) == ["text incoming", "text incoming_fallback", "text status"]
    changed, same, added = answer["connector"]["callbacks"]
    assert (changed["url"], changed["method"]) == ("http://example.com/2", "GET")
    assert changed["date_created"] == first["date_created"] < changed["date_modified"]
    assert same["date_modified"] == first["date_modified"]
    assert added["date_created"] == answer["connector"]["date_modified"]
    gone = [{"message_type": "text", "event_type": "status"}, callback("status", "voice")]
    answer = write(client, "DELETE", CALLBACKS, callbacks=gone)
    assert types_of(answer) == ["text incoming", "text incoming_fallback"]
    assert client.call("GET", CALLBACKS).json == answer
    assert client.call("GET", "connectors/1/callbacks/count.json").json == {"count": 2}


def test_callbacks__fallback_left_alone(client: Client) -> None:
    """A callback cannot be removed without its fallback; both can be removed."""
    both = [callback(), callback("incoming_fallback")]
    make(client, callbacks=both)
    assert "remove the fallback too" in refusal(client, "DELETE", CALLBACKS, callbacks=both[:1])
    assert types_of(client.call("GET", CALLBACKS).json) == [
        "text incoming",
        "text incoming_fallback",
    ]
    assert types_of(write(client, "DELETE", CALLBACKS, callbacks=both)) == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("name", ["callbacks", "phone_numbers"])
def test_lists__none_given(client: Client, method: str, name: str) -> None:
    """A write without a list, or with another value, is refused and changes nothing."""
    client.buy()
    record = make(client, callbacks=[callback()], phone_numbers=[{"phone_number": FIRST}])
    path = f"connectors/1/{name}.json"
    assert f'must have a list "{name}"' in refusal(client, method, path, name="New")
    assert f"{name} must be a list of objects" in refusal(client, method, path, **{name: "x"})
    assert client.call(method, path).status == 400
    assert client.call("GET", "connectors/1.json").json == {"connector": record}


def test_accounts__apart(client: Client, sandbox: Sandbox) -> None:
    """An account cannot find, send through, or assign numbers to another account's connector."""
    client.buy()
    record = make(client, callbacks=[callback()], phone_numbers=[{"phone_number": FIRST}])
    with Client(sandbox, account=sandbox.add_account(777)) as other:
        (own,) = buy(other, 1)
        body = {"connector": {"callbacks": [], "phone_numbers": []}}
        for method, path in (
            ("GET", "connectors/1.json"), ("PUT", "connectors/1.json"),
            ("DELETE", "connectors/1.json"), ("GET", CALLBACKS), ("POST", CALLBACKS),
            ("PUT", CALLBACKS), ("DELETE", CALLBACKS), ("GET", "connectors/1/callbacks/count.json"),
            ("GET", NUMBERS), ("POST", NUMBERS), ("PUT", NUMBERS), ("DELETE", NUMBERS),
            ("GET", "connectors/1/phone_numbers/count.json"),
        ):  # fmt: skip
            response = other.call(method, path, None if method == "GET" else body)
            assert (response.status, response.json) == (
                404,
                {"message": "Resource not found for id 1"},
            )
        assert other.call("GET", "connectors.json").json == {"connectors": []}
        assert "not a number of this account" in refusal(
            other, "POST", "connectors.json", phone_numbers=[{"phone_number": FIRST}]
        )
        message = {"connector_id": 1, "from_number": own, "to_number": SECOND, "body": "Hi"}
        assert other.call("POST", "messages.json", {"message": message}).json["error_code"] == 10009
        change = {"phone_number": {"connector_id": 1}}
        assert other.call("PUT", "numbers/2.json", change).status == 400
    assert client.call("GET", "connectors.json").json == {"connectors": [record]}


def test_connector__kept_in_the_database(tmp_path: Path) -> None:
    """A connector of an earlier run keeps its lists until a reset."""
    file = str(tmp_path / "sandbox.db")
    with Sandbox(database=file) as first, Client(first) as client:
        client.buy()
        record = make(client, callbacks=[callback()], phone_numbers=[{"phone_number": FIRST}])
    with Sandbox(database=file) as second, Client(second) as client:
        assert client.call("GET", "connectors/1.json").json == {"connector": record}
        second.reset()
        assert client.call("GET", "connectors/1.json").status == 404
