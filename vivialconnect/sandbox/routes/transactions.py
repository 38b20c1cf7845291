"""Routes of transactions."""

# ruff: noqa: S608 - names of columns come from the code, values are bound.

from __future__ import annotations

import json
import re
import sqlite3
from email.utils import format_datetime
from typing import Any

from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.routes.listing import Condition, of_account, read_ordered_page, time_of
from vivialconnect.sandbox.routes.router import ApiRequest, Route
from vivialconnect.sandbox.service import messages
from vivialconnect.sandbox.service.billing import TRANSACTION_TYPES, balances
from vivialconnect.sandbox.service.clock import SECOND, microseconds, to_datetime
from vivialconnect.sandbox.service.store import Record, parse_id, select_one

FIELDS = ("id", "account_id", "transaction_type", "cash_amount")

#: Clients write the name with no brackets, with one pair, and with two.
INCLUDED = re.compile(r"include_types(\[\]){0,2}")


def render_all(connection: sqlite3.Connection, records: list[Record]) -> list[dict[str, Any]]:
    """Return transactions as the API does."""
    ids = {each["message_id"] for each in records if each["message_id"] is not None}
    found = messages.find_all(connection, ids)
    return [_render(record, found) for record in records]


def _render(record: Record, found: dict[int, Record]) -> dict[str, Any]:
    if record["message_id"] is None:
        data = json.loads(record["data"])
    else:
        data = messages.transaction_data(found[record["message_id"]], record)
    moment = to_datetime(record["post_time"])
    data["created_time"] = format_datetime(moment, usegmt=True)
    return {
        **{name: record[name] for name in FIELDS},
        "balances": balances(record["cash_balance"]),
        "credit_amount": 0,
        "data": [data],
        "post_time": moment.strftime("%Y-%m-%dT%H:%M:%S.%f"),
        "unit_count": 1,
    }


def _included(request: ApiRequest) -> list[str]:
    types = [value for key, value in request.raw.pairs if INCLUDED.fullmatch(key) and value]
    for name in types:
        if name not in TRANSACTION_TYPES:
            choices = ", ".join(TRANSACTION_TYPES)
            raise HTTPError(400, f"include_types must be among {choices}, got {name!r}")
    return types


def _condition(request: ApiRequest) -> Condition:
    condition = of_account(request)
    if request.parameters.get("start_time"):
        start = microseconds(time_of(request.parameters, "start_time"))
        if _exist(request, condition.also("post_time < ?", start)):
            condition = condition.also("post_time >= ?", start)
    if request.parameters.get("end_time"):
        # Include the whole last second.
        end = microseconds(time_of(request.parameters, "end_time")) + SECOND - 1
        if _exist(request, of_account(request).also("post_time > ?", end)):
            condition = condition.also("post_time <= ?", end)
    types = _included(request)
    if types:
        placeholders = ", ".join("?" * len(types))
        condition = condition.also(f"transaction_type IN ({placeholders})", *types)
    return condition


def _exist(request: ApiRequest, condition: Condition) -> bool:
    """Return whether there are such transactions.

    A time that excludes no transaction needs no condition, so the page can be found by position.
    This is common: by default, clients send the times of the last year.
    """
    statement = f"SELECT 1 FROM transactions WHERE {condition.where} LIMIT 1"
    return select_one(request.connection, statement, condition.values) is not None


def list_transactions(request: ApiRequest) -> Response:
    """Handle ``GET transactions.json``; ``count`` is the number of records on the page."""
    records = read_ordered_page(request, "transactions", _condition(request), "id DESC")
    items = render_all(request.connection, records)
    return json_response({"count": len(records), "transactions": items})


def get_transaction(request: ApiRequest) -> Response:
    """Handle ``GET transactions/{id}.json``; an unknown id is a 400, as in the service."""
    text = request.segments["id"]
    record = select_one(
        request.connection,
        "SELECT * FROM transactions WHERE id = ? AND account_id = ?",
        (parse_id(text), request.account_id),
    )
    if record is None:
        raise HTTPError(400, f"transaction_id {text} is invalid")
    (item,) = render_all(request.connection, [record])
    return json_response({"transaction": item})


ROUTES = [
    Route("GET", "/accounts/{account}/transactions.json", list_transactions),
    Route("GET", "/accounts/{account}/transactions/{id}.json", get_transaction),
]
