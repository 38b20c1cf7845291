"""The requests to the API, their responses, and why a signature was refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.http.response import Response, json_response
from vivialconnect.sandbox.page.bodies import show_body, show_headers
from vivialconnect.sandbox.page.clients import recognize
from vivialconnect.sandbox.page.context import Call, Context, Document, PageRoute
from vivialconnect.sandbox.page.explanations import explain
from vivialconnect.sandbox.page.messages import iso_time
from vivialconnect.sandbox.page.parameters import (
    DEFAULT_LIMIT,
    Window,
    read_id,
    read_options,
    read_query,
    unknown,
)
from vivialconnect.sandbox.page.snippets import snippets

#: How many bytes of the body of a request are shown.
SHOWN_OF_BODY = 64 * 1024
STATUS = re.compile(r"[1-5](?:[0-9][0-9]|xx)")


def list_requests(
    context: Context,
    *,
    method: str | None = None,
    path: str | None = None,
    status: str | int | None = None,
    search: str | None = None,
    offset: int = 0,
    limit: int = DEFAULT_LIMIT,
) -> Document:
    """Return requests, the newest first; see the guide to the JSON API.

    :raises ValueError: if ``status``, ``offset`` or ``limit`` is invalid.
    """
    window = Window.checked(offset, limit)
    wanted = "" if status is None else str(status)
    if wanted and STATUS.fullmatch(wanted) is None:
        raise ValueError(f"status must be a status or a class such as 4xx, got {status!r}")

    def matches(request: Request) -> bool:
        return (
            (not method or request.method == method.upper())
            and (not path or path in request.path)
            and str(request.status or "").startswith(wanted.rstrip("x"))
            and (not search or search in request.target or search.encode() in request.body)
        )

    found = [each for each in reversed(context.requests.all()) if matches(each)]
    shown = islice(found, offset, offset + limit)
    return {**window.of(len(found)), "requests": [_summary(each) for each in shown]}


def _summary(request: Request) -> Document:
    client = recognize(request)
    return {
        "id": request.id,
        "time": iso_time(request.time),
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "status": request.status,
        "ms": None if request.seconds is None else round(request.seconds * 1000, 3),
        "fault": request.fault,
        "refused": request.refusal,
        "client": client and client[0].name,
    }


def get_request(context: Context, request_id: int) -> Document | None:
    """Return a request with its response, its snippets and the explanation of its signature.

    :returns: the request; ``None`` if it is not kept.
    """
    request = context.requests.find(request_id)
    if request is None:
        return None
    details = {
        "headers": show_headers(request.headers.items()),
        "body": show_body(request.body[:SHOWN_OF_BODY], len(request.body)),
        "response": _show_response(request),
        "variant": request.variant,
        "signature": explain(context, request),
    }
    return {**_summary(request), **details, **snippets(request, context.owner.url)}


def _show_response(request: Request) -> Document | None:
    response = request.response
    if response is None or not response.status:
        return None
    headers: Iterator[tuple[str, str]] = iter(
        [("Content-Type", response.content_type), *response.headers.items()]
    )
    return {
        "status": response.status,
        "transmission": response.transmission and response.transmission.mode,
        "headers": show_headers(headers),
        "body": show_body(response.body, request.response_size),
    }


def handle_list(call: Call) -> Response:
    """Handle ``GET requests``."""
    options = read_options(call, "method", "path", "status", "search")
    return json_response(list_requests(call.context, **options))


def handle_request(call: Call) -> Response:
    """Handle ``GET requests/{id}``."""
    read_query(call)
    request = get_request(call.context, read_id(call))
    if request is None:
        raise unknown("request", call.segments["id"])
    return json_response({"request": request})


ROUTES = [
    PageRoute("GET", "/requests", handle_list),
    PageRoute("GET", "/requests/{id}", handle_request),
]
