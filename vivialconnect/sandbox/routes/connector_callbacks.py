"""Routes of the callbacks of a connector."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Callable

from vivialconnect.sandbox.http.exchange import Answer, json_answer
from vivialconnect.sandbox.routes.connectors import offset, read_entries
from vivialconnect.sandbox.routes.listing import own_row
from vivialconnect.sandbox.routes.router import Route
from vivialconnect.sandbox.service import connector_callbacks
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.store import Row, update

if TYPE_CHECKING:
    from vivialconnect.sandbox.routes.router import Call
    from vivialconnect.sandbox.service.connector_callbacks import Callback


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
    after = write(json.loads(row["callbacks"]), read_entries(call, "callbacks"), offset(now))
    changes = {"callbacks": json.dumps(after), "date_modified": now}
    update(call.connection, "connectors", row["id"], changes)
    return _show_callbacks(dict(row, **changes))


def post_callbacks(call: Call) -> Answer:
    """Answer ``POST connectors/{id}/callbacks.json``: these, and no others."""
    return _write_callbacks(call, connector_callbacks.replace)


def put_callbacks(call: Call) -> Answer:
    """Answer ``PUT connectors/{id}/callbacks.json``: these, and those of other types."""
    return _write_callbacks(call, connector_callbacks.merge)


def delete_callbacks(call: Call) -> Answer:
    """Answer ``DELETE connectors/{id}/callbacks.json``: those of other types alone."""
    return _write_callbacks(call, connector_callbacks.remove)


_CALLBACKS = "/accounts/{account}/connectors/{id}/callbacks"

ROUTES = [
    Route("GET", _CALLBACKS + ".json", get_callbacks),
    Route("POST", _CALLBACKS + ".json", post_callbacks),
    Route("PUT", _CALLBACKS + ".json", put_callbacks),
    Route("DELETE", _CALLBACKS + ".json", delete_callbacks),
    Route("GET", _CALLBACKS + "/count.json", count_callbacks),
]
