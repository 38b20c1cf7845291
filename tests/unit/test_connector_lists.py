"""The lists of a connector, without requests: what they contain, and what data they give."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any, Callable

import pytest

from vivialconnect import Connector, ConnectorCallback, ConnectorNumber, Number

FIRST, SECOND = "+19132597591", "+18162211212"
INCOMING = {"message_type": "text", "event_type": "incoming", "url": "https://example.com/in"}
STATUS = {"message_type": "text", "event_type": "status", "url": "https://example.com/status"}


def connector() -> Connector:
    """Return a connector with two phone numbers and two callbacks."""
    return Connector({"phone_numbers": [FIRST, SECOND], "callbacks": [INCOMING, STATUS]})


def test_lists__new_connector() -> None:
    """A new connector has two empty lists; one with an id has only what it was given."""
    new = Connector()
    assert new.to_dict() == {"callbacks": [], "phone_numbers": []}
    assert type(new.callbacks) is type(new.phone_numbers) is list
    assert Connector({"callbacks": None}).callbacks == []

    known = Connector(5, callbacks=[INCOMING])
    assert [*known.attributes] == ["id", "callbacks"]
    with pytest.raises(
        AttributeError, match="no 'phone_numbers': the service did not send this field"
    ):
        known.phone_numbers.append(FIRST)


def test_lists__constructor() -> None:
    """The constructor makes objects; an object that it is given is the one in the list."""
    callback = ConnectorCallback(STATUS)
    made = Connector(
        phone_numbers=(FIRST, {"phone_number_id": 7}, Number({"id": 8, "phone_number": SECOND})),
        callbacks=[INCOMING, callback],
    )

    assert {*map(type, made.phone_numbers)} == {ConnectorNumber}
    assert [number.id for number in made.phone_numbers] == [None, 7, 8]
    assert made.callbacks[0].url == INCOMING["url"]
    assert made.callbacks[1] is callback


def test_lists__given_data_stays_as_it_is() -> None:
    """Neither the dicts nor the list that a connector is made from change with it."""
    given = {"callbacks": [dict(INCOMING)]}
    made = Connector(given)
    made.callbacks[0].url = STATUS["url"]
    made.callbacks.clear()

    assert given == {"callbacks": [INCOMING]}


def test_lists__what_is_put_in_stays_as_it_is() -> None:
    """A list keeps what is put into it; as data it is a dict."""
    row = Connector()
    row.phone_numbers += [FIRST, {"phone_number_id": 7}]
    row.phone_numbers.insert(0, Number({"id": 8, "name": "(816) 221-1212", "phone_number": SECOND}))
    row.callbacks = [ConnectorCallback(STATUS)]
    row.callbacks[0].method = "POST"
    plain = {
        "callbacks": [{**STATUS, "method": "POST"}],
        "phone_numbers": [
            {"phone_number": SECOND, "phone_number_id": 8},
            {"phone_number": FIRST},
            {"phone_number_id": 7},
        ],
    }

    assert row.phone_numbers[1] == FIRST
    assert row.to_dict() == json.loads(row.to_json()) == plain
    assert row.attributes["callbacks"] is row.callbacks


@pytest.mark.parametrize(
    ("name", "wrong", "words"),
    [
        ("phone_numbers", ["9132597591"], r"in E\.164 format \(\+19132597591\), got '9132597591'"),
        ("phone_numbers", [FIRST, 7], "a string like '\\+19132597591', got int"),
        ("phone_numbers", [None], "got NoneType"),
        ("phone_numbers", [b"+1"], "got bytes"),
        ("phone_numbers", [ConnectorCallback(INCOMING)], "got ConnectorCallback"),
        ("phone_numbers", [Number({"name": "no number"})], "got Number"),
        ("phone_numbers", FIRST, "phone_numbers must be a list, got str"),
        ("phone_numbers", iter([FIRST]), "phone_numbers must be a list, got list_iterator"),
        ("callbacks", ["https://a:secret@b"], "must be a dict of its fields, got str$"),
        ("callbacks", INCOMING, "callbacks must be a list, got dict"),
        ("callbacks", 5, "callbacks must be a list, got int"),
    ],
)
@pytest.mark.parametrize("use", [Connector.to_dict, Connector.save, copy.copy, pickle.dumps])
def test_lists__invalid(use: Callable[[Connector], Any], name: str, wrong: Any, words: str) -> None:
    """What has no form as data is a ValueError that names it, in the constructor and later."""
    with pytest.raises(ValueError, match=words):
        Connector({name: wrong})
    row = Connector()
    row.attributes[name] = wrong
    with pytest.raises(ValueError, match=words):
        use(row)


def test_lists__removed() -> None:
    """A list that was removed is not in the data."""
    row = connector()
    del row.callbacks

    assert [*row.to_dict()] == ["phone_numbers"]


def test_attributes__assigned() -> None:
    """Fields that are assigned as a whole are objects in the lists too."""
    row = connector()
    row.attributes = {"callbacks": [STATUS], "name": "Reminders"}

    assert (row.name, row.callbacks[0].url) == ("Reminders", STATUS["url"])
    assert "phone_numbers" not in row.attributes


def test_attributes__in_any_order() -> None:
    """Neither lists nor fields change their order in the data."""
    fields = {"phone_numbers": [{"phone_number": FIRST}], "name": "a", "callbacks": [STATUS]}

    assert [*Connector(fields).to_dict()] == [*fields]


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda row: pickle.loads(pickle.dumps(row))]
)
def test_copies__share_nothing(copied: Callable[[Connector], Connector]) -> None:
    """Copies and pickles have lists and objects of their own."""
    row = connector()
    row.phone_numbers.append("+1")
    twin = copied(row)
    assert twin.to_dict() == row.to_dict()
    assert {*map(type, twin.phone_numbers)} == {ConnectorNumber}

    twin.callbacks[0].url = "https://example.com/twin"
    twin.phone_numbers.clear()
    assert row.callbacks[0].url == INCOMING["url"]
    assert len(row.phone_numbers) == 3


def test_repr__lists() -> None:
    """Lists show their objects, and no credentials of a URL, also in the attributes."""
    row = connector()
    row.callbacks[0].url = "https://me:hidden@example.com/in?key=hidden"

    assert repr(row.phone_numbers[:1]) == "[<ConnectorNumber new phone_number='+19132597591'>]"
    assert "hidden" not in repr(row.callbacks) + repr(row.attributes) + repr(row)


def test_fields__are_known() -> None:
    """The lists are fields of the class."""
    assert {"callbacks", "phone_numbers", "more_numbers"} <= {*dir(Connector())}
    with pytest.warns(UserWarning, match="did you mean 'phone_numbers'"):
        Connector({"phone_number": [FIRST]})
