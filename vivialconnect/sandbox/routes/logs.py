"""Routes of the journal: its rows, and how many of them there are per span of time."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import binascii
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vivialconnect.sandbox.http.exchange import Refusal, json_answer
from vivialconnect.sandbox.routes.listing import Condition, instant, limit_of, of_account
from vivialconnect.sandbox.routes.router import Route
from vivialconnect.sandbox.service.clock import log_timestamp
from vivialconnect.sandbox.service.store import Row, select_all

if TYPE_CHECKING:
    from vivialconnect.sandbox.http.exchange import Answer
    from vivialconnect.sandbox.routes.router import Call

#: How many digits of the time each kind of bucket keeps.
BUCKETS = {"minutes": 12, "hours": 10, "days": 8, "months": 6, "years": 4}
TOTALS = "totals"

#: The query's names of what can be filtered by, and the columns.
FILTERS = {
    "log_type": "log_type",
    "logtype": "log_type",
    "item_id": "item_id",
    "operator_id": "operator_id",
}


def render(row: Row) -> dict[str, Any]:
    """Write a log as the service does: ids are texts, the time is one long number."""
    account_id = str(row["account_id"])
    return {
        "account_id": account_id,
        "account_id_item_id": "{}-{}".format(account_id, row["item_id"]),
        "account_id_log_type": "{}-{}".format(account_id, row["log_type"]),
        "account_id_operator_id": "{}-{}".format(account_id, row["operator_id"]),
        "description": row["description"],
        "item_id": row["item_id"],
        "item_type": row["item_type"],
        "log_data": json.loads(row["log_data"]),
        "log_id": row["log_id"],
        "log_timestamp": int(row["log_timestamp"]),
        "log_type": row["log_type"],
        "operator_id": row["operator_id"],
        "operator_type": row["operator_type"],
        "origin": row["origin"],
    }


def _condition(call: Call, filters: Mapping[str, str]) -> Condition:
    parameters = call.parameters
    start = log_timestamp(instant(parameters, "start_time"))
    # All of that second counts.
    end = log_timestamp(instant(parameters, "end_time"))[:-6] + "999999"
    condition = of_account(call).also("log_timestamp >= ?", start)
    condition = condition.also("log_timestamp <= ?", end)
    for name, column in filters.items():
        if parameters.get(name):
            condition = condition.also(f"{column} = ?", parameters[name])
    return condition


def _write_key(call: Call, instant: str, name: str) -> str:
    """Write where a page ended, in the shape of the service's own keys."""
    key = {
        "account_id": {"S": str(call.account_id)},
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
        raise Refusal(400, "start_key must be the last_key of an earlier answer") from None


def list_logs(call: Call) -> Answer:
    """Answer ``GET logs.json``, the oldest first."""
    condition = _condition(call, FILTERS)
    limit = limit_of(call.parameters)
    start_key = call.parameters.get("start_key")
    if start_key:
        condition = condition.also("(log_timestamp, log_id) > (?, ?)", *_read_key(start_key))
    rows = select_all(
        call.connection,
        f"SELECT * FROM logs WHERE {condition.where} ORDER BY log_timestamp, log_id LIMIT ?",
        (*condition.values, limit + 1),
    )
    page, more = rows[:limit], rows[limit:]
    last_key = _write_key(call, page[-1]["log_timestamp"], page[-1]["log_id"]) if more else ""
    return json_answer({"last_key": last_key, "log_items": [render(row) for row in page]})


def list_aggregates(call: Call) -> Answer:
    """Answer ``GET logs/aggregate.json``: counts per type and span of time, the oldest first."""
    parameters = call.parameters
    aggregator = parameters.get("aggregator_type") or TOTALS
    if aggregator not in BUCKETS and aggregator != TOTALS:
        raise Refusal(400, "aggregator_type must be one of {}".format(", ".join(BUCKETS)))
    filters = {name: column for name, column in FILTERS.items() if name != "item_id"}
    condition = _condition(call, filters)
    start_key = parameters.get("start_key")
    after = _read_key(start_key) if start_key else ("", "")
    limit = limit_of(parameters)
    rows = select_all(
        call.connection,
        "SELECT substr(log_timestamp, 1, ?) AS bucket, log_type, count(*) AS log_count FROM logs "
        f"WHERE {condition.where} GROUP BY bucket, log_type HAVING (bucket, log_type) > (?, ?) "
        "ORDER BY bucket, log_type LIMIT ?",
        (BUCKETS.get(aggregator, 0), *condition.values, *after, limit + 1),
    )
    page, more = rows[:limit], rows[limit:]
    last_key = _write_key(call, page[-1]["bucket"], page[-1]["log_type"]) if more else ""
    items: list[dict[str, Any]] = [_render_aggregate(call, aggregator, row) for row in page]
    return json_answer({"last_key": last_key, "log_items": items})


def _render_aggregate(call: Call, aggregator: str, row: Row) -> dict[str, Any]:
    return {
        "account_id": str(call.account_id),
        "account_id_log_type": "{}-{}".format(call.account_id, row["log_type"]),
        "aggregate_key": aggregator,
        "log_count": row["log_count"],
        "log_timestamp": int(row["bucket"] or 0),
        "log_type": row["log_type"],
    }


ROUTES = [
    Route("GET", "/accounts/{account}/logs.json", list_logs),
    Route("GET", "/accounts/{account}/logs/aggregate.json", list_aggregates),
]
