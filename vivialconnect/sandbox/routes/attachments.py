"""Routes of the attachments of a message, and of their content."""

from __future__ import annotations

from typing import Any

from vivialconnect.sandbox.http.response import Response, json_response
from vivialconnect.sandbox.routes.listing import (
    Condition,
    count_records,
    of_account,
    own_record,
    read_page,
)
from vivialconnect.sandbox.routes.router import ApiRequest, Route
from vivialconnect.sandbox.service.store import Record

FIELDS = (
    "id", "account_id", "message_id", "content_type", "size", "file_name", "key_name",
    "date_created", "date_modified",
)  # fmt: skip


def render(record: Record) -> dict[str, Any]:
    """Return an attachment as the API does."""
    document = {name: record[name] for name in FIELDS}
    for name in ("date_created", "date_modified"):
        document[name] += "+00:00"
    return document


def _condition(request: ApiRequest) -> Condition:
    return of_account(request).also("message_id = ?", own_record(request, "messages")["id"])


def _own(request: ApiRequest) -> Record:
    return own_record(request, "attachments", _condition(request), "attachment")


def list_attachments(request: ApiRequest) -> Response:
    """Handle ``GET messages/{id}/attachments.json``."""
    records = read_page(request, "attachments", _condition(request), FIELDS)
    return json_response({"attachments": [render(record) for record in records]})


def count_attachments(request: ApiRequest) -> Response:
    """Handle ``GET messages/{id}/attachments/count.json``."""
    return count_records(request, "attachments", _condition(request))


def get_attachment(request: ApiRequest) -> Response:
    """Handle ``GET messages/{id}/attachments/{attachment}.json``."""
    return json_response({"attachment": render(_own(request))})


def delete_attachment(request: ApiRequest) -> Response:
    """Handle ``DELETE messages/{id}/attachments/{attachment}.json``."""
    request.connection.execute("DELETE FROM attachments WHERE id = ?", (_own(request)["id"],))
    return Response(204)


def get_media(request: ApiRequest) -> Response:
    """Handle ``GET messages/{id}/attachments/{attachment}``: the content of the attachment."""
    record = _own(request)
    return Response(200, record["media"], record["content_type"])


_BASE = "/accounts/{account}/messages/{id}/attachments"

ROUTES = [
    Route("GET", _BASE + ".json", list_attachments),
    Route("GET", _BASE + "/count.json", count_attachments),
    Route("GET", _BASE + "/{attachment}.json", get_attachment),
    Route("DELETE", _BASE + "/{attachment}.json", delete_attachment),
    Route("GET", _BASE + "/{attachment}", get_media),
]
