"""Messages: storing, charging and logging them, and rendering what is derived from them."""

# ruff: noqa: S608 - only placeholders are inserted into statements, values are bound.

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from vivialconnect.common import segments
from vivialconnect.sandbox.service import billing, event_log, opt_outs, webhooks
from vivialconnect.sandbox.service.clock import SECOND, api_timestamp, microseconds, timestamp
from vivialconnect.sandbox.service.media import Media, attach
from vivialconnect.sandbox.service.options import Options
from vivialconnect.sandbox.service.store import Record, append, insert, select_all, update

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
    document.update({name: api_timestamp(message[name]) for name in DATES})
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
        "sent": None,
        "accepted": moment,
        "due": moment + options.delays[0],
        "dest_country": "US" if draft.to_number.startswith("+1") else None,
    }
    return _store(connection, draft, number, fields, moment)


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
        "sent": int(moment),
        "accepted": moment,
        "due": None,
        "dest_country": "US",
    }
    message = _store(connection, draft, number, fields, moment)
    log = {
        "account_id": message["account_id"],
        "log_type": "message.received",
        "item_id": message["id"],
        "log_timestamp": microseconds(moment),
    }
    insert(connection, "logs", log)
    webhooks.add_incoming(connection, message, render(message))
    opt_outs.update(connection, draft.account_id, draft.to_number, draft.from_number, draft.body)
    return message


def _store(
    connection: sqlite3.Connection,
    draft: Draft,
    number: Record,
    fields: dict[str, Any],
    moment: float,
) -> Record:
    counted = segments.count(draft.body)
    message: Record = {
        "account_id": draft.account_id,
        "from_number": draft.from_number,
        "to_number": draft.to_number,
        "body": draft.body,
        "bulk_id": draft.bulk_id,
        "connector_id": draft.connector_id,
        "message_type": "{}_{}".format(
            number["phone_number_type"], "mms" if draft.media else "sms"
        ),
        "num_media": len(draft.media),
        "num_segments": 1 if draft.media else max(counted.segments, 1),
        "encoding": counted.encoding,
        "price_currency": "USD",
        "error_code": None,
        "error_message": None,
        "date_created": int(moment),
        "date_modified": int(moment),
        **fields,
    }
    transaction_type = _transaction_type(message)
    message["price"] = billing.PRICES[transaction_type]
    message["id"] = append(connection, "messages", message)
    for media in draft.media:
        attach(connection, draft.account_id, message["id"], media, timestamp(moment))
    tags = {} if message["direction"] == "inbound" else json.loads(number["tags"])
    billing.charge(
        connection, draft.account_id, transaction_type, moment, message_id=message["id"], data=tags
    )
    return message


def _transaction_type(message: Record) -> str:
    number_type, form = message["message_type"].split("_")
    outbound = message["direction"] != "inbound"
    if outbound and form == "sms" and message["dest_country"] is None:
        number_type = "intl"
    return "{}_{}_{}".format(form, number_type, "out" if outbound else "in")


def find_all(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, Record]:
    """Return the messages that logs or transactions name, by id."""
    placeholders = ", ".join("?" * len(ids))
    statement = f"SELECT * FROM messages WHERE id IN ({placeholders})"
    return {each["id"]: each for each in select_all(connection, statement, [*ids])}


def empty_body(connection: sqlite3.Connection, message: Record, moment: float) -> Record:
    """Empty the body of a message; its logs keep it.

    :param connection: a connection in a transaction.
    :param message: the message.
    :param moment: now, in seconds since 1970.
    :returns: the message after the change.
    """
    statement = "SELECT * FROM logs WHERE item_id = ? AND details IS NULL"
    for log in select_all(connection, statement, (message["id"],)):
        update(connection, "logs", log["id"], {"details": json.dumps(log_details(message, log))})
    changes = {"body": "", "date_modified": int(moment)}
    update(connection, "messages", message["id"], changes)
    return dict(message, **changes)


def log_details(message: Record, log: Record) -> dict[str, Any]:
    """Return the details of the log of a message, with the message as it was then.

    :param message: the message as it is now.
    :param log: the log.
    """
    status = log["log_type"].partition(".")[2]
    then = dict(message, status=status, date_modified=log["log_timestamp"] // SECOND)
    if status != message["status"]:
        then.update(error_code=None, error_message=None)
    data = {
        "text": then["body"],
        "sender": then["from_number"],
        "receiver": then["to_number"],
        "message": render(then),
    }
    description = "message received" if status == "received" else "message status updated"
    event = event_log.Event(
        log["log_type"], event_log.item_type(message), message["id"], description, data
    )
    operator = event_log.Operator("account", message["account_id"], "system")
    return event_log.details(operator, event)


def transaction_data(message: Record, transaction: Record) -> dict[str, Any]:
    """Return the data of the transaction of a message, without the time.

    :param message: the message.
    :param transaction: the transaction; its ``data`` are the sender's tags.
    """
    metadata: dict[str, Any] = {}
    if message["direction"] != "inbound":
        before = transaction["cash_balance"] + transaction["cash_amount"]
        metadata["allowed_balances"] = billing.balances(before)
        metadata["num_segments"] = message["num_segments"]
    if transaction["data"]:
        metadata["phone_number_tags"] = json.loads(transaction["data"])
    return {
        "message_id": message["id"],
        "message_type": message["message_type"],
        "metadata": metadata,
    }
