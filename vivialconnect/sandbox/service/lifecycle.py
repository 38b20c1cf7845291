"""The life of an outbound message: accepted, queued, sending, and a final status.

The status is a function of the clock. Every request, and the stop of the sandbox, first applies the
changes that are due, in their order. The webhook delivery does the same if a webhook depends on
one, and so does ``advance()`` before it moves the clock.
"""

# ruff: noqa: S608 - the statements are built from constants, values are bound.

from __future__ import annotations

import sqlite3
from typing import Any

from vivialconnect.sandbox.service import webhooks
from vivialconnect.sandbox.service.messages import render
from vivialconnect.sandbox.service.options import Options
from vivialconnect.sandbox.service.store import select_all

#: Messages to this number fail: status ``failed``, error code 9201.
FAILS = "+15555550191"
#: Messages to this number end as ``undelivered``.
UNDELIVERED = "+15555550192"
#: Messages to this number stay at ``sending``.
STUCK = "+15555550193"

VENDOR_ERROR = (9201, "Vendor error occurred while sending message")

#: How many messages are updated per batch; other requests wait for a batch.
BATCH = 1_000

_DUE = "FROM messages WHERE due <= :now ORDER BY due, id LIMIT :batch"

#: The next status.
_NEXT = f"""
CASE status WHEN 'accepted' THEN 'queued' WHEN 'queued' THEN 'sending' ELSE
    CASE to_number WHEN '{FAILS}' THEN 'failed' WHEN '{UNDELIVERED}' THEN 'undelivered'
    ELSE 'delivered' END
END
"""

_LOG = f"""
INSERT INTO logs (account_id, log_type, item_id, log_timestamp)
SELECT account_id, 'message.' || {_NEXT}, id, CAST(round(due * 1000000) AS INTEGER) {_DUE}
"""

# In an UPDATE, SQLite reads the old values on the right-hand side.
_CHANGE = f"""
UPDATE messages SET
    status = {_NEXT},
    date_modified = CAST(due AS INTEGER),
    sent = coalesce(sent, CAST(due AS INTEGER)),
    error_code = CASE WHEN status = 'sending' AND to_number = '{FAILS}' THEN :code END,
    error_message = CASE WHEN status = 'sending' AND to_number = '{FAILS}' THEN :text END,
    due = CASE
        WHEN status = 'accepted' THEN max(due, accepted + :sending)
        WHEN status = 'queued' AND to_number != '{STUCK}' THEN max(due, accepted + :final)
    END
WHERE id IN (SELECT id {_DUE})
"""

#: The messages of the most recent logs.
_CHANGED = """
SELECT messages.* FROM logs JOIN messages ON messages.id = logs.item_id
WHERE logs.id > (SELECT max(id) FROM logs) - ? ORDER BY logs.id
"""


def apply_due_changes(connection: sqlite3.Connection, moment: float, options: Options) -> bool:
    """Apply all changes of status that are due.

    :param connection: a connection in a transaction.
    :param moment: now, in seconds since 1970.
    :param options: the sandbox's options.
    :returns: whether there were any.
    """
    changed = False
    while apply_batch(connection, moment, options):
        changed = True
    return changed


def apply_batch(connection: sqlite3.Connection, moment: float, options: Options) -> bool:
    """Apply the first changes of status that are due.

    :param connection: a connection in a transaction.
    :param moment: now, in seconds since 1970.
    :param options: the sandbox's options.
    :returns: whether there were any.
    """
    values: dict[str, Any] = {"now": moment, "batch": BATCH}
    logged = connection.execute(_LOG, values).rowcount
    if not logged:
        return False
    _, sending, final = options.delays
    code, text = VENDOR_ERROR
    values.update(sending=sending, final=final, code=code, text=text)
    connection.execute(_CHANGE, values)
    if webhooks.is_watched(connection):
        for message in select_all(connection, _CHANGED, (logged,)):
            webhooks.add_status(connection, message, render(message))
    return True
