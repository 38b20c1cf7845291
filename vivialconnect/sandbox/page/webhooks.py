"""Webhooks: every attempt to deliver one, and replays."""

# ruff: noqa: S608 - the conditions are built from constants, values are bound.

from __future__ import annotations

import json
import sqlite3

from vivialconnect.sandbox.http import webhook_delivery
from vivialconnect.sandbox.http.response import Response, json_response
from vivialconnect.sandbox.page.bodies import show_body
from vivialconnect.sandbox.page.context import Call, Context, Document, PageRoute
from vivialconnect.sandbox.page.messages import iso_time
from vivialconnect.sandbox.page.parameters import (
    DEFAULT_LIMIT,
    Window,
    read_id,
    read_options,
    read_query,
    unknown,
)
from vivialconnect.sandbox.service import webhooks
from vivialconnect.sandbox.service.store import Record, select_all, select_count

SAME = ("id", "webhook_id", "account_id", "message_id", "method", "url", "status", "problem",
        "replay_of")  # fmt: skip


def list_attempts(
    context: Context,
    *,
    message_id: int | None = None,
    account_id: int | None = None,
    offset: int = 0,
    limit: int = DEFAULT_LIMIT,
) -> Document:
    """Return attempts to deliver webhooks, the newest first; see the guide to the JSON API.

    :raises ValueError: if ``offset`` or ``limit`` is invalid.
    """
    window = Window.checked(offset, limit)
    where, values = "1", []
    for column, value in (("message_id", message_id), ("account_id", account_id)):
        if value is not None:
            where += f" AND {column} = ?"
            values.append(value)

    def read(connection: sqlite3.Connection) -> Document:
        records = select_all(
            connection,
            f"SELECT * FROM attempts WHERE {where} ORDER BY id DESC LIMIT ? OFFSET ?",
            (*values, limit, offset),
        )
        total = select_count(connection, "attempts", where, values)
        pending = select_count(connection, "webhooks", "1", ())
        attempts = [_render(record) for record in records]
        return {**window.of(total), "pending": pending, "attempts": attempts}

    context.application.apply_due_changes()
    return context.store.transaction(read)


def _render(attempt: Record) -> Document:
    response: bytes | None = attempt["response"]
    kept = webhook_delivery.KEPT_OF_RESPONSE
    return {
        **{name: attempt[name] for name in SAME},
        "time": iso_time(attempt["started"]),
        "ms": round(attempt["seconds"] * 1000, 3),
        "document": json.loads(attempt["document"]),
        "response": None if response is None else show_body(response[:kept], len(response)),
    }


def replay(context: Context, attempt_id: int) -> int | None:
    """Repeat an attempt.

    :param context: the parts of the sandbox.
    :param attempt_id: the id of the attempt.
    :returns: the id of the new webhook; ``None`` if the attempt is unknown.
    """
    webhook_id = context.store.transaction(
        lambda connection: webhooks.replay(connection, attempt_id)
    )
    if webhook_id is not None:
        context.changes.publish("webhooks")
        context.application.webhook_delivery.wake(pending=True)
    return webhook_id


def handle_list(call: Call) -> Response:
    """Handle ``GET webhooks``."""
    options = read_options(call, numbers=("message_id", "account_id"))
    return json_response(list_attempts(call.context, **options))


def handle_replay(call: Call) -> Response:
    """Handle ``POST webhooks/{id}/replay``."""
    read_query(call)
    webhook_id = replay(call.context, read_id(call))
    if webhook_id is None:
        raise unknown("attempt", call.segments["id"])
    return json_response({"webhook_id": webhook_id}, status=202)


ROUTES = [
    PageRoute("GET", "/webhooks", handle_list),
    PageRoute("POST", "/webhooks/{id}/replay", handle_replay),
]
