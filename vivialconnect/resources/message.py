"""Text and media messages; their attachments and bulk sends stand in files of their own."""

from __future__ import annotations

from typing import (
    TYPE_CHECKING,
    Any,
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
from vivialconnect.common.exchange import Call
from vivialconnect.common.util import encode_body
from vivialconnect.resources._collections import merged_query
from vivialconnect.resources.attachment import Attachment
from vivialconnect.resources.bulk import Bulk, read_bulk_id, read_bulks
from vivialconnect.resources.countable import read_count
from vivialconnect.resources.sendable import Sendable

if TYPE_CHECKING:
    from datetime import datetime

    from vivialconnect.resources._collections import ResourceList

MessageT = TypeVar("MessageT", bound="Message")


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
            return requestor.perform(Call("POST", path, body=body), read_bulk_id)

    @classmethod
    def bulks(cls) -> ResourceList[Bulk]:
        """List the bulk sends, one page of them.

        :returns: Rows with bulk_id, total_messages, processed, errors and date_created.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no list.
        """
        requestor = cls.request
        call = Call("GET", cls._custom_path(requestor, None, None, "bulk"))
        return requestor.perform(call, read_bulks)

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
        call = Call("GET", "attachments/" + paths.quote_segment(id), kwargs)
        return self._call_below(
            call, lambda answer: Attachment._row(Attachment._fields(answer), self._inside())
        )

    def attachments(self, **kwargs: Any) -> ResourceList[Attachment]:
        """List the attachments of the message, one page of them.

        :param kwargs: The query, for example ``limit``.
        :raises ValueError: If the message has no id.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no list of attachments.
        """
        call = Call("GET", "attachments", kwargs)
        return self._call_below(call, lambda answer: Attachment._rows(answer, self._inside()))

    def attachments_count(self, opts: Optional[Mapping[str, Any]] = None, **kwargs: Any) -> int:
        """Return how many attachments the message has.

        :param opts: The query, merged with the keywords.
        :param kwargs: The query.
        :raises ValueError: If the message has no id, or a key stands in both.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no count.
        """
        call = Call("GET", "attachments/count", merged_query(opts, kwargs))
        return self._call_below(call, read_count)

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
