"""Numbers, called as each of the clients calls them: sought, bought, listed, changed, released."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .caller import Caller, each_of
from .profiles import COUNTING, JAVA, NET, PHP, PY, RUBY, SDKS, WHOLE_ROWS, Profile

if TYPE_CHECKING:
    from tests.sandbox.client import Client

    from .rules import Pairs

#: What is asked for numbers on sale, by whom, and how those that are found begin.
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
    """Numbers for sale are found by what the client can ask for; local ones are in a state."""
    searches = [search for search in SEARCHES if caller.profile in search[0]]
    assert searches
    for _, place, pairs, start in searches:
        answer = caller.own("GET", f"numbers/available/{place}.json", pairs)
        rows = caller.read("phone_numbers", answer)
        assert {row["phone_number"][: len(start)] for row in rows} == {start}
        assert all(row["region"] for row in rows) == place.endswith("local")


@each_of([JAVA])
def test_available__at_two_places(caller: Caller, plain: Client) -> None:
    """Java lets its callers name two places at once, which the answer says not to."""
    pairs = [("area_code", "913"), ("in_region", "KS")]
    answer = caller.own("GET", "numbers/available/US/local.json", pairs, status=400)
    assert answer["message"].startswith("Specify one of in_region, area_code, in_postal_code")


@each_of(SDKS)
def test_buy__by_each_sdk(caller: Caller, plain: Client) -> None:
    """A number found for sale is bought with a name, and is the account's."""
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
    assert [row["id"] for row in caller.read("phone_numbers", answer)] == [ids[2], ids[0]]
    answer = caller.own("GET", "numbers.json", [("contains", "21*2"), ("name", "(212) 226-2227")])
    assert [row["id"] for row in caller.read("phone_numbers", answer)] == [ids[1]]
    one = caller.read("phone_number", caller.own("GET", "numbers/1.json"))
    assert one == plain.call("GET", "numbers/1.json").json["phone_number"]


@each_of([NET])
def test_read__with_parameters_that_nobody_knows(caller: Caller, plain: Client) -> None:
    """Page and PageSize, in capitals, are signed and passed over."""
    pairs = [("Page", "7"), ("PageSize", "50")]
    answer = caller.own("GET", "numbers.json", pairs)
    assert [row["id"] for row in caller.read("phone_numbers", answer)] == [1]


@each_of(COUNTING)
def test_count__by_each_that_counts(caller: Caller, plain: Client) -> None:
    """Numbers are counted, all and by a pattern."""
    plain.buy("+12122262227")
    assert caller.read("count", caller.own("GET", "numbers/count.json")) == 2
    answer = caller.own("GET", "numbers/count.json", [("contains", "212226*")])
    assert caller.read("count", answer) == 1


@each_of(SDKS)
def test_update__by_each_sdk(caller: Caller, plain: Client) -> None:
    """The name changes and nothing else, in a whole row put back or beside the id alone."""
    row = plain.call("GET", "numbers/1.json").json["phone_number"]
    url = "https://example.com/incoming?x=1&y=a%20b"
    changes = {"name": "Shop \u2615", "incoming_text_url": url, "incoming_text_method": "get"}
    data = {**(row if caller.profile in WHOLE_ROWS else {"id": 1}), **changes}
    answer = caller.own("PUT", "numbers/1.json", data={"phone_number": data})
    after = plain.call("GET", "numbers/1.json").json["phone_number"]
    assert caller.read("phone_number", answer) == after
    assert after == {**row, **changes, "date_modified": after["date_modified"]}


@each_of(SDKS)
def test_release__by_each_sdk(caller: Caller, plain: Client) -> None:
    """A number is released with 204, whether the request has a body or not, and is gone."""
    data = {"id": 1} if caller.profile is RUBY else None
    assert caller.own("DELETE", "numbers/1.json", data=data, status=204) is None
    assert plain.call("GET", "numbers.json").json == {"phone_numbers": []}
    assert caller.own("DELETE", "numbers/1.json", data=data, status=404) == {
        "message": "Resource not found for id 1"
    }
