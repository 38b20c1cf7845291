"""Routes of a message's attachments, and of the media themselves."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict

from vivialconnect.sandbox.listing import Condition, of_account, read_page
from vivialconnect.sandbox.messages import own_message
from vivialconnect.sandbox.router import Route, missing
from vivialconnect.sandbox.store import Row, select_count, select_one
from vivialconnect.sandbox.traffic import Answer, json_answer

if TYPE_CHECKING:
    from vivialconnect.sandbox.router import Call

FIELDS = (
    "id", "account_id", "message_id", "content_type", "size", "file_name", "key_name",
    "date_created", "date_modified",
)  # fmt: skip


def render(row: Row) -> Dict[str, Any]:
    """Write an attachment as the service does."""
    document = {name: row[name] for name in FIELDS}
    for name in ("date_created", "date_modified"):
        document[name] += "+00:00"
    return document


def _condition(call: Call) -> Condition:
    return of_account(call).also("message_id = ?", own_message(call)["id"])


def _own(call: Call) -> Row:
    condition = _condition(call).also("id = ?", call.row_id("attachment"))
    row = select_one(
        call.connection, "SELECT * FROM attachments WHERE " + condition.where, condition.values
    )
    if row is None:
        raise missing(call.segments["attachment"])
    return row


def list_attachments(call: Call) -> Answer:
    """Answer ``GET messages/{id}/attachments.json``."""
    rows = read_page(call, "attachments", _condition(call), FIELDS)
    return json_answer({"attachments": [render(row) for row in rows]})


def count_attachments(call: Call) -> Answer:
    """Answer ``GET messages/{id}/attachments/count.json``."""
    condition = _condition(call)
    count = select_count(call.connection, "attachments", condition.where, condition.values)
    return json_answer({"count": count})


def get_attachment(call: Call) -> Answer:
    """Answer ``GET messages/{id}/attachments/{attachment}.json``."""
    return json_answer({"attachment": render(_own(call))})


def delete_attachment(call: Call) -> Answer:
    """Answer ``DELETE messages/{id}/attachments/{attachment}.json``."""
    call.connection.execute("DELETE FROM attachments WHERE id = ?", (_own(call)["id"],))
    return Answer(204)


def get_media(call: Call) -> Answer:
    """Answer ``GET messages/{id}/attachments/{attachment}``: the medium itself."""
    row = _own(call)
    return Answer(200, row["media"], row["content_type"])


_PLACE = "/accounts/{account}/messages/{id}/attachments"

ROUTES = [
    Route("GET", _PLACE + ".json", list_attachments),
    Route("GET", _PLACE + "/count.json", count_attachments),
    Route("GET", _PLACE + "/{attachment}.json", get_attachment),
    Route("DELETE", _PLACE + "/{attachment}.json", delete_attachment),
    Route("GET", _PLACE + "/{attachment}", get_media),
]
