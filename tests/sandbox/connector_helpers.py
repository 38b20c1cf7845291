"""Helpers for the tests of connectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import Client

FIRST, SECOND, THIRD = "+19132597591", "+18162211212", "+12122266016"
URL = "http://example.com/in"
NUMBERS = "connectors/1/phone_numbers.json"
CALLBACKS = "connectors/1/callbacks.json"


def callback(event_type: str = "incoming", message_type: str = "text", **more: Any) -> Any:
    """Return a callback as a request writes it."""
    return {"message_type": message_type, "event_type": event_type, "url": URL, **more}


def buy(client: Client, count: int) -> list[str]:
    """Buy numbers, and return them ordered by id."""
    sold = client.call("GET", "numbers/available/US/local.json", limit=count).json
    return [client.buy(record["phone_number"])["phone_number"] for record in sold["phone_numbers"]]


def make(client: Client, **fields: Any) -> Any:
    """Create a connector and return it."""
    response = client.call("POST", "connectors.json", {"connector": fields})
    assert response.status == 201, response
    assert list(response.json) == ["connector"]
    return response.json["connector"]


def write(client: Client, method: str, path: str, **fields: Any) -> Any:
    """Write to a connector or to one of its lists, and return the response."""
    response = client.call(method, path, {"connector": fields})
    assert response.status == 200, response
    return response.json


def refusal(client: Client, method: str, path: str, **fields: Any) -> str:
    """Send an invalid write to a connector, and return the message of the error."""
    response = client.call(method, path, {"connector": fields})
    assert response.status == 400, response
    message: str = response.json["message"]
    return message


def numbers_of(client: Client, path: str = "connectors/1.json") -> list[str]:
    """Return the numbers that a connector shows."""
    records = client.call("GET", path).json["connector"]["phone_numbers"]
    return [record["phone_number"] for record in records]


def connector_of(client: Client, number_id: int) -> Any:
    """Return the connector_id of a number."""
    return client.call("GET", f"numbers/{number_id}.json").json["phone_number"]["connector_id"]
