"""Lookup of a phone number: its carrier and device."""

from __future__ import annotations

from typing import Any, ClassVar

from vivialconnect.resources._base import ResourceBase
from vivialconnect.resources._lists import unexpected_response


class NumberInfo(ResourceBase):
    """The result of :meth:`.Number.lookup`. It has fields and sends no requests.

    ================= ==========================================================================
    phone_number      The number, in E.164 format (str).
    carrier           The carrier: name and country (str), and capabilities, each a bool, if the
                      service knows them (dict).
    device            The device: model, and error if it is unknown; each may be ``None`` (dict).
    date_created      When this was looked up, if the service says so (str); ``created_at``.
    date_modified     When it was last changed, if the service says so (str); ``modified_at``.
    ================= ==========================================================================
    """

    singular = "number_info"
    plural = "number_infos"
    primary_key = "phone_number"

    _repr_fields: ClassVar[tuple[str, ...]] = ("carrier", "device")

    phone_number: str
    carrier: dict[str, Any]
    device: dict[str, Any]
    date_created: str
    date_modified: str


def read_number_info(parsed: Any) -> NumberInfo:
    """Return the result in the response to a lookup.

    :raises ResourceError: If there is none.
    """
    found = parsed.get(NumberInfo.singular) if isinstance(parsed, dict) else None
    phone_number = found.get("phone_number") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(phone_number, str):
        raise unexpected_response("a number_info with a phone_number", parsed)
    # The service has sent the number with a space for the plus, and without either.
    digits = phone_number.strip()
    if digits.isdecimal():
        found = {**found, "phone_number": "+" + digits}
    return NumberInfo._from_data(found, "/numbers")
