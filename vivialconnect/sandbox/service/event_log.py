"""The log of what happens in an account.

The details of a message's event can be derived from the message, so they are not stored.
:func:`messages.log_details` renders them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

from vivialconnect.sandbox.service.clock import microseconds
from vivialconnect.sandbox.service.store import insert


class Operator(NamedTuple):
    """The user or account that caused an event.

    :param kind: ``user`` or ``account``.
    :param id: its id.
    :param origin: ``api`` for the effect of a request, ``system`` otherwise.
    """

    kind: str
    id: int
    origin: str


class Event(NamedTuple):
    """An event to log.

    :param log_type: the kind of item and of event, such as ``message.queued``.
    :param item_type: the detailed kind of the item, such as ``msg_out_local_sms``.
    :param item_id: the item's id.
    :param description: the event in words.
    :param data: the item's data.
    """

    log_type: str
    item_type: str
    item_id: int
    description: str
    data: Mapping[str, Any]


def item_type(message: Mapping[str, Any]) -> str:
    """Return the ``item_type`` of a message."""
    direction = "in" if message["direction"] == "inbound" else "out"
    return "msg_{}_{}".format(direction, message["message_type"])


def log(
    connection: sqlite3.Connection, account_id: int, operator: Operator, event: Event, moment: float
) -> None:
    """Log an event.

    :param connection: a connection in a transaction.
    :param account_id: the account's id.
    :param operator: who caused it.
    :param event: the event.
    :param moment: now, in seconds since 1970.
    """
    record = {
        "account_id": account_id,
        "log_type": event.log_type,
        "item_id": event.item_id,
        "log_timestamp": microseconds(moment),
        # Null for the account itself, so that the index of operators stays small.
        "operator_id": None if operator.kind == "account" else operator.id,
        "details": json.dumps(details(operator, event)),
    }
    insert(connection, "logs", record)


def details(operator: Operator, event: Event) -> dict[str, Any]:
    """Return the fields of a log that have no column."""
    return {
        "description": event.description,
        "item_type": event.item_type,
        "log_data": event.data,
        "operator_type": operator.kind,
        "origin": operator.origin,
    }
