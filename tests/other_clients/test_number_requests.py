"""Numbers, with each of the clients: search, buy, list, change, release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .caller import Caller, each_of
from .profiles import COUNTING, JAVA, NET, PHP, PY, RUBY, SDKS, WHOLE_ROWS, Profile

if TYPE_CHECKING:
    from tests.sandbox.client import Client

    from .rules import Pairs

#: The filters for numbers for sale, their clients, and how the results start.
SEARCHES: list[tuple[tuple[Profile, ...], str, Pairs, str]] = [
    ((*PY, PHP, JAVA, RUBY), "US/local", [("in_region", "NY"), ("limit", "3")], "+1212226"),
    ((*PY, PHP, JAVA, RUBY), "US/local", [("in_postal_code", "50009")], "+1515446"),
    ((*PY, PHP, JAVA), "US/local", [("area_code", "212"), ("in_city", "New York")], "+1212226"),
    ((*PY, PHP, JAVA), "US/local", [("area_code", "515"), ("local_number", "244")], "+1515244"),
    ((*PY, PHP, JAVA), "US/local", [("contains", "312BAM*")], "+1312226"),
    ((*PY, PHP, JAVA), "US/tollfree", [("limit", "8")], "+1800"),
    ((NET,), "US/local", [], "+1"),
]  # fmt: skip


@each_of(SDKS)
def test_available__by_each_sdk(caller: Caller, plain: Client) -> None:
    """Numbers for sale are found by the client's filter; local ones have a region."""
    searches = [search for search in SEARCHES if caller.profile in search[0]]
    assert searches
    for _, place, pairs, start in searches:
        answer = caller.own("GET", f"numbers/available/{place}.json", pairs)
        records = caller.read("phone_numbers", answer)
        assert {record["phone_number"][: len(start)] for record in records} == {start}
        assert all(record["region"] for record in records) == place.endswith("local")


@each_of([JAVA])
def test_available__two_locations(caller: Caller, plain: Client) -> None:
    """Java can send two locations at once, which is refused with a message."""
    pairs = [("area_code", "913"), ("in_region", "KS")]
    answer = caller.own("GET", "numbers/available/US/local.json", pairs, status=400)
    assert answer["message"].startswith("Specify one of in_region, area_code, in_postal_code")


@each_of(SDKS)
def test_buy__by_each_sdk(caller: Caller, plain: Client) -> None:
    """A number for sale is bought with a name, and belongs to the account."""
    answer = caller.own("GET", "numbers/available/US/local.json")
    wanted = caller.read("phone_numbers", answer)[0]["phone_number"]
    number = {"phone_number": wanted, "phone_number_type": "local", "name": "Caf\u00e9 \u2615"}
    answer = caller.own("POST", "numbers.json", data={"phone_number": number}, status=201)
    bought = caller.read("phone_number", answer)
    assert {name: bought[name] for name in number} == number
    assert plain.call("GET", "numbers/{id}.json".format(**bought)).json == {"phone_number": bought}


@each_of(SDKS)
def test_read__by_each_sdk(caller: Caller, plain: Client) -> None:
    """Numbers are listed by a pattern, by their exact name and in an order, and found by id."""
    ids = [1, *(plain.buy(number)["id"] for number in ("+12122262227", "+19132597767"))]
    by_pattern = [("contains", "9132597???"), ("order", "id desc"), ("page", "1"), ("limit", "5")]
    answer = caller.own("GET", "numbers.json", by_pattern)
    assert [record["id"] for record in caller.read("phone_numbers", answer)] == [ids[2], ids[0]]
    answer = caller.own("GET", "numbers.json", [("contains", "21*2"), ("name", "(212) 226-2227")])
    assert [record["id"] for record in caller.read("phone_numbers", answer)] == [ids[1]]
    one = caller.read("phone_number", caller.own("GET", "numbers/1.json"))
    assert one == plain.call("GET", "numbers/1.json").json["phone_number"]


@each_of([NET])
def test_read__unknown_parameters(caller: Caller, plain: Client) -> None:
    """Page and PageSize, in capitals, are signed and ignored."""
    pairs = [("Page", "7"), ("PageSize", "50")]
    answer = caller.own("GET", "numbers.json", pairs)
    assert [record["id"] for record in caller.read("phone_numbers", answer)] == [1]


@each_of(COUNTING)
def test_count__by_each_that_counts(caller: Caller, plain: Client) -> None:
    """Numbers are counted, all and by a pattern."""
    plain.buy("+12122262227")
    assert caller.read("count", caller.own("GET", "numbers/count.json")) == 2
    answer = caller.own("GET", "numbers/count.json", [("contains", "212226*")])
    assert caller.read("count", answer) == 1


@each_of(SDKS)
def test_update__by_each_sdk(caller: Caller, plain: Client) -> None:
    """Only the name changes, in a whole number put back or beside the id."""
    record = plain.call("GET", "numbers/1.json").json["phone_number"]
    url = "https://example.com/incoming?x=1&y=a%20b"
    changes = {"name": "Shop \u2615", "incoming_text_url": url, "incoming_text_method": "get"}
    data = {**(record if caller.profile in WHOLE_ROWS else {"id": 1}), **changes}
    answer = caller.own("PUT", "numbers/1.json", data={"phone_number": data})
    after = plain.call("GET", "numbers/1.json").json["phone_number"]
    assert caller.read("phone_number", answer) == after
    assert after == {**record, **changes, "date_modified": after["date_modified"]}


@each_of(SDKS)
def test_release__by_each_sdk(caller: Caller, plain: Client) -> None:
    """A number is released with 204, with or without a body, and is not found."""
    data = {"id": 1} if caller.profile is RUBY else None
    assert caller.own("DELETE", "numbers/1.json", data=data, status=204) is None
    assert plain.call("GET", "numbers.json").json == {"phone_numbers": []}
    assert caller.own("DELETE", "numbers/1.json", data=data, status=404) == {
        "message": "Resource not found for id 1"
    }
