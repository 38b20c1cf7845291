"""Bulk sends: one message to many recipients."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, ClassVar

from vivialconnect.common.error import ResourceError
from vivialconnect.common.times import parse_iso
from vivialconnect.common.values import plain, shorten
from vivialconnect.resources._base import ResourceBase
from vivialconnect.resources._lists import ResourceList, find_list, unexpected_response


class Bulk(ResourceBase):
    """A bulk send, from :meth:`.Message.bulks`. It has fields, and sends no requests.

    ================= ==========================================================================
    bulk_id           Id of the bulk send, a UUID (str).
    total_messages    Number of messages (int).
    processed         Number of sent messages (int).
    errors            Number of failed messages (int).
    date_created      Creation time (naive ``datetime`` in UTC).
    ================= ==========================================================================
    """

    singular = "bulk"
    plural = "bulks"
    primary_key = "bulk_id"

    _repr_fields: ClassVar[tuple[str, ...]] = ("total_messages", "processed", "errors")

    bulk_id: str
    total_messages: int
    processed: int
    errors: int
    date_created: datetime | None


def check_recipients(numbers: Any) -> list[str]:
    """Validate ``to_numbers``, and return it as a list.

    :raises ValueError: If it is not a list of strings, or empty.
    """
    numbers = plain(numbers, "to_numbers")
    if not isinstance(numbers, (list, tuple)) or not numbers:
        shown = shorten(numbers)
        raise ValueError(f"to_numbers must be a list of numbers like '+19132597591', got {shown}")
    listed = [plain(number, "to_numbers") for number in numbers]
    if not all(isinstance(number, str) and number for number in listed):
        raise ValueError("to_numbers must contain only strings like '+19132597591'")
    return listed


def read_bulk_id(parsed: Any) -> str:
    """Return the id of the bulk send in a response."""
    bulk_id = parsed.get("bulk_id") if isinstance(parsed, dict) else None
    if not isinstance(bulk_id, str):
        raise unexpected_response("a bulk_id", parsed)
    return bulk_id


def read_bulks(parsed: Any) -> ResourceList[Bulk]:
    """Return the bulk sends in a response."""
    found, meta = find_list(parsed, ("bulks",))
    bulks = [Bulk._from_data(data, "/messages") for data in found]
    for bulk in bulks:
        bulk.date_created = _naive_utc(bulk.attributes.get("date_created"))
    return ResourceList(bulks, meta)


def _naive_utc(text: Any) -> datetime | None:
    if text is None:
        return None
    try:
        return parse_iso(text).astimezone(timezone.utc).replace(tzinfo=None)
    except ValueError as cause:
        raise ResourceError(f"date_created of a bulk send is not a time: {text!r}") from cause
