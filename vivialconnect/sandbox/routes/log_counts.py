"""The number of logs per type and period.

The counts of each type are read from an index, one period at a time, so that a page reads only the
periods that it shows.
"""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import Any, NamedTuple

from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.routes.listing import limit_of
from vivialconnect.sandbox.routes.log_selection import (
    Selection,
    log_type_of,
    of_type,
    read_key,
    select_logs,
    write_key,
)
from vivialconnect.sandbox.routes.router import ApiRequest, Route
from vivialconnect.sandbox.service.clock import to_datetime, to_microseconds
from vivialconnect.sandbox.service.store import select_one

TOTALS = "totals"


class Period(NamedTuple):
    """A unit of time by which logs are counted.

    :param format: how a period is written.
    :param longest: the length of the longest one.
    """

    format: str
    longest: timedelta


PERIODS = {
    "minutes": Period("%Y%m%d%H%M", timedelta(minutes=1)),
    "hours": Period("%Y%m%d%H", timedelta(hours=1)),
    "days": Period("%Y%m%d", timedelta(days=1)),
    "months": Period("%Y%m", timedelta(days=31)),
    "years": Period("%Y", timedelta(days=366)),
}


class Count(NamedTuple):
    """The number of logs of a type in a period.

    :param period: the period as the API writes it; empty for the whole time.
    :param log_type: the type.
    :param number: the number.
    """

    period: str
    log_type: str
    number: int


def list_aggregates(request: ApiRequest) -> Response:
    """Handle ``GET logs/aggregate.json``: counts per type and period; the oldest come first."""
    aggregator = request.parameters.get("aggregator_type") or TOTALS
    if aggregator not in PERIODS and aggregator != TOTALS:
        raise HTTPError(400, "aggregator_type must be one of {}".format(", ".join(PERIODS)))
    period = PERIODS.get(aggregator)
    selection, after = select_logs(request), ("", "")
    start_key = request.parameters.get("start_key")
    if start_key:
        moment, *texts = read_key(start_key, period.format if period else "")
        after = (texts[0], texts[1])
        if period:
            selection = selection._replace(first=max(selection.first, moment))
    types = [log_type_of(request)] if log_type_of(request) else _types(request)
    counts = [_counts(request, of_type(selection, name), name, period) for name in types]
    following = (each for each in heapq.merge(*counts) if each[:2] > after)
    limit = limit_of(request.parameters)
    found = list(islice(following, limit + 1))
    page, more = found[:limit], found[limit:]
    last_key = write_key(request, page[-1].period, page[-1].log_type) if more else ""
    items = [_render(request, aggregator, count) for count in page]
    return json_response({"last_key": last_key, "log_items": items})


def _types(request: ApiRequest) -> list[str]:
    """Return the types of the account's logs, each found by one step in the index."""
    types: list[str] = []
    statement = "SELECT min(log_type) AS name FROM logs WHERE account_id = ? AND log_type > ?"
    while True:
        values = (request.account_id, types[-1] if types else "")
        record = select_one(request.connection, statement, values)
        if record is None or record["name"] is None:
            return types
        types.append(record["name"])


def _counts(
    request: ApiRequest, selection: Selection, log_type: str, period: Period | None
) -> Iterator[Count]:
    """Yield the counts of a type, the oldest first; each step reads one period."""
    while True:
        source, values = selection.source()
        statement = f"SELECT log_timestamp FROM {source} ORDER BY log_timestamp LIMIT 1"
        record = select_one(request.connection, statement, values)
        if record is None:
            return
        name, end = "", selection.last
        if period:
            moment = to_datetime(record["log_timestamp"])
            name = moment.strftime(period.format)
            end = min(end, _end(name, period))
        inside = selection._replace(first=record["log_timestamp"], last=end)
        source, values = inside.source()
        counted = select_one(request.connection, f"SELECT count(*) AS count FROM {source}", values)
        yield Count(name, log_type, counted["count"] if counted else 0)
        selection = selection._replace(first=end + 1)


def _end(name: str, period: Period) -> int:
    """Return the last microsecond of a period."""
    start = datetime.strptime(name, period.format).replace(tzinfo=timezone.utc)
    # Adding the longest length always leads into the next period, never past it.
    following = (start + period.longest).strftime(period.format)
    begins = datetime.strptime(following, period.format).replace(tzinfo=timezone.utc)
    return to_microseconds(begins) - 1


def _render(request: ApiRequest, aggregator: str, count: Count) -> dict[str, Any]:
    return {
        "account_id": str(request.account_id),
        "account_id_log_type": f"{request.account_id}-{count.log_type}",
        "aggregate_key": aggregator,
        "log_count": count.number,
        "log_timestamp": int(count.period or 0),
        "log_type": count.log_type,
    }


ROUTES = [Route("GET", "/accounts/{account}/logs/aggregate.json", list_aggregates)]
