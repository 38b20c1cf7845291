"""Calls that read, and attachments. What comes back is compared with what was written."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Callable

from vivialconnect import Log, Message

if TYPE_CHECKING:
    from tests.soak.worker import Tenant, Told, Worker

NEWEST = "id desc"


class Reader:
    """What a worker reads."""

    weights = {  # noqa: RUF012 - nobody changes it
        "find": 20, "list_page": 6, "find_each": 3, "count": 2, "logs": 3, "attachments": 3,
        "detach": 1,
    }  # fmt: skip

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._known: deque[tuple[Tenant, Any, str]] = deque(maxlen=100)
        self._counts: dict[int, int] = {}
        #: Messages with an attachment.
        self.pictures: deque[Message] = deque(maxlen=20)

    def remember(self, tenant: Tenant, message_id: Any, body: str) -> None:
        """Remember a message, to find it later."""
        self._known.append((tenant, message_id, body))

    def find(self, _tenant: Tenant) -> None:
        """Find a message that was sent."""
        if not self._known:
            return
        tenant, message_id, body = self._worker.chance.choice(self._known)
        told = self._within(tenant, "find", lambda: Message.find(message_id))
        if told.outcome == "ok" and (told.value.id, told.value.body) != (message_id, body):
            self._worker.ledger.differ(f"found {told.value!r} for {body}")

    def list_page(self, tenant: Tenant) -> None:
        """List the newest messages."""
        told = self._within(tenant, "list", lambda: Message.find(limit=20, order=NEWEST))
        self._check_rows(tenant, told, 20)

    def find_each(self, tenant: Tenant) -> None:
        """Walk over messages."""
        told = self._within(
            tenant,
            "find_each",
            lambda: list(Message.find_each(limit=100, page_size=40, order=NEWEST)),
            requests=3,
        )
        self._check_rows(tenant, told, 100)

    def count(self, tenant: Tenant) -> None:
        """Count the messages, which are never fewer than before."""
        told = self._within(tenant, "count", Message.count)
        if told.outcome == "ok":
            before = self._counts.get(tenant.account_id, 0)
            if told.value < before:
                self._worker.ledger.differ(f"{told.value} messages after {before}")
            self._counts[tenant.account_id] = told.value

    def logs(self, tenant: Tenant) -> None:
        """Read the log of the last minute."""
        now = datetime.now(timezone.utc)
        span: dict[str, Any] = {"start_time": now - timedelta(minutes=1), "end_time": now}
        told = self._within(
            tenant, "logs", lambda: list(Log.find_each(limit=40, page_size=20, **span)), requests=3
        )
        self._check_rows(tenant, told, 40)

    def attachments(self, _tenant: Tenant) -> None:
        """List the attachments of a message that has one."""
        if self.pictures:
            message = self._worker.chance.choice(self.pictures)
            told = self._worker.told("attachments", message.attachments)
            if told.outcome == "ok" and len(told.value) != 1:
                self._worker.ledger.differ(f"{told.value} attachments of {message!r}")

    def detach(self, _tenant: Tenant) -> None:
        """Destroy the attachment of a message, and look where the outcome is unknown."""
        if not self.pictures:
            return
        message = self.pictures.popleft()
        told = self._worker.told("attachments", message.attachments)
        if told.outcome != "ok":
            return
        told = self._worker.told("detach", told.value[0].destroy)
        present: int | None = 1 if told.outcome in {"not sent", "refused"} else 0
        if told.outcome == "unknown":
            present = self._worker.insist("attachments", message.attachments_count)[0]
        self._worker.ledger.attach(message.id, present)

    def _within(
        self, tenant: Tenant, kind: str, call: Callable[[], Any], *, requests: int = 1
    ) -> Told:
        with tenant.scope:
            return self._worker.told(kind, call, requests=requests)

    def _check_rows(self, tenant: Tenant, told: Told, most: int) -> None:
        rows: Iterable[Any] = told.value or ()
        found = [(str(row.account_id), getattr(row, "log_id", row.id)) for row in rows]
        others = {account_id for account_id, _ in found} - {str(tenant.account_id)}
        if others or len(set(found)) < len(found) or len(found) > most:
            self._worker.ledger.differ(f"rows of {tenant.account_id}: {found}")
