"""Lists: pages, limits, order, search and counts."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, Callable, NamedTuple

from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.routes.router import ApiRequest, not_found
from vivialconnect.sandbox.service.store import Record, select_all, select_count, select_one

#: Tables that number the records of an account by ``position``, in the order of their ids.
POSITIONED = ("messages", "transactions")
BY_ID = ("id ASC", "id DESC")

DEFAULT_LIMIT = 50
MAXIMUM_LIMIT = 150
ORDER = re.compile(r"(\w+)(?:[\s+]+(asc|desc))?", re.IGNORECASE | re.ASCII)
DASHES = re.compile(r"[-:]")
POSITIVE = re.compile(r"0*([1-9][0-9]*)", re.ASCII)
#: Larger numbers are reduced to this one, so that SQLite can compute an offset from them.
HIGHEST = 10**15


class Condition(NamedTuple):
    """An SQL condition and its values.

    :param where: the condition.
    :param values: the values of its question marks.
    """

    where: str
    values: tuple[Any, ...]

    def also(self, where: str, *values: object) -> Condition:
        """Return the condition joined with another one by AND."""
        return Condition(f"{self.where} AND {where}", self.values + values)


def of_account(request: ApiRequest) -> Condition:
    """Return the condition for the records of the account."""
    return Condition("account_id = ?", (request.account_id,))


def searched(
    condition: Condition, parameters: Mapping[str, str], columns: Sequence[str]
) -> Condition:
    """Add the filter of the ``search`` parameter: text in any of the columns, case-insensitive.

    :param condition: the condition so far.
    :param parameters: the query.
    :param columns: the columns to search.
    """
    text = parameters.get("search")
    if not text:
        return condition
    where = " OR ".join(f"instr(lower({column}), lower(?)) > 0" for column in columns)
    return condition.also(f"({where})", *[text] * len(columns))


def positive(parameters: Mapping[str, str], name: str, default: int) -> int:
    """Return a parameter that is an integer above 0.

    :param parameters: the query.
    :param name: the parameter.
    :param default: the value if it is absent or empty.
    :raises HTTPError: 400 if it is invalid.
    """
    text = parameters.get(name, "")
    if not text:
        return default
    match = POSITIVE.fullmatch(text)
    if match is None:
        raise HTTPError(400, f"{name} must be an integer above 0, got {text!r}")
    digits = match.group(1)
    return HIGHEST if len(digits) > len(str(HIGHEST)) else min(int(digits), HIGHEST)


def time_of(parameters: Mapping[str, str], name: str) -> float:
    """Return a parameter that is a time: ``20200119T040000Z`` or ``2020-01-19T04:00:00Z``.

    :param parameters: the query.
    :param name: the parameter.
    :returns: seconds since 1970, UTC.
    :raises HTTPError: 400 if it is absent or invalid.
    """
    text = DASHES.sub("", parameters.get(name, ""))
    try:
        moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise HTTPError(400, f"{name} must be given as YYYYMMDDThhmmssZ") from None
    return moment.timestamp()


def limit_of(parameters: Mapping[str, str]) -> int:
    """Return the ``limit`` parameter: 50 by default, and at most 150."""
    return min(positive(parameters, "limit", DEFAULT_LIMIT), MAXIMUM_LIMIT)


def page_bounds(parameters: Mapping[str, str]) -> tuple[int, int]:
    """Return the limit and the offset of the page that a query asks for.

    :raises HTTPError: 400 if ``page`` or ``limit`` is invalid.
    """
    limit = limit_of(parameters)
    page = positive(parameters, "page", 1)
    return limit, (page - 1) * limit


def own_record(
    request: ApiRequest, table: str, condition: Condition | None = None, name: str = "id"
) -> Record:
    """Return the record whose id is in the path.

    :param request: the request.
    :param table: the table.
    :param condition: which records the request may see; those of the account by default.
    :param name: the name of the segment that holds the id.
    :raises HTTPError: 404 if it does not exist.
    """
    condition = (condition or of_account(request)).also("id = ?", request.record_id(name))
    statement = f"SELECT * FROM {table} WHERE {condition.where}"
    record = select_one(request.connection, statement, condition.values)
    if record is None:
        raise not_found(request.segments[name])
    return record


def count_records(request: ApiRequest, table: str, condition: Condition) -> Response:
    """Return the response with the number of records."""
    count = select_count(request.connection, table, condition.where, condition.values)
    return json_response({"count": count})


def read_page(
    request: ApiRequest, table: str, condition: Condition, columns: Sequence[str]
) -> list[Record]:
    """Return the page of records that the query asks for.

    :param request: the request; its query has ``page``, ``limit`` and ``order``.
    :param table: the table.
    :param condition: which records to list.
    :param columns: the columns that ``order`` may name.
    :raises HTTPError: 400 if a parameter is invalid.
    """
    order = _order(request.parameters.get("order"), columns)
    return read_ordered_page(request, table, condition, order)


def read_ordered_page(
    request: ApiRequest, table: str, condition: Condition, order: str
) -> list[Record]:
    """Return the page of records that the query asks for, in a fixed order.

    :param request: the request; its query has ``page`` and ``limit``.
    :param table: the table.
    :param condition: which records to list.
    :param order: the SQL terms to order by.
    :raises HTTPError: 400 if a parameter is invalid.
    """
    limit, offset = page_bounds(request.parameters)
    if table in POSITIONED and order in BY_ID:
        order = order.replace("id", "position")
        if condition == of_account(request):
            condition, offset = _from_position(request, table, order, offset), 0
    # The inner query sorts and skips only ids, which an index may already hold in order.
    statement = (
        f"SELECT * FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {condition.where} "
        f"ORDER BY {order} LIMIT ? OFFSET ?) ORDER BY {order}"
    )
    return select_all(request.connection, statement, (*condition.values, limit, offset))


def _from_position(request: ApiRequest, table: str, order: str, offset: int) -> Condition:
    """Return the condition that skips the account's first records without reading them."""
    condition = of_account(request)
    if order == "position ASC":
        return condition.also("position > ?", offset)
    statement = f"SELECT max(position) AS newest FROM {table} WHERE account_id = ?"
    record = select_one(request.connection, statement, condition.values) or {}
    return condition.also("position <= ?", (record["newest"] or 0) - offset)


def read_page_with_totals(
    request: ApiRequest,
    table: str,
    condition: Condition,
    columns: Sequence[str],
    render: Callable[[Record], dict[str, Any]],
) -> dict[str, Any]:
    """Return a page of records under the table's name, with the totals that some lists have.

    :param request: the request.
    :param table: the table.
    :param condition: which records to list.
    :param columns: the columns that ``order`` may name.
    :param render: returns a record as the API does.
    """
    limit = limit_of(request.parameters)
    page = positive(request.parameters, "page", 1)
    count = select_count(request.connection, table, condition.where, condition.values)
    pages = -(-count // limit)
    return {
        table: [render(record) for record in read_page(request, table, condition, columns)],
        "count": count,
        "pages": pages,
        "next": page + 1 if page < pages else None,
        "previous": page - 1 if page > 1 else None,
    }


def _order(text: str | None, columns: Sequence[str]) -> str:
    if not text:
        return "id ASC"
    match = ORDER.fullmatch(text.strip())
    if match is None or match.group(1) not in columns:
        raise HTTPError(
            400, f'order must be a field and asc or desc, such as "id desc", got {text!r}'
        )
    column, direction = match.group(1), (match.group(2) or "asc").upper()
    by_id = f"id {direction}"
    return by_id if column == "id" else f"{column} {direction}, {by_id}"
