"""Inbound messages: a text from a phone, with pictures."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.page.context import Call, Document, PageRoute
from vivialconnect.sandbox.page.parameters import read_body, read_query
from vivialconnect.sandbox.service.media import Media, from_bytes, guess_type, is_supported
from vivialconnect.sandbox.service.messages import Draft
from vivialconnect.sandbox.service.store import select_one

EXAMPLE = '{"from_number": "+15154469790", "to_number": "+19132597591", "body": "Hello"}'
FIELDS = {"from_number": str, "to_number": str, "body": str, "media": list, "media_urls": list}


def handle_receive(call: Call) -> Response:
    """Handle ``POST receive``."""
    read_query(call)
    fields = read_body(call, EXAMPLE, FIELDS)
    to_number = fields.get("to_number", "")
    media = [_read_file(each) for each in fields.get("media", [])]
    draft = Draft(
        _owner_of(call, to_number),
        fields.get("from_number", ""),
        to_number,
        fields.get("body", ""),
        media,
    )
    message = call.context.application.receive(draft, fields.get("media_urls", []))
    return json_response({"message": message}, status=201)


def _owner_of(call: Call, phone_number: str) -> int:
    """Return the account that has a number; the sandbox's own account if none has it."""
    statement = "SELECT account_id FROM numbers WHERE phone_number = ?"
    number = call.context.store.read(
        lambda connection: select_one(connection, statement, (phone_number,))
    )
    return number["account_id"] if number else call.context.owner.account_id


def _read_file(document: Any) -> Media:
    file: Document = document if isinstance(document, dict) else {}
    content, name = file.get("content"), file.get("file_name")
    if not isinstance(content, str) or not isinstance(name, (str, type(None))):
        raise HTTPError(
            400, 'media must hold objects such as {"file_name": "a.png", "content": "…"}'
        )
    try:
        decoded = base64.b64decode(content, validate=True)
    except binascii.Error:
        raise HTTPError(400, "content of media must be base64") from None
    if name is None:
        return from_bytes([decoded])[0]
    if not is_supported(name):
        raise HTTPError(400, f"unsupported media type: {name!r}")
    return Media(name, guess_type(name, decoded), decoded)


ROUTES = [PageRoute("POST", "/receive", handle_receive)]
