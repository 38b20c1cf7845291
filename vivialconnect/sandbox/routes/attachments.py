"""Routes of a message's attachments, and of the media themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vivialconnect.sandbox.http.exchange import Answer, json_answer
from vivialconnect.sandbox.routes.listing import (
    Condition,
    count_rows,
    of_account,
    own_row,
    read_page,
)
from vivialconnect.sandbox.routes.router import Route

if TYPE_CHECKING:
    from vivialconnect.sandbox.routes.router import Call
    from vivialconnect.sandbox.service.store import Row

FIELDS = (
    "id", "account_id", "message_id", "content_type", "size", "file_name", "key_name",
    "date_created", "date_modified",
)  # fmt: skip


def render(row: Row) -> dict[str, Any]:
    """Write an attachment as the service does."""
    document = {name: row[name] for name in FIELDS}
    for name in ("date_created", "date_modified"):
        document[name] += "+00:00"
    return document


def _condition(call: Call) -> Condition:
    return of_account(call).also("message_id = ?", own_row(call, "messages")["id"])


def _own(call: Call) -> Row:
    return own_row(call, "attachments", _condition(call), "attachment")


def list_attachments(call: Call) -> Answer:
    """Answer ``GET messages/{id}/attachments.json``."""
    rows = read_page(call, "attachments", _condition(call), FIELDS)
    return json_answer({"attachments": [render(row) for row in rows]})


def count_attachments(call: Call) -> Answer:
    """Answer ``GET messages/{id}/attachments/count.json``."""
    condition = _condition(call)
    return count_rows(call, "attachments", condition)


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
