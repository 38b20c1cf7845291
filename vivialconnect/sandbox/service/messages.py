"""Messages: how they are stored, charged and logged."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from vivialconnect.common import segments
from vivialconnect.sandbox.service import billing, event_log, opt_outs, webhooks
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.media import Media, attach
from vivialconnect.sandbox.service.options import Options
from vivialconnect.sandbox.service.store import Record, insert, select_one, update

FIELDS = (
    "account_id", "bulk_id", "body", "connector_id", "dest_country", "direction", "encoding",
    "error_code", "error_message", "from_number", "id", "message_type", "num_media",
    "num_segments", "price", "price_currency", "status", "to_number",
)  # fmt: skip
DATES = ("date_created", "date_modified", "sent")


class Draft(NamedTuple):
    """A message before it is stored.

    :param account_id: the account's id.
    :param from_number: the sender.
    :param to_number: the recipient.
    :param body: the text.
    :param media: the attachments.
    :param bulk_id: the id of the bulk job that it belongs to.
    :param connector_id: the id of the connector that chose the sender, or of the recipient.
    """

    account_id: int
    from_number: str
    to_number: str
    body: str
    media: Sequence[Media] = ()
    bulk_id: str | None = None
    connector_id: int | None = None


def render(message: Record) -> dict[str, Any]:
    """Return a message as the API does."""
    document = {name: message[name] for name in FIELDS}
    if message["bulk_id"] is None:
        del document["bulk_id"]
    document.update({name: message[name] and message[name] + "+00:00" for name in DATES})
    return document


def accept(
    connection: sqlite3.Connection, draft: Draft, number: Record, moment: float, options: Options
) -> Record:
    """Accept a message for sending, and charge for it.

    :param connection: a connection in a transaction.
    :param draft: the message to send.
    :param number: the sender, a number of the account.
    :param moment: now, in seconds since 1970.
    :param options: the sandbox's options.
    :returns: the message, with the status ``accepted``.
    """
    fields = {
        "direction": "outbound-api",
        "status": "accepted",
        "accepted": moment,
        "due": moment + options.delays[0],
        "dest_country": "US" if draft.to_number.startswith("+1") else None,
    }
    return _store(connection, draft, _message_type(draft, number), fields, moment)


def receive(connection: sqlite3.Connection, draft: Draft, number: Record, moment: float) -> Record:
    """Receive an inbound message, and charge for it.

    :param connection: a connection in a transaction.
    :param draft: the message.
    :param number: the recipient, a number of the account.
    :param moment: now, in seconds since 1970.
    :returns: the message, with the status ``received``.
    """
    fields = {
        "direction": "inbound",
        "status": "received",
        "sent": timestamp(moment),
        "accepted": moment,
        "dest_country": "US",
    }
    message = _store(connection, draft, _message_type(draft, number), fields, moment)
    log(connection, message, "message received", moment)
    webhooks.add_incoming(connection, message, render(message))
    opt_outs.update(connection, draft.account_id, draft.to_number, draft.from_number, draft.body)
    return message


def log(connection: sqlite3.Connection, message: Record, description: str, moment: float) -> None:
    """Log an event of a message.

    :param connection: a connection in a transaction.
    :param message: the message, after the event.
    :param description: the event in words.
    :param moment: the time of the event, in seconds since 1970.
    """
    data = {
        "text": message["body"],
        "sender": message["from_number"],
        "receiver": message["to_number"],
        "message": render(message),
    }
    event = event_log.Event(
        "message." + message["status"],
        event_log.item_type(message),
        message["id"],
        description,
        data,
    )
    operator = event_log.Operator("account", message["account_id"], "system")
    event_log.log(connection, message["account_id"], operator, event, moment)


def _message_type(draft: Draft, number: Record) -> str:
    return "{}_{}".format(number["phone_number_type"], "mms" if draft.media else "sms")


def _store(
    connection: sqlite3.Connection,
    draft: Draft,
    message_type: str,
    fields: dict[str, Any],
    moment: float,
) -> Record:
    counted = segments.count(draft.body)
    record = {
        "account_id": draft.account_id,
        "from_number": draft.from_number,
        "to_number": draft.to_number,
        "body": draft.body,
        "bulk_id": draft.bulk_id,
        "connector_id": draft.connector_id,
        "message_type": message_type,
        "num_media": len(draft.media),
        "num_segments": 1 if draft.media else max(counted.segments, 1),
        "encoding": counted.encoding,
        "price_currency": "USD",
        "date_created": timestamp(moment),
        "date_modified": timestamp(moment),
        **fields,
    }
    message_id = insert(connection, "messages", record)
    for media in draft.media:
        attach(connection, draft.account_id, message_id, media, timestamp(moment))
    price = _charge(connection, message_id, record, moment)
    update(connection, "messages", message_id, {"price": price})
    stored = select_one(connection, "SELECT * FROM messages WHERE id = ?", (message_id,))
    return stored or {}


def _charge(connection: sqlite3.Connection, message_id: int, message: Record, moment: float) -> int:
    number_type, form = message["message_type"].split("_")
    outbound = message["direction"] != "inbound"
    if outbound and form == "sms" and message["dest_country"] is None:
        number_type = "intl"
    data = {
        "message_id": message_id,
        "message_type": message["message_type"],
        "metadata": _metadata(connection, message) if outbound else {},
    }
    transaction_type = "{}_{}_{}".format(form, number_type, "out" if outbound else "in")
    return billing.charge(connection, message["account_id"], transaction_type, data, moment)


def _metadata(connection: sqlite3.Connection, message: Record) -> dict[str, Any]:
    before = billing.balance(connection, message["account_id"])
    metadata = {
        "allowed_balances": billing.balances(before),
        "num_segments": message["num_segments"],
    }
    statement = "SELECT tags FROM numbers WHERE phone_number = ?"
    number = select_one(connection, statement, (message["from_number"],))
    tags = json.loads(number["tags"]) if number else {}
    return dict(metadata, phone_number_tags=tags) if tags else metadata
