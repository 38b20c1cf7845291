"""Accounts of a sandbox, and the keys that sign requests for them."""

# ruff: noqa: S608 - the name of the column comes from the code, values are bound.

from __future__ import annotations

import re
import sqlite3
from typing import NamedTuple

from vivialconnect.sandbox.service import initial_data
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import Record, insert, select_one, update


class SandboxAccount(NamedTuple):
    """An account of a sandbox, and its credentials.

    :param account_id: its id.
    :param api_key: its API key.
    :param api_secret: its API secret, which the repr does not show.
    """

    account_id: int
    api_key: str
    api_secret: str

    def __repr__(self) -> str:
        return f"SandboxAccount(account_id={self.account_id!r}, api_key={self.api_key!r})"


def check_account_id(account_id: int) -> None:
    """Check the id of an account.

    :raises ValueError: if it is invalid.
    """
    if not 0 < account_id < 10**18:
        raise ValueError(f"account_id must be an integer above 0, got {account_id!r}")


def check_credentials(api_key: str | None, api_secret: str | None) -> None:
    """Check an API key and an API secret; ``None`` is ignored.

    :raises ValueError: if one is invalid.
    """
    if api_key is not None and re.fullmatch(r"[!-9;-~]+", api_key) is None:
        raise ValueError("api_key must be ASCII text without spaces and colons, and not empty")
    if api_secret is not None and (not api_secret or not api_secret.isprintable()):
        raise ValueError("api_secret must be printable text, and not empty")


def ensure_account(
    connection: sqlite3.Connection,
    account_id: int,
    moment: float,
    *,
    company_name: str,
    api_key: str | None,
    api_secret: str | None,
) -> SandboxAccount:
    """Create an account and its credentials, if they do not exist.

    :param connection: a connection in a transaction.
    :param account_id: the account's id.
    :param moment: now, in seconds since 1970.
    :param company_name: the name of a new account.
    :param api_key: the API key; ``None`` for the stored one, or a new one.
    :param api_secret: the API secret; ``None`` for the stored one, or a new one.
    :returns: the account.
    :raises ValueError: if the key belongs to another account.
    """
    user_id = initial_data.ensure(connection, account_id, moment, company_name)
    column, value = ("api_key", api_key) if api_key else ("account_id", account_id)
    statement = f"SELECT * FROM credentials WHERE {column} = ? ORDER BY active DESC, id"
    known = select_one(connection, statement, (value,))
    if known is not None:
        return _use_known(connection, account_id, known, api_secret)
    account = SandboxAccount(
        account_id,
        api_key or initial_data.new_api_key(),
        api_secret or initial_data.new_api_secret(),
    )
    now = timestamp(moment)
    record = {"account_id": account_id, "user_id": user_id, "name": "Auto-Generated Key"}
    record.update(api_key=account.api_key, api_secret=account.api_secret)
    insert(connection, "credentials", dict(record, date_created=now, date_modified=now))
    return account


def _use_known(
    connection: sqlite3.Connection, account_id: int, known: Record, api_secret: str | None
) -> SandboxAccount:
    if known["account_id"] != account_id:
        raise ValueError("this api_key belongs to another account of the database")
    account = SandboxAccount(account_id, known["api_key"], api_secret or known["api_secret"])
    update(connection, "credentials", known["id"], {"api_secret": account.api_secret, "active": 1})
    return account
