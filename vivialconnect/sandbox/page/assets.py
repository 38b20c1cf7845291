"""The page's files, and the headers that keep it safe."""

from __future__ import annotations

import posixpath
import re
from contextlib import suppress
from pathlib import Path

from vivialconnect.sandbox.http.response import HTTPError, Response
from vivialconnect.sandbox.page.context import Call, PageRoute

#: The folder of the page's files.
STATIC = Path(__file__).parent / "static"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
#: The headers of every response below ``/sandbox/``.
SAFE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
#: A name in the folder of the page's files, or in a folder of it.
NAME = re.compile(r"(?:[a-z0-9_-]+/)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", re.ASCII)
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}


def with_safe_headers(response: Response) -> Response:
    """Return a response with the headers that every response of the page has."""
    return response._replace(headers={**SAFE_HEADERS, **response.headers})


def read_asset(name: str) -> Response:
    """Return a file of the page.

    :param name: its name in the folder ``static``.
    :raises HTTPError: 404 if there is no such file.
    """
    content_type = TYPES.get(posixpath.splitext(name)[1])
    if content_type is not None and NAME.fullmatch(name):
        with suppress(OSError):
            return Response(200, (STATIC / name).read_bytes(), content_type)
    raise HTTPError(404, f"The page has no file {name!r}")


def get_page(_call: Call) -> Response:
    """Handle ``GET /sandbox/``."""
    return read_asset("index.html")


def get_asset(call: Call) -> Response:
    """Handle ``GET static/{name}`` and ``GET static/{folder}/{name}``."""
    return read_asset("/".join(call.segments.values()))


def redirect_to_page(_call: Call) -> Response:
    """Handle ``GET /sandbox``."""
    return Response(308, headers={"Location": "/sandbox/"})


ROUTES = [
    PageRoute("GET", "", redirect_to_page),
    PageRoute("GET", "/", get_page),
    PageRoute("GET", "/static/{name}", get_asset),
    PageRoute("GET", "/static/{folder}/{name}", get_asset),
]
