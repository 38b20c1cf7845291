"""Routes of the log."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import json
import sqlite3
from typing import Any

from vivialconnect.sandbox.http.response import Response, json_response
from vivialconnect.sandbox.routes.listing import limit_of
from vivialconnect.sandbox.routes.log_selection import (
    log_type_of,
    of_type,
    read_key,
    select_logs,
    write_key,
)
from vivialconnect.sandbox.routes.router import ApiRequest, Route
from vivialconnect.sandbox.service import messages
from vivialconnect.sandbox.service.clock import to_datetime
from vivialconnect.sandbox.service.store import Record, parse_id, select_all

#: The format of a log's time. Its id is that time followed by its number.
INSTANT = "%Y%m%d%H%M%S%f"
INSTANT_LENGTH = 20


def render_all(connection: sqlite3.Connection, records: list[Record]) -> list[dict[str, Any]]:
    """Return logs as the API does: ids are strings, the time is an integer."""
    ids = {each["item_id"] for each in records if each["details"] is None}
    found = messages.find_all(connection, ids)
    return [_render(record, found) for record in records]


def _render(record: Record, found: dict[int, Record]) -> dict[str, Any]:
    account_id = str(record["account_id"])
    item_id, log_type = str(record["item_id"]), record["log_type"]
    operator_id = account_id if record["operator_id"] is None else str(record["operator_id"])
    instant = _instant(record)
    return {
        "account_id": account_id,
        "account_id_item_id": f"{account_id}-{item_id}",
        "account_id_log_type": f"{account_id}-{log_type}",
        "account_id_operator_id": f"{account_id}-{operator_id}",
        "item_id": item_id,
        "log_id": _log_id(record),
        "log_timestamp": int(instant),
        "log_type": log_type,
        "operator_id": operator_id,
        **_details(record, found),
    }


def _details(record: Record, found: dict[int, Record]) -> dict[str, Any]:
    if record["details"] is None:
        return messages.log_details(found[record["item_id"]], record)
    details: dict[str, Any] = json.loads(record["details"])
    return details


def _instant(record: Record) -> str:
    return to_datetime(record["log_timestamp"]).strftime(INSTANT)


def _log_id(record: Record) -> str:
    return "{}{:036d}".format(_instant(record), record["id"])


def list_logs(request: ApiRequest) -> Response:
    """Handle ``GET logs.json``; the oldest come first."""
    selection = select_logs(request, request.parameters.get("item_id", ""))
    if log_type_of(request):
        selection = of_type(selection, log_type_of(request))
    start_key = request.parameters.get("start_key")
    if start_key:
        moment, _, name = read_key(start_key, INSTANT)
        number = parse_id(name[INSTANT_LENGTH:].lstrip("0"))
        condition = selection.condition.also("(log_timestamp, id) > (?, ?)", moment, number)
        first = max(selection.first, moment)
        selection = selection._replace(condition=condition, first=first)
    limit = limit_of(request.parameters)
    source, values = selection.source()
    records = select_all(
        request.connection,
        f"SELECT * FROM {source} ORDER BY log_timestamp, id LIMIT ?",
        (*values, limit + 1),
    )
    page, more = records[:limit], records[limit:]
    last_key = write_key(request, _instant(page[-1]), _log_id(page[-1])) if more else ""
    items = render_all(request.connection, page)
    return json_response({"last_key": last_key, "log_items": items})


ROUTES = [Route("GET", "/accounts/{account}/logs.json", list_logs)]
