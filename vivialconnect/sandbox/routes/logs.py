"""Routes of the log: its items, and their number per period."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import binascii
import json
from collections.abc import Mapping
from typing import Any

from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.routes.listing import Condition, limit_of, of_account, time_of
from vivialconnect.sandbox.routes.router import ApiRequest, Route
from vivialconnect.sandbox.service.clock import log_timestamp
from vivialconnect.sandbox.service.store import Record, select_all

#: How many digits of the timestamp each kind of period keeps.
PERIODS = {"minutes": 12, "hours": 10, "days": 8, "months": 6, "years": 4}
TOTALS = "totals"

#: The parameters that filter, and their columns.
FILTERS = {
    "log_type": "log_type",
    "logtype": "log_type",
    "item_id": "item_id",
    "operator_id": "operator_id",
}


def render(record: Record) -> dict[str, Any]:
    """Return a log as the API does: ids are strings, the time is an integer."""
    account_id = str(record["account_id"])
    return {
        "account_id": account_id,
        "account_id_item_id": "{}-{}".format(account_id, record["item_id"]),
        "account_id_log_type": "{}-{}".format(account_id, record["log_type"]),
        "account_id_operator_id": "{}-{}".format(account_id, record["operator_id"]),
        "description": record["description"],
        "item_id": record["item_id"],
        "item_type": record["item_type"],
        "log_data": json.loads(record["log_data"]),
        "log_id": record["log_id"],
        "log_timestamp": int(record["log_timestamp"]),
        "log_type": record["log_type"],
        "operator_id": record["operator_id"],
        "operator_type": record["operator_type"],
        "origin": record["origin"],
    }


def _condition(request: ApiRequest, filters: Mapping[str, str]) -> Condition:
    parameters = request.parameters
    start = log_timestamp(time_of(parameters, "start_time"))
    # The whole last second counts.
    end = log_timestamp(time_of(parameters, "end_time"))[:-6] + "999999"
    condition = of_account(request).also("log_timestamp >= ?", start)
    condition = condition.also("log_timestamp <= ?", end)
    for name, column in filters.items():
        if parameters.get(name):
            condition = condition.also(f"{column} = ?", parameters[name])
    return condition


def _write_key(request: ApiRequest, instant: str, name: str) -> str:
    """Return the key of the last item of a page, in the format of the service."""
    key = {
        "account_id": {"S": str(request.account_id)},
        "log_id": {"S": name},
        "log_timestamp": {"N": instant},
    }
    return json.dumps(key, sort_keys=True).encode("utf-8").hex()


def _read_key(text: str) -> tuple[str, str]:
    try:
        key = json.loads(binascii.unhexlify(text))
        instant, name = key["log_timestamp"]["N"], key["log_id"]["S"]
        return str(instant), str(name)
    except (ValueError, KeyError, TypeError):
        raise HTTPError(400, "start_key must be the last_key of an earlier response") from None


def list_logs(request: ApiRequest) -> Response:
    """Handle ``GET logs.json``; the oldest come first."""
    condition = _condition(request, FILTERS)
    limit = limit_of(request.parameters)
    start_key = request.parameters.get("start_key")
    if start_key:
        condition = condition.also("(log_timestamp, log_id) > (?, ?)", *_read_key(start_key))
    records = select_all(
        request.connection,
        f"SELECT * FROM logs WHERE {condition.where} ORDER BY log_timestamp, log_id LIMIT ?",
        (*condition.values, limit + 1),
    )
    page, more = records[:limit], records[limit:]
    last_key = _write_key(request, page[-1]["log_timestamp"], page[-1]["log_id"]) if more else ""
    return json_response({"last_key": last_key, "log_items": [render(record) for record in page]})


def list_aggregates(request: ApiRequest) -> Response:
    """Handle ``GET logs/aggregate.json``: counts per type and period; the oldest come first."""
    parameters = request.parameters
    aggregator = parameters.get("aggregator_type") or TOTALS
    if aggregator not in PERIODS and aggregator != TOTALS:
        raise HTTPError(400, "aggregator_type must be one of {}".format(", ".join(PERIODS)))
    filters = {name: column for name, column in FILTERS.items() if name != "item_id"}
    condition = _condition(request, filters)
    start_key = parameters.get("start_key")
    after = _read_key(start_key) if start_key else ("", "")
    limit = limit_of(parameters)
    records = select_all(
        request.connection,
        "SELECT substr(log_timestamp, 1, ?) AS period, log_type, count(*) AS log_count FROM logs "
        f"WHERE {condition.where} GROUP BY period, log_type HAVING (period, log_type) > (?, ?) "
        "ORDER BY period, log_type LIMIT ?",
        (PERIODS.get(aggregator, 0), *condition.values, *after, limit + 1),
    )
    page, more = records[:limit], records[limit:]
    last_key = _write_key(request, page[-1]["period"], page[-1]["log_type"]) if more else ""
    items: list[dict[str, Any]] = [
        _render_aggregate(request, aggregator, record) for record in page
    ]
    return json_response({"last_key": last_key, "log_items": items})


def _render_aggregate(request: ApiRequest, aggregator: str, record: Record) -> dict[str, Any]:
    return {
        "account_id": str(request.account_id),
        "account_id_log_type": "{}-{}".format(request.account_id, record["log_type"]),
        "aggregate_key": aggregator,
        "log_count": record["log_count"],
        "log_timestamp": int(record["period"] or 0),
        "log_type": record["log_type"],
    }


ROUTES = [
    Route("GET", "/accounts/{account}/logs.json", list_logs),
    Route("GET", "/accounts/{account}/logs/aggregate.json", list_aggregates),
]
