"""Messages out of what is posted to a program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from vivialconnect import Message, Number, ResourceNotFound

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

FIELDS = {"id": 7, "status": "sent", "to_number": "+15154469790", "num_media": 0}
ROOTED = {"message": FIELDS}
FORM = "id=7&status=sent&to_number=%2B15154469790&num_media=0"


@pytest.mark.parametrize(
    "payload",
    [
        FIELDS,
        ROOTED,
        json.dumps(FIELDS),
        json.dumps(ROOTED).encode("utf-8"),
        "\ufeff " + json.dumps(ROOTED),
        FORM,
        FORM.encode("ascii"),
        {name: [str(value)] for name, value in FIELDS.items()},
        {name: str(value) for name, value in FIELDS.items()},
    ],
)
def test_from_callback__forms(payload: Any) -> None:
    """Whatever its form, the fields are the message's, and numbers are numbers."""
    message = Message.from_callback(payload)

    assert type(message) is Message
    assert message.to_dict() == FIELDS
    assert not message.is_new()


def test_from_callback__a_copy() -> None:
    """The message is not the mapping that was given."""
    given = dict(FIELDS)
    Message.from_callback(given).body = "changed"

    assert given == FIELDS


@pytest.mark.parametrize(
    "payload",
    [
        None,
        5,
        [],
        "",
        "secret words",
        b"\xff\xfe",
        "{",
        '{"message": NaN}',
        "[1]",
        "{" * 100_000,
        {},
        {"message": None},
        {"message": [FIELDS]},
        {**FIELDS, "id": None},
        {**FIELDS, "id": True},
        {**FIELDS, "id": [7, 8]},
        {**FIELDS, "status": ""},
        "id=7&status=sent",
        {"id": "7", "text": "secret words"},
    ],
)
def test_from_callback__no_message(payload: Any) -> None:
    """What is no message is refused, in words that hold nothing of it, also in their causes."""
    with pytest.raises(ValueError, match="payload") as caught:
        Message.from_callback(payload)

    assert "secret words" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_from_callback__of_nobody(vivialconnect_sandbox: Sandbox) -> None:
    """What somebody else has posted, the service does not know."""
    message = Message.from_callback(FORM)
    with pytest.raises(ResourceNotFound):
        message.reload()

    assert vivialconnect_sandbox.requests[-1].path.endswith("/messages/7.json")


def test_from_callback__of_the_sandbox(vivialconnect_sandbox: Sandbox) -> None:
    """What the API gives of a message can be read, and is the message."""
    Number({"phone_number": "+19132597591"}).buy()
    message = Message({"from_number": "+19132597591", "to_number": "+15154469790", "body": "é"})
    message.send()
    told = Message.from_callback(json.dumps({"message": message.to_dict()}))

    assert told == message
    assert told.to_dict() == message.to_dict()
    assert vivialconnect_sandbox.requests[-1].method == "POST"
