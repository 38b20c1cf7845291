"""Which URLs are called when a message changes or comes in, and with what. No sockets.

What is to be called is noted in the transaction in which it happened, so that it is called if that
has happened, and in the same order. The ``http.webhook_delivery`` calls.

Nothing is known of what the service itself posts. This sandbox posts the message as the API gives
it, which is an invention.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from vivialconnect.sandbox.service import billing as ledger
from vivialconnect.sandbox.service.store import Row, insert, select_one

if TYPE_CHECKING:
    import sqlite3

#: Messages that will change, and whose changes somebody wants to know.
_WATCHED = """
SELECT due FROM messages
LEFT JOIN numbers ON phone_number = from_number AND numbers.account_id = messages.account_id
LEFT JOIN connectors ON connectors.id = coalesce(messages.connector_id, numbers.connector_id)
WHERE due IS NOT NULL AND (coalesce(status_text_url, '') != '' OR callbacks LIKE '%"status"%')
ORDER BY due LIMIT 1
"""

#: What a connector's callbacks call an event, and what a number's fields call it.
_STATUS = {"status": "status_text"}
_INCOMING = {"incoming": "incoming_text", "incoming_fallback": "incoming_text_fallback"}


class Target(NamedTuple):
    """What is called.

    :param method: the HTTP method.
    :param url: the URL.
    """

    method: str
    url: str


class Webhook(NamedTuple):
    """One thing that happened, and who is to be told.

    :param id: its place in the order.
    :param account_id: whose message it is.
    :param message_id: the message.
    :param item_type: the kind of the message, as logs have it.
    :param targets: what is called; each is called only if the one before it failed.
    :param document: what is posted.
    """

    id: int
    account_id: int
    message_id: int
    item_type: str
    targets: list[Target]
    document: dict[str, Any]


def note_status(connection: sqlite3.Connection, message: Row, document: Mapping[str, Any]) -> None:
    """Note that the status of a message has changed.

    :param connection: a connection in a transaction.
    :param message: the message's row.
    :param document: the message as the API gives it.
    """
    _note(connection, message, "from_number", _STATUS, document)


def note_incoming(
    connection: sqlite3.Connection, message: Row, document: Mapping[str, Any]
) -> None:
    """Note that a message has come in; the parameters are those of :func:`note_status`."""
    _note(connection, message, "to_number", _INCOMING, document)


def _of_connector(
    connection: sqlite3.Connection, connector_id: Optional[int], events: Mapping[str, str]
) -> list[Target]:
    row = select_one(connection, "SELECT callbacks FROM connectors WHERE id = ?", (connector_id,))
    found = {
        callback["event_type"]: Target(callback["method"] or "POST", callback["url"])
        for callback in json.loads(row["callbacks"] if row else "[]")
        if callback["message_type"] == "text"
    }
    return [found[event] for event in events if event in found]


def _of_number(number: Row, events: Mapping[str, str]) -> list[Target]:
    return [
        Target((number[name + "_method"] or "POST").upper(), number[name + "_url"])
        for name in events.values()
        if number.get(name + "_url")
    ]


def _note(
    connection: sqlite3.Connection,
    message: Row,
    end: str,
    events: Mapping[str, str],
    document: Mapping[str, Any],
) -> None:
    # A number that was released may be another account's by now.
    statement = "SELECT * FROM numbers WHERE phone_number = ? AND account_id = ?"
    number = select_one(connection, statement, (message[end], message["account_id"])) or {}
    connector_id = message["connector_id"] or number.get("connector_id")
    targets = _of_connector(connection, connector_id, events) or _of_number(number, events)
    if targets:
        row = {
            "account_id": message["account_id"],
            "message_id": message["id"],
            "item_type": ledger.item_type(message),
            "targets": json.dumps(targets),
            "document": json.dumps(document),
        }
        insert(connection, "webhooks", row)


def first(connection: sqlite3.Connection) -> Optional[Webhook]:
    """Read what is to be called next, if anything is."""
    row = select_one(connection, "SELECT * FROM webhooks ORDER BY id LIMIT 1")
    if row is None:
        return None
    targets = [Target(*target) for target in json.loads(row["targets"])]
    return Webhook(**dict(row, targets=targets, document=json.loads(row["document"])))


def next_change(connection: sqlite3.Connection) -> Optional[float]:
    """Tell when a message will change of which somebody wants to know, in seconds since 1970."""
    row = select_one(connection, _WATCHED)
    return row["due"] if row else None


def is_busy(connection: sqlite3.Connection) -> bool:
    """Tell whether anything is to be called, now or when it is due."""
    return first(connection) is not None or next_change(connection) is not None


def settle(
    connection: sqlite3.Connection, webhook: Webhook, problem: Optional[str], moment: float
) -> None:
    """Take note that a webhook is done with; one that was forgotten meanwhile stays forgotten.

    :param connection: a connection in a transaction.
    :param webhook: the webhook.
    :param problem: why none of its targets could be called, ``None`` if one was; it is logged.
    :param moment: now, in seconds since 1970.
    """
    known = connection.execute("DELETE FROM webhooks WHERE id = ?", (webhook.id,)).rowcount
    if known and problem is not None:
        data = {"url": webhook.targets[-1].url, "message": problem}
        event = ledger.Event(
            "webhook.error", webhook.item_type, webhook.message_id, "webhook failed", data
        )
        operator = ledger.Operator("account", webhook.account_id, "system")
        ledger.log(connection, webhook.account_id, operator, event, moment)


def form(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a message as the pairs of a query; what is null is left out."""
    return [(name, str(value)) for name, value in document.items() if value is not None]
