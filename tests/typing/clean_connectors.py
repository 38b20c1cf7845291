"""Uses connectors and their lists; every checker must find nothing to say."""

from __future__ import annotations

from vivialconnect import Connector, ConnectorCallback, ConnectorNumber, Number


def fill(number: Number) -> bool:
    """Lists take whatever the service can be sent, and contain objects."""
    connector = Connector({"name": "Reminders"})
    connector.phone_numbers.append("+19132597591")
    connector.phone_numbers += [number, {"phone_number_id": 7}]
    connector.phone_numbers[0] = ConnectorNumber(phone_number="+19132597591")
    connector.callbacks = [ConnectorCallback(message_type="text", event_type="incoming")]
    connector.callbacks[0:1] = [{"message_type": "text", "event_type": "status"}]
    connector.callbacks[0].url = "https://example.com"
    return connector.save()


def read(connector: Connector) -> list[str]:
    """Objects have typed fields, in the lists and from the service."""
    first: ConnectorCallback = connector.callbacks[0]
    own: list[ConnectorNumber] = connector.phone_numbers
    connector.phone_numbers = own[1:]
    method: str | None = first.method
    connector.add_numbers("+19132597591")
    connector.remove_numbers([number for number in connector.phone_numbers if number.id])
    connector.replace_callbacks(connector.callbacks[:1])
    numbers = [*connector.find_each_number(limit=5), *connector.find_numbers(page=2)]
    return [method or "", *(number.phone_number for number in numbers)]
