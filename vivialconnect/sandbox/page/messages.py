"""Messages as the page shows them: with their statuses, their media, and their conversation."""

# ruff: noqa: S608 - only placeholders are inserted into statements, values are bound.

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timezone

from vivialconnect.sandbox.http.response import Response
from vivialconnect.sandbox.page.context import Call, Document
from vivialconnect.sandbox.page.conversation_index import conversation_of
from vivialconnect.sandbox.page.parameters import read_id, read_query, unknown
from vivialconnect.sandbox.service import opt_outs
from vivialconnect.sandbox.service.clock import SECOND
from vivialconnect.sandbox.service.messages import render
from vivialconnect.sandbox.service.store import Record, select_all, select_one

#: Images that browsers show, and that hold no script.
SAFE_IMAGES = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp"))
ATTACHMENT = {"Content-Disposition": "attachment"}


def iso_time(seconds: float) -> str:
    """Format a time as ``2026-11-29T16:00:00.250+00:00``.

    :param seconds: seconds since 1970, UTC.
    """
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")


def find_messages(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Document]:
    """Return messages as the page shows them, by id.

    :param connection: a connection in a transaction.
    :param ids: the ids; unknown ones are ignored.
    """
    marks = ", ".join("?" * len(ids))
    records = select_all(connection, f"SELECT * FROM messages WHERE id IN ({marks})", ids)
    documents = {record["id"]: _render(record) for record in records}
    statement = (
        f"SELECT item_id, log_type, log_timestamp FROM logs WHERE item_id IN ({marks}) "
        "AND log_type LIKE 'message.%' ORDER BY id"
    )
    for log in select_all(connection, statement, ids):
        change = {
            "status": log["log_type"].partition(".")[2],
            "time": iso_time(log["log_timestamp"] / SECOND),
        }
        documents[log["item_id"]]["statuses"].append(change)
    statement = (
        "SELECT id, message_id, content_type, file_name, size FROM attachments "
        f"WHERE message_id IN ({marks}) ORDER BY id"
    )
    for attachment in select_all(connection, statement, ids):
        message = documents[attachment.pop("message_id")]
        message["media"].append(dict(attachment, url=f"/sandbox/media/{attachment['id']}"))
    return documents


def _render(record: Record) -> Document:
    conversation = conversation_of(
        record["account_id"], record["direction"], record["from_number"], record["to_number"]
    )
    is_inbound = record["direction"] == "inbound"
    accepted = {"status": "accepted", "time": iso_time(record["accepted"])}
    return dict(
        render(record),
        conversation_id=conversation.id,
        keyword=_keyword(record["body"]) if is_inbound else None,
        statuses=[] if is_inbound else [accepted],
        media=[],
    )


def _keyword(body: str) -> str | None:
    if opt_outs.STOP.fullmatch(body):
        return "stop"
    return "start" if opt_outs.START.fullmatch(body) else None


def get_media(call: Call) -> Response:
    """Handle ``GET media/{id}``: the content of an attachment.

    Types that could run a script are never shown by a browser, only downloaded.
    """
    read_query(call)
    media_id = read_id(call)
    statement = "SELECT content_type, media FROM attachments WHERE id = ?"
    found = call.context.store.read(
        lambda connection: select_one(connection, statement, (media_id,))
    )
    if found is None:
        raise unknown("attachment", media_id)
    if found["content_type"] in SAFE_IMAGES:
        return Response(200, found["media"], found["content_type"])
    return Response(200, found["media"], "application/octet-stream", ATTACHMENT)
