"""All routes of the page, and their dispatch."""

from __future__ import annotations

import logging

from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.http.response import HTTPError, Response
from vivialconnect.sandbox.page import (
    accounts,
    assets,
    conversations,
    events,
    numbers,
    received,
    requests,
    rules,
    state,
    webhooks,
)
from vivialconnect.sandbox.page.context import Call, Context
from vivialconnect.sandbox.routes.router import Router
from vivialconnect.sandbox.service.errors import InvalidRequest

logger = logging.getLogger("vivialconnect.sandbox")

BASE = "/sandbox"
ROUTES = [
    *assets.ROUTES,
    *conversations.ROUTES,
    *received.ROUTES,
    *requests.ROUTES,
    *webhooks.ROUTES,
    *events.ROUTES,
    *numbers.ROUTES,
    *accounts.ROUTES,
    *rules.ROUTES,
    *state.ROUTES,
]
ROUTER = Router(ROUTES, BASE)


def is_page(request: Request) -> bool:
    """Return whether a request is for the page or its API.

    The guard and the routes both compare the path as sent, so an encoded path matches neither.
    """
    return request.path == BASE or request.path.startswith(BASE + "/")


def is_browser_at_root(request: Request) -> bool:
    """Return whether a request is that of a browser that was given the address of the server."""
    if request.method != "GET" or "Authorization" in request.headers:
        return False
    wants_html = "text/html" in request.headers.get("Accept", "")
    return request.path == "/favicon.ico" or (request.path == "/" and wants_html)


def respond_at_root(request: Request) -> Response:
    """Send a browser from the root of the server to the page."""
    is_root = request.path == "/"
    return Response(302, headers={"Location": BASE + "/"}) if is_root else Response(204)


def respond(context: Context, request: Request) -> Response:
    """Return the response to a request for the page or its API.

    :param context: the parts of the sandbox.
    :param request: the request.
    :raises HTTPError: if the request is refused.
    """
    if "//" in request.path:  # The router would ignore it.
        raise HTTPError(404, f"Nothing is at {request.path!r}")
    route, segments = ROUTER.find(request.method, request.path)
    try:
        return route.handler(Call(context, request, segments))
    except HTTPError:
        raise
    except InvalidRequest as error:
        raise HTTPError(400, error.message, **error.extra) from None
    except ValueError as error:
        raise HTTPError(400, str(error)) from None
    except Exception:
        logger.exception("The sandbox's page failed on %s %s", request.method, request.path)
        raise HTTPError(500, "Internal server error") from None
