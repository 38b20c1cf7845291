"""What tests of connectors share: calls of connectors' routes, and what they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import Client

FIRST, SECOND, THIRD = "+19132597591", "+18162211212", "+12122266016"
URL = "http://example.com/in"
NUMBERS = "connectors/1/phone_numbers.json"
CALLBACKS = "connectors/1/callbacks.json"


def callback(event_type: str = "incoming", message_type: str = "text", **more: Any) -> Any:
    """Make a callback as it is written."""
    return {"message_type": message_type, "event_type": event_type, "url": URL, **more}


def buy(client: Client, count: int) -> list[str]:
    """Buy numbers; give them in the order of their ids."""
    sold = client.call("GET", "numbers/available/US/local.json", limit=count).json
    return [client.buy(row["phone_number"])["phone_number"] for row in sold["phone_numbers"]]


def make(client: Client, **fields: Any) -> Any:
    """Make a connector; give its row."""
    response = client.call("POST", "connectors.json", {"connector": fields})
    assert response.status == 201, response
    assert list(response.json) == ["connector"]
    return response.json["connector"]


def write(client: Client, method: str, path: str, **fields: Any) -> Any:
    """Write to a connector, or to one of its lists; give the whole answer."""
    response = client.call(method, path, {"connector": fields})
    assert response.status == 200, response
    return response.json


def refusal(client: Client, method: str, path: str, **fields: Any) -> str:
    """Write to a connector what is refused; give the words."""
    response = client.call(method, path, {"connector": fields})
    assert response.status == 400, response
    message: str = response.json["message"]
    return message


def numbers_of(client: Client, path: str = "connectors/1.json") -> list[str]:
    """Give the numbers that a connector shows."""
    rows = client.call("GET", path).json["connector"]["phone_numbers"]
    return [row["phone_number"] for row in rows]


def connector_of(client: Client, number_id: int) -> Any:
    """Give the connector that a number tells of."""
    return client.call("GET", f"numbers/{number_id}.json").json["phone_number"]["connector_id"]
