"""Bulk sends: one text to many numbers, as the service lists and answers them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, ClassVar

from vivialconnect.common import paths
from vivialconnect.common.error import ResourceError, VivialConnectError
from vivialconnect.common.exchange import Call
from vivialconnect.common.times import parse_iso
from vivialconnect.common.util import encode_body
from vivialconnect.resources._lists import LARGEST_PAGE, ResourceList, find_rows, unreadable
from vivialconnect.resources._row import Row
from vivialconnect.resources._sendable import Sendable

if TYPE_CHECKING:
    from typing import TypeVar

    BulkableT = TypeVar("BulkableT", bound="Bulkable")


class Bulk(Row):
    """One bulk send, as :meth:`.bulks` lists it. It has data and no calls of its own.

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

    _shown: ClassVar[tuple[str, ...]] = ("total_messages", "processed", "errors")

    bulk_id: str
    total_messages: int
    processed: int
    errors: int
    date_created: datetime | None


class Bulkable(Sendable):
    """A noun that can be sent to many numbers at once."""

    __slots__ = ()

    to_numbers: list[str]
    media_urls: list[str] | str

    def send_bulk(self) -> str:
        """Send the message to every number of ``to_numbers``, of which the service takes up to 100.

        One that is no number fails alone; ``errors`` of the bulk send counts those.

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
        try:
            return self._call_here(None, Call("POST", "bulk", body=body), _read_bulk_id)
        except VivialConnectError as failure:
            failure._look_up = "; Message.bulks() shows what it has taken"
            raise

    @classmethod
    def bulks(cls, *, page: int | None = None, limit: int | None = None) -> ResourceList[Bulk]:
        """List the bulk sends, one page of them; :meth:`find_each_bulk` gives all.

        :param page: Which page, from 1.
        :param limit: How many at most, 50 unless given, at most 150.
        :returns: Rows with bulk_id, total_messages, processed, errors and date_created; ``meta``
            has count, pages, next and previous.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no list.
        """
        return cls._make_call(Call("GET", "bulk", {"page": page, "limit": limit}), _read_bulks)

    @classmethod
    def find_each_bulk(
        cls, limit: int | None = None, page_size: int = LARGEST_PAGE
    ) -> Iterator[Bulk]:
        """Walk over all bulk sends; see :meth:`.Resource.find_each`.

        :param limit: How many in all; ``None`` for every one.
        :param page_size: How many to ask for at a time, 1 to 150.
        :raises ValueError: At once, if limit or page size cannot be.
        :raises RequestorError: While walking, if a call fails.
        :raises ResourceError: While walking, if an answer is no list.

        .. versionadded:: 1.0
        """
        return cls._each(cls.bulks, limit, page_size)

    @classmethod
    def bulk_messages(
        cls: type[BulkableT],
        bulk_id: str,
        *,
        page: int | None = None,
        limit: int | None = None,
    ) -> ResourceList[BulkableT]:
        """List the messages of a bulk send, one page; :meth:`find_each_bulk_message` gives all.

        :param bulk_id: The id that :meth:`send_bulk` returned.
        :param page: Which page, from 1.
        :param limit: How many at most, 50 unless given, at most 150.
        :raises ValueError: If the id is empty.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no list of messages.
        """
        job = "bulk/" + paths.quote_segment(bulk_id, "bulk_id")
        call = Call("GET", job, {"page": page, "limit": limit})
        return cls._make_call(call, lambda answer: cls._rows(answer, ""))

    @classmethod
    def find_each_bulk_message(
        cls: type[BulkableT],
        bulk_id: str,
        limit: int | None = None,
        page_size: int = LARGEST_PAGE,
    ) -> Iterator[BulkableT]:
        """Walk over all messages of a bulk send; see :meth:`.Resource.find_each`.

        :param bulk_id: The id that :meth:`send_bulk` returned.
        :param limit: How many in all; ``None`` for every one.
        :param page_size: How many to ask for at a time, 1 to 150.
        :raises ValueError: At once, if the id is empty, or limit or page size cannot be.
        :raises RequestorError: While walking, if a call fails.
        :raises ResourceError: While walking, if an answer is no list.

        .. versionadded:: 1.0
        """
        paths.quote_segment(bulk_id, "bulk_id")
        return cls._each(lambda **further: cls.bulk_messages(bulk_id, **further), limit, page_size)

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
        raise unreadable("have a bulk_id", answer)
    return bulk_id


def _read_bulks(answer: Any) -> ResourceList[Bulk]:
    found, meta = find_rows(answer, ("bulks",))
    bulks = [Bulk._row(data, "/messages") for data in found]
    for bulk in bulks:
        bulk.date_created = _naive_utc(bulk.attributes.get("date_created"))
    return ResourceList(bulks, meta)


def _naive_utc(text: Any) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_iso(text).astimezone(timezone.utc).replace(tzinfo=None)
    except ValueError as cause:
        raise ResourceError("date_created of a bulk send is no time: {!r}".format(text)) from cause
