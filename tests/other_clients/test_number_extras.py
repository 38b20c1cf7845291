"""Paths below numbers that only some clients use: local numbers, tags, lookups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .caller import Caller, each_of
from .profiles import JAVA, NET, PY_MASTER, RUBY

if TYPE_CHECKING:
    from tests.sandbox.client import Client

TAGS = {"store id": "caf\u00e9/1", "empty": ""}


def buy_toll_free(plain: Client) -> None:
    """Buy the second number, a toll-free one."""
    sold = plain.call("GET", "numbers/available/US/tollfree.json", limit=1).json["phone_numbers"]
    assert plain.buy(sold[0]["phone_number"])["id"] == 2


@each_of([JAVA, RUBY, NET])
def test_local__listed(caller: Caller, plain: Client) -> None:
    """Local numbers are listed apart, by a pattern too."""
    buy_toll_free(plain)
    for pairs, ids in (([("page", "1"), ("limit", "5")], [1]), ([("contains", "8*")], [])):
        records = caller.read("phone_numbers", caller.own("GET", "numbers/local.json", pairs))
        assert [record["id"] for record in records] == ids


@each_of([JAVA, NET])
def test_local__counted(caller: Caller, plain: Client) -> None:
    """They are counted at their own path; .NET counts all, and sends a path as a name."""
    buy_toll_free(plain)
    path = "/accounts/12345/numbers/local/count.json"
    if caller.profile is NET:
        count = caller.read("count", caller.own("GET", "numbers/count.json", [("Name", path)]))
        assert caller.sandbox.requests[-1].query == "Name=" + path
        assert count == 2
    assert caller.read("count", caller.own("GET", "numbers/local/count.json")) == 1


@each_of([NET])
def test_local__bought(caller: Caller, plain: Client) -> None:
    """A local number is bought without its type."""
    data = {"phone_number": {"phone_number": "+12122262227", "name": "Shop"}}
    answer = caller.own("POST", "numbers/local.json", data=data, status=201)
    bought = caller.read("phone_number", answer)
    assert (bought["phone_number_type"], bought["name"]) == ("local", "Shop")
    assert plain.call("GET", "numbers/2.json").json == {"phone_number": bought}


@each_of([JAVA, NET])
def test_local__changed_and_released(caller: Caller, plain: Client) -> None:
    """A local number is found, changed and released at its own path."""
    record = caller.read("phone_number", caller.own("GET", "numbers/local/1.json"))
    data = {"phone_number": {"id": 1, "name": "Shop"}}
    answer = caller.own("PUT", "numbers/local/1.json", data=data)
    after = plain.call("GET", "numbers/1.json").json["phone_number"]
    assert caller.read("phone_number", answer) == after
    assert after == {**record, "name": "Shop", "date_modified": after["date_modified"]}
    assert caller.own("DELETE", "numbers/local/1.json", status=204) is None
    assert plain.call("GET", "numbers/count.json").json == {"count": 0}


def tag(plain: Client) -> dict[str, Any]:
    """Tag the first number, and buy a second one with one of the tags."""
    plain.buy("+12122262227")
    plain.call("PUT", "numbers/2/tags.json", {"tags": {"empty": ""}})
    answer: dict[str, Any] = plain.call("PUT", "numbers/1/tags.json", {"tags": TAGS}).json
    return answer


@each_of([PY_MASTER, JAVA])
def test_tags__filter_numbers(caller: Caller, plain: Client) -> None:
    """Whole numbers are listed under items, by tags that they have and by tags that they lack."""
    tag(plain)
    chosen = ",".join(f"{key}:{value}" for key, value in TAGS.items())
    for pairs, ids in (
        ([("contains", chosen), ("page", "1"), ("limit", "5")], [1]),
        ([("contains", "empty:"), ("notcontains", "store id:caf\u00e9/1")], [2]),
        ([], [1, 2]),
    ):
        answer = caller.own("GET", "numbers/tags.json", pairs)
        assert list(answer) == ["count", "items", "next", "pages", "previous"]
        assert [record["id"] for record in answer["items"]] == ids
        assert answer["count"] == len(ids)


@each_of([JAVA])
def test_tags__read_and_replaced(caller: Caller, plain: Client) -> None:
    """Java reads tags at the top of the response, and replaces them."""
    tag(plain)
    assert caller.read("tags", caller.own("GET", "numbers/1/tags.json")) == TAGS
    answer = caller.own("PUT", "numbers/1/tags.json", data={"tags": {"a": "\u65e5"}})
    assert caller.read("tags", answer) == {"a": "\u65e5"}
    assert plain.call("GET", "numbers/1.json").json["phone_number"]["tags"] == {"a": "\u65e5"}


@each_of([PY_MASTER, JAVA])
def test_tags__removed(caller: Caller, plain: Client) -> None:
    """A DELETE with a body removes the tags in it; Python reads the whole number."""
    tag(plain)
    gone = {"store id": "", "unknown": ""}
    answer = caller.own("DELETE", "numbers/1/tags.json", data={"tags": gone})
    number = plain.call("GET", "numbers/1.json").json["phone_number"]
    assert number["tags"] == answer["tags"] == {"empty": ""}
    if caller.profile is PY_MASTER:
        assert "phone_number" in caller.read("phone_number", answer)
        assert answer["phone_number"] == number


@each_of([PY_MASTER, JAVA, RUBY, NET])
def test_lookup__in_each_form(caller: Caller, plain: Client) -> None:
    """A number is looked up with a plus, without one, or with one that decodes to a space."""
    prefix = {JAVA.name: "", PY_MASTER.name: " "}.get(caller.profile.name, "+")
    pairs = [("phone_number", prefix + "15152073167")]
    info = caller.read("number_info", caller.own("GET", "numbers/lookup.json", pairs))
    assert info == plain.call("GET", "numbers/lookup.json", **dict(pairs)).json["number_info"]
    assert info["phone_number"] == prefix + "15152073167"
    assert {"name", "country"} <= set(info["carrier"])
    assert None not in (info["date_created"], info["date_modified"])
