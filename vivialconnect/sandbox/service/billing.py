"""Billing: the prices, the balance of an account, and its transactions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from vivialconnect.sandbox.service.clock import microseconds
from vivialconnect.sandbox.service.store import append, select_one

#: The price of each transaction type, in 1/100 cent.
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

#: All transaction types of the service. The sandbox itself creates those with a price.
TRANSACTION_TYPES = (
    "number_purchase", "number_purchase_tollfree", "number_renew", "number_renew_tollfree",
    "number_release", "sms_local_in", "sms_local_out", "mms_local_in", "mms_local_out",
    "sms_tollfree_in", "sms_tollfree_out", "mms_tollfree_in", "mms_tollfree_out",
    "sms_shortcode_in", "sms_shortcode_out", "mms_shortcode_in", "mms_shortcode_out",
    "sms_intl_out", "voice_forward", "voice_forward_tollfree",
)  # fmt: skip


def charge(
    connection: sqlite3.Connection,
    account_id: int,
    transaction_type: str,
    moment: float,
    *,
    message_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Charge an account, whose balance may become negative.

    :param connection: a connection in a transaction.
    :param account_id: the account's id.
    :param transaction_type: a key of :data:`PRICES`.
    :param moment: now, in seconds since 1970.
    :param message_id: the id of the message that is charged for.
    :param data: the transaction's data without the time; for a message, only what is not stored
        with the message.
    """
    price = PRICES[transaction_type]
    connection.execute(
        "UPDATE accounts SET balance = balance - ? WHERE id = ?", (price, account_id)
    )
    record = {
        "account_id": account_id,
        "transaction_type": transaction_type,
        "cash_amount": price,
        "cash_balance": balance(connection, account_id),
        "post_time": microseconds(moment),
        "message_id": message_id,
        "data": json.dumps(data) if data else None,
    }
    append(connection, "transactions", record)


def balance(connection: sqlite3.Connection, account_id: int) -> int:
    """Return an account's balance, in 1/100 cent."""
    record = select_one(connection, "SELECT balance FROM accounts WHERE id = ?", (account_id,))
    return int(record["balance"]) if record else 0


def balances(cash_balance: int) -> dict[str, int]:
    """Return all balances as the API does; the sandbox only has the cash balance."""
    return {
        "cash_balance": cash_balance,
        "number_credits": 0,
        "subscription_balance": 0,
        "usage_credits": 0,
    }
