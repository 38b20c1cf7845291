"""Connectors with more numbers than they show, and answers as other services might give them."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from typing import Any, Callable

import pytest

from tests.integration.scripted_server import ACCOUNT, ScriptedServer, answer, use
from vivialconnect import BadRequest, Connector, ConnectorNumber, Number, ResourceError
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
    return [{"phone_number": "+1913{:07}".format(at), "phone_number_id": at} for at in range(count)]


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
    """A connector shows 50 and says that there are more; as data they are a list all the same."""
    assert len(connector.phone_numbers) == SHOWN
    assert connector.more_numbers is True
    assert isinstance(connector.attributes["phone_numbers"], list)
    assert type(connector.to_dict()["phone_numbers"]) is list


@pytest.mark.parametrize(
    "find",
    [
        lambda: Connector.find(1),
        lambda: Connector.find()[0],
        lambda: next(Connector.find_each()),
        lambda: copy.copy(Connector.find(1)),
        lambda: pickle.loads(pickle.dumps(Connector.find(1))),
        lambda: saved(Connector.find(1)),
    ],
    ids=["find", "page", "walk", "copy", "pickle", "saved"],
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


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.phone_numbers.append("+19132597591"),
        lambda row: row.phone_numbers.pop(),
        lambda row: setattr(row, "phone_numbers", ["+19132597591"]),
        lambda row: setattr(row.phone_numbers[3], "phone_number", "+1"),
        lambda row: row.attributes["phone_numbers"].reverse(),
        lambda row: setattr(row, "id", None),
        lambda row: setattr(row, "attributes", row.to_dict()),
    ],
    ids=["append", "pop", "set", "element", "data", "new", "attributes"],
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


def test_many__save_without_numbers(connector: Connector, crowded: Sandbox) -> None:
    """Numbers that the row has not are not sent as none."""
    vars(connector)["phone_numbers"] = None
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
    [
        ({"next": 2}, 2, True),
        ({"next": None}, 2, False),
        ({}, 2, False),
        ({}, SHOWN, True),
    ],
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
        with pytest.raises(BadRequest, match="the change itself was made, and reload"):
            connector.remove_numbers("+1")

    assert [request.method for request in server.requests] == ["GET", "DELETE", "GET"]


@pytest.mark.parametrize("wrong", [{"connector": 5}, {"connector": {"callbacks": {}}}, [], 5])
def test_add_callbacks__answer_of_another_shape(wrong: Any) -> None:
    """An answer that has no list is an error that says that the change was accepted."""
    with ScriptedServer(shown(), answer(wrong)) as server:
        use(server)
        connector = Connector.find(1)
        with pytest.raises(ResourceError) as caught:
            connector.add_callbacks({"message_type": "text", "event_type": "status"})

    assert caught.value.outcome == "accepted"
    assert connector.callbacks == []


def test_find__lists_of_another_shape() -> None:
    """A connector whose list is none is no connector; ``null`` is an empty list."""
    with ScriptedServer(
        shown(callbacks=[5]), shown(phone_numbers={}), shown(callbacks=None, more_numbers=None)
    ) as server:
        use(server)
        with pytest.raises(ResourceError, match="callbacks of the answer is no list of objects"):
            Connector.find(1)
        with pytest.raises(ResourceError, match="phone_numbers of the answer is no list"):
            Connector.find(1)
        assert Connector.find(1).callbacks == []


def test_find__page_with_another_shape() -> None:
    """In a page a list that is none is told of when it is read."""
    row = {"id": 1, "phone_numbers": 5, "more_numbers": True}
    with ScriptedServer(answer({"connectors": [row]})) as server:
        use(server)
        found = Connector.find()[0]

    assert found.to_dict() == row
    with pytest.raises(ResourceError, match="is no list of objects"):
        len(found.phone_numbers)


def test_add_numbers__elements_without_a_name_stay_in_their_list() -> None:
    """What is being filled in the other list is still there after a list's own call."""
    with ScriptedServer(shown(), below("phone_numbers", listed(), next=None)) as server:
        use(server)
        connector = Connector.find(1)
        callback = type(connector).callbacks.kind()
        connector.callbacks.append(callback)
        connector.add_numbers("+1")

    callback.url = "https://example.com"
    assert connector.to_dict()["callbacks"] == [{"url": "https://example.com"}]
