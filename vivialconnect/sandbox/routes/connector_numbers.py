"""Routes of the numbers of a connector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

from vivialconnect.sandbox.http.exchange import Answer, json_answer
from vivialconnect.sandbox.routes.connectors import offset, read_entries, render_number
from vivialconnect.sandbox.routes.listing import of_account, own_row, paged
from vivialconnect.sandbox.routes.router import Route
from vivialconnect.sandbox.service import connector_numbers
from vivialconnect.sandbox.service.store import Row, select_count

if TYPE_CHECKING:
    import sqlite3

    from vivialconnect.sandbox.routes.router import Call

ORDERED_BY = ("id", "phone_number")


def get_numbers(call: Call) -> Answer:
    """Answer ``GET connectors/{id}/phone_numbers.json``, one page of them."""
    row = own_row(call, "connectors")
    condition = of_account(call).also("connector_id = ?", row["id"])
    document = paged(call, "numbers", condition, ORDERED_BY, render_number)
    document["connector"] = {
        "date_modified": offset(row["date_modified"]),
        "phone_numbers": document.pop("numbers"),
    }
    return json_answer(document)


def count_numbers(call: Call) -> Answer:
    """Answer ``GET connectors/{id}/phone_numbers/count.json``."""
    values = (own_row(call, "connectors")["id"],)
    count = select_count(call.connection, "numbers", "connector_id = ?", values)
    return json_answer({"count": count})


def _write_numbers(
    call: Call, write: Callable[[sqlite3.Connection, Row, object, float], None]
) -> Answer:
    connector = own_row(call, "connectors")
    moment = call.clock.now()
    write(call.connection, connector, read_entries(call, "phone_numbers"), moment)
    connector_numbers.touch(call.connection, (connector["id"],), moment)
    return get_numbers(call)


def post_numbers(call: Call) -> Answer:
    """Answer ``POST connectors/{id}/phone_numbers.json``: these, and no others."""
    return _write_numbers(call, connector_numbers.replace)


def put_numbers(call: Call) -> Answer:
    """Answer ``PUT connectors/{id}/phone_numbers.json``: these beside those that it has."""
    return _write_numbers(call, connector_numbers.add)


def delete_numbers(call: Call) -> Answer:
    """Answer ``DELETE connectors/{id}/phone_numbers.json``: all but these."""
    return _write_numbers(call, connector_numbers.remove)


_NUMBERS = "/accounts/{account}/connectors/{id}/phone_numbers"

ROUTES = [
    Route("GET", _NUMBERS + ".json", get_numbers),
    Route("POST", _NUMBERS + ".json", post_numbers),
    Route("PUT", _NUMBERS + ".json", put_numbers),
    Route("DELETE", _NUMBERS + ".json", delete_numbers),
    Route("GET", _NUMBERS + "/count.json", count_numbers),
]
