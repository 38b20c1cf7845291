"""Passwords of users: their rules, and how they are kept. No routes, and nobody logs in here.

A user who was given none has :data:`FIRST_PASSWORD`, so that it can be changed in a fresh sandbox.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Any

from vivialconnect.sandbox.service.errors import InvalidRequest
from vivialconnect.sandbox.service.store import select_one

if TYPE_CHECKING:
    import sqlite3

FIRST_PASSWORD = "sandbox-password"  # noqa: S105 - documented, and of sandboxes alone

#: The least number of characters. The service's rules are not public.
SHORTEST = 8

# Few, for these passwords guard nothing; enough that none stands in the database in clear.
ROUNDS = 1_000


def check(password: Any) -> str:
    """Refuse what cannot be a password.

    :param password: what was given.
    :returns: it, a text.
    :raises InvalidRequest: if it cannot be one.
    """
    if not isinstance(password, str) or len(password) < SHORTEST:
        raise InvalidRequest(f"password must be a text of at least {SHORTEST} characters")
    return password


def keep(connection: sqlite3.Connection, user_id: int, password: str) -> None:
    """Keep a user's password, and forget the one before.

    :param connection: a connection in a transaction.
    :param user_id: the user.
    :param password: the password.
    """
    salt = secrets.token_bytes(16)
    connection.execute(
        "INSERT OR REPLACE INTO passwords (user_id, salt, hash) VALUES (?, ?, ?)",
        (user_id, salt, _hash(password, salt)),
    )


def is_right(connection: sqlite3.Connection, user_id: int, password: str) -> bool:
    """Tell whether it is the user's password.

    :param connection: a connection in a transaction.
    :param user_id: the user.
    :param password: the password.
    """
    row = select_one(connection, "SELECT * FROM passwords WHERE user_id = ?", (user_id,))
    if row is None:
        row = {"salt": b"", "hash": _hash(FIRST_PASSWORD, b"")}
    return hmac.compare_digest(_hash(password, row["salt"]), row["hash"])


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode("utf-8"), salt, ROUNDS)
