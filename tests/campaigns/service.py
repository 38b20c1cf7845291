"""The service that campaigns are sent to, and what it has got of them."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from vivialconnect import Number
from vivialconnect.campaigns import Campaign
from vivialconnect.sandbox import Sandbox

SENDER = "+19132597591"
SENDERS = [SENDER, "+19132593260", "+19132596397"]
#: Each is met by one per cent of the requests.
FAULTS: dict[str, dict[str, Any]] = {
    "drop_answer": {},
    "close": {},
    "internal_server_error": {},
    "service_unavailable": {"takes_effect": True},
    "too_many_requests": {"retry_after": 0},
    "stall": {"method": "POST", "seconds": 3},
}


class Received(NamedTuple):
    """A message that the service accepted."""

    id: int
    from_number: str
    to_number: str
    body: str


class Service(Sandbox):
    """A sandbox that has the senders."""

    def buy(self, *numbers: str) -> None:
        """Configure the client, and buy numbers."""
        self.configure()
        for number in numbers:
            Number({"phone_number": number}).buy()

    def begin_chaos(self) -> None:
        """Put every fault in force."""
        for fault, options in FAULTS.items():
            self.chaos.add(fault, percent=1, **options)

    def received(self) -> list[Received]:
        """Return the messages that the service accepted, the oldest first."""
        statement = (
            "SELECT id, from_number, to_number, body FROM messages "
            "WHERE direction != 'inbound' ORDER BY id"
        )

        def read(connection: sqlite3.Connection) -> list[Received]:
            return [Received(**row) for row in connection.execute(statement)]

        return self._running(self._store).read(read)

    @property
    def posts(self) -> int:
        """How many messages were posted."""
        return sum(
            request.method == "POST" and request.path.endswith("/messages.json")
            for request in self.requests
        )


def recipients(count: int, start: int = 0) -> list[dict[str, str]]:
    """Return the rows of a list."""
    return [
        {"phone": f"+1816{2000000 + number}", "name": f"N{number}"}
        for number in range(start, start + count)
    ]


def plan(campaign: Campaign, rows: Iterable[dict[str, str]], **options: Any) -> None:
    """Plan a greeting for each row."""
    options = {"from_number": SENDER, "to": "phone", "body": "Hi {name}", **options}
    campaign.plan(list(rows), **options)


def check_each_once(service: Service, campaign: Campaign) -> None:
    """Check that the service has each text once, with the id that the journal has."""
    received = service.received()
    times = Counter((message.to_number, message.body) for message in received)
    assert {text: count for text, count in times.items() if count > 1} == {}
    ids = {message.to_number: message.id for message in received}
    reported = {text.to_number: text.message_id for text in campaign.report()}
    assert ids == reported
