"""Text and media messages; their attachments and bulk sends stand in files of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from vivialconnect.common import paths, scopes, segments
from vivialconnect.common.error import ResourceError
from vivialconnect.common.exchange import Call
from vivialconnect.resources._lists import LARGEST_PAGE, merged_query, read_count
from vivialconnect.resources.message import polling, webhooks
from vivialconnect.resources.message.attachment import Attachment
from vivialconnect.resources.message.bulk import Bulkable

if TYPE_CHECKING:
    from datetime import datetime
    from typing import TypeVar

    from vivialconnect.common.segments import Segments
    from vivialconnect.resources._lists import ResourceList

    MessageT = TypeVar("MessageT", bound="Message")


class Message(Bulkable):
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
    to_numbers           Written only: who gets it, for :meth:`.send_bulk` (list of str).
    num_media            How many attachments it has (int).
    num_segments         How many segments the text takes; does not affect the price (int).
    status               ``"accepted"``, ``"queued"``, ``"sending"``, ``"sent"``, ``"delivered"``,
                         ``"undelivered"``, ``"failed"`` or ``"received"`` (str).
    error_code           Why it was not delivered; ``None`` if it was (int or str).
    error_message        The same in words (str).
    price                What it cost; ``None`` where transactions tell (int, 1/100 cent).
    price_currency       The currency of the price, ISO 4217 (str).
    bulk_id              The bulk send that it belongs to (str).
    dest_country         The country of the recipient, ``"US"``; ``None`` if not known (str).
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

    _shown: ClassVar[tuple[str, ...]] = ("status", "from_number", "to_number", "body")

    date_created: str
    date_modified: str
    account_id: int
    message_type: str
    direction: str
    to_number: str | None
    from_number: str | None
    connector_id: int | None
    sent: str | None
    body: str
    media_urls: list[str] | str
    to_numbers: list[str]
    num_media: int
    num_segments: int
    status: str
    error_code: int | str | None
    error_message: str | None
    price: int | None
    price_currency: str | None
    bulk_id: str | None
    dest_country: str | None
    encoding: str | None
    sms_configuration_id: int | None

    @property
    def sent_at(self) -> datetime | None:
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
        return self.save()

    def _create(self) -> bool:
        self._complete_media()
        return super()._create()

    def redact(self) -> bool:
        """Empty the text of the message, on the service and here; its other data stays.

        :returns: ``True``.
        :raises ValueError: If the row has no id.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is not the message, or still has the text.

        Example:

            >>> from vivialconnect import Message
            >>> message = Message.find_first(search="picture")
            >>> message.redact()
            True
            >>> message.body
            ''

        .. versionadded:: 1.0
        """
        self._require_id("redact")
        body = self._body({"id": self.id, "body": ""})
        loaded = self._call_below(Call("PUT", "", body=body), self._fields_if_any)
        self._load({**self._data(), "body": ""} if loaded is None else loaded)
        self._settle()
        if self.attributes.get("body"):
            raise ResourceError(
                "the service has answered, and message {!r} still has its text; "
                "redact() may be called again".format(self.id)
            )
        return True

    def wait_until(self, status: str | Iterable[str], timeout: float = 60) -> str:
        """Wait until the message has a status, or will never have it, and return what it has.

        Unless the row shows already that there is nothing to wait for, it is brought up to date, at
        once and then after pauses that grow from half a second to five. The wait ends also where
        the status was passed already, and with ``"failed"``, ``"undelivered"``, ``"delivered"`` and
        ``"received"``, for nothing comes after those: look at what it returns.

        :param status: The status to wait for, or several of which one is enough.
        :param timeout: Seconds to wait at most, 0 for a single look; the last look may take one
            second more. ``request_timeout`` bounds each look besides.
        :returns: The status that the message has.
        :raises ValueError: If the row has no id, no message ever has such a status, or the timeout
            is no number of seconds.
        :raises Timeout: If the time is up; the row has the status that was seen last.
        :raises RequestorError: If a look fails.
        :raises ResourceError: If an answer is not the message.

        Example:

            >>> from vivialconnect import Message
            >>> message = Message({"from_number": "+19132597591", "to_number": "+15154469790"})
            >>> message.body = "Your table is ready"
            >>> message.send()
            True
            >>> message.wait_until("delivered", timeout=30)
            'delivered'

        .. versionadded:: 1.0
        """
        self._require_id("wait for")
        return polling.wait(self._look, status, timeout)

    def _look(self, seconds: float | None) -> str | None:
        """Return the status, asked for within so many seconds, or else as the row has it."""
        if seconds is not None:
            with scopes.use_scopes(self._scopes):
                requestor = type(self).request.limited(seconds)
                call = Call("GET", self._element_path(requestor, self._prefix, self.id))
                self._load(requestor.perform(call, self._fields))
        status = self.attributes.get("status")
        return status if isinstance(status, str) else None

    @classmethod
    def from_callback(cls: type[MessageT], payload: Any) -> MessageT:
        """Return the message in what was posted to a URL of yours. Nothing is called.

        Attention: what the service itself posts is not public, and as far as is known it carries no
        signature, so that anybody who knows the URL could post this. Before you act on it, ask the
        service: ``message.reload()`` raises ``ResourceNotFound`` for what it does not have.

        :param payload: The body of the request, as text or bytes, or the query of a GET: what the
            sandbox calls with. A form is read too, and the fields as a mapping.
        :returns: The message, with the data that was posted.
        :raises ValueError: If there is no message in it.

        Example:

            >>> from vivialconnect import Message
            >>> body = b'{"message": {"id": 1, "status": "sent", "to_number": "+15154469790"}}'
            >>> message = Message.from_callback(body)
            >>> message.status
            'sent'
            >>> message.reload()
            >>> message.status
            'delivered'

        .. versionadded:: 1.0
        """
        return cls._row(webhooks.read_callback(payload, cls.singular), "")

    @staticmethod
    def segments(text: str) -> Segments:
        """Return how a text is encoded, and how many segments of a message it fills.

        The service counts again; what it has counted is in ``num_segments``.

        :param text: What is to be sent.
        :returns: encoding, segments, units, units_left (what still fits in the last segment), and
            non_gsm: the characters that force UCS-2, each with its place.
        :raises ValueError: If it is no ``str``.

        Example:

            >>> from vivialconnect import Message
            >>> counted = Message.segments("See you at 5 \u2013 Zo\u00eb")
            >>> counted.encoding, counted.segments, counted.units_left
            ('ucs2', 1, 52)
            >>> counted.non_gsm
            ((13, '\u2013'), (17, '\u00eb'))

        .. versionadded:: 1.0
        """
        return segments.count(text)

    def attachment(
        self,
        id: int | str,  # noqa: A002 - the documented name
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

    def find_each_attachment(
        self, limit: int | None = None, page_size: int = LARGEST_PAGE
    ) -> Iterator[Attachment]:
        """Walk over all attachments of the message; see :meth:`.Resource.find_each`.

        :param limit: How many in all; ``None`` for every one.
        :param page_size: How many to ask for at a time, 1 to 150.
        :raises ValueError: At once, if the message has no id, or limit or page size cannot be.
        :raises RequestorError: While walking, if a call fails.
        :raises ResourceError: While walking, if an answer is no list.

        .. versionadded:: 1.0
        """
        self._require_id("walk over the attachments of")
        return self._each(self.attachments, limit, page_size)

    def attachments_count(self, opts: Mapping[str, Any] | None = None, **kwargs: Any) -> int:
        """Return how many attachments the message has.

        :param opts: The query, merged with the keywords.
        :param kwargs: The query.
        :raises ValueError: If the message has no id, or a key stands in both.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no count.
        """
        call = Call("GET", "attachments/count", merged_query(opts, kwargs))
        return self._call_below(call, read_count)

    def _marks(self) -> dict[str, Any]:
        data = self.attributes  # with a connector, the service ignores from_number
        sender = "from_number" if data.get("connector_id") is None else "connector_id"
        return {name: data.get(name) for name in ("to_number", "body", sender)}
