"""What stands in the lists of a connector: objects over its data, each with one place. No calls."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from vivialconnect import Connector, ConnectorCallback, ConnectorNumber
from vivialconnect.resources.connector.owned_list import OwnedList

FIRST, SECOND, THIRD = "+19132597591", "+18162211212", "+12122266016"
INCOMING = {"message_type": "text", "event_type": "incoming", "url": "https://example.com/in"}
STATUS = {"message_type": "text", "event_type": "status", "url": "https://example.com/status"}


def connector() -> Connector:
    """Return a connector with three numbers and two callbacks."""
    return Connector({"phone_numbers": [FIRST, SECOND, THIRD], "callbacks": [INCOMING, STATUS]})


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


def numbers_or_none(row: Connector) -> list[Any]:
    """Return the numbers that the data of a connector has, ``None`` where an entry has none."""
    return [number.get("phone_number") for number in row.attributes["phone_numbers"]]
