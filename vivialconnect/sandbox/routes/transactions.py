"""Routes of transactions."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import json
import re
from typing import Any

from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.routes.listing import Condition, of_account, page_bounds, time_of
from vivialconnect.sandbox.routes.router import ApiRequest, Route
from vivialconnect.sandbox.service.billing import TRANSACTION_TYPES, balances
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import Record, parse_id, select_all, select_one

FIELDS = ("id", "account_id", "transaction_type", "unit_count", "cash_amount", "credit_amount")

#: Clients write the name with no brackets, with one pair, and with two.
INCLUDED = re.compile(r"include_types(\[\]){0,2}")


def render(record: Record) -> dict[str, Any]:
    """Return a transaction as the API does."""
    document = {name: record[name] for name in FIELDS}
    return dict(
        document,
        balances=balances(record["cash_balance"]),
        data=json.loads(record["data"]),
        post_time=record["post_time"],
    )


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
        start = timestamp(time_of(request.parameters, "start_time"))
        condition = condition.also("post_time >= ?", start)
    if request.parameters.get("end_time"):
        # The whole last second counts: post_time has fractions.
        end = timestamp(time_of(request.parameters, "end_time")) + ".999999"
        condition = condition.also("post_time <= ?", end)
    types = _included(request)
    if types:
        placeholders = ", ".join("?" * len(types))
        condition = condition.also(f"transaction_type IN ({placeholders})", *types)
    return condition


def list_transactions(request: ApiRequest) -> Response:
    """Handle ``GET transactions.json``; ``count`` is the number of records on the page."""
    condition = _condition(request)
    records = select_all(
        request.connection,
        f"SELECT * FROM transactions WHERE {condition.where} ORDER BY id DESC LIMIT ? OFFSET ?",
        (*condition.values, *page_bounds(request.parameters)),
    )
    return json_response(
        {"count": len(records), "transactions": [render(record) for record in records]}
    )


def get_transaction(request: ApiRequest) -> Response:
    """Handle ``GET transactions/{id}.json``; an unknown id is a 400, as it is at the service."""
    text = request.segments["id"]
    record = select_one(
        request.connection,
        "SELECT * FROM transactions WHERE id = ? AND account_id = ?",
        (parse_id(text), request.account_id),
    )
    if record is None:
        raise HTTPError(400, f"transaction_id {text} is invalid")
    return json_response({"transaction": render(record)})


ROUTES = [
    Route("GET", "/accounts/{account}/transactions.json", list_transactions),
    Route("GET", "/accounts/{account}/transactions/{id}.json", get_transaction),
]
