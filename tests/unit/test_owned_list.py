"""The lists of a connector: views of plain dicts that do what lists do. No calls."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivialconnect import (
    Connector,
    ConnectorCallback,
    ConnectorNumber,
    Message,
    Number,
    ResourceError,
)

FIRST, SECOND, THIRD = "+19132597591", "+18162211212", "+12122266016"
INCOMING = {"message_type": "text", "event_type": "incoming", "url": "https://example.com/in"}
STATUS = {"message_type": "text", "event_type": "status", "url": "https://example.com/status"}


def connector() -> Connector:
    """Return a connector with three numbers and two callbacks."""
    return Connector({"phone_numbers": [FIRST, SECOND, THIRD], "callbacks": [INCOMING, STATUS]})


def numbers(row: Connector) -> list[str]:
    """Return the numbers of a connector, as its data has them."""
    return [number["phone_number"] for number in row.attributes["phone_numbers"]]


def test_list__new_row() -> None:
    """A row without lists shows empty ones, and has none until something is put in."""
    row = Connector()

    assert (row.callbacks, row.phone_numbers) == ([], [])
    assert row.to_dict() == {}
    row.callbacks.append(INCOMING)
    assert row.to_dict() == {"callbacks": [INCOMING]}


@pytest.mark.parametrize(
    "number",
    [
        FIRST,
        {"phone_number": FIRST},
        ConnectorNumber(phone_number=FIRST),
        ConnectorNumber({"phone_number": FIRST}),
        Number({"phone_number": FIRST, "name": "(913) 259-7591"}),
    ],
    ids=lambda number: type(number).__name__,
)
def test_append__number(number: Any) -> None:
    """A text, a dict, an object and a row of the account become a number of the connector."""
    row = Connector()
    row.phone_numbers.append(number)

    assert type(row.phone_numbers[0]) is ConnectorNumber
    assert row.to_dict() == {"phone_numbers": [{"phone_number": FIRST}]}


def test_append__number_with_an_id() -> None:
    """A number of the account brings its id, which is the id of the element too."""
    row = Connector()
    row.phone_numbers.append(Number({"id": 7, "phone_number": FIRST}))
    row.phone_numbers.append(ConnectorNumber(phone_number_id=8))

    assert [number.id for number in row.phone_numbers] == [7, 8]
    assert row.to_dict()["phone_numbers"] == [
        {"phone_number": FIRST, "phone_number_id": 7},
        {"phone_number_id": 8},
    ]


@pytest.mark.parametrize(
    "wrong", ["9132597591", 7, None, Message(1), ConnectorCallback(), b"+1", [FIRST]]
)
def test_append__no_number(wrong: Any) -> None:
    """What is no number is refused in words that say what is one, and nothing changes."""
    row = Connector()
    with pytest.raises(ValueError, match=r"a dict of its fields, a text like '\+19132597591'"):
        row.phone_numbers.append(wrong)

    assert row.to_dict() == {}


def test_append__no_callback() -> None:
    """A callback is made of a dict or is one."""
    with pytest.raises(ValueError, match="a ConnectorCallback is made of a dict of its fields"):
        Connector().callbacks.append(ConnectorNumber(FIRST))  # type: ignore[arg-type] # the case
    with pytest.raises(ValueError, match="the names of fields must be strings"):
        Connector().callbacks.append({1: 2})  # type: ignore[dict-item] # the case


def test_writing__all_ways() -> None:
    """Items, slices, insertion and addition convert, and deletions are those of a list."""
    row = connector()
    listed = row.phone_numbers
    listed[0] = "+1"
    listed[1:2] = ["+2", {"phone_number": "+3"}]
    listed.insert(0, "+0")
    listed.extend(["+4"])
    row.phone_numbers += ["+5"]
    assert numbers(row) == ["+0", "+1", "+2", "+3", THIRD, "+4", "+5"]
    assert {type(number) for number in listed} == {ConnectorNumber}

    del listed[0], listed[-2:]
    assert listed.pop().phone_number == THIRD
    listed.remove("+2")
    listed.reverse()
    assert numbers(row) == ["+3", "+1"]
    assert [*listed, "+9"] == listed + ["+9"]  # noqa: RUF005 - the case
    listed.clear()
    assert (len(listed), numbers(row)) == (0, [])


@pytest.mark.parametrize("wrong", [5, None])
def test_setting__no_list(wrong: Any) -> None:
    """What is no list is refused, in the constructor and later."""
    with pytest.raises(ValueError, match="phone numbers are given as a list"):
        connector().phone_numbers = wrong
    with pytest.raises(ValueError, match="callbacks are given as a list, not as 5"):
        Connector({"callbacks": 5})


def test_setting__list() -> None:
    """The whole list can be set, from any iterable; one that stands alone is a list of one."""
    row = connector()
    row.phone_numbers = (text for text in ("+1", "+2"))
    assert numbers(row) == ["+1", "+2"]

    row.phone_numbers = row.phone_numbers[1:]
    assert numbers(row) == ["+2"]
    row.phone_numbers = "+3"
    assert numbers(row) == ["+3"]
    with pytest.raises(ValueError, match="is made of"):
        row.phone_numbers = row.callbacks  # type: ignore[assignment] # the case
    assert numbers(row) == ["+3"]


def test_setting__beside() -> None:
    """Other fields and settings of the row are written as on every row."""
    row = connector()
    row.name = "Reminders"
    row.attributes["api_key"] = "data"

    assert (row.name, row.attributes["api_key"]) == ("Reminders", "data")
    del row.callbacks
    assert "callbacks" not in row.attributes


def test_data__is_the_one_truth() -> None:
    """What is changed in an element is in the data, and what is changed in the data shows."""
    row = connector()
    row.callbacks[0].url = "https://example.com/other"
    row.attributes["callbacks"].append({"event_type": "incoming_fallback"})
    row.attributes["callbacks"][1]["method"] = "POST"

    assert row.attributes["callbacks"][0]["url"] == "https://example.com/other"
    assert (row.callbacks[2].event_type, row.callbacks[1].method) == ("incoming_fallback", "POST")
    row.callbacks[1].attributes = {"url": "/"}
    assert row.to_dict()["callbacks"][1] == {"url": "/"}
    row.attributes["phone_numbers"] = []
    assert row.phone_numbers == []


def test_data__is_plain() -> None:
    """Data, JSON and pickles hold dicts, lists and texts alone, whatever was put in."""
    row = Connector({"phone_numbers": [ConnectorNumber(FIRST)], "callbacks": (INCOMING,)})
    plain = {"phone_numbers": [{"phone_number": FIRST}], "callbacks": [INCOMING]}

    assert dict(row.attributes) == row.to_dict() == json.loads(row.to_json()) == plain
    assert {type(each) for value in row.attributes.values() for each in value} == {dict}


def test_data__given_dicts_are_copied() -> None:
    """A dict that is given stays the caller's, in the constructor and in the list."""
    mine = dict(INCOMING)
    row = Connector({"callbacks": [mine]})
    row.callbacks.append(mine)
    row.callbacks[0].url = row.callbacks[1].url = "https://example.com/theirs"

    assert mine == INCOMING


@pytest.mark.parametrize("wrong", [5, [5], {"a": 1}, [[]]])
def test_data__is_no_list(wrong: Any) -> None:
    """Where the data has no list of objects, reading it says so; setting it helps."""
    row = Connector()
    row.attributes["callbacks"] = wrong
    with pytest.raises(ResourceError, match="callbacks of this Connector is no list of objects"):
        len(row.callbacks)

    row.callbacks = [INCOMING]
    assert row.callbacks[0].url == INCOMING["url"]


def test_index__by_what_names_it() -> None:
    """The very element is found first, then the first that what is given would name."""
    row = Connector({"callbacks": [INCOMING, STATUS, INCOMING], "phone_numbers": [FIRST, SECOND]})
    row.phone_numbers[1].phone_number_id = 2
    last = row.callbacks[2]

    assert (row.callbacks.index(last), row.callbacks.index(INCOMING)) == (2, 0)
    assert (row.callbacks.index(INCOMING, 1), row.callbacks.index(STATUS, -2, 2)) == (2, 1)
    assert row.phone_numbers.index(ConnectorNumber(phone_number_id=2)) == 1
    assert FIRST in row.phone_numbers
    assert Number({"phone_number": SECOND, "id": 9}) in row.phone_numbers
    for missing in (THIRD, "text", 5, {}):
        assert missing not in row.phone_numbers
    with pytest.raises(ValueError, match="is not in the list"):
        row.callbacks.index({"message_type": "text"})
    with pytest.raises(IndexError):
        row.callbacks[3] = INCOMING


def test_equality__of_a_list() -> None:
    """Lists are equal whose elements are; they have no hash, as lists have none."""
    row = connector()
    row.phone_numbers[0].phone_number_id = 1

    assert row.phone_numbers[:1] == [ConnectorNumber(phone_number_id=1)]
    assert row.phone_numbers == row.phone_numbers
    assert row.phone_numbers != connector().phone_numbers
    assert row.phone_numbers != 5
    with pytest.raises(TypeError, match="unhashable"):
        hash(row.phone_numbers)


def test_reading__class_and_directory() -> None:
    """The class has the field itself, documented; the fields are in the row's directory."""
    assert "numbers" in (Connector.phone_numbers.__doc__ or "")
    assert {"callbacks", "phone_numbers", "more_numbers"} <= set(dir(connector()))


@given(st.lists(st.tuples(st.integers(-4, 4), st.integers(-4, 4), st.text("ab", max_size=2))))
def test_list__is_a_list(changes: Any) -> None:
    """After any slices were set and entries put in, it has what a list of texts would have."""
    row, model = Connector(), [FIRST]
    row.phone_numbers = model
    for start, stop, texts in changes:
        row.phone_numbers[start:stop] = ["+" + text for text in texts]
        model[start:stop] = ["+" + text for text in texts]
        row.phone_numbers.insert(start, "+0")
        model.insert(start, "+0")

    shown: dict[str, Any] = row.to_dict()
    assert [number.phone_number for number in row.phone_numbers] == model
    assert [number["phone_number"] for number in shown["phone_numbers"]] == model
