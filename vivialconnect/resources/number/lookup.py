"""Number lookup: the carrier and the device of a phone number."""

from __future__ import annotations

from typing import Any, ClassVar

from vivialconnect.resources._base import ResourceBase
from vivialconnect.resources._lists import unexpected_response


class NumberInfo(ResourceBase):
    """The result of :meth:`.Number.lookup`. It has fields, and sends no requests.

    ================= ==========================================================================
    phone_number      The number, in E.164 format (str).
    carrier           Carrier: name and country (str), and capabilities (bool), if known (dict).
    device            Device: model, and error if it is unknown; each may be ``None`` (dict).
    date_created      Time of the lookup, if the service sends it (str); ``created_at``.
    date_modified     Time of the last change, if the service says so (str); ``modified_at``.
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
    # The service sends the number with a space instead of the plus sign, or without it.
    digits = phone_number.strip()
    if digits.isdecimal():
        found = {**found, "phone_number": "+" + digits}
    return NumberInfo._from_data(found, "/numbers")
