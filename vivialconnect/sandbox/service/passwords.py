"""Passwords of users: the rules and the hashes. There is no login.

A user without a password has :data:`FIRST_PASSWORD`, so that a test can change it at once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from typing import Any

from vivialconnect.sandbox.service.errors import InvalidRequest
from vivialconnect.sandbox.service.store import select_one

FIRST_PASSWORD = "sandbox-password"  # noqa: S105 - documented, and valid in sandboxes only

#: The minimum length. The rules of the service are not public.
MINIMUM_LENGTH = 8

# A low number: these passwords protect nothing, and hashing only avoids plain text.
ROUNDS = 1_000


def check(password: Any) -> str:
    """Return a password if it is valid.

    :raises InvalidRequest: if it is not a string, or too short.
    """
    if not isinstance(password, str) or len(password) < MINIMUM_LENGTH:
        raise InvalidRequest(f"password must be a string of at least {MINIMUM_LENGTH} characters")
    return password


def store(connection: sqlite3.Connection, user_id: int, password: str) -> None:
    """Store the password of a user.

    :param connection: a connection in a transaction.
    :param user_id: the user's id.
    :param password: the password.
    """
    salt = secrets.token_bytes(16)
    connection.execute(
        "INSERT OR REPLACE INTO passwords (user_id, salt, hash) VALUES (?, ?, ?)",
        (user_id, salt, _hash(password, salt)),
    )


def is_correct(connection: sqlite3.Connection, user_id: int, password: str) -> bool:
    """Return whether a password is the user's.

    :param connection: a connection in a transaction.
    :param user_id: the user's id.
    :param password: the password.
    """
    record = select_one(connection, "SELECT * FROM passwords WHERE user_id = ?", (user_id,))
    if record is None:
        record = {"salt": b"", "hash": _hash(FIRST_PASSWORD, b"")}
    return hmac.compare_digest(_hash(password, record["salt"]), record["hash"])


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode("utf-8"), salt, ROUNDS)
