"""Accounts: their balances and their credentials."""

from __future__ import annotations

import sqlite3

from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.page.context import Call, Context, Document, PageRoute
from vivialconnect.sandbox.page.parameters import (
    Window,
    read_body,
    read_options,
    read_query,
    unknown,
)
from vivialconnect.sandbox.service import billing
from vivialconnect.sandbox.service.accounts import check_account_id
from vivialconnect.sandbox.service.store import parse_id, select_all, select_count, select_one

#: The highest amount to add, in 1/100 cent, so that sums stay within SQLite's integers.
MAXIMUM_AMOUNT = 10**12

_ACCOUNTS = """
SELECT id AS account_id, company_name, balance,
    (SELECT count(*) FROM numbers WHERE account_id = accounts.id) AS numbers,
    (SELECT coalesce(max(position), 0) FROM messages WHERE account_id = accounts.id) AS messages
FROM accounts
"""


def handle_list(call: Call) -> Response:
    """Handle ``GET accounts``."""
    window = Window.checked(**read_options(call))

    def read(connection: sqlite3.Connection) -> Document:
        bounds = (window.limit, window.offset)
        records = select_all(connection, _ACCOUNTS + "ORDER BY id LIMIT ? OFFSET ?", bounds)
        total = select_count(connection, "accounts", "1", ())
        return {**window.of(total), "accounts": records}

    document = call.context.store.transaction(read)
    return json_response({**document, "base_url": call.context.owner.url})


def handle_add(call: Call) -> Response:
    """Handle ``POST accounts``."""
    read_query(call)
    example = '{"account_id": 777, "company_name": "Other Inc"}'
    fields = read_body(call, example, {"account_id": int, "company_name": str})
    account_id = fields.pop("account_id", 0)
    check_account_id(account_id)
    call.context.owner.add_account(account_id, **fields)
    statement = _ACCOUNTS + "WHERE id = ?"
    account = call.context.store.read(
        lambda connection: select_one(connection, statement, (account_id,))
    )
    return json_response({"account": account}, status=201)


def _read_account_id(call: Call) -> int:
    text = read_query(call, "account_id").get("account_id")
    if text is None:
        return call.context.owner.account_id
    account_id = parse_id(text)
    if account_id is None:
        raise HTTPError(400, f"account_id must be an integer, got {text!r}")
    return account_id


def handle_credentials(call: Call) -> Response:
    """Handle ``GET credentials``."""
    account_id = _read_account_id(call)
    statement = (
        "SELECT api_key, api_secret FROM credentials WHERE account_id = ? AND active ORDER BY id"
    )
    found = call.context.store.read(
        lambda connection: select_one(connection, statement, (account_id,))
    )
    if found is None:
        raise HTTPError(404, f"Account {account_id} has no active API key")
    return json_response({**found, "account_id": account_id, "base_url": call.context.owner.url})


def handle_balance(call: Call) -> Response:
    """Handle ``GET balance``."""
    return _respond_with_balance(call, _read_account_id(call), 0)


def handle_top_up(call: Call) -> Response:
    """Handle ``POST balance``."""
    read_query(call)
    fields = read_body(call, '{"add": 100000}', {"add": int, "account_id": int})
    account_id = fields.get("account_id", call.context.owner.account_id)
    return _respond_with_balance(call, account_id, fields.get("add", 0))


def _respond_with_balance(call: Call, account_id: int, amount: int) -> Response:
    document = top_up(call.context, account_id, amount)
    if document is None:
        raise unknown("account", account_id)
    return json_response(document)


def top_up(context: Context, account_id: int, amount: int) -> Document | None:
    """Add an amount to the balance of an account, without a transaction of the account.

    :param context: the parts of the sandbox.
    :param account_id: the account's id.
    :param amount: the amount in 1/100 cent; it may be negative.
    :returns: the account's id and its balance; ``None`` if the account is unknown.
    :raises ValueError: if the amount is too high.
    """
    if abs(amount) > MAXIMUM_AMOUNT:
        raise ValueError(f"add must be an integer of at most {MAXIMUM_AMOUNT}, got {amount}")

    def add(connection: sqlite3.Connection) -> Document | None:
        statement = "UPDATE accounts SET balance = balance + ? WHERE id = ?"
        if not connection.execute(statement, (amount, account_id)).rowcount:
            return None
        return {"account_id": account_id, "balance": billing.balance(connection, account_id)}

    document = context.store.transaction(add)
    if amount:
        context.changes.publish("accounts")
    return document


ROUTES = [
    PageRoute("GET", "/accounts", handle_list),
    PageRoute("POST", "/accounts", handle_add),
    PageRoute("GET", "/credentials", handle_credentials),
    PageRoute("GET", "/balance", handle_balance),
    PageRoute("POST", "/balance", handle_top_up),
]
