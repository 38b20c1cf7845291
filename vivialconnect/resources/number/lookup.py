"""What the service can find out about a phone number of anybody."""

from __future__ import annotations

from typing import Any, ClassVar

from vivialconnect.resources._lists import unreadable
from vivialconnect.resources._row import Row


class NumberInfo(Row):
    """What :meth:`.Number.lookup` found out. It has data and no calls of its own.

    ================= ==========================================================================
    phone_number      The number, in E.164 format (str).
    carrier           Who carries it: name and country (str), and where the service tells them
                      capabilities, each a bool (dict).
    device            What it rings: model, and error if that is not known; each may be ``None``
                      (dict).
    date_created      When this was found out, where the service says so (str); ``created_at``.
    date_modified     When it was last changed, likewise (str); ``modified_at``.
    ================= ==========================================================================
    """

    singular = "number_info"
    plural = "number_infos"
    primary_key = "phone_number"

    _shown: ClassVar[tuple[str, ...]] = ("carrier", "device")

    phone_number: str
    carrier: dict[str, Any]
    device: dict[str, Any]
    date_created: str
    date_modified: str


def read_number_info(answer: Any) -> NumberInfo:
    """Return what the answer to a lookup says.

    :raises ResourceError: If it says nothing about a number.
    """
    found = answer.get(NumberInfo.singular) if isinstance(answer, dict) else None
    phone_number = found.get("phone_number") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(phone_number, str):
        raise unreadable("be a number_info with a phone_number", answer)
    # The service has echoed the number with a space for the plus, and without either.
    digits = phone_number.strip()
    if digits.isdecimal():
        found = {**found, "phone_number": "+" + digits}
    return NumberInfo._row(found, "/numbers")
