"""Whose sandbox it is: accounts, and the keys that calls for them are signed with. No routes."""

# ruff: noqa: S608 - the name of the column comes from the code, values are bound.

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Optional

from vivialconnect.sandbox.service import initial_data as seed
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import Row, insert, select_one, update

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True)
class SandboxAccount:
    """An account of a sandbox, and what calls for it are signed with.

    :param account_id: its id.
    :param api_key: the key.
    :param api_secret: the secret, which the repr does not show.
    """

    account_id: int
    api_key: str
    api_secret: str = field(repr=False)


def check_account_id(account_id: int) -> None:
    """Refuse an id that no account can have.

    :raises ValueError: if it is one.
    """
    if not 0 < account_id < 10**18:
        raise ValueError(f"account_id must be a whole number above 0, not {account_id!r}")


def check_credentials(api_key: Optional[str], api_secret: Optional[str]) -> None:
    """Refuse a key or a secret that cannot be; ``None`` can.

    :raises ValueError: if one cannot be.
    """
    if api_key is not None and re.fullmatch(r"[!-9;-~]+", api_key) is None:
        raise ValueError("api_key must be ASCII text without spaces and colons, and not empty")
    if api_secret is not None and (not api_secret or not api_secret.isprintable()):
        raise ValueError("api_secret must be printable text, and not empty")


def admit(
    connection: sqlite3.Connection,
    account_id: int,
    moment: float,
    *,
    company_name: str,
    api_key: Optional[str],
    api_secret: Optional[str],
) -> SandboxAccount:
    """Put an account and its key into the database, as far as they are not there.

    :param connection: a connection in a transaction.
    :param account_id: the account's id.
    :param moment: the time, in seconds since 1970.
    :param company_name: the name of a new account.
    :param api_key: the key; ``None`` for the one that is there, or else a new one.
    :param api_secret: the secret, likewise.
    :returns: the account.
    :raises ValueError: if the key is another account's.
    """
    user_id = seed.plant(connection, account_id, moment, company_name)
    column, value = ("api_key", api_key) if api_key else ("account_id", account_id)
    statement = f"SELECT * FROM credentials WHERE {column} = ? ORDER BY active DESC, id"
    known = select_one(connection, statement, (value,))
    if known is not None:
        return _keep(connection, account_id, known, api_secret)
    account = SandboxAccount(
        account_id, api_key or seed.new_api_key(), api_secret or seed.new_api_secret()
    )
    now = timestamp(moment)
    row = {"account_id": account_id, "user_id": user_id, "name": "Auto-Generated Key"}
    row.update(api_key=account.api_key, api_secret=account.api_secret)
    insert(connection, "credentials", dict(row, date_created=now, date_modified=now))
    return account


def _keep(
    connection: sqlite3.Connection, account_id: int, known: Row, api_secret: Optional[str]
) -> SandboxAccount:
    if known["account_id"] != account_id:
        raise ValueError("The database knows this api_key as another account's")
    account = SandboxAccount(account_id, known["api_key"], api_secret or known["api_secret"])
    update(connection, "credentials", known["id"], {"api_secret": account.api_secret, "active": 1})
    return account
