"""The route of lookups: whose network a number is on. All of it is made up from the digits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from vivialconnect.sandbox.http.exchange import Refusal, json_answer
from vivialconnect.sandbox.routes.router import Route

if TYPE_CHECKING:
    from vivialconnect.sandbox.http.exchange import Answer
    from vivialconnect.sandbox.routes.router import Call

#: One client sends the plus as it is, which reads as a space; another leaves it out.
NUMBER = re.compile(r"[+ ]?(1[0-9]{10}|[2-9][0-9]{6,14})", re.ASCII)

CARRIERS = ("Sandbox Wireless", "Sandbox Mobile", "Sandbox Landline")
CAPABILITIES = (
    "deactivation_files", "device_lookup_api", "location_data", "mms_connection_status", "mms_dr",
    "sms_connection_status", "sms_fteu", "sms_handset_dr", "uaprof_in_mms_dr",
)  # fmt: skip
DEVICE = {"model": "APL iPhone6", "error": None}
NO_DEVICE = {"model": None, "error": "15012- Device lookup is not supported by this carrier."}
DATE = "2017-07-05T22:46:13+00:00"


def describe(digits: str) -> dict[str, Any]:
    """Make up what is known of a number, always the same of the same one.

    :param digits: the number with its country code, without a plus.
    :returns: carrier, device and dates.
    """
    place = sum(map(int, digits)) % len(CARRIERS)
    mobile = CARRIERS[place] != "Sandbox Landline"
    capabilities: dict[str, bool] = {
        name: mobile and (place + index) % len(CARRIERS) != 0
        for index, name in enumerate(CAPABILITIES)
    }
    capabilities["device_lookup_api"] = mobile
    return {
        "carrier": {
            "capabilities": capabilities,
            "country": "US" if digits.startswith("1") else None,
            "name": CARRIERS[place],
        },
        "date_created": DATE,
        "date_modified": DATE,
        "device": DEVICE if mobile else NO_DEVICE,
    }


def get_lookup(call: Call) -> Answer:
    """Answer ``GET numbers/lookup.json``; the number comes back as it was written."""
    text = call.parameters.get("phone_number", "")
    match = NUMBER.fullmatch(text)
    if match is None:
        raise Refusal(400, f"phone_number must be a number like +15154469790, not {text!r}")
    return json_answer({"number_info": dict(describe(match.group(1)), phone_number=text)})


ROUTES = [Route("GET", "/accounts/{account}/numbers/lookup.json", get_lookup)]
