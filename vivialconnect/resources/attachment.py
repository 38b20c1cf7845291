"""The media files of messages."""

from __future__ import annotations

from typing import ClassVar, Tuple

from vivialconnect.resources.countable import Countable


class Attachment(Countable):
    """A media file of a message.

    ================= ==========================================================================
    id                The attachment's id (int).
    date_created      When it was made, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified     When it was last changed (str); as a datetime: ``modified_at``.
    account_id        The account (int).
    message_id        The message that it belongs to (int).
    content_type      The media type, ``"image/png"`` (str).
    size              Its size in bytes (int).
    file_name         The name of the file (str).
    key_name          Where the service keeps it (str).
    ================= ==========================================================================

    Attachments stand below their message: ask it for them, or give the path.

        >>> from vivialconnect import Attachment, Message
        >>> message = Message.find_first(search="picture")
        >>> message.attachments()[0].content_type
        'image/png'
        >>> Attachment.count(path="messages/{}".format(message.id))
        1
    """

    singular = "attachment"
    plural = "attachments"

    _shown: ClassVar[Tuple[str, ...]] = ("file_name", "content_type", "size")

    date_created: str
    date_modified: str
    account_id: int
    message_id: int
    content_type: str
    size: int
    file_name: str
    key_name: str
