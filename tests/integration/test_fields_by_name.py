"""The fields of a new object given as keywords, beside a mapping or in its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Callable

import pytest

from vivialconnect import Attachment, Connector, Credential, Message, Number, Resource

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

SENDER, RECIPIENT = "+19132597591", "+15154469790"


@pytest.fixture
def sandbox(vivialconnect_sandbox: Sandbox) -> Sandbox:
    """Give a sandbox whose account has a number to send from."""
    Number(phone_number=SENDER).buy()
    return vivialconnect_sandbox


def sent(sandbox: Sandbox) -> Any:
    """Return the body of the last request."""
    return json.loads(sandbox.requests[-1].body)


def test_constructor__fields_by_name(sandbox: Sandbox) -> None:
    """What is given by name is the data of the object, and is what is sent."""
    message = Message(from_number=SENDER, to_number=RECIPIENT, body="Hi")
    assert message.to_dict() == {"from_number": SENDER, "to_number": RECIPIENT, "body": "Hi"}
    assert message.send() is True

    assert sent(sandbox) == {
        "message": {"from_number": SENDER, "to_number": RECIPIENT, "body": "Hi"}
    }
    assert (message.id, Message.find(1).body) == (1, "Hi")


def test_create__fields_by_name(sandbox: Sandbox) -> None:
    """create() takes fields by name, a mapping, or both, and sends them all."""
    by_name = Message.create(from_number=SENDER, to_number=RECIPIENT, body="One")
    both = Message.create({"from_number": SENDER, "to_number": RECIPIENT}, body="Two")

    assert sent(sandbox)["message"]["body"] == "Two"
    assert [by_name.id, both.id, Message.count()] == [1, 2, 2]


def test_constructor__id_and_fields() -> None:
    """An id and a place may stand before the fields; a name that a method has is data as ever."""
    credential = Credential(7, {"path": "users/1/profile"}, active=False, save="yes")

    assert credential.attributes == {"id": 7, "active": False, "save": "yes"}
    assert credential.is_new() is False
    assert Message(path="x").attributes == {"path": "x"}


def test_constructor__lists_by_name(sandbox: Sandbox) -> None:
    """The lists of a connector are lists of their own kind, also when they are given by name."""
    connector = Connector(name="Reminders", phone_numbers=[SENDER])
    assert connector.phone_numbers[0].phone_number == SENDER
    connector.save()

    assert sent(sandbox)["connector"]["name"] == "Reminders"
    assert Connector.create(name="Other").callbacks == []


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Message({"body": "Hi", "id": 7}, id=7, body="Hi"), "given twice: body, id; pass"),
        (lambda: Message(7, id=7), "given twice: id; pass each once"),
        (lambda: Message.create({"body": "Hi"}, body="Ho"), "given twice: body; pass each once"),
        (Message.create, "attributes must be a mapping of fields"),
        (lambda: Message.create(None), "attributes must be a mapping of fields"),
        (lambda: Message([], body="Hi"), "attributes must be a mapping of fields"),
        (lambda: Attachment(1, path="messages/9"), "pass prefix_options={'path': 'messages/9'}"),
    ],
)
def test_fields__that_cannot_be(
    vivialconnect_sandbox: Sandbox, call: Callable[[], Resource], words: str
) -> None:
    """A field in both places, no mapping, and the place as a field are refused; nothing is sent."""
    with pytest.raises(ValueError, match=words):
        call()

    assert list(vivialconnect_sandbox.requests) == []


@pytest.mark.parametrize("name", ["to_nmber", "toNumber", "to", "to_"])
def test_fields__misspelt_name(name: str) -> None:
    """A name that is nearly one of the fields is warned of, where the object is made."""
    with pytest.warns(UserWarning, match="did you mean 'to_number'") as caught:
        Message(**{name: RECIPIENT})

    assert caught[0].filename == __file__
