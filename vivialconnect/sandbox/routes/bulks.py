"""Routes of bulk jobs: one message to many numbers."""

from __future__ import annotations

import re
import uuid
from typing import Any

from vivialconnect.sandbox.http.request import parse_json
from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.routes.listing import (
    Condition,
    of_account,
    read_page,
    read_page_with_totals,
)
from vivialconnect.sandbox.routes.messages import FIELDS, read_order
from vivialconnect.sandbox.routes.router import ApiRequest, Route, not_found
from vivialconnect.sandbox.service import messages
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.sending import E164, Order, send
from vivialconnect.sandbox.service.store import Record, insert, select_count

BULK_FIELDS = ("bulk_id", "total_messages", "processed", "errors", "date_created")
MAXIMUM_RECIPIENTS = 100
LIST_KEY = re.compile(r"(\w+)\[\d*\]", re.ASCII)


def render(bulk: Record) -> dict[str, Any]:
    """Return a bulk job as the API does."""
    return {name: bulk[name] for name in BULK_FIELDS}


def prepare_bulk(request: ApiRequest) -> tuple[Order, list[Any]]:
    """Prepare ``POST messages/bulk.json``; one client sends the job in the query."""
    document = parse_json(request.raw.body)
    if not document:
        document = _from_query(request.raw.pairs)
    if not isinstance(document, dict):
        raise HTTPError(400, "The request body must be an object")
    recipients = document.get("to_numbers")
    if recipients and not isinstance(recipients, list):
        raise HTTPError(400, "to_numbers must be a list", error_code=10012)
    order = read_order(request, document, recipients)
    distinct: list[Any] = []
    for recipient in recipients or []:
        if recipient not in distinct:
            distinct.append(recipient)
    if len(distinct) > MAXIMUM_RECIPIENTS:
        raise HTTPError(400, f"to_numbers may hold at most {MAXIMUM_RECIPIENTS} numbers")
    return order, distinct


def _from_query(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for key, value in pairs:
        match = LIST_KEY.fullmatch(key)
        if match:
            document.setdefault(match.group(1), []).append(value)
        else:
            document[key] = value
    return document


def post_bulk(request: ApiRequest) -> Response:
    """Handle ``POST messages/bulk.json``; recipients that are refused count as errors."""
    order, recipients = request.prepared
    moment = request.clock.now()
    bulk_id = str(uuid.uuid5(uuid.NAMESPACE_URL, uuid.uuid4().hex))
    valid = [each for each in recipients if isinstance(each, str) and E164.fullmatch(each)]
    sent = send(request.connection, order, valid, moment, request.options, bulk_id=bulk_id)
    record = {
        "account_id": request.account_id,
        "bulk_id": bulk_id,
        "total_messages": len(recipients),
        "processed": len(sent),
        "errors": len(recipients) - len(sent),
        "date_created": timestamp(moment),
    }
    insert(request.connection, "bulks", record)
    return json_response({"bulk_id": bulk_id})


def list_bulks(request: ApiRequest) -> Response:
    """Handle ``GET messages/bulk.json``."""
    condition = of_account(request)
    return json_response(read_page_with_totals(request, "bulks", condition, BULK_FIELDS, render))


def list_bulk_messages(request: ApiRequest) -> Response:
    """Handle ``GET messages/bulk/{bulk_id}.json``."""
    bulk_id = request.segments["bulk_id"]
    condition = of_account(request).also("bulk_id = ?", bulk_id)
    if not select_count(request.connection, "bulks", condition.where, condition.values):
        raise not_found(bulk_id)
    # By the id alone, so that SQLite searches the index of bulk jobs.
    records = read_page(request, "messages", Condition("bulk_id = ?", (bulk_id,)), FIELDS)
    return json_response({"messages": [messages.render(record) for record in records]})


ROUTES = [
    Route("GET", "/accounts/{account}/messages/bulk.json", list_bulks),
    Route("POST", "/accounts/{account}/messages/bulk.json", post_bulk, prepare_bulk),
    Route("GET", "/accounts/{account}/messages/bulk/{bulk_id}.json", list_bulk_messages),
]
