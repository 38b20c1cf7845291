"""Events: what has changed, as a stream of server-sent events or by polling."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator

from vivialconnect.sandbox.http.response import Response, json_response
from vivialconnect.sandbox.page.context import Call, Context, Document, PageRoute
from vivialconnect.sandbox.page.parameters import read_query
from vivialconnect.sandbox.service.store import select_one

#: The pause after each event, in seconds.
INTERVAL = 0.2
#: The time between two pings, in seconds.
PING = 15.0
RETRY = b"retry: 1000\n\n"
STREAM = "text/event-stream"


def poll(context: Context, since: str | None = None) -> Document:
    """Return what has changed since an event; see the guide to the JSON API.

    :param context: the parts of the sandbox.
    :param since: the id of the event; ``None`` for the id of the newest alone.
    """
    if since is not None:
        context.application.apply_due_changes()
    changed = context.changes.since(since)
    return {"id": changed.position, "topics": changed.topics, "resync": changed.resync}


def handle_events(call: Call) -> Response:
    """Handle ``GET events``."""
    since = read_query(call, "since").get("since")
    if STREAM not in call.request.headers.get("Accept", ""):
        return json_response(poll(call.context, since))
    since = call.request.headers.get("Last-Event-ID") or since
    return Response(200, content_type=STREAM, stream=stream(call.context, since))


def stream(context: Context, since: str | None) -> Iterator[bytes]:
    """Yield events until the sandbox stops.

    Changes are collected for a moment, so that many of them cost no more than one. While a stream
    is open, the changes of messages are applied when they are due, even without any request.

    :param context: the parts of the sandbox.
    :param since: the id of the last event that the page has; ``None`` if it has none.
    """
    yield RETRY
    changes = context.changes
    position = since
    if position is None:
        position = changes.since(None).position
        yield _event("ready", {}, position)
    next_ping = time.monotonic() + PING
    while not changes.is_closed:
        context.application.apply_due_changes()
        changed = changes.since(position)
        position = changed.position
        if changed.resync:
            yield _event("resync", {}, position)
        elif changed.topics:
            yield _event("changed", {"topics": changed.topics}, position)
        elif time.monotonic() >= next_ping:
            yield _event("ping", {})
            next_ping = time.monotonic() + PING
        changes.pause(INTERVAL)
        changes.wait(position, min(next_ping - time.monotonic(), _until_due(context)))


def _event(name: str, data: Document, position: str | None = None) -> bytes:
    lines = [f"event: {name}", f"data: {json.dumps(data)}"]
    if position is not None:
        lines.insert(0, f"id: {position}")
    return "\n".join([*lines, "", ""]).encode("ascii")


def _until_due(context: Context) -> float:
    """Return in how many seconds the next message changes its status."""
    due = context.store.read(_next_due)
    return PING if due is None else due - context.clock.now()


def _next_due(connection: sqlite3.Connection) -> float | None:
    record = select_one(connection, "SELECT min(due) AS due FROM messages WHERE due IS NOT NULL")
    return record["due"] if record else None


ROUTES = [PageRoute("GET", "/events", handle_events)]
