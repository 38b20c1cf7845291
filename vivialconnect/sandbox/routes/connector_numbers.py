"""Routes of the numbers of a connector."""

from __future__ import annotations

import sqlite3
from typing import Callable

from vivialconnect.sandbox.http.response import Response, json_response
from vivialconnect.sandbox.routes.connectors import offset, read_entries, render_number
from vivialconnect.sandbox.routes.listing import of_account, own_record, read_page_with_totals
from vivialconnect.sandbox.routes.router import ApiRequest, Route
from vivialconnect.sandbox.service import connector_numbers
from vivialconnect.sandbox.service.store import Record, select_count

ORDERED_BY = ("id", "phone_number")


def get_numbers(request: ApiRequest) -> Response:
    """Handle ``GET connectors/{id}/phone_numbers.json``; the list is paginated."""
    record = own_record(request, "connectors")
    condition = of_account(request).also("connector_id = ?", record["id"])
    document = read_page_with_totals(request, "numbers", condition, ORDERED_BY, render_number)
    document["connector"] = {
        "date_modified": offset(record["date_modified"]),
        "phone_numbers": document.pop("numbers"),
    }
    return json_response(document)


def count_numbers(request: ApiRequest) -> Response:
    """Handle ``GET connectors/{id}/phone_numbers/count.json``."""
    values = (own_record(request, "connectors")["id"],)
    count = select_count(request.connection, "numbers", "connector_id = ?", values)
    return json_response({"count": count})


def _change_numbers(
    request: ApiRequest, change: Callable[[sqlite3.Connection, Record, object, float], None]
) -> Response:
    connector = own_record(request, "connectors")
    moment = request.clock.now()
    change(request.connection, connector, read_entries(request, "phone_numbers"), moment)
    connector_numbers.touch(request.connection, (connector["id"],), moment)
    return get_numbers(request)


def post_numbers(request: ApiRequest) -> Response:
    """Handle ``POST connectors/{id}/phone_numbers.json``: replace all numbers."""
    return _change_numbers(request, connector_numbers.replace)


def put_numbers(request: ApiRequest) -> Response:
    """Handle ``PUT connectors/{id}/phone_numbers.json``: add numbers."""
    return _change_numbers(request, connector_numbers.add)


def delete_numbers(request: ApiRequest) -> Response:
    """Handle ``DELETE connectors/{id}/phone_numbers.json``: remove these numbers."""
    return _change_numbers(request, connector_numbers.remove)


_NUMBERS = "/accounts/{account}/connectors/{id}/phone_numbers"

ROUTES = [
    Route("GET", _NUMBERS + ".json", get_numbers),
    Route("POST", _NUMBERS + ".json", post_numbers),
    Route("PUT", _NUMBERS + ".json", put_numbers),
    Route("DELETE", _NUMBERS + ".json", delete_numbers),
    Route("GET", _NUMBERS + "/count.json", count_numbers),
]
