"""The lists of a connector: views of plain dicts, and elements with one place. No calls."""

# ruff: noqa: S301 - what is unpickled here was pickled one line before

from __future__ import annotations

import copy
import json
import pickle
from typing import Any, Dict, List

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
from vivialconnect.resources.owned_list import OwnedList

FIRST, SECOND, THIRD = "+19132597591", "+18162211212", "+12122266016"
INCOMING = {"message_type": "text", "event_type": "incoming", "url": "https://example.com/in"}
STATUS = {"message_type": "text", "event_type": "status", "url": "https://example.com/status"}


def connector() -> Connector:
    """Return a connector with three numbers and two callbacks."""
    return Connector({"phone_numbers": [FIRST, SECOND, THIRD], "callbacks": [INCOMING, STATUS]})


def numbers(row: Connector) -> List[str]:
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
    with pytest.raises(ValueError, match="the names of fields must be texts"):
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


def test_element__is_the_same_while_it_is_held() -> None:
    """An element is one object as long as somebody has it, wherever in the list it goes."""
    row = connector()
    number = row.phone_numbers[0]
    row.phone_numbers.insert(0, "+0")
    row.phone_numbers.reverse()

    assert row.phone_numbers[2] is number
    assert number in row.phone_numbers
    assert row.phone_numbers == list(row.phone_numbers)
    number.__dict__ = {}
    assert row.phone_numbers[2] is not number


def test_element__new_one_is_taken_over() -> None:
    """A new object is the connector's own from then on, and can be filled afterwards."""
    row = Connector()
    callback = ConnectorCallback()
    row.callbacks.append(callback)
    callback.message_type = "voice"

    assert row.callbacks[0] is callback
    assert row.to_dict() == {"callbacks": [{"message_type": "voice"}]}


def test_element__one_place() -> None:
    """An element that stands in a list is copied into another, or into the same once more."""
    one, other = connector(), Connector()
    callback = one.callbacks[0]
    other.callbacks = one.callbacks
    one.callbacks.append(callback)
    one.callbacks[0] = one.callbacks[1]
    one.callbacks += [callback, callback]
    callback.url = "https://example.com/changed"

    urls = [[each.url for each in row.callbacks] for row in (one, other)]
    assert urls[0] == [STATUS["url"], STATUS["url"], INCOMING["url"], callback.url, INCOMING["url"]]
    assert urls[1] == [INCOMING["url"], STATUS["url"]]


def test_element__taken_out() -> None:
    """An element that was taken out is free, and goes into the next list itself."""
    one, other = connector(), Connector()
    callback = one.callbacks.pop()
    other.callbacks.append(callback)
    callback.url = "https://example.com/moved"

    assert other.callbacks[0] is callback
    assert one.to_dict()["callbacks"] == [INCOMING]


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


def test_repr__list_and_notebook() -> None:
    """Lists show what is in them, on one line and as a table."""
    row = connector()

    assert repr(row.phone_numbers[:1]) == "[<ConnectorNumber new phone_number='+19132597591'>]"
    assert repr(row.callbacks).startswith("[<ConnectorCallback text event_type='incoming' url=")
    assert "<td>https://example.com/status</td>" in row.callbacks._repr_html_()


def test_repr__callback_keeps_the_secrets_of_its_url() -> None:
    """Neither a password nor the query of a URL is shown; a callback without any is new."""
    callback = ConnectorCallback(INCOMING, method="POST")
    callback.url = "https://me:hidden@example.com/in?key=hidden"

    assert "hidden" not in repr(callback)
    assert "hidden" not in callback._repr_html_()
    assert "url='https://example.com/in' method='POST'" in repr(callback)
    assert repr(ConnectorCallback()) == "<ConnectorCallback new>"


def test_construction__fields_given_twice() -> None:
    """A field stands in the attributes or in the keywords."""
    with pytest.raises(ValueError, match="given twice: url"):
        ConnectorCallback(INCOMING, url="https://example.com")
    with pytest.raises(ValueError, match="a text like"):
        ConnectorNumber(7)  # type: ignore[arg-type] # the case


def test_copies__stand_alone() -> None:
    """Copies and pickles have lists of their own, of which nothing is shared."""
    row = connector()
    held = row.callbacks[0]
    for twin in (copy.copy(row), copy.deepcopy(row), pickle.loads(pickle.dumps(row))):
        twin.callbacks[0].url = "https://example.com/twin"
        twin.phone_numbers.clear()
        assert type(twin.callbacks[0]) is ConnectorCallback
    for other in (copy.copy(held), copy.deepcopy(held), pickle.loads(pickle.dumps(held))):
        other.url = "https://example.com/other"
        assert type(other) is ConnectorCallback
    viewed = pickle.loads(pickle.dumps(row.phone_numbers))

    assert row.to_dict() == connector().to_dict()
    assert (type(viewed), len(viewed)) == (OwnedList, 3)


def test_element__field_that_the_class_has() -> None:
    """A field of the service that is named like a method is read from the attributes."""
    row = Connector()
    row.attributes["callbacks"] = [{**INCOMING, "to_dict": "data"}]
    data = row.callbacks[0].attributes

    assert dict(data) == {**INCOMING, "to_dict": "data"}
    data["to_dict"] = "changed"
    assert row.attributes["callbacks"][0]["to_dict"] == "changed"


def test_element__goes_on_with_new_data() -> None:
    """What is held goes on with the new data of its name; what has none stands alone."""
    row = connector()
    held = list(row.phone_numbers)
    row.attributes = {"phone_numbers": [{"phone_number": SECOND, "phone_number_id": 2}, {}]}

    assert row.phone_numbers[0] is held[1]
    assert (held[1].id, held[0].id) == (2, None)
    held[0].phone_number = "+1"
    assert numbers_or_none(row) == [SECOND, None]
    row.attributes = {"phone_numbers": 5}
    assert row.attributes["phone_numbers"] == 5


def numbers_or_none(row: Connector) -> List[Any]:
    """Return the numbers that the data of a connector has, ``None`` where an entry has none."""
    return [number.get("phone_number") for number in row.attributes["phone_numbers"]]


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

    shown: Dict[str, Any] = row.to_dict()
    assert [number.phone_number for number in row.phone_numbers] == model
    assert [number["phone_number"] for number in shown["phone_numbers"]] == model
