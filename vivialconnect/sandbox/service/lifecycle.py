"""The life of an outbound message: accepted, queued, sending, and a final status.

The status is a function of the clock. Every request, and the stop of the sandbox, first applies the
changes that are due, in their order. The webhook delivery does the same if a webhook waits for one.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from vivialconnect.sandbox.service import messages, webhooks
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.options import Options
from vivialconnect.sandbox.service.store import Record, select_all, update

#: Messages to this number fail: status ``failed``, error code 9201.
FAILS = "+15555550191"
#: Messages to this number end as ``undelivered``.
UNDELIVERED = "+15555550192"
#: Messages to this number stay at ``sending``.
STUCK = "+15555550193"

VENDOR_ERROR = (9201, "Vendor error occurred while sending message")

_STATUSES: dict[str, tuple[str, ...]] = {
    FAILS: ("queued", "sending", "failed"),
    UNDELIVERED: ("queued", "sending", "undelivered"),
    STUCK: ("queued", "sending"),
}
_USUAL_STATUSES = ("queued", "sending", "delivered")


def apply_due_changes(connection: sqlite3.Connection, moment: float, options: Options) -> None:
    """Apply all changes of status that are due.

    :param connection: a connection in a transaction.
    :param moment: now, in seconds since 1970.
    :param options: the sandbox's options.
    """
    statement = "SELECT * FROM messages WHERE due <= ? ORDER BY due, id"
    due: list[Record] = select_all(connection, statement, (moment,))
    while due:
        for message in due:
            _advance(connection, message, options)
        due = select_all(connection, statement, (moment,))


def _advance(connection: sqlite3.Connection, message: Record, options: Options) -> None:
    statuses = _STATUSES.get(message["to_number"], _USUAL_STATUSES)
    index = 0 if message["status"] == "accepted" else statuses.index(message["status"]) + 1
    moment, following = message["due"], index + 1
    changes: dict[str, Any] = {
        "status": statuses[index],
        "date_modified": timestamp(moment),
        "due": None,
    }
    if following < len(statuses):
        changes["due"] = max(moment, message["accepted"] + options.delays[following])
    if statuses[index] == "queued":
        changes["sent"] = timestamp(moment)
    if statuses[index] == "failed":
        changes["error_code"], changes["error_message"] = VENDOR_ERROR
    update(connection, "messages", message["id"], changes)
    changed = dict(message, **changes)
    messages.log(connection, changed, "message status updated", moment)
    webhooks.add_status(connection, changed, messages.render(changed))
