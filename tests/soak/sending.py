"""Texts: sent, sent with a picture, sent to many; each text is another."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tests.soak.ledger import Sent
from vivialconnect import Message

if TYPE_CHECKING:
    from tests.soak.reading import Reader
    from tests.soak.worker import Tenant, Told, Worker

PICTURE = "https://example.org/picture.png"


class Sender:
    """What a worker sends."""

    weights = {"send": 30, "send_media": 3, "send_bulk": 4}  # noqa: RUF012 - nobody changes it

    def __init__(self, worker: Worker, reader: Reader) -> None:
        self._worker = worker
        self._reader = reader
        self._texts = 0

    def send(self, tenant: Tenant) -> None:
        """Send a text."""
        self._post(tenant, self._text(tenant, to_number=self._recipient()))

    def send_media(self, tenant: Tenant) -> None:
        """Send a text with a picture."""
        number = self._recipient()
        message = self._text(tenant, to_number=number, media_urls=[PICTURE])
        told = self._post(tenant, message)
        if told.outcome == "ok" and message.id is not None:
            self._worker.ledger.attach(message.id, 1)
            self._reader.pictures.append(message)

    def send_bulk(self, tenant: Tenant) -> None:
        """Send a text to some; where the outcome is unknown, look it up for each."""
        recipients = sorted({self._recipient() for _ in range(3)})
        message = self._text(tenant, to_numbers=recipients)
        began = time.time()
        told = self._worker.told("send_bulk", message.send_bulk)
        present: int | None = 1 if told.outcome in {"ok", "accepted"} else 0
        doubtful = None
        if told.outcome == "unknown":
            each = [self._for_one(tenant, message, number) for number in recipients]
            found = {self._worker.look(row, began)[0] for row in each}
            present, doubtful = (found.pop() if len(found) == 1 else None), each[0]
        self._enter(tenant, told, (message.body, len(recipients), present, None, began, doubtful))

    def _post(self, tenant: Tenant, message: Message) -> Told:
        body, began = message.body, time.time()
        # Outside the scope, for the row remembers it.
        told = self._worker.told("send", message.send)
        present, found = self._worker.presence(told, message, began)
        message_id = message.id if told.outcome == "ok" else getattr(found, "id", None)
        doubtful = message if told.outcome == "unknown" else None
        self._enter(tenant, told, (body, 1, present, message_id, began, doubtful))
        if message_id is not None:
            self._reader.remember(tenant, message_id, body)
        return told

    def _enter(self, tenant: Tenant, told: Told, entry: tuple[Any, ...]) -> None:
        body, recipients, *rest = entry
        self._worker.ledger.enter(Sent(body, tenant.account_id, recipients, told.outcome, *rest))

    def _text(self, tenant: Tenant, **fields: Any) -> Message:
        self._texts += 1
        body = f"{self._worker.name}-{self._texts}"
        with tenant.scope:
            return Message({"from_number": tenant.sender, "body": body, **fields})

    def _for_one(self, tenant: Tenant, message: Message, recipient: str) -> Message:
        with tenant.scope:
            return Message(
                {"from_number": message.from_number, "body": message.body, "to_number": recipient}
            )

    def _recipient(self) -> str:
        return f"+1816555{self._worker.chance.randrange(10_000):04}"
