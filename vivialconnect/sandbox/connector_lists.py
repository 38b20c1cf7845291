"""Routes of the two lists of a connector: its callbacks and its numbers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Callable

from vivialconnect.sandbox import callbacks, membership
from vivialconnect.sandbox.clock import timestamp
from vivialconnect.sandbox.connectors import offset
from vivialconnect.sandbox.listing import of_account, own_row, paged
from vivialconnect.sandbox.router import Route
from vivialconnect.sandbox.store import Row, select_count, update
from vivialconnect.sandbox.traffic import Answer, Refusal, json_answer

if TYPE_CHECKING:
    from vivialconnect.sandbox.callbacks import Callback
    from vivialconnect.sandbox.router import Call

ORDERED_BY = ("id", "phone_number")


def _entries(call: Call, name: str) -> Any:
    entries = call.document("connector").get(name)
    if entries is None:
        raise Refusal(400, f'The connector in the request body must have a list "{name}"')
    return entries


def _show_callbacks(row: Row) -> Answer:
    document = {
        "callbacks": json.loads(row["callbacks"]),
        "date_modified": offset(row["date_modified"]),
    }
    return json_answer({"connector": document})


def get_callbacks(call: Call) -> Answer:
    """Answer ``GET connectors/{id}/callbacks.json``."""
    return _show_callbacks(own_row(call, "connectors"))


def count_callbacks(call: Call) -> Answer:
    """Answer ``GET connectors/{id}/callbacks/count.json``."""
    return json_answer({"count": len(json.loads(own_row(call, "connectors")["callbacks"]))})


def _write_callbacks(
    call: Call, write: Callable[[list[Callback], object, str], list[Callback]]
) -> Answer:
    row = own_row(call, "connectors")
    now = timestamp(call.clock.now())
    after = write(json.loads(row["callbacks"]), _entries(call, "callbacks"), offset(now))
    changes = {"callbacks": json.dumps(after), "date_modified": now}
    update(call.connection, "connectors", row["id"], changes)
    return _show_callbacks(dict(row, **changes))


def post_callbacks(call: Call) -> Answer:
    """Answer ``POST connectors/{id}/callbacks.json``: these, and no others."""
    return _write_callbacks(call, callbacks.replace)


def put_callbacks(call: Call) -> Answer:
    """Answer ``PUT connectors/{id}/callbacks.json``: these, and those of other types."""
    return _write_callbacks(call, callbacks.merge)


def delete_callbacks(call: Call) -> Answer:
    """Answer ``DELETE connectors/{id}/callbacks.json``: those of other types alone."""
    return _write_callbacks(call, callbacks.remove)


def get_numbers(call: Call) -> Answer:
    """Answer ``GET connectors/{id}/phone_numbers.json``, one page of them."""
    row = own_row(call, "connectors")
    condition = of_account(call).also("connector_id = ?", row["id"])
    document = paged(call, "numbers", condition, ORDERED_BY, membership.render)
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


def _write_numbers(call: Call, write: Callable[[Call, int, object], None]) -> Answer:
    connector_id = own_row(call, "connectors")["id"]
    write(call, connector_id, _entries(call, "phone_numbers"))
    membership.touch(call, connector_id)
    return get_numbers(call)


def post_numbers(call: Call) -> Answer:
    """Answer ``POST connectors/{id}/phone_numbers.json``: these, and no others."""
    return _write_numbers(call, membership.replace)


def put_numbers(call: Call) -> Answer:
    """Answer ``PUT connectors/{id}/phone_numbers.json``: these beside those that it has."""
    return _write_numbers(call, membership.add)


def delete_numbers(call: Call) -> Answer:
    """Answer ``DELETE connectors/{id}/phone_numbers.json``: all but these."""
    return _write_numbers(call, membership.remove)


_CALLBACKS = "/accounts/{account}/connectors/{id}/callbacks"
_NUMBERS = "/accounts/{account}/connectors/{id}/phone_numbers"

ROUTES = [
    Route("GET", _CALLBACKS + ".json", get_callbacks),
    Route("POST", _CALLBACKS + ".json", post_callbacks),
    Route("PUT", _CALLBACKS + ".json", put_callbacks),
    Route("DELETE", _CALLBACKS + ".json", delete_callbacks),
    Route("GET", _CALLBACKS + "/count.json", count_callbacks),
    Route("GET", _NUMBERS + ".json", get_numbers),
    Route("POST", _NUMBERS + ".json", post_numbers),
    Route("PUT", _NUMBERS + ".json", put_numbers),
    Route("DELETE", _NUMBERS + ".json", delete_numbers),
    Route("GET", _NUMBERS + "/count.json", count_numbers),
]
