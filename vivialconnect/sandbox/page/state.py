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
    fields = read_body(call, '{"advance": 3600}', {"advance": (int, float)})
    if "advance" not in fields:
        raise HTTPError(400, "advance must be a number of seconds of at least 0")
    call.context.owner.advance(fields["advance"])
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
