"""The objects in the lists of a connector: ConnectorNumber and ConnectorCallback."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from vivialconnect import ConnectorCallback, ConnectorNumber, Message, Number

FIRST = "+19132597591"
INCOMING = {"message_type": "text", "event_type": "incoming", "url": "https://example.com/in"}


@pytest.mark.parametrize(
    "given",
    [
        FIRST,
        {"phone_number": FIRST},
        ConnectorNumber(phone_number=FIRST),
        Number({"phone_number": FIRST, "name": "(913) 259-7591"}),
    ],
    ids=lambda given: type(given).__name__,
)
def test_number__made_from(given: Any) -> None:
    """A number is made from a string, a dict, another one, or a number of the account."""
    assert ConnectorNumber(given).to_dict() == {"phone_number": FIRST}
    made = ConnectorNumber(given, phone_number_id=7)

    assert (made.id, made.phone_number_id, made.phone_number) == (7, 7, FIRST)


def test_number__id_of_the_account() -> None:
    """A number of the account keeps its id."""
    assert ConnectorNumber(Number({"id": 7, "phone_number": FIRST})).id == 7


@pytest.mark.parametrize("wrong", ["9132597591", "", 7, b"+1", [FIRST], Message(1)])
def test_number__invalid(wrong: Any) -> None:
    """Anything else is a ValueError."""
    with pytest.raises(ValueError, match=r"\+19132597591"):
        ConnectorNumber(wrong)


def test_callback__made_from() -> None:
    """A callback is made from a dict or another one, which do not change with it."""
    given = ConnectorCallback(INCOMING, method="POST")
    made = ConnectorCallback(given)  # type: ignore[arg-type] # an object is data too
    made.url = "https://example.com/other"

    assert given.to_dict() == {**INCOMING, "method": "POST"}
    assert ConnectorCallback().to_dict() == {}
    with pytest.raises(ValueError, match="given twice: url"):
        ConnectorCallback(INCOMING, url="https://example.com")
    with pytest.raises(ValueError, match="a dict of its fields, got ConnectorNumber"):
        ConnectorCallback(ConnectorNumber(FIRST))  # type: ignore[arg-type] # the case


def test_callback__repr() -> None:
    """Neither a password nor the query of a URL is shown; a callback without fields is new."""
    callback = ConnectorCallback(INCOMING, method="POST")
    callback.url = "https://me:hidden@example.com/in?key=hidden"

    assert "hidden" not in repr(callback) + callback._repr_html_()
    assert "url='https://example.com/in' method='POST'" in repr(callback)
    assert repr(ConnectorCallback()) == "<ConnectorCallback new>"


def test_equality() -> None:
    """Numbers with one id are equal, and hash alike; what has no id equals only itself."""
    assert ConnectorNumber(phone_number_id=1) == ConnectorNumber(FIRST, phone_number_id=1)
    assert len({ConnectorNumber(phone_number_id=1), ConnectorNumber(phone_number_id=1)}) == 1
    assert ConnectorNumber(FIRST) != ConnectorNumber(FIRST)
    assert ConnectorCallback(INCOMING) != ConnectorCallback(INCOMING)


def test_copies() -> None:
    """Copies and pickles are of the same class and share nothing."""
    callback = ConnectorCallback(INCOMING)
    for twin in (copy.copy(callback), copy.deepcopy(callback)):
        assert type(twin) is ConnectorCallback
        twin.url = "https://example.com/twin"
    assert pickle.loads(pickle.dumps(callback)).to_dict() == callback.to_dict() == INCOMING


def test_fields__named_like_methods() -> None:
    """A field of the service that has the name of a method is in the attributes."""
    callback = ConnectorCallback({**INCOMING, "to_dict": "data"})
    assert callback.attributes == {**INCOMING, "to_dict": "data"}

    assert ConnectorCallback(callback.to_dict()).attributes["to_dict"] == "data"
