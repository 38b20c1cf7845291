"""The life of a message: accepted, queued, sending, and how it ends. No HTTP.

Status is a function of the clock. Each call, and the stop of the sandbox, first does what has
fallen due since, in the order in which it fell due. So does the postman, if somebody is to be told.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from vivialconnect.common import segments
from vivialconnect.sandbox.service import billing as ledger
from vivialconnect.sandbox.service import webhooks
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.media import Media, attach
from vivialconnect.sandbox.service.store import Row, insert, select_all, select_one, update

if TYPE_CHECKING:
    import sqlite3

#: Sending to it fails: status ``failed``, error code 9201.
FAILS = "+15555550191"
#: Sending to it ends as ``undelivered``.
UNDELIVERED = "+15555550192"
#: What is sent to it stays at ``sending`` forever.
STUCK = "+15555550193"

VENDOR_ERROR = (9201, "Vendor error occurred while sending message")

_LIVES: dict[str, tuple[str, ...]] = {
    FAILS: ("queued", "sending", "failed"),
    UNDELIVERED: ("queued", "sending", "undelivered"),
    STUCK: ("queued", "sending"),
}
_ORDINARY_LIFE = ("queued", "sending", "delivered")


@dataclass(frozen=True)
class Options:
    """What a sandbox was told when it was made.

    :param delays: seconds after its acceptance at which a message is queued, is being sent, and
        is delivered.
    :param allow_local_media: whether media may come from ``file:`` and loopback URLs.
    :param allow_remote_webhooks: whether other machines may be called when messages change.
    """

    delays: tuple[float, float, float] = (0, 0, 0)
    allow_local_media: bool = False
    allow_remote_webhooks: bool = False

    def __post_init__(self) -> None:
        """Check the delays.

        :raises ValueError: if they cannot be.
        """
        delays = self.delays
        if len(delays) != len(_ORDINARY_LIFE) or sorted(delays) != [*delays] or delays[0] < 0:
            raise ValueError(
                f"delays must be three numbers of seconds that do not decrease, not {delays!r}"
            )


class Draft(NamedTuple):
    """A message before it is one.

    :param account_id: whose it is.
    :param from_number: who sends it.
    :param to_number: who gets it.
    :param body: its text.
    :param media: what is attached.
    :param bulk_id: the bulk job that it belongs to.
    :param connector_id: the connector that chose the sender, or that the receiver belongs to.
    """

    account_id: int
    from_number: str
    to_number: str
    body: str
    media: Sequence[Media] = ()
    bulk_id: Optional[str] = None
    connector_id: Optional[int] = None


MESSAGE_FIELDS = (
    "account_id", "bulk_id", "body", "connector_id", "dest_country", "direction", "encoding",
    "error_code", "error_message", "from_number", "id", "message_type", "num_media",
    "num_segments", "price", "price_currency", "status", "to_number",
)  # fmt: skip
TIMES = ("date_created", "date_modified", "sent")


def render_message(row: Row) -> dict[str, Any]:
    """Write a message as the service does."""
    document = {name: row[name] for name in MESSAGE_FIELDS}
    if row["bulk_id"] is None:
        del document["bulk_id"]
    document.update({name: row[name] and row[name] + "+00:00" for name in TIMES})
    return document


def accept(
    connection: sqlite3.Connection, draft: Draft, number: Row, moment: float, options: Options
) -> Row:
    """Take a message for sending, and charge for it.

    :param connection: a connection in a transaction.
    :param draft: what to send.
    :param number: the number of ours that it is sent from.
    :param moment: now, in seconds since 1970.
    :param options: the sandbox's settings.
    :returns: the new row, with status ``accepted``.
    """
    fields = {
        "direction": "outbound-api",
        "status": "accepted",
        "accepted": moment,
        "due": moment + options.delays[0],
        "dest_country": "US" if draft.to_number.startswith("+1") else None,
    }
    return _store(connection, draft, _kind(draft, number), fields, moment)


def receive(connection: sqlite3.Connection, draft: Draft, number: Row, moment: float) -> Row:
    """Take in a message that somebody sent to one of our numbers, and charge for it.

    :param connection: a connection in a transaction.
    :param draft: what came.
    :param number: the number of ours that it was sent to.
    :param moment: now, in seconds since 1970.
    :returns: the new row, with status ``received``.
    """
    fields = {
        "direction": "inbound",
        "status": "received",
        "sent": timestamp(moment),
        "accepted": moment,
        "dest_country": "US",
    }
    row = _store(connection, draft, _kind(draft, number), fields, moment)
    _log(connection, row, "message received", moment)
    webhooks.note_incoming(connection, row, render_message(row))
    return row


def settle(connection: sqlite3.Connection, moment: float, options: Options) -> None:
    """Do everything that has fallen due.

    :param connection: a connection in a transaction.
    :param moment: now, in seconds since 1970.
    :param options: the sandbox's settings.
    """
    statement = "SELECT * FROM messages WHERE due <= ? ORDER BY due, id"
    rows: list[Row] = select_all(connection, statement, (moment,))
    while rows:
        for row in rows:
            _step(connection, row, options)
        rows = select_all(connection, statement, (moment,))


def _step(connection: sqlite3.Connection, row: Row, options: Options) -> None:
    life = _LIVES.get(row["to_number"], _ORDINARY_LIFE)
    place = 0 if row["status"] == "accepted" else life.index(row["status"]) + 1
    moment, following = row["due"], place + 1
    changes: dict[str, Any] = {
        "status": life[place],
        "date_modified": timestamp(moment),
        "due": None,
    }
    if following < len(life):
        changes["due"] = max(moment, row["accepted"] + options.delays[following])
    if life[place] == "queued":
        changes["sent"] = timestamp(moment)
    if life[place] == "failed":
        changes["error_code"], changes["error_message"] = VENDOR_ERROR
    update(connection, "messages", row["id"], changes)
    after = dict(row, **changes)
    _log(connection, after, "message status updated", moment)
    webhooks.note_status(connection, after, render_message(after))


def _kind(draft: Draft, number: Row) -> str:
    return "{}_{}".format(number["phone_number_type"], "mms" if draft.media else "sms")


def _store(
    connection: sqlite3.Connection, draft: Draft, kind: str, fields: dict[str, Any], moment: float
) -> Row:
    counted = segments.count(draft.body)
    row = {
        "account_id": draft.account_id,
        "from_number": draft.from_number,
        "to_number": draft.to_number,
        "body": draft.body,
        "bulk_id": draft.bulk_id,
        "connector_id": draft.connector_id,
        "message_type": kind,
        "num_media": len(draft.media),
        "num_segments": 1 if draft.media else max(counted.segments, 1),
        "encoding": counted.encoding,
        "price_currency": "USD",
        "date_created": timestamp(moment),
        "date_modified": timestamp(moment),
    }
    message_id = insert(connection, "messages", dict(row, **fields))
    for media in draft.media:
        attach(connection, draft.account_id, message_id, media, timestamp(moment))
    price = _charge(connection, message_id, dict(row, **fields), moment)
    update(connection, "messages", message_id, {"price": price})
    stored = select_one(connection, "SELECT * FROM messages WHERE id = ?", (message_id,))
    return stored or {}


def _charge(connection: sqlite3.Connection, message_id: int, row: Row, moment: float) -> int:
    place, form = row["message_type"].split("_")
    outward = row["direction"] != "inbound"
    if outward and form == "sms" and row["dest_country"] is None:
        place = "intl"
    data = {
        "message_id": message_id,
        "message_type": row["message_type"],
        "metadata": _metadata(connection, row) if outward else {},
    }
    transaction_type = "{}_{}_{}".format(form, place, "out" if outward else "in")
    return ledger.charge(connection, row["account_id"], transaction_type, data, moment)


def _metadata(connection: sqlite3.Connection, row: Row) -> dict[str, Any]:
    before = ledger.balance(connection, row["account_id"])
    metadata = {"allowed_balances": ledger.balances(before), "num_segments": row["num_segments"]}
    statement = "SELECT tags FROM numbers WHERE phone_number = ?"
    number = select_one(connection, statement, (row["from_number"],))
    tags = json.loads(number["tags"]) if number else {}
    return dict(metadata, phone_number_tags=tags) if tags else metadata


def _log(connection: sqlite3.Connection, row: Row, description: str, moment: float) -> None:
    data = {
        "text": row["body"],
        "sender": row["from_number"],
        "receiver": row["to_number"],
        "message": render_message(row),
    }
    event = ledger.Event(
        "message." + row["status"],
        ledger.item_type(row),
        row["id"],
        description,
        data,
    )
    operator = ledger.Operator("account", row["account_id"], "system")
    ledger.log(connection, row["account_id"], operator, event, moment)
