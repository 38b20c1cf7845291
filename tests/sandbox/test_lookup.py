"""Lookups of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .client import Client

FIELDS = {"phone_number", "carrier", "device", "date_created", "date_modified"}
CAPABILITIES = {
    "deactivation_files", "device_lookup_api", "location_data", "mms_connection_status", "mms_dr",
    "sms_connection_status", "sms_fteu", "sms_handset_dr", "uaprof_in_mms_dr",
}  # fmt: skip


def lookup(client: Client, query: str) -> Any:
    """Look a number up with an encoded query; return the response."""
    path = f"{client.base}/accounts/{client.account}/numbers/lookup.json"
    signed = client.sign("GET", path, query.replace("+", "%20"))
    return client.send(signed._replace(target=f"{path}?{query}"))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("phone_number=%2B15154469790", "+15154469790"),
        ("phone_number=15154469790", "15154469790"),
        ("phone_number=%2015154469790", " 15154469790"),
        ("phone_number=+15154469790", " 15154469790"),
    ],
)
def test_lookup__forms(client: Client, query: str, shown: str) -> None:
    """The plus may be encoded, omitted or unencoded; the number is returned as it was sent."""
    response = lookup(client, query)
    assert (response.status, list(response.json)) == (200, ["number_info"])
    info = response.json["number_info"]
    assert info.pop("phone_number") == shown
    again = lookup(client, "phone_number=15154469790").json["number_info"]
    del again["phone_number"]
    assert info == again


def test_lookup__fields(client: Client) -> None:
    """Carrier and device have the service's fields; without a device, an error says why."""
    devices = []
    for last in "0123456789":
        info = lookup(client, f"phone_number=1515446979{last}").json["number_info"]
        assert set(info) == FIELDS
        assert (set(info["carrier"]), info["carrier"]["country"]) == (
            {"name", "country", "capabilities"}, "US"
        )  # fmt: skip
        assert set(info["carrier"]["capabilities"]) == CAPABILITIES
        assert {type(value) for value in info["carrier"]["capabilities"].values()} == {bool}
        assert info["date_created"].endswith("+00:00")
        device = info["device"]
        assert (device["model"] is None) != (device["error"] is None)
        assert info["carrier"]["capabilities"]["device_lookup_api"] is (device["error"] is None)
        devices.append(device["model"])
    assert set(devices) == {None, "APL iPhone6"}


def test_lookup__abroad(client: Client) -> None:
    """The country of a number abroad is null."""
    info = lookup(client, "phone_number=%2B442071838750").json["number_info"]
    assert (info["phone_number"], info["carrier"]["country"]) == ("+442071838750", None)


@pytest.mark.parametrize(
    "query",
    ["", "phone_number=", "phone_number=5154469790x", "phone_number=%2B1515446979",
     "phone_number=%28515%29%20446-9790", "phone_number=2", "phone_number=%2B%2B15154469790",
     "phone_number=2" + "1" * 15],
)  # fmt: skip
def test_lookup__refused(client: Client, query: str) -> None:
    """An invalid number is refused with 400."""
    response = lookup(client, query)
    assert (response.status, "phone_number" in response.json["message"]) == (400, True)
