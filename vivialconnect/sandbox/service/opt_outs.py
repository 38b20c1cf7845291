"""Opt-outs: a sender that has texted STOP to a number gets no more messages from this number.

This is specific to the sandbox: the service's own keywords, error code and error message are not
public.
"""

from __future__ import annotations

import re
import sqlite3

from vivialconnect.sandbox.service.errors import InvalidRequest
from vivialconnect.sandbox.service.store import select_one

ERROR_CODE = 19000
#: Keywords are case-insensitive, and must be the whole text.
STOP = re.compile(r"\s*(?:STOP|STOPALL|UNSUBSCRIBE|CANCEL|END|QUIT)\s*", re.IGNORECASE | re.ASCII)
START = re.compile(r"\s*(?:START|UNSTOP)\s*", re.IGNORECASE | re.ASCII)


def update(
    connection: sqlite3.Connection, account_id: int, number: str, sender: str, body: str
) -> None:
    """Opt a sender out, or in again, if the text of its message is a keyword.

    :param connection: a connection in a transaction.
    :param account_id: the account's id.
    :param number: the number of the account that the message was sent to.
    :param sender: the sender of the message.
    :param body: its text.
    """
    pair = (account_id, number, sender)
    if STOP.fullmatch(body):
        connection.execute("INSERT OR IGNORE INTO opt_outs VALUES (?, ?, ?)", pair)
    elif START.fullmatch(body):
        connection.execute(
            "DELETE FROM opt_outs WHERE account_id = ? AND number = ? AND sender = ?", pair
        )


def check(connection: sqlite3.Connection, account_id: int, number: str, recipient: str) -> None:
    """Check that a recipient has not opted out of messages from a number.

    :param connection: a connection in a transaction.
    :param account_id: the account's id.
    :param number: the number of the account that sends.
    :param recipient: the recipient.
    :raises InvalidRequest: if the recipient has opted out.
    """
    statement = "SELECT 1 FROM opt_outs WHERE account_id = ? AND number = ? AND sender = ?"
    if select_one(connection, statement, (account_id, number, recipient)) is not None:
        raise InvalidRequest(
            f"{recipient} has opted out of messages from {number}", error_code=ERROR_CODE
        )
