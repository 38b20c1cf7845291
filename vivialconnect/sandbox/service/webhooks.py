"""The queue of webhooks: which URLs to request when a message arrives or changes its status.

A webhook is stored in the transaction of its event, so none is lost and none is out of order.
``http.webhook_delivery`` delivers them.

What the service itself posts is not public. The sandbox posts the message as the API returns it.
"""

# ruff: noqa: S608 - the statements are built from constants, values are bound.

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from vivialconnect.sandbox.service import event_log
from vivialconnect.sandbox.service.store import Record, insert, select_one

#: Whether a number or a connector has a webhook for the status of messages.
_WATCHED = """(
    EXISTS (SELECT 1 FROM numbers WHERE status_text_url != '')
    OR EXISTS (SELECT 1 FROM connectors WHERE instr(callbacks, '"status"'))
)"""
_NEXT_DUE = (
    f"SELECT CASE WHEN {_WATCHED} THEN (SELECT min(due) FROM messages WHERE due IS NOT NULL) END"
    " AS due"
)
_PENDING = f"SELECT EXISTS (SELECT 1 FROM webhooks) OR ({_NEXT_DUE}) IS NOT NULL AS pending"

#: How many attempts are kept.
KEPT_ATTEMPTS = 5_000

#: Event types of a connector's callbacks, and the fields of a number that correspond to them.
_STATUS = {"status": "status_text"}
_INCOMING = {"incoming": "incoming_text", "incoming_fallback": "incoming_text_fallback"}


class Target(NamedTuple):
    """A URL to request.

    :param method: the HTTP method.
    :param url: the URL.
    """

    method: str
    url: str


class Webhook(NamedTuple):
    """A webhook to deliver.

    :param id: its position in the queue.
    :param account_id: the account's id.
    :param message_id: the message's id.
    :param item_type: the kind of message, as in logs.
    :param targets: the URLs; each is requested only if the one before it failed.
    :param document: the message as the API returns it.
    :param replay_of: the id of the attempt that it repeats; ``None`` if it is not a replay.
    """

    id: int
    account_id: int
    message_id: int
    item_type: str
    targets: list[Target]
    document: dict[str, Any]
    replay_of: int | None = None


class Attempt(NamedTuple):
    """An attempt to deliver a webhook to one of its targets.

    :param target: the URL.
    :param started: when it began, in seconds since 1970, by the wall clock.
    :param seconds: how long it took.
    :param status: the status of the response; ``None`` if there is none.
    :param response: the first 4 KiB of the response's body.
    :param problem: why it failed; ``None`` if it succeeded.
    """

    target: Target
    started: float
    seconds: float
    status: int | None
    response: bytes | None
    problem: str | None


def add_status(
    connection: sqlite3.Connection, message: Record, document: Mapping[str, Any]
) -> None:
    """Add the webhook for a change of status, if the sender has one.

    :param connection: a connection in a transaction.
    :param message: the message.
    :param document: the message as the API returns it.
    """
    _add(connection, message, "from_number", _STATUS, document)


def add_incoming(
    connection: sqlite3.Connection, message: Record, document: Mapping[str, Any]
) -> None:
    """Add the webhook for an inbound message; see :func:`add_status`."""
    _add(connection, message, "to_number", _INCOMING, document)


def _add(
    connection: sqlite3.Connection,
    message: Record,
    own_number: str,
    events: Mapping[str, str],
    document: Mapping[str, Any],
) -> None:
    # With the account, because a released number may belong to another one by now.
    statement = "SELECT * FROM numbers WHERE phone_number = ? AND account_id = ?"
    number = select_one(connection, statement, (message[own_number], message["account_id"])) or {}
    connector_id = message["connector_id"] or number.get("connector_id")
    targets = _targets_of_connector(connection, connector_id, events)
    targets = targets or _targets_of_number(number, events)
    if targets:
        record = {
            "account_id": message["account_id"],
            "message_id": message["id"],
            "item_type": event_log.item_type(message),
            "targets": json.dumps(targets),
            "document": json.dumps(document),
        }
        insert(connection, "webhooks", record)


def _targets_of_connector(
    connection: sqlite3.Connection, connector_id: int | None, events: Mapping[str, str]
) -> list[Target]:
    statement = "SELECT callbacks FROM connectors WHERE id = ?"
    connector = select_one(connection, statement, (connector_id,))
    found = {
        callback["event_type"]: Target(callback["method"] or "POST", callback["url"])
        for callback in json.loads(connector["callbacks"] if connector else "[]")
        if callback["message_type"] == "text"
    }
    return [found[event] for event in events if event in found]


def _targets_of_number(number: Record, events: Mapping[str, str]) -> list[Target]:
    return [
        Target((number[name + "_method"] or "POST").upper(), number[name + "_url"])
        for name in events.values()
        if number.get(name + "_url")
    ]


def find_next(connection: sqlite3.Connection) -> Webhook | None:
    """Return the next webhook to deliver, or ``None``."""
    record = select_one(connection, "SELECT * FROM webhooks ORDER BY id LIMIT 1")
    if record is None:
        return None
    targets = [Target(*target) for target in json.loads(record["targets"])]
    return Webhook(**dict(record, targets=targets, document=json.loads(record["document"])))


def is_watched(connection: sqlite3.Connection) -> bool:
    """Return whether any number or connector has a webhook for the status of messages."""
    return bool(connection.execute("SELECT " + _WATCHED + " AS watched").fetchone()["watched"])


def next_due(connection: sqlite3.Connection) -> float | None:
    """Return when the next webhook may become due, in seconds since 1970.

    If any number is watched, that is when the next message changes, whichever number sent it.

    :returns: the time; ``None`` if there is no such webhook or no such message.
    """
    due: float | None = connection.execute(_NEXT_DUE).fetchone()["due"]
    return due


def has_pending(connection: sqlite3.Connection) -> bool:
    """Return whether there may be a webhook to deliver, now or later."""
    return bool(connection.execute(_PENDING).fetchone()["pending"])


def complete(
    connection: sqlite3.Connection, webhook: Webhook, attempts: Sequence[Attempt], moment: float
) -> None:
    """Remove a webhook from the queue, store its attempts, and log a failed delivery.

    :param connection: a connection in a transaction.
    :param webhook: the webhook; ignored if the sandbox was reset since.
    :param attempts: the attempts; the last one decides whether the delivery failed.
    :param moment: now, in seconds since 1970.
    """
    known = connection.execute("DELETE FROM webhooks WHERE id = ?", (webhook.id,)).rowcount
    if not known:
        return
    for attempt in attempts:
        _store_attempt(connection, webhook, attempt)
    problem = attempts[-1].problem
    if problem is not None:
        data = {"url": attempts[-1].target.url, "message": problem}
        event = event_log.Event(
            "webhook.error", webhook.item_type, webhook.message_id, "webhook failed", data
        )
        operator = event_log.Operator("account", webhook.account_id, "system")
        event_log.log(connection, webhook.account_id, operator, event, moment)


def _store_attempt(connection: sqlite3.Connection, webhook: Webhook, attempt: Attempt) -> None:
    record = {
        "webhook_id": webhook.id,
        "account_id": webhook.account_id,
        "message_id": webhook.message_id,
        "item_type": webhook.item_type,
        "document": json.dumps(webhook.document),
        "replay_of": webhook.replay_of,
        "method": attempt.target.method,
        "url": attempt.target.url,
        "started": attempt.started,
        "seconds": attempt.seconds,
        "status": attempt.status,
        "response": attempt.response,
        "problem": attempt.problem,
    }
    newest = insert(connection, "attempts", record)
    connection.execute("DELETE FROM attempts WHERE id <= ?", (newest - KEPT_ATTEMPTS,))


def replay(connection: sqlite3.Connection, attempt_id: int) -> int | None:
    """Add the webhook of an attempt to the queue once more, for the URL of the attempt.

    :param connection: a connection in a transaction.
    :param attempt_id: the id of the attempt.
    :returns: the id of the webhook; ``None`` if the attempt is unknown.
    """
    statement = "SELECT * FROM attempts WHERE id = ?"
    attempt = select_one(connection, statement, (attempt_id,))
    if attempt is None:
        return None
    copied = ("account_id", "message_id", "item_type", "document")
    record = {name: attempt[name] for name in copied}
    record["targets"] = json.dumps([Target(attempt["method"], attempt["url"])])
    return insert(connection, "webhooks", dict(record, replay_of=attempt_id))


def query_of(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a message as the pairs of a query, without fields that are ``null``."""
    return [(name, str(value)) for name, value in document.items() if value is not None]
