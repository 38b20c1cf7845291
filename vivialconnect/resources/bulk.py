"""Bulk sends: one text to many numbers, as the service lists and answers them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, ClassVar, Optional, Tuple

from vivialconnect.common.error import ResourceError
from vivialconnect.common.util import parse_time
from vivialconnect.resources._collections import ResourceList, describe_shape, find_rows
from vivialconnect.resources._row import Row


class Bulk(Row):
    """One bulk send, as :meth:`.Message.bulks` lists it. It has data and no calls of its own.

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


def read_bulk_id(answer: Any) -> str:
    """Return the id in the answer to a bulk send.

    :raises ResourceError: If there is none.
    """
    bulk_id = answer.get("bulk_id") if isinstance(answer, dict) else None
    if not isinstance(bulk_id, str):
        raise ResourceError(
            "the answer should have a bulk_id, and is {}".format(describe_shape(answer))
        )
    return bulk_id


def read_bulks(answer: Any) -> ResourceList[Bulk]:
    """Return the bulk sends of a list.

    :raises ResourceError: If the answer is no list of them.
    """
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
