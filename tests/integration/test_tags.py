"""Tags of numbers: what is asked and sent, and what comes of each form of the answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Callable

import pytest

from tests.contract import ACCOUNT, BASE
from tests.integration.scripted_server import ScriptedServer, answer, use
from tests.strategies import Color
from vivialconnect import Number, ResourceError

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

TAGS_OF_7 = BASE + ACCOUNT + "/numbers/7/tags.json"
TAGGED = BASE + ACCOUNT + "/numbers/tags.json"
KEPT = {"table": "4"}

#: What the three calls are, as method and body.
CALLS: dict[str, tuple[Callable[[Number], dict[str, str]], str, Any]] = {
    "reload": (lambda number: number.reload_tags(), "GET", None),
    "replace": (lambda number: number.replace_tags(KEPT), "PUT", {"tags": KEPT}),
    "remove": (lambda number: number.remove_tag("area"), "DELETE", {"tags": {"area": ""}}),
}
#: What has been seen as the answer, and what has been taken for it.
SHAPES = {
    "alone": {"tags": KEPT},
    "within the number": {"phone_number": {"id": 7, "name": "Another", "tags": KEPT}},
    "both": {"phone_number": {"id": 7, "tags": KEPT}, "tags": KEPT},
}


def row() -> Number:
    """Return a number as it was found a while ago."""
    return Number({"id": 7, "name": "Front desk", "tags": {"table": "3", "area": "hall"}})


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("call", CALLS)
def test_tags__each_call_and_answer(call: str, shape: str) -> None:
    """Each call goes to the tags of the number, and the row's tags follow whatever answer comes."""
    perform, method, body = CALLS[call]
    number = row()
    with ScriptedServer(answer(SHAPES[shape])) as server:
        use(server)
        assert perform(number) == KEPT

    [request] = server.requests
    assert (request.method, request.target) == (method, TAGS_OF_7)
    signed = "date;host" if body is None else "content-type;date;host"
    assert request.headers["x-auth-signedheaders"] == signed
    assert (json.loads(request.body) if request.body else None) == body
    assert number.tags == KEPT
    assert number.name == "Front desk"


@pytest.mark.parametrize("call", ["replace", "remove"])
def test_tags__empty_answer(call: str) -> None:
    """Where a change is answered with nothing, the tags are asked for."""
    number = row()
    with ScriptedServer(answer(status=204), answer({"tags": KEPT})) as server:
        use(server)
        assert CALLS[call][0](number) == KEPT

    assert [request.method for request in server.requests] == [CALLS[call][1], "GET"]
    assert number.tags == KEPT


@pytest.mark.parametrize("said", [[], {}, {"tags": []}, {"phone_number": {"id": 7}}])
@pytest.mark.parametrize("call", CALLS)
def test_tags__answer_without_tags(call: str, said: Any) -> None:
    """An answer without tags is an error that tells what came, and the row stays as it was."""
    number = row()
    with ScriptedServer(answer(said)) as server:
        use(server)
        with pytest.raises(ResourceError, match="expected tags in the response, got"):
            CALLS[call][0](number)

    assert number.tags == {"table": "3", "area": "hall"}


def test_tags__empty_answer_to_reading() -> None:
    """Reading that is answered with nothing is an error."""
    with ScriptedServer(answer(status=204)) as server:
        use(server)
        with pytest.raises(ResourceError, match="expected tags in the response, got nothing"):
            row().reload_tags()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: row().remove_tag(""), "key must be the name of a tag"),
        (lambda: row().remove_tag(5), "key must be the name of a tag"),
        (lambda: row().remove_tag("\ud83d"), "cannot be written in UTF-8"),
        (lambda: row().replace_tags("table:4"), "tags must be a dict of strings"),
        (lambda: row().replace_tags({"table": 4}), "tags must be a dict of strings"),
        (lambda: row().replace_tags({4: "table"}), "tags must be a dict of strings"),
        (lambda: Number().remove_tag("area"), "has no id"),
        (lambda: Number().replace_tags({}), "has no id"),
        (lambda: Number().reload_tags(), "has no id"),
        (lambda: Number.tagged_numbers("table:4"), "contains must be a dict of tags"),
        (lambda: Number.tagged_numbers({("table", "4")}), "contains must be a dict of tags"),
        (lambda: Number.tagged_numbers(["table"]), "contains must contain pairs of strings"),
        (
            lambda: Number.tagged_numbers([("a", "b", "c")]),
            "contains must contain pairs of strings",
        ),
        (lambda: Number.tagged_numbers({"table": 4}), "contains must contain pairs of strings"),
        (lambda: Number.tagged_numbers({"ta:ble": "4"}), "contains cannot contain the tag"),
        (lambda: Number.tagged_numbers({"ta,ble": "4"}), "contains cannot contain the tag"),
        (lambda: Number.tagged_numbers({"table": "4,5"}), "contains cannot contain the tag"),
        (lambda: Number.tagged_numbers({"": "4"}), "contains cannot contain the tag"),
        (lambda: Number.tagged_numbers(None, {"a:b": ""}), "notcontains cannot contain the tag"),
        (lambda: Number.find_each_tagged_number({"a:b": ""}), "contains cannot contain the tag"),
        (lambda: Number.find_each_tagged_number(page_size=151), "page_size must be"),
        (lambda: Number.find_each_tagged_number(limit=-1), "limit must be"),
    ],
)
def test_tags__refused(call: Callable[[], Any], words: str) -> None:
    """What cannot be a tag, or be told apart from another in the query, is refused at once."""
    with ScriptedServer(answer({"tags": {}})) as server:
        use(server)
        with pytest.raises(ValueError, match=words):
            call()

    assert server.requests == []


@pytest.mark.parametrize(
    ("contains", "notcontains", "query"),
    [
        (None, None, ""),
        ({}, [], ""),
        ({"table": "4"}, None, "?contains=table%3A4"),
        (None, {"area": "hall"}, "?notcontains=area%3Ahall"),
        ({"a": "1", "b": ""}, {"c": "3"}, "?contains=a%3A1%2Cb%3A&notcontains=c%3A3"),
        (
            [("a", "1"), ["a", "2"]],
            (("b", "x:y"),),
            "?contains=a%3A1%2Ca%3A2&notcontains=b%3Ax%3Ay",
        ),
        ({"color": Color.RED}, None, "?contains=color%3Ared"),
        ({"t\xfcr": "a b"}, None, "?contains=t%C3%BCr%3Aa%20b"),
    ],
)
def test_tagged_numbers__query(contains: Any, notcontains: Any, query: str) -> None:
    """Tags are written as name:value with commas between, and none is left out."""
    with ScriptedServer(answer({"items": []})) as server:
        use(server)
        assert Number.tagged_numbers(contains, notcontains) == []

    assert [(request.method, request.target) for request in server.requests] == [
        ("GET", TAGGED + query)
    ]


def test_tagged_numbers__page() -> None:
    """A page is a list of numbers, with what the service says of the pages beside it."""
    items = [{"id": 7, "phone_number": "+19132597591", "tags": KEPT}]
    said = {"count": 86, "items": items, "next": 3, "pages": 86, "previous": 1}
    with ScriptedServer(answer(said)) as server:
        use(server)
        found = Number.tagged_numbers(KEPT, page=2, limit=1)

    assert [request.target for request in server.requests] == [
        TAGGED + "?contains=table%3A4&page=2&limit=1"
    ]
    assert [(type(number), number.id, number.tags) for number in found] == [(Number, 7, KEPT)]
    assert found.meta == {"count": 86, "next": 3, "pages": 86, "previous": 1}


def test_find_each_tagged__pages() -> None:
    """The walk asks for a page when it is needed, and gives each number once."""
    pages: list[list[dict[str, Any]]] = [
        [{"id": 1}, {"id": 2}],
        [{"id": 2}, {"id": 3}],
        [{"id": 4}],
    ]
    with ScriptedServer(*[answer({"items": page}) for page in pages]) as server:
        use(server)
        numbers = Number.find_each_tagged_number(KEPT, page_size=2)
        assert next(numbers).id == 1
        assert len(server.requests) == 1
        assert [number.id for number in numbers] == [2, 3, 4]

    assert [request.target for request in server.requests] == [
        f"{TAGGED}?contains=table%3A4&limit=2&page={page}" for page in (1, 2, 3)
    ]


def test_find_each_tagged__tags_of_the_call() -> None:
    """What becomes of the tags after the call does not change the walk."""
    tags = dict(KEPT)
    with ScriptedServer(answer({"items": []})) as server:
        use(server)
        numbers = Number.find_each_tagged_number(tags)
        tags["area"] = "hall"
        assert list(numbers) == []

    assert [request.target for request in server.requests] == [
        TAGGED + "?contains=table%3A4&limit=150&page=1"
    ]


class TestSandbox:
    """Tags as the sandbox keeps them."""

    @pytest.fixture(autouse=True)
    def _buy(self, vivialconnect_sandbox: Sandbox) -> None:
        self.sandbox = vivialconnect_sandbox
        self.numbers = [
            Number.create({**bought, "tags": tags})
            for bought, tags in zip(
                ({"phone_number": number.phone_number} for number in Number.available(limit=4)),
                (
                    {"table": "1", "area": "hall"},
                    {"table": "2", "area": "hall"},
                    {"table": "1", "area": "terrace", "note": "a:b"},
                    {},
                ),
            )
        ]

    def numbers_at(self, *places: int) -> list[Number]:
        """Return the numbers at these places."""
        return [self.numbers[place] for place in places]

    @pytest.mark.parametrize(
        ("contains", "notcontains", "places"),
        [
            ({"area": "hall"}, None, (0, 1)),
            ({"area": "hall", "table": "1"}, None, (0,)),
            ({"table": "1"}, {"area": "hall"}, (2,)),
            ({"note": "a:b"}, None, (2,)),
            ({"area": "garden"}, None, ()),
        ],
    )
    def test_tagged_numbers__found(
        self, contains: dict[str, str], notcontains: Any, places: tuple[int, ...]
    ) -> None:
        """Found are the numbers that have all of one and none of the other."""
        found = Number.tagged_numbers(contains, notcontains)

        assert found == self.numbers_at(*places)
        assert found.meta["count"] == len(places)

    def test_tagged_numbers__pages(self) -> None:
        """Each page tells of the one before and the one after."""
        first = Number.tagged_numbers({"area": "hall"}, limit=1)
        second = Number.tagged_numbers({"area": "hall"}, limit=1, page=2)

        assert first + second == self.numbers_at(0, 1)
        assert first.meta == {"count": 2, "pages": 2, "next": 2, "previous": None}
        assert second.meta == {"count": 2, "pages": 2, "next": None, "previous": 1}

    def test_find_each_tagged__all(self) -> None:
        """The walk gives what the pages hold together."""
        walked = Number.find_each_tagged_number({"table": "1"}, page_size=1)

        assert list(walked) == self.numbers_at(0, 2)
        assert list(Number.find_each_tagged_number({"area": "hall"}, limit=1)) == self.numbers_at(0)

    def test_tags__changed_alone(self) -> None:
        """Tags are replaced, read and removed without the rest of the row."""
        number = self.numbers[0]
        number.name = "not saved"

        assert number.replace_tags({"table": "9", "note": ""}) == {"table": "9", "note": ""}
        assert number.remove_tag("table") == {"note": ""}
        assert number.remove_tag("never there") == {"note": ""}
        assert number.reload_tags() == {"note": ""} == number.tags
        assert Number.find(number.id).tags == {"note": ""}
        assert Number.find(number.id).name != number.name

    def test_tags__saved_with_the_row(self) -> None:
        """The tags of a row are a plain dict, and saving sends them with the rest."""
        number = Number.find(self.numbers[0].id)
        number.tags["note"] = "window"
        number.save()

        assert type(number.tags) is dict
        assert json.loads(self.sandbox.requests[-1].body)["phone_number"]["tags"] == {
            "table": "1",
            "area": "hall",
            "note": "window",
        }
        assert self.numbers[0].reload_tags()["note"] == "window"
