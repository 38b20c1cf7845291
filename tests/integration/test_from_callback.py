"""Messages out of what is posted to a program."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.receiver import Receiver
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
        {**FIELDS, "id": ""},
        {**FIELDS, "id": 7.0},
        {**FIELDS, "status": ""},
        {**FIELDS, "status": ["sent", "failed"]},
        {**FIELDS, "to_number": {"text": "secret words"}},
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


def test_from_callback__digits_beyond_numbers() -> None:
    """What has more digits than a number of the service stays a text."""
    message = Message.from_callback(FORM + "&price=" + "9" * 5000)

    assert message.price == "9" * 5000


def test_from_callback__of_nobody(vivialconnect_sandbox: Sandbox) -> None:
    """What somebody else has posted, the service does not know."""
    message = Message.from_callback(FORM)
    with pytest.raises(ResourceNotFound):
        message.reload()

    assert vivialconnect_sandbox.requests[-1].path.endswith("/messages/7.json")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Give a program that is called."""
    running = Receiver()
    yield running
    running.close()


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_from_callback__of_the_sandbox(
    vivialconnect_sandbox: Sandbox, receiver: Receiver, method: str
) -> None:
    """What the sandbox posts is the message, field by field; a query has none that are null."""
    number = Number({"phone_number": "+19132597591"})
    number.status_text_url, number.status_text_method = receiver.url, method
    number.incoming_text_url, number.incoming_text_method = receiver.url, method
    number.buy()
    message = Message({"from_number": "+19132597591", "to_number": "+15154469790", "body": "é & 7"})
    message.send()
    vivialconnect_sandbox.wait_for_webhooks()
    vivialconnect_sandbox.receive(from_number="+15154469790", to_number="+19132597591", body="8")
    vivialconnect_sandbox.wait_for_webhooks()
    told = [Message.from_callback(call.raw) for call in receiver.calls]
    known = [Message.find(message.id), Message.find(told[-1].id)]

    assert [call.method for call in receiver.calls] == [method] * 4
    assert [each.status for each in told] == ["queued", "sending", "delivered", "received"]
    assert told[2:] == known
    for posted, row in zip(told[2:], known):
        given = {
            name: value
            for name, value in row.to_dict().items()
            if value is not None or method == "POST"
        }
        assert posted.to_dict() == given
