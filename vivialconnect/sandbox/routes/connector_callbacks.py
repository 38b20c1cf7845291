"""Routes of the callbacks of a connector."""

from __future__ import annotations

import json
from typing import Callable

from vivialconnect.sandbox.http.response import Response, json_response
from vivialconnect.sandbox.routes.connectors import offset, read_entries
from vivialconnect.sandbox.routes.listing import own_record
from vivialconnect.sandbox.routes.router import ApiRequest, Route
from vivialconnect.sandbox.service import connector_callbacks
from vivialconnect.sandbox.service.clock import timestamp
from vivialconnect.sandbox.service.connector_callbacks import Callback
from vivialconnect.sandbox.service.store import Record, update


def _render_callbacks(record: Record) -> Response:
    document = {
        "callbacks": json.loads(record["callbacks"]),
        "date_modified": offset(record["date_modified"]),
    }
    return json_response({"connector": document})


def get_callbacks(request: ApiRequest) -> Response:
    """Handle ``GET connectors/{id}/callbacks.json``."""
    return _render_callbacks(own_record(request, "connectors"))


def count_callbacks(request: ApiRequest) -> Response:
    """Handle ``GET connectors/{id}/callbacks/count.json``."""
    return json_response({"count": len(json.loads(own_record(request, "connectors")["callbacks"]))})


def _change_callbacks(
    request: ApiRequest, change: Callable[[list[Callback], object, str], list[Callback]]
) -> Response:
    record = own_record(request, "connectors")
    now = timestamp(request.clock.now())
    after = change(json.loads(record["callbacks"]), read_entries(request, "callbacks"), offset(now))
    changes = {"callbacks": json.dumps(after), "date_modified": now}
    update(request.connection, "connectors", record["id"], changes)
    return _render_callbacks(dict(record, **changes))


def post_callbacks(request: ApiRequest) -> Response:
    """Handle ``POST connectors/{id}/callbacks.json``: replace all callbacks."""
    return _change_callbacks(request, connector_callbacks.replace)


def put_callbacks(request: ApiRequest) -> Response:
    """Handle ``PUT connectors/{id}/callbacks.json``: add or replace callbacks by their types."""
    return _change_callbacks(request, connector_callbacks.merge)


def delete_callbacks(request: ApiRequest) -> Response:
    """Handle ``DELETE connectors/{id}/callbacks.json``: remove the callbacks of these types."""
    return _change_callbacks(request, connector_callbacks.remove)


_CALLBACKS = "/accounts/{account}/connectors/{id}/callbacks"

ROUTES = [
    Route("GET", _CALLBACKS + ".json", get_callbacks),
    Route("POST", _CALLBACKS + ".json", post_callbacks),
    Route("PUT", _CALLBACKS + ".json", put_callbacks),
    Route("DELETE", _CALLBACKS + ".json", delete_callbacks),
    Route("GET", _CALLBACKS + "/count.json", count_callbacks),
]
