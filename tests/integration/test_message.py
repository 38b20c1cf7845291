"""Messages, their attachments and bulk sends, over real HTTP."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.contract import ACCOUNT, ResourceContract
from vivialconnect import (
    Attachment,
    BadRequest,
    Message,
    MethodNotAllowed,
    Number,
    ResourceNotFound,
)

if TYPE_CHECKING:
    from vivialconnect.resources.resource import Resource

FROM, TO = "+19132597591", "+15154469790"
PICTURE = "https://example.com/picture.png"


def buy_number() -> None:
    """Buy the number that messages are sent from."""
    Number({"phone_number": FROM}).buy_local()


def picture_message() -> Message:
    """Send a message with a picture."""
    message = Message({"from_number": FROM, "to_number": TO, "media_urls": [PICTURE]})
    message.send()
    return message


class TestMessage(ResourceContract):
    """The contract of messages, and how they are sent."""

    noun = Message
    collection = ACCOUNT + "/messages"
    root = "message"
    change = ("body", "")
    refused = frozenset(("destroy",))

    def prepare(self) -> None:
        """Buy the number that messages are sent from."""
        buy_number()

    def draft(self) -> dict[str, Any]:
        """Return a new message."""
        return {"from_number": FROM, "to_number": TO, "body": "Zdravím €"}

    def test_send__delivered(self) -> None:
        """A message that is sent is accepted, and later delivered."""
        message = Message(self.draft())

        assert message.send() is True
        assert message.status == "accepted"
        message.reload()
        assert message.status == "delivered"
        assert message.sent_at is not None

    def test_send__utf8(self) -> None:
        """The body is compact UTF-8, and comes back as it was."""
        message = Message(self.draft())
        message.send()

        assert '"body":"Zdravím €"'.encode() in self.last().body
        assert Message.find(message.id).body == "Zdravím €"

    def test_send__media_alone(self) -> None:
        """One URL is taken for a list of one, and an empty body goes with it."""
        message = Message({"from_number": FROM, "to_number": TO})
        message.media_urls = PICTURE
        message.send()

        sent = json.loads(self.last().body)["message"]
        assert sent["media_urls"] == [PICTURE]
        assert sent["body"] == ""
        assert message.num_media == 1

    def test_create__one_url(self) -> None:
        """One URL is taken for a list of one also where the row is made and saved at once."""
        message = Message.create({**self.draft(), "media_urls": PICTURE})

        assert json.loads(self.last().body)["message"]["media_urls"] == [PICTURE]
        assert message.num_media == 1

    def test_send__body_beside_media(self) -> None:
        """A body that is there stays."""
        Message({**self.draft(), "media_urls": [PICTURE]}).send()

        assert json.loads(self.last().body)["message"]["body"] == "Zdravím €"

    def test_send__refused(self) -> None:
        """What the service refuses has its code and words, and the row stays new."""
        message = Message({**self.draft(), "from_number": "+15550000000"})
        with pytest.raises(BadRequest, match="from_number invalid") as caught:
            message.send()

        assert caught.value.error_code == 10008
        assert message.is_new()

    def test_send_bulk__sent(self) -> None:
        """A bulk is posted without a root, and its messages are found by its id."""
        message = Message({"from_number": FROM, "body": "x", "connector_id": None})
        message.to_numbers = [TO, "+15154469791"]
        bulk_id = message.send_bulk()

        self.assert_last("POST", self.collection + "/bulk.json")
        assert json.loads(self.last().body) == {
            "from_number": FROM,
            "body": "x",
            "to_numbers": [TO, "+15154469791"],
        }
        found = Message.bulk_messages(bulk_id)
        self.assert_last("GET", f"{self.collection}/bulk/{bulk_id}.json")
        assert {row.to_number for row in found} == {TO, "+15154469791"}
        assert message.is_new()

    def test_send_bulk__media_alone(self) -> None:
        """What send does for media, send_bulk does in the same call."""
        message = Message({"from_number": FROM, "media_urls": PICTURE, "to_numbers": (TO,)})
        message.send_bulk()

        assert json.loads(self.last().body) == {
            "from_number": FROM,
            "body": "",
            "media_urls": [PICTURE],
            "to_numbers": [TO],
        }

    def test_bulks__listed(self) -> None:
        """Bulk sends are listed with their envelope, and dates as naive datetimes."""
        bulk_id = Message({"from_number": FROM, "body": "x", "to_numbers": [TO]}).send_bulk()
        bulks = Message.bulks()

        self.assert_last("GET", self.collection + "/bulk.json")
        assert [bulk.bulk_id for bulk in bulks] == [bulk_id]
        assert bulks.meta["count"] == 1
        assert isinstance(bulks[0].date_created, datetime)
        assert bulks[0].date_created.tzinfo is None
        assert "total_messages=1" in repr(bulks[0])

    def test_attachments__of_a_message(self) -> None:
        """A message lists, counts and finds its attachments."""
        message = picture_message()
        place = f"{self.collection}/{message.id}/attachments"
        found = message.attachments(limit=5)
        self.assert_last("GET", place + ".json", "limit=5")

        assert [row.content_type for row in found] == ["image/png"]
        assert message.attachments_count({"search": "x"}) == 1
        self.assert_last("GET", place + "/count.json", "search=x")
        assert message.attachment(found[0].id) == found[0]
        self.assert_last("GET", f"{place}/{found[0].id}.json")

    def test_attachment__unknown(self) -> None:
        """An attachment that is not there is ResourceNotFound."""
        with pytest.raises(ResourceNotFound):
            picture_message().attachment(987654)


class TestAttachment(ResourceContract):
    """The contract of attachments, which stand below their message."""

    noun = Attachment
    root = "attachment"
    refused = frozenset(("create",))
    message: Message

    def prepare(self) -> None:
        """Send a message with a picture."""
        buy_number()
        self.message = picture_message()
        # The place differs from test to test, so it is no constant of the class.
        type(self).collection = f"{ACCOUNT}/messages/{self.message.id}/attachments"

    def draft(self) -> dict[str, Any]:
        """Return a new attachment, which the service does not take."""
        return {"file_name": "x.png"}

    def path(self) -> str | None:
        """Return the prefix of the message."""
        return f"messages/{self.message.id}"

    def existing(self) -> Resource:
        """Return the picture."""
        return self.message.attachments()[0]

    def test_create__posted(self) -> None:
        """A new attachment is posted below its message, which the service does not take."""
        with pytest.raises(MethodNotAllowed):
            Attachment(self.draft(), {"path": self.path()}).save()
        self.assert_last("POST", self.collection + ".json")

    def test_save__known_row(self) -> None:
        """A known attachment is put below its message, which the service does not take."""
        row = self.existing()
        with pytest.raises(MethodNotAllowed):
            row.save()
        self.assert_last("PUT", self.element(row))

    def test_reload__changed_elsewhere(self) -> None:
        """Reloading asks below the message, and drops what was not saved."""
        row = self.existing()
        row.attributes["unsaved"] = 1
        row.reload()

        assert "unsaved" not in row.attributes
        self.assert_last("GET", self.element(row))
