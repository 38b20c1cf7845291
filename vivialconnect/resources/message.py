"""Text and media messages, their attachments, and bulk sends."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    ClassVar,
    Dict,
    List,
    Mapping,
    Optional,
    Tuple,
    Type,
    TypeVar,
    Union,
)

from vivialconnect.common import paths, scopes
from vivialconnect.common.error import ResourceError
from vivialconnect.common.exchange import Call
from vivialconnect.common.util import encode_body, parse_time
from vivialconnect.resources._collections import (
    ResourceList,
    describe_shape,
    find_rows,
    merged_query,
)
from vivialconnect.resources._row import Row
from vivialconnect.resources.countable import Countable, read_count
from vivialconnect.resources.sendable import Sendable

if TYPE_CHECKING:
    from vivialconnect.common.answers import ReadT

MessageT = TypeVar("MessageT", bound="Message")


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


class Bulk(Row):
    """One bulk send, as :meth:`Message.bulks` lists it. It has data and no calls of its own.

    ================= ==========================================================================
    bulk_id           The id of the job, a UUID (str).
    total_messages    How many messages it has (int).
    processed         How many have been sent (int).
    errors            How many could not be (int).
    date_created      When it was made: a naive ``datetime`` in UTC.
    ================= ==========================================================================
    """

    singular = "bulk"
    plural = "bulks"
    primary_key = "bulk_id"

    _shown: ClassVar[Tuple[str, ...]] = ("total_messages", "processed", "errors")

    bulk_id: str
    total_messages: int
    processed: int
    errors: int
    date_created: Optional[datetime]


class Message(Sendable):
    """A text message, inbound or outbound, with or without media.

    ==================== =======================================================================
    id                   The message's id (int).
    date_created         When it was made, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified        When it was last changed (str); as a datetime: ``modified_at``.
    account_id           The account (int).
    message_type         ``"local_sms"``, ``"tollfree_sms"`` or ``"local_mms"`` (str).
    direction            ``"inbound"``, ``"outbound-api"`` or ``"outbound-reply"`` (str).
    to_number            Who gets it, in E.164 format: ``"+1xxxyyyzzzz"`` (str).
    from_number          Who sends it: outbound, a number of the account (str).
    connector_id         Instead of ``from_number``: the connector that picks one (int).
    sent                 When it was sent or received, UTC (str); as a datetime: ``sent_at``.
    body                 The text, at most 1,600 characters (str).
    media_urls           Written only: URLs of the media to send (list of str).
    to_numbers           Written only: who gets it, for :meth:`send_bulk` (list of str).
    num_media            How many attachments it has (int).
    num_segments         How many segments the text takes; does not affect the price (int).
    status               ``"accepted"``, ``"queued"``, ``"sending"``, ``"sent"``, ``"delivered"``,
                         ``"undelivered"``, ``"failed"`` or ``"received"`` (str).
    error_code           Why it was not delivered; ``None`` if it was (int or str).
    error_message        The same in words (str).
    price                What it cost; ``None`` where transactions tell (int, 1/100 cent).
    price_currency       The currency of the price, ISO 4217 (str).
    bulk_id              The bulk send that it belongs to (str).
    dest_country         The country of the recipient, ``"US"`` (str).
    encoding             How the text is coded, ``"gsm0338"`` (str).
    sms_configuration_id The callback configuration (int).
    ==================== =======================================================================

    Example:

        >>> from vivialconnect import Message
        >>> message = Message()
        >>> message.from_number = "+19132597591"
        >>> message.to_number = "+15154469790"
        >>> message.body = "Your table is ready"
        >>> message.send()
        True
        >>> message.status
        'accepted'
    """

    singular = "message"
    plural = "messages"

    _shown: ClassVar[Tuple[str, ...]] = ("status", "from_number", "to_number", "body")

    date_created: str
    date_modified: str
    account_id: int
    message_type: str
    direction: str
    to_number: Optional[str]
    from_number: Optional[str]
    connector_id: Optional[int]
    sent: Optional[str]
    body: str
    media_urls: Union[List[str], str]
    to_numbers: List[str]
    num_media: int
    num_segments: int
    status: str
    error_code: Union[int, str, None]
    error_message: Optional[str]
    price: Optional[int]
    price_currency: Optional[str]
    bulk_id: Optional[str]
    dest_country: Optional[str]
    encoding: Optional[str]
    sms_configuration_id: Optional[int]

    @property
    def sent_at(self) -> Optional[datetime]:
        """When it was sent or received, as an aware datetime; ``sent`` has the text."""
        return self._moment("sent")

    def send(self) -> bool:
        """Send the message, and take over what the service says of it.

        :returns: ``True``.
        :raises ValueError: If the row has an id, for then it was sent already.
        :raises RequestorError: If the call fails. Where its ``outcome`` is ``"unknown"``, the text
            may have been sent: :meth:`.find_sent` looks, before you send it again.
        :raises ResourceError: If the answer is no message.
        """
        if not self.is_new():
            raise ValueError(
                "this message has the id {!r}, so it was sent already; "
                "make a new Message to send it again".format(self.id)
            )
        self._complete_media()
        return self.save()

    def send_bulk(self) -> str:
        """Send the message to every number of ``to_numbers``.

        :returns: The id of the bulk send, for :meth:`bulk_messages`.
        :raises ValueError: If ``to_numbers`` is missing, empty, or no list of texts.
        :raises RequestorError: If the call fails; see its ``outcome`` before you repeat it.
        :raises ResourceError: If the answer has no bulk id.

        Example:

            >>> from vivialconnect import Message
            >>> message = Message({"from_number": "+19132597591", "body": "We open at nine"})
            >>> message.to_numbers = ["+15154469790", "+15154469791"]
            >>> bulk_id = message.send_bulk()
            >>> len(Message.bulk_messages(bulk_id))
            2
        """
        numbers = self.attributes.get("to_numbers")
        if not isinstance(numbers, (list, tuple)) or not numbers:
            raise ValueError(
                "to_numbers must be a list of numbers like '+19132597591', not {!r}".format(numbers)
            )
        if not all(isinstance(number, str) and number for number in numbers):
            raise ValueError("to_numbers must hold texts like '+19132597591' and nothing else")
        self._complete_media()
        kept = {name: value for name, value in self.attributes.items() if value is not None}
        body = encode_body({**kept, "to_numbers": list(numbers)})
        with scopes.within(self._scopes):
            requestor = type(self).request
            path = self._custom_path(requestor, None, None, "bulk")
            return requestor.perform(Call("POST", path, body=body), _read_bulk_id)

    @classmethod
    def bulks(cls) -> ResourceList[Bulk]:
        """List the bulk sends, one page of them.

        :returns: Rows with bulk_id, total_messages, processed, errors and date_created.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no list.
        """
        requestor = cls.request
        call = Call("GET", cls._custom_path(requestor, None, None, "bulk"))
        return requestor.perform(call, _read_bulks)

    @classmethod
    def bulk_messages(cls: Type[MessageT], bulk_id: str) -> ResourceList[MessageT]:
        """List the messages of a bulk send.

        :param bulk_id: The id that :meth:`send_bulk` returned.
        :raises ValueError: If the id is empty.
        :raises RequestorError: If the call fails.
        """
        job = paths.quote_segment(bulk_id, "bulk_id")
        requestor = cls.request
        call = Call("GET", cls._custom_path(requestor, "bulk", None, job))
        return requestor.perform(call, lambda answer: cls._rows(answer, ""))

    def attachment(
        self,
        id: Union[int, str],  # noqa: A002 - the documented name
        **kwargs: Any,
    ) -> Attachment:
        """Return one attachment of the message.

        :param id: The attachment's id.
        :param kwargs: The query.
        :raises ValueError: If the message has no id, or the attachment's cannot stand in a path.
        :raises ResourceNotFound: If there is no such attachment.
        :raises ResourceError: If the answer is no attachment.
        """
        tail = "attachments/" + paths.quote_segment(id)
        return self._read_below(
            tail, kwargs, lambda answer: Attachment._row(Attachment._fields(answer), self._inside())
        )

    def attachments(self, **kwargs: Any) -> ResourceList[Attachment]:
        """List the attachments of the message, one page of them.

        :param kwargs: The query, for example ``limit``.
        :raises ValueError: If the message has no id.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no list of attachments.
        """
        return self._read_below(
            "attachments", kwargs, lambda answer: Attachment._rows(answer, self._inside())
        )

    def attachments_count(self, opts: Optional[Mapping[str, Any]] = None, **kwargs: Any) -> int:
        """Return how many attachments the message has.

        :param opts: The query, merged with the keywords.
        :param kwargs: The query.
        :raises ValueError: If the message has no id, or a key stands in both.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no count.
        """
        return self._read_below("attachments/count", merged_query(opts, kwargs), read_count)

    def _read_below(
        self, tail: str, query: Mapping[str, Any], read: Callable[[Any], ReadT]
    ) -> ReadT:
        # With the message's own settings, for they may be of another account than Attachment's.
        self._require_id("look below")
        with scopes.within(self._scopes):
            requestor = type(self).request
            path = self._custom_path(requestor, self.id, None, tail)
            return requestor.perform(Call("GET", path, query), read)

    def _inside(self) -> str:
        """Return the path that what is below this message has between account and plural."""
        return "/{}/{}".format(type(self).plural, paths.quote_segment(self.id))

    def _marks(self) -> Dict[str, Any]:
        data = self.attributes  # with a connector, the service ignores from_number
        sender = "from_number" if data.get("connector_id") is None else "connector_id"
        return {name: data.get(name) for name in ("to_number", "body", sender)}

    def _complete_media(self) -> None:
        """Make a list of one URL, and an empty text for a message that is media alone."""
        media = self.attributes.get("media_urls")
        if isinstance(media, str):
            self.media_urls = [media]
        if media and self.attributes.get("body") is None:
            self.body = ""


def _read_bulk_id(answer: Any) -> str:
    bulk_id = answer.get("bulk_id") if isinstance(answer, dict) else None
    if not isinstance(bulk_id, str):
        raise ResourceError(
            "the answer should have a bulk_id, and is {}".format(describe_shape(answer))
        )
    return bulk_id


def _read_bulks(answer: Any) -> ResourceList[Bulk]:
    found, meta = find_rows(answer, ("bulks",))
    bulks = [Bulk._row(data, "/messages") for data in found]
    for bulk in bulks:
        bulk.date_created = _naive_utc(bulk.attributes.get("date_created"))
    return ResourceList(bulks, meta)


def _naive_utc(text: Any) -> Optional[datetime]:
    if text is None:
        return None
    try:
        return parse_time(text).astimezone(timezone.utc).replace(tzinfo=None)
    except ValueError as cause:
        raise ResourceError("date_created of a bulk send is no time: {!r}".format(text)) from cause
