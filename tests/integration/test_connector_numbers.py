"""Connectors with more numbers than they show, and answers as other services might give them."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from typing import Any, Callable

import pytest

from tests.integration.scripted_server import ACCOUNT, ScriptedServer, answer, use
from vivialconnect import (
    BadRequest,
    Connector,
    ConnectorCallback,
    ConnectorNumber,
    Number,
    ResourceError,
)
from vivialconnect.sandbox import Sandbox

MANY = 120
SHOWN = 50


@pytest.fixture(scope="module")
def crowded() -> Iterator[Sandbox]:
    """Give a service with 121 numbers, 120 of them of a connector. Tests leave it as it was."""
    with Sandbox() as running:
        running.configure()
        found = Number.available(limit=MANY + 1)
        for number in found:
            number.buy()
        Connector.create({"name": "Many", "phone_numbers": found[:MANY]})
        yield running


@pytest.fixture
def connector(crowded: Sandbox) -> Connector:
    """Give the connector, as it is found."""
    crowded.configure()
    return Connector.find(1)


def listed(count: int = 1) -> list[dict[str, Any]]:
    """Return numbers as a connector lists them."""
    return [{"phone_number": f"+1913{at:07}", "phone_number_id": at} for at in range(count)]


def shown(**fields: Any) -> Any:
    """Return a script that gives a connector."""
    row = {"id": 1, "callbacks": [], "phone_numbers": listed(), "more_numbers": False}
    return answer({"connector": {**row, **fields}})


def below(name: str, found: Any, **around: Any) -> Any:
    """Return a script that gives a list below a connector."""
    return answer({"connector": {name: found}, **around})


# More numbers than are shown


def test_many__walk_gives_each_once(connector: Connector) -> None:
    """Each of 120 numbers is given once, also while one is added, at any size of the pages."""
    for page_size in (150, 50, 7):
        walk = connector.find_each_number(page_size=page_size)
        ids = [next(walk).id]
        connector.add_numbers(ConnectorNumber(phone_number_id=MANY + 1))
        ids += [number.id for number in walk]
        connector.remove_numbers(ConnectorNumber(phone_number_id=MANY + 1))
        assert len(set(ids)) == len(ids)
        assert set(ids) >= set(range(1, MANY + 1))

    assert connector.count_numbers() == MANY


def test_many__shown_numbers(connector: Connector) -> None:
    """A connector shows 50 and says that there are more, in a plain list."""
    assert len(connector.phone_numbers) == SHOWN
    assert connector.more_numbers is True
    assert type(connector.phone_numbers) is type(connector.to_dict()["phone_numbers"]) is list


@pytest.mark.parametrize(
    "find",
    [
        lambda: Connector.find(1),
        lambda: Connector.find()[0],
        lambda: next(Connector.find_each()),
        lambda: copy.copy(Connector.find(1)),
        lambda: pickle.loads(pickle.dumps(Connector.find(1))),
        lambda: saved(Connector.find(1)),
        lambda: assigned(Connector.find(1)),
    ],
    ids=["find", "page", "walk", "copy", "pickle", "saved", "attributes"],
)
def test_many__save(find: Callable[[], Connector], connector: Connector, crowded: Sandbox) -> None:
    """Saving leaves the numbers out where they are not all, so that none is lost."""
    found = find()
    found.callbacks = [{"message_type": "voice", "event_type": "incoming", "url": "https://a"}]
    found.save()
    sent = json.loads(crowded.requests[-1].body)["connector"]

    assert "phone_numbers" not in sent
    assert sent["callbacks"][0]["message_type"] == "voice"
    assert connector.count_numbers() == MANY
    assert len(found.phone_numbers) == SHOWN


def saved(connector: Connector) -> Connector:
    """Save a connector and return it."""
    connector.save()
    return connector


def assigned(connector: Connector) -> Connector:
    """Assign to a connector its own fields, and return it."""
    connector.attributes = connector.to_dict()
    return connector


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.phone_numbers.append("+19132597591"),
        lambda row: row.phone_numbers.pop(),
        lambda row: setattr(row, "phone_numbers", ["+19132597591"]),
        lambda row: setattr(row.phone_numbers[3], "phone_number", "+1"),
        lambda row: row.phone_numbers.reverse(),
        lambda row: setattr(row, "id", None),
    ],
    ids=["append", "pop", "set", "object", "order", "new"],
)
def test_many__save_changed(
    change: Callable[[Connector], object], connector: Connector, crowded: Sandbox
) -> None:
    """Where numbers that are not all were changed, saving is refused, and names what does it."""
    change(connector)
    for row in (connector, copy.copy(connector), pickle.loads(pickle.dumps(connector))):
        before = len(crowded.requests)
        with pytest.raises(ValueError, match="add_numbers, remove_numbers or replace_numbers"):
            row.save()
        assert len(crowded.requests) == before


def test_many__save_changed_before_another_list(connector: Connector, crowded: Sandbox) -> None:
    """Numbers that were changed are not forgotten where another list of the connector changes."""
    connector.phone_numbers.pop()
    connector.add_callbacks({"message_type": "text", "event_type": "status", "url": "https://a"})
    before = len(crowded.requests)
    with pytest.raises(ValueError, match="add_numbers, remove_numbers or replace_numbers"):
        connector.save()

    assert len(crowded.requests) == before


def test_many__save_made_here(connector: Connector, crowded: Sandbox) -> None:
    """Numbers that the caller gave beside more_numbers may be a change, so saving is refused."""
    made = Connector(connector.to_dict())
    before = len(crowded.requests)
    with pytest.raises(ValueError, match="add_numbers, remove_numbers or replace_numbers"):
        made.save()

    assert len(crowded.requests) == before


def test_many__save_without_numbers(connector: Connector, crowded: Sandbox) -> None:
    """Numbers that were removed from the fields are not sent."""
    del connector.phone_numbers
    connector.save()

    assert "phone_numbers" not in json.loads(crowded.requests[-1].body)["connector"]
    assert connector.count_numbers() == MANY


def test_many__calls_of_their_own(connector: Connector) -> None:
    """The row follows what is added and removed; then it can be saved as before."""
    first = connector.phone_numbers[0]
    connector.remove_numbers(first)
    assert first not in connector.phone_numbers
    assert (len(connector.phone_numbers), connector.more_numbers) == (SHOWN, True)
    assert connector.save() is True
    assert connector.count_numbers() == MANY - 1

    connector.add_numbers(first)
    assert connector.phone_numbers[0].id == first.id
    assert connector.count_numbers() == MANY


# Answers of other forms


def test_walk__pages_smaller_than_asked_for() -> None:
    """A walk follows the service's own ``next``, also where it gives less than it is asked for."""
    pages = [
        below("phone_numbers", listed(2), next=2, count=3),
        below("phone_numbers", listed(3)[2:], next=None, count=3),
    ]
    with ScriptedServer(*pages) as server:
        use(server)
        ids = [number.id for number in Connector(1).find_each_number()]

    assert ids == [0, 1, 2]
    assert [request.target.partition("?")[2] for request in server.requests] == [
        "page=1&limit=150",
        "page=2&limit=150",
    ]


def test_walk__full_page_that_is_the_last() -> None:
    """A full page that says that none follows is the last."""
    with ScriptedServer(below("phone_numbers", listed(2), next=None)) as server:
        use(server)
        assert len(list(Connector(1).find_each_number(page_size=2))) == 2

    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("around", "count", "more"),
    [({"next": 2}, 2, True), ({"next": None}, 2, False), ({}, 2, False), ({}, SHOWN, True)],
)
def test_add_numbers__whether_there_are_more(
    around: dict[str, Any], count: int, *, more: bool
) -> None:
    """The page says whether more follow; one that does not and is full is taken for not all."""
    with ScriptedServer(shown(), below("phone_numbers", listed(count), **around)) as server:
        use(server)
        connector = Connector.find(1)
        connector.add_numbers("+19130000001")

    assert connector.more_numbers is more
    assert len(connector.phone_numbers) == count


@pytest.mark.parametrize("empty", [b"", {}])
def test_remove_numbers__answer_that_says_nothing(empty: Any) -> None:
    """Where the answer to a change is empty, the list is asked for, and the row follows that."""
    with ScriptedServer(
        shown(), answer(empty), below("phone_numbers", listed(2), next=None)
    ) as server:
        use(server)
        connector = Connector.find(1)
        connector.remove_numbers("+1")

    assert len(connector.phone_numbers) == 2
    assert [(request.method, request.target) for request in server.requests[1:]] == [
        ("DELETE", ACCOUNT + "/connectors/1/phone_numbers.json"),
        ("GET", ACCOUNT + "/connectors/1/phone_numbers.json"),
    ]


def test_remove_numbers__list_that_is_not_to_be_had() -> None:
    """Where the change was made and its outcome cannot be asked for, the error says so."""
    with ScriptedServer(shown(), answer(b""), answer({"message": "no"}, 400)) as server:
        use(server)
        connector = Connector.find(1)
        with pytest.raises(BadRequest, match="the change was made: call reload"):
            connector.remove_numbers("+1")

    assert [request.method for request in server.requests] == ["GET", "DELETE", "GET"]


@pytest.mark.parametrize(
    ("wrong", "outcome"),
    [
        ({"connector": 5}, "accepted"),
        ({"connector": {"callbacks": {}}}, "accepted"),
        ([], "unknown"),
        (5, "unknown"),
    ],
)
def test_add_callbacks__answer_of_another_shape(wrong: Any, outcome: str) -> None:
    """An answer that has no list is an error; with the root, the change was accepted."""
    with ScriptedServer(shown(), answer(wrong)) as server:
        use(server)
        connector = Connector.find(1)
        with pytest.raises(ResourceError) as caught:
            connector.add_callbacks({"message_type": "text", "event_type": "status"})

    assert caught.value.outcome == outcome
    assert connector.callbacks == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"callbacks": [5]}, "a ConnectorCallback must be a dict of its fields, got int"),
        ({"callbacks": [[]]}, "got list"),
        ({"phone_numbers": {}}, "phone_numbers must be a list, got dict"),
        ({"phone_numbers": 5, "more_numbers": True}, "phone_numbers must be a list, got int"),
    ],
)
def test_lists__of_another_shape(fields: dict[str, Any], words: str) -> None:
    """A connector with an invalid list is a ResourceError, alone and in a page."""
    page = answer({"connectors": [{"id": 1, **fields}]})
    with ScriptedServer(shown(**fields), page, shown(), shown(**fields)) as server:
        use(server)
        with pytest.raises(ResourceError, match="a connector in the response is invalid.*" + words):
            Connector.find(1)
        with pytest.raises(ResourceError, match=words):
            Connector.find()
        connector = Connector.find(1)
        with pytest.raises(ResourceError, match=words) as caught:
            connector.save()

    assert caught.value.outcome == "accepted"
    assert connector.to_dict()["phone_numbers"] == listed()


def test_lists__null_or_absent() -> None:
    """``null`` is an empty list; a list that the response does not have is no field."""
    page = answer({"connectors": [{"id": 1}, {"id": 2, "callbacks": []}]})
    with ScriptedServer(shown(callbacks=None, more_numbers=None), page) as server:
        use(server)
        assert Connector.find(1).callbacks == []
        found = Connector.find()

    assert [[*connector.attributes] for connector in found] == [["id"], ["id", "callbacks"]]


def test_save__empty_response() -> None:
    """If the response to a save is empty, the lists stay as they were."""
    with ScriptedServer(answer(b"")) as server:
        use(server)
        connector = Connector(1, callbacks=[], phone_numbers=["+19130000001"])
        connector.save()

    assert connector.phone_numbers[0].phone_number == "+19130000001"
    assert json.loads(server.requests[0].body)["connector"] == {
        "id": 1,
        "callbacks": [],
        "phone_numbers": [{"phone_number": "+19130000001"}],
    }


def test_add_numbers__keeps_changes_of_callbacks() -> None:
    """Unsaved changes of the other list are still there after a change of one."""
    with ScriptedServer(shown(), below("phone_numbers", listed(), next=2)) as server:
        use(server)
        connector = Connector.find(1)
        callback = ConnectorCallback()
        connector.callbacks = [callback, "invalid"]
        connector.add_numbers("+1")

    assert connector.callbacks == [callback, "invalid"]
    assert connector.more_numbers is True
