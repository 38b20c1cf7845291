"""The log of what happens in an account."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, NamedTuple

from vivialconnect.sandbox.service.clock import log_timestamp
from vivialconnect.sandbox.service.store import insert, select_one


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
    instant = log_timestamp(moment)
    last = select_one(connection, "SELECT max(id) AS id FROM logs")
    number = ((last or {}).get("id") or 0) + 1
    record = {
        "account_id": account_id,
        "log_id": f"{instant}{number:036d}",
        "log_type": event.log_type,
        "item_type": event.item_type,
        "item_id": str(event.item_id),
        "operator_type": operator.kind,
        "operator_id": str(operator.id),
        "origin": operator.origin,
        "description": event.description,
        "log_timestamp": instant,
        "log_data": json.dumps(event.data, sort_keys=True),
    }
    insert(connection, "logs", record)
