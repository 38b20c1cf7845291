"""The route of number lookups. The sandbox derives carrier and device from the digits."""

from __future__ import annotations

import re
from typing import Any

from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.routes.router import ApiRequest, Route

#: One client sends the plus unencoded, which decodes to a space. Another one omits it.
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
    """Return carrier, device and dates of a number, always the same for a given number.

    :param digits: the number with its country code, without a plus.
    """
    index = sum(map(int, digits)) % len(CARRIERS)
    mobile = CARRIERS[index] != "Sandbox Landline"
    capabilities: dict[str, bool] = {
        name: mobile and (index + offset) % len(CARRIERS) != 0
        for offset, name in enumerate(CAPABILITIES)
    }
    capabilities["device_lookup_api"] = mobile
    return {
        "carrier": {
            "capabilities": capabilities,
            "country": "US" if digits.startswith("1") else None,
            "name": CARRIERS[index],
        },
        "date_created": DATE,
        "date_modified": DATE,
        "device": DEVICE if mobile else NO_DEVICE,
    }


def get_lookup(request: ApiRequest) -> Response:
    """Handle ``GET numbers/lookup.json``; returns the number as it was sent."""
    text = request.parameters.get("phone_number", "")
    match = NUMBER.fullmatch(text)
    if match is None:
        raise HTTPError(
            400, f"phone_number must be a phone number such as +15154469790, got {text!r}"
        )
    return json_response({"number_info": dict(describe(match.group(1)), phone_number=text)})


ROUTES = [Route("GET", "/accounts/{account}/numbers/lookup.json", get_lookup)]
