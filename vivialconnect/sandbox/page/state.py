"""The clock and the reset."""

from __future__ import annotations

from vivialconnect.sandbox.http.response import HTTPError, Response, json_response
from vivialconnect.sandbox.page.context import Call, PageRoute
from vivialconnect.sandbox.page.messages import iso_time
from vivialconnect.sandbox.page.parameters import read_body, read_query


def handle_clock(call: Call) -> Response:
    """Handle ``GET clock``."""
    read_query(call)
    clock = call.context.clock
    return json_response({"now": iso_time(clock.now()), "advanced": clock.advanced})


def handle_advance(call: Call) -> Response:
    """Handle ``POST clock``."""
    seconds = read_body(call, '{"advance": 60}', {"advance": object}).get("advance")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise HTTPError(400, f"advance must be a number of seconds, got {seconds!r}")
    call.context.owner.advance(seconds)
    return handle_clock(call)


def handle_reset(call: Call) -> Response:
    """Handle ``POST reset``."""
    read_query(call)
    call.context.owner.reset()
    return Response(204)


ROUTES = [
    PageRoute("GET", "/clock", handle_clock),
    PageRoute("POST", "/clock", handle_advance),
    PageRoute("POST", "/reset", handle_reset),
]
