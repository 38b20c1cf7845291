"""Lists: what page, limit, order and search mean, and the two envelopes. No noun's fields."""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Callable, Optional

from vivialconnect.sandbox.http.exchange import Answer, Refusal, json_answer
from vivialconnect.sandbox.routes.router import missing
from vivialconnect.sandbox.service.store import Row, select_all, select_count, select_one

if TYPE_CHECKING:
    from vivialconnect.sandbox.routes.router import Call

DEFAULT_LIMIT = 50
MAXIMUM_LIMIT = 150
ORDER = re.compile(r"(\w+)(?:[\s+]+(asc|desc))?", re.IGNORECASE | re.ASCII)
DASHES = re.compile(r"[-:]")
POSITIVE = re.compile(r"0*[1-9][0-9]{0,8}", re.ASCII)


@dataclass
class Condition:
    """An SQL condition and its values.

    :param where: the condition.
    :param values: what stands for its question marks.
    """

    where: str
    values: tuple[Any, ...]

    def also(self, where: str, *values: object) -> Condition:
        """Narrow the condition by another one."""
        return Condition(f"{self.where} AND {where}", self.values + values)


def of_account(call: Call) -> Condition:
    """Start with the rows of the call's account."""
    return Condition("account_id = ?", (call.account_id,))


def searched(
    condition: Condition, parameters: Mapping[str, str], columns: Sequence[str]
) -> Condition:
    """Narrow by ``search``: rows with the text in one of the columns, in any case.

    :param condition: the condition so far.
    :param parameters: the query.
    :param columns: where to look.
    :returns: the condition; as it was when nothing is searched for.
    """
    text = parameters.get("search")
    if not text:
        return condition
    where = " OR ".join(f"instr(lower({column}), lower(?)) > 0" for column in columns)
    return condition.also(f"({where})", *[text] * len(columns))


def positive(parameters: Mapping[str, str], name: str, default: int) -> int:
    """Read a whole number above 0 from the query.

    :param parameters: the query.
    :param name: the parameter.
    :param default: what an absent or empty one means.
    :returns: the number.
    :raises Refusal: 400 for anything else.
    """
    text = parameters.get(name, "")
    if not text:
        return default
    if POSITIVE.fullmatch(text) is None:
        raise Refusal(400, f"{name} must be a whole number above 0, not {text!r}")
    return int(text.lstrip("0"))


def instant(parameters: Mapping[str, str], name: str) -> float:
    """Read a time from the query, ``20200119T040000Z`` or ``2020-01-19T04:00:00Z``.

    :param parameters: the query.
    :param name: the parameter.
    :returns: seconds since 1970, UTC.
    :raises Refusal: 400 when it is absent, or no such time.
    """
    text = DASHES.sub("", parameters.get(name, ""))
    try:
        moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise Refusal(400, f"{name} must be given as YYYYMMDDThhmmssZ") from None
    return moment.timestamp()


def limit_of(parameters: Mapping[str, str]) -> int:
    """Read ``limit``: 50 if not given, 150 if more."""
    return min(positive(parameters, "limit", DEFAULT_LIMIT), MAXIMUM_LIMIT)


def own_row(call: Call, table: str, condition: Optional[Condition] = None, name: str = "id") -> Row:
    """Read the row that the path names.

    :param call: the call.
    :param table: the table.
    :param condition: which rows there are; by default those of the call's account.
    :param name: the placeholder of its id.
    :returns: the row.
    :raises Refusal: 404 when there is none.
    """
    condition = (condition or of_account(call)).also("id = ?", call.row_id(name))
    statement = "SELECT * FROM {} WHERE {}".format(table, condition.where)
    row = select_one(call.connection, statement, condition.values)
    if row is None:
        raise missing(call.segments[name])
    return row


def count_rows(call: Call, table: str, condition: Condition) -> Answer:
    """Answer how many rows of a table there are."""
    count = select_count(call.connection, table, condition.where, condition.values)
    return json_answer({"count": count})


def read_page(call: Call, table: str, condition: Condition, columns: Sequence[str]) -> list[Row]:
    """Read one page of rows as the query asks for it.

    :param call: the call; page, limit and order are taken from its query.
    :param table: the table.
    :param condition: which rows there are.
    :param columns: the columns that may be ordered by.
    :returns: the rows of the page.
    :raises Refusal: 400 for a page, a limit or an order that cannot be.
    """
    parameters = call.parameters
    limit = limit_of(parameters)
    page = positive(parameters, "page", 1)
    statement = "SELECT * FROM {} WHERE {} ORDER BY {} LIMIT ? OFFSET ?".format(
        table, condition.where, _order(parameters.get("order"), columns)
    )
    return select_all(call.connection, statement, (*condition.values, limit, (page - 1) * limit))


def paged(
    call: Call,
    table: str,
    condition: Condition,
    columns: Sequence[str],
    render: Callable[[Row], dict[str, Any]],
) -> dict[str, Any]:
    """Read one page with the totals that some lists have beside their rows.

    :param call: the call.
    :param table: the table, under whose name the rows stand.
    :param condition: which rows there are.
    :param columns: the columns that may be ordered by.
    :param render: writes a row.
    :returns: the envelope; ``next`` and ``previous`` are page numbers or ``None``.
    """
    limit = limit_of(call.parameters)
    page = positive(call.parameters, "page", 1)
    count = select_count(call.connection, table, condition.where, condition.values)
    pages = -(-count // limit)
    return {
        table: [render(row) for row in read_page(call, table, condition, columns)],
        "count": count,
        "pages": pages,
        "next": page + 1 if page < pages else None,
        "previous": page - 1 if page > 1 else None,
    }


def _order(text: Optional[str], columns: Sequence[str]) -> str:
    if not text:
        return "id ASC"
    match = ORDER.fullmatch(text.strip())
    if match is None or match.group(1) not in columns:
        raise Refusal(400, f'order must be a field and asc or desc, like "id desc", not {text!r}')
    direction = (match.group(2) or "asc").upper()
    return f"{match.group(1)} {direction}, id {direction}"
