"""Messages: send, poll, attachments, bulk sends and webhooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, TypeVar

from vivialconnect.common import paths, scopes, segments
from vivialconnect.common.error import ResourceError, VivialConnectError
from vivialconnect.common.exchange import Call
from vivialconnect.common.segments import Segments
from vivialconnect.common.util import encode_body
from vivialconnect.common.values import plain
from vivialconnect.resources._iteration import PageIterator
from vivialconnect.resources._lists import MAX_PAGE_SIZE, ResourceList, merge_query, read_count
from vivialconnect.resources._sendable import Sendable
from vivialconnect.resources._typing import CommonFields, Id, Unpack
from vivialconnect.resources.message import bulk, polling, webhooks
from vivialconnect.resources.message.attachment import Attachment
from vivialconnect.resources.message.bulk import Bulk

MessageT = TypeVar("MessageT", bound="Message")


class MessageFields(CommonFields, total=False):
    """The fields of a message, for type checkers."""

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


class Message(Sendable):
    """A text message, inbound or outbound, with or without media.

    ==================== =======================================================================
    id                   Id of the message (int).
    date_created         Creation time, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified        Time of the last change (str); as a datetime: ``modified_at``.
    account_id           Id of the account (int).
    message_type         ``"local_sms"``, ``"tollfree_sms"`` or ``"local_mms"`` (str).
    direction            ``"inbound"``, ``"outbound-api"`` or ``"outbound-reply"`` (str).
    to_number            Recipient, in E.164 format: ``"+1xxxyyyzzzz"`` (str).
    from_number          Sender; outbound, a number of the account (str).
    connector_id         Id of the connector that picks the sender; replaces ``from_number`` (int).
    sent                 Time of sending or receipt, UTC (str); as a datetime: ``sent_at``.
    body                 Text, at most 1,600 characters (str).
    media_urls           Write-only: URLs of the media to send (list of str).
    to_numbers           Write-only: the recipients of :meth:`.send_bulk` (list of str).
    num_media            Number of attachments (int).
    num_segments         Number of segments of the text; does not affect the price (int).
    status               ``"accepted"``, ``"queued"``, ``"sending"``, ``"sent"``, ``"delivered"``,
                         ``"undelivered"``, ``"failed"`` or ``"received"`` (str).
    error_code           Error code; ``None`` if the message was delivered (int or str).
    error_message        Text for the error code (str).
    price                Price; ``None`` if transactions have it (int, 1/100 cent).
    price_currency       The currency of the price, ISO 4217 (str).
    bulk_id              Id of the bulk send (str).
    dest_country         Country of the recipient, ``"US"``; ``None`` if unknown (str).
    encoding             The encoding of the text, ``"gsm0338"`` (str).
    sms_configuration_id The callback configuration (int).
    ==================== =======================================================================

    Example:

        >>> from vivialconnect import Message
        >>> message = Message(from_number="+19132597591", to_number="+15154469790", body="Hi")
        >>> message.send()
        True
        >>> message.wait_until("delivered", timeout=30)
        'delivered'
    """

    singular = "message"
    plural = "messages"

    _filters: ClassVar = ("limit", "order", "page", "search")
    _other_names: ClassVar = {
        **dict.fromkeys(("text", "message", "content", "sms"), "body"),
        **dict.fromkeys(("recipient", "phone_number"), "to_number"),
        "sender": "from_number",
    }
    _repr_fields: ClassVar[tuple[str, ...]] = ("status", "from_number", "to_number", "body")

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

    def __init__(
        self,
        attributes: Mapping[str, Any] | Id | None = None,
        prefix_options: Mapping[str, Any] | None = None,
        **fields: Unpack[MessageFields],
    ) -> None:
        super().__init__(attributes, prefix_options, **fields)

    @property
    def sent_at(self) -> datetime | None:
        """``sent`` as an aware datetime."""
        return self._datetime("sent")

    def send(self) -> bool:
        """Send the message, update it from the response, and return ``True``.

        :raises ValueError: If the message has an id, because it was already sent.
        :raises RequestorError: If the request fails. If its ``outcome`` is ``"unknown"``, the
            message may have been sent: use :meth:`.find_sent` before you send again.
        """
        if not self.is_new():
            raise ValueError(
                f"this message has the id {self.id!r}, so it was already sent; "
                "create another Message to send it again"
            )
        return self._save("POST")

    def send_bulk(self) -> str:
        """Send the message to every number in ``to_numbers``, at most 100.

        An invalid number does not affect the others: see ``errors`` of the bulk send.

        :returns: The id of the bulk send, for :meth:`bulk_messages`.
        :raises ValueError: If ``to_numbers`` is not a list of strings, or empty.
        """
        numbers = bulk.check_recipients(self.attributes.get("to_numbers"))
        self._complete_media()
        fields = {name: value for name, value in self.attributes.items() if value is not None}
        body = encode_body({**fields, "to_numbers": numbers})
        spec = Call("POST", "bulk", body=body, roots=("bulk_id",))
        try:
            with scopes.use_scopes(self._scopes):
                return self._perform(spec, bulk.read_bulk_id, self._prefix)
        except VivialConnectError as failure:
            failure._lookup_hint = ". Call Message.bulks() to look it up"
            raise

    def _data_to_save(self, method: str) -> dict[str, Any]:
        if method == "POST":
            self._complete_media()
        return super()._data_to_save(method)

    def _complete_media(self) -> None:
        """Convert a single URL to a list, and set an empty text if there is no text."""
        media = plain(self.attributes.get("media_urls"), "media_urls")
        if isinstance(media, str):
            self.media_urls = [media]
        if media and self.attributes.get("body") is None:
            self.body = ""

    def redact(self) -> bool:
        """Delete the text of the message on the service and in the object, and return ``True``.

        :raises ResourceError: If the service did not delete the text.
        """
        body = self._body({"id": self.id, "body": ""})
        saved = self._perform_below(Call("PUT", "", body=body), self._read_saved)
        self._update({"body": ""} if saved is None else saved)
        if self.attributes.get("body"):
            raise ResourceError(
                f"the service responded, but message {self.id!r} still has its text; "
                "call redact() again"
            )
        return True

    def wait_until(self, status: str | Iterable[str], timeout: float = 60) -> str:
        """Poll the message until it has reached a status, and return its status.

        It returns on that status, on a later status, and on any final status: ``"delivered"``,
        ``"failed"``, ``"received"`` or ``"undelivered"``. It polls at once, and then after pauses
        of 0.5 to 5 seconds.

        :param status: A status, or several statuses of which one is enough.
        :param timeout: The timeout in seconds, exceeded by at most one second; 0 to poll once.
        :raises Timeout: If the status is not reached in time.
        """
        self._require_id()
        return polling.wait(self._poll, status, timeout)

    def _poll(self, seconds: float | None) -> str | None:
        """Request the status within this many seconds; ``None`` for the current field."""
        if seconds is not None:
            with scopes.use_scopes(self._scopes):
                requestor = type(self).request.limited(seconds)
                spec = Call("GET", self._path(requestor, self._prefix, self.id))
                self._load(requestor.perform(spec, self._read_data))
        status = self.attributes.get("status")
        return status if isinstance(status, str) else None

    @classmethod
    def bulks(cls, *, page: int | None = None, limit: int | None = None) -> ResourceList[Bulk]:
        """List one page of the bulk sends: 50, or at most 150 with ``limit``."""
        return cls._perform(
            Call("GET", "bulk", cls._checked_query({"page": page, "limit": limit})), bulk.read_bulks
        )

    @classmethod
    def find_each_bulk(
        cls, limit: int | None = None, page_size: int = MAX_PAGE_SIZE
    ) -> Iterator[Bulk]:
        """Iterate over all bulk sends, as :meth:`.Resource.find_each` does."""
        return PageIterator(cls.bulks, limit, page_size)

    @classmethod
    def bulk_messages(
        cls: type[MessageT], bulk_id: str, *, page: int | None = None, limit: int | None = None
    ) -> ResourceList[MessageT]:
        """List one page of the messages of a bulk send: 50, or at most 150 with ``limit``.

        :param bulk_id: The id that :meth:`send_bulk` returned.
        """
        below = "bulk/" + paths.quote_segment(bulk_id, "bulk_id")
        return cls._perform(
            Call("GET", below, cls._checked_query({"page": page, "limit": limit})), cls._read_list
        )

    @classmethod
    def find_each_bulk_message(
        cls: type[MessageT], bulk_id: str, limit: int | None = None, page_size: int = MAX_PAGE_SIZE
    ) -> Iterator[MessageT]:
        """Iterate over all messages of a bulk send, as :meth:`.Resource.find_each` does."""
        paths.quote_segment(bulk_id, "bulk_id")
        return PageIterator(partial(cls.bulk_messages, bulk_id), limit, page_size)

    @classmethod
    def from_callback(cls: type[MessageT], payload: Any) -> MessageT:
        """Return the message in a webhook. It sends no request.

        Attention: webhooks do not seem to be signed, so anyone who knows your URL can send them.
        Call ``reload()`` before you trust the message: it fails if the message does not exist.

        :param payload: JSON or form data as a string or bytes, or a mapping of the fields.
        :raises ValueError: If the payload does not contain a message.
        """
        return cls._from_data(webhooks.parse_webhook(payload, cls.singular))

    @staticmethod
    def segments(text: str) -> Segments:
        """Return the encoding of a text and its number of segments.

        :returns: ``encoding``, ``segments``, ``units``, ``units_left`` (free units of the last
            segment), and ``non_gsm`` (characters that require UCS-2, with their indexes).
        """
        return segments.count(text)

    @staticmethod
    def to_gsm(text: str) -> str:
        r"""Replace typographic quotes, dashes, ellipses and spaces by those that GSM 03.38 has.

        Other characters are kept. A text in GSM 03.38 takes fewer segments than one in UCS-2.
        """
        return segments.to_gsm(text)

    def attachment(
        self,
        id: int | str,  # noqa: A002 - the documented name
        **kwargs: Any,
    ) -> Attachment:
        """Return one attachment of the message by its id."""
        spec = Call("GET", "attachments/" + paths.quote_segment(id), kwargs)
        return self._perform_below(
            spec, lambda parsed: Attachment._read_object(parsed, self._path_inside())
        )

    def attachments(self, **kwargs: Any) -> ResourceList[Attachment]:
        """List one page of the attachments of the message. The keywords are the query."""
        return self._perform_below(
            Call("GET", "attachments", Attachment._checked_query(kwargs)),
            lambda parsed: Attachment._read_list(parsed, self._path_inside()),
        )

    def find_each_attachment(
        self, limit: int | None = None, page_size: int = MAX_PAGE_SIZE, **query: Any
    ) -> Iterator[Attachment]:
        """Iterate over all attachments of the message, as :meth:`.Resource.find_each` does."""
        self._require_id()
        return PageIterator(partial(self.attachments, **query), limit, page_size)

    def attachments_count(self, opts: Mapping[str, Any] | None = None, **kwargs: Any) -> int:
        """Return the number of attachments; the query is as for :meth:`.Resource.count`."""
        query = Attachment._checked_query(merge_query(opts, kwargs))
        return self._perform_below(Call("GET", "attachments/count", query), read_count)

    def _identifying_fields(self) -> dict[str, Any]:
        data = self.attributes  # the service ignores from_number if there is a connector_id
        sender = "from_number" if data.get("connector_id") is None else "connector_id"
        return {name: data.get(name) for name in ("to_number", "body", sender)}
