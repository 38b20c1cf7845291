"""Money and the journal: what is charged and what is logged, in rows that never change."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, NamedTuple

from vivialconnect.sandbox.service.clock import log_timestamp, precise_timestamp
from vivialconnect.sandbox.service.store import insert, select_one

if TYPE_CHECKING:
    import sqlite3

#: What each transaction type costs, in 1/100 cent.
PRICES = {
    "number_purchase": 5_000,
    "number_purchase_tollfree": 10_000,
    "number_release": 0,
    "sms_local_out": 60,
    "sms_local_in": 0,
    "sms_tollfree_out": 60,
    "sms_tollfree_in": 0,
    "sms_intl_out": 720,
    "mms_local_out": 240,
    "mms_local_in": 180,
    "mms_tollfree_out": 360,
    "mms_tollfree_in": 360,
}


class Operator(NamedTuple):
    """Who did what a log tells of.

    :param kind: ``user`` or ``account``.
    :param id: the id of it.
    :param origin: ``api`` for what a call did, ``system`` for the rest.
    """

    kind: str
    id: int
    origin: str


def charge(
    connection: sqlite3.Connection,
    account_id: int,
    transaction_type: str,
    data: Mapping[str, Any],
    moment: float,
) -> int:
    """Take the price of something off an account's balance, which may fall below 0.

    :param connection: a connection in a transaction.
    :param account_id: who pays.
    :param transaction_type: what for, a key of :data:`PRICES`.
    :param data: what the transaction tells of it, but for the time.
    :param moment: when, in seconds since 1970.
    :returns: the price in 1/100 cent.
    """
    price = PRICES[transaction_type]
    connection.execute(
        "UPDATE accounts SET balance = balance - ? WHERE id = ?", (price, account_id)
    )
    told = dict(data, created_time=formatdate(moment, usegmt=True))
    row = {
        "account_id": account_id,
        "transaction_type": transaction_type,
        "unit_count": 1,
        "cash_amount": price,
        "credit_amount": 0,
        "cash_balance": balance(connection, account_id),
        "post_time": precise_timestamp(moment),
        "data": json.dumps([told], sort_keys=True),
    }
    insert(connection, "transactions", row)
    return price


def balance(connection: sqlite3.Connection, account_id: int) -> int:
    """Read an account's balance, in 1/100 cent."""
    row = select_one(connection, "SELECT balance FROM accounts WHERE id = ?", (account_id,))
    return int(row["balance"]) if row else 0


def balances(cash_balance: int) -> dict[str, int]:
    """Write a balance as the service does, beside those that the sandbox has none of."""
    return {
        "cash_balance": cash_balance,
        "number_credits": 0,
        "subscription_balance": 0,
        "usage_credits": 0,
    }


class Event(NamedTuple):
    """What happened, for the journal.

    :param log_type: the kind of item and of event, like ``message.queued``.
    :param item_type: the kind of item in detail, like ``msg_out_local_sms``.
    :param item_id: the item's id.
    :param description: what happened, in words.
    :param data: what the log tells of the item.
    """

    log_type: str
    item_type: str
    item_id: int
    description: str
    data: Mapping[str, Any]


def item_type(message: Mapping[str, Any]) -> str:
    """Name the kind of a message as logs do."""
    way = "in" if message["direction"] == "inbound" else "out"
    return "msg_{}_{}".format(way, message["message_type"])


def log(
    connection: sqlite3.Connection, account_id: int, operator: Operator, event: Event, moment: float
) -> None:
    """Write into the journal.

    :param connection: a connection in a transaction.
    :param account_id: the account that it concerns.
    :param operator: who did it.
    :param event: what happened.
    :param moment: when, in seconds since 1970.
    """
    instant = log_timestamp(moment)
    last = select_one(connection, "SELECT max(id) AS id FROM logs")
    number = ((last or {}).get("id") or 0) + 1
    row = {
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
    insert(connection, "logs", row)
