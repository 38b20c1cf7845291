"""Routes of bulk jobs: one message to many numbers."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from vivialconnect.sandbox.http.exchange import Refusal, json_answer, parse_json
from vivialconnect.sandbox.routes.listing import of_account, paged, read_page
from vivialconnect.sandbox.routes.messages import E164, FIELDS, Order, read_order, send
from vivialconnect.sandbox.routes.router import Route, missing
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.lifecycle import render_message
from vivialconnect.sandbox.service.store import Row, insert, select_count

if TYPE_CHECKING:
    from vivialconnect.sandbox.http.exchange import Answer
    from vivialconnect.sandbox.routes.router import Call

BULK_FIELDS = ("bulk_id", "total_messages", "processed", "errors", "date_created")
MOST_RECIPIENTS = 100
LISTED = re.compile(r"(\w+)\[\d*\]", re.ASCII)


def render_bulk(row: Row) -> dict[str, Any]:
    """Write a bulk job as the service does."""
    return {name: row[name] for name in BULK_FIELDS}


def prepare_bulk(call: Call) -> tuple[Order, list[Any]]:
    """Read the bulk job that is posted, as JSON or, as one client does, in the query."""
    document = parse_json(call.request.body)
    if not document:
        document = _from_query(call.request.pairs)
    if not isinstance(document, dict):
        raise Refusal(400, "The request body must be an object")
    recipients = document.get("to_numbers")
    if recipients and not isinstance(recipients, list):
        raise Refusal(400, "to_numbers must be a list", error_code=10012)
    order = read_order(call, document, recipients=recipients)
    distinct: list[Any] = []
    for recipient in recipients or []:
        if recipient not in distinct:
            distinct.append(recipient)
    if len(distinct) > MOST_RECIPIENTS:
        raise Refusal(400, f"to_numbers may hold at most {MOST_RECIPIENTS} numbers")
    return order, distinct


def _from_query(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for key, value in pairs:
        match = LISTED.fullmatch(key)
        if match:
            document.setdefault(match.group(1), []).append(value)
        else:
            document[key] = value
    return document


def post_bulk(call: Call) -> Answer:
    """Answer ``POST messages/bulk.json``; what is not a phone number counts as an error."""
    order, recipients = call.prepared
    moment = call.clock.now()
    bulk_id = str(uuid.uuid5(uuid.NAMESPACE_URL, uuid.uuid4().hex))
    good = [each for each in recipients if isinstance(each, str) and E164.fullmatch(each)]
    send(call, order, good, bulk_id)
    row = {
        "account_id": call.account_id,
        "bulk_id": bulk_id,
        "total_messages": len(recipients),
        "processed": len(good),
        "errors": len(recipients) - len(good),
        "date_created": timestamp(moment),
    }
    insert(call.connection, "bulks", row)
    return json_answer({"bulk_id": bulk_id})


def list_bulks(call: Call) -> Answer:
    """Answer ``GET messages/bulk.json``."""
    return json_answer(paged(call, "bulks", of_account(call), BULK_FIELDS, render_bulk))


def list_bulk_messages(call: Call) -> Answer:
    """Answer ``GET messages/bulk/{bulk_id}.json``."""
    bulk_id = call.segments["bulk_id"]
    condition = of_account(call).also("bulk_id = ?", bulk_id)
    if not select_count(call.connection, "bulks", condition.where, condition.values):
        raise missing(bulk_id)
    rows = read_page(call, "messages", condition, FIELDS)
    return json_answer({"messages": [render_message(row) for row in rows]})


ROUTES = [
    Route("GET", "/accounts/{account}/messages/bulk.json", list_bulks),
    Route("POST", "/accounts/{account}/messages/bulk.json", post_bulk, prepare_bulk),
    Route("GET", "/accounts/{account}/messages/bulk/{bulk_id}.json", list_bulk_messages),
]
