"""Which logs a query selects, and the keys of its pages."""

from __future__ import annotations

import binascii
import json
from datetime import datetime, timezone
from typing import Any, NamedTuple

from vivialconnect.sandbox.http.response import HTTPError
from vivialconnect.sandbox.routes.listing import Condition, of_account, time_of
from vivialconnect.sandbox.routes.router import ApiRequest
from vivialconnect.sandbox.service.clock import SECOND, microseconds, to_microseconds
from vivialconnect.sandbox.service.store import parse_id


class Selection(NamedTuple):
    """The logs that a query selects, apart from their type.

    :param condition: the condition of the other filters.
    :param index_name: the index to search; the planner of SQLite does not know the best one.
    :param first: the first time, in microseconds since 1970.
    :param last: the last time.
    """

    condition: Condition
    index_name: str
    first: int
    last: int

    def source(self) -> tuple[str, tuple[Any, ...]]:
        """Return what follows FROM, and the values of its question marks."""
        condition = self.condition.also("log_timestamp BETWEEN ? AND ?", self.first, self.last)
        return f"logs INDEXED BY {self.index_name} WHERE {condition.where}", condition.values


def select_logs(request: ApiRequest, item_id: str = "") -> Selection:
    """Return the selection of a query, without the filter of its type.

    :param request: the request.
    :param item_id: the id of the item; empty for all.
    :raises HTTPError: 400 if a time is invalid.
    """
    parameters = request.parameters
    first = microseconds(time_of(parameters, "start_time"))
    # Include the whole last second.
    last = microseconds(time_of(parameters, "end_time")) + SECOND - 1
    condition, index = of_account(request), "logs_time"
    operator_id = parameters.get("operator_id")
    if operator_id == str(request.account_id):
        condition = condition.also("(operator_id IS NULL OR operator_id = ?)", request.account_id)
    elif operator_id:
        condition, index = condition.also("operator_id = ?", parse_id(operator_id)), "logs_operator"
    if item_id:
        condition, index = condition.also("item_id = ?", parse_id(item_id)), "logs_item"
    return Selection(condition, index, first, last)


def of_type(selection: Selection, log_type: str) -> Selection:
    """Return a selection with the logs of one type only."""
    index = "logs_type" if selection.index_name == "logs_time" else selection.index_name
    return selection._replace(
        condition=selection.condition.also("log_type = ?", log_type), index_name=index
    )


def log_type_of(request: ApiRequest) -> str:
    """Return the type of the logs to list; empty for all."""
    return request.parameters.get("log_type") or request.parameters.get("logtype") or ""


def write_key(request: ApiRequest, instant: str, name: str) -> str:
    """Return the key of the last item of a page, in the format of the service."""
    key = {
        "account_id": {"S": str(request.account_id)},
        "log_id": {"S": name},
        "log_timestamp": {"N": instant},
    }
    return json.dumps(key, sort_keys=True).encode("utf-8").hex()


def read_key(text: str, time_format: str) -> tuple[int, str, str]:
    """Read the key of a page.

    :param text: the key.
    :param time_format: the format of its time.
    :returns: the time in microseconds, the time as text, and the name of the item.
    :raises HTTPError: 400 if it is invalid.
    """
    try:
        key = json.loads(binascii.unhexlify(text))
        instant, name = str(key["log_timestamp"]["N"]), str(key["log_id"]["S"])
        moment = datetime.strptime(instant, time_format).replace(tzinfo=timezone.utc)
        return to_microseconds(moment), instant, name
    except (ValueError, KeyError, TypeError):
        raise HTTPError(400, "start_key must be the last_key of an earlier response") from None
