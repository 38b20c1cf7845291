"""Routes: which handler a method and a path belong to, and what the handler receives."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, field
from re import Pattern
from typing import Any, Callable, Generic, NamedTuple, Protocol, TypeVar
from urllib.parse import unquote

from vivialconnect.sandbox.http.request import Request, parse_json
from vivialconnect.sandbox.http.response import HTTPError, Response
from vivialconnect.sandbox.http.verification import Credential
from vivialconnect.sandbox.service.clock import Clock
from vivialconnect.sandbox.service.options import Options
from vivialconnect.sandbox.service.store import parse_id

BASE_PATH = "/api/v1.0"


@dataclass
class ApiRequest:
    """A verified request for a route.

    :param raw: the request as it was received.
    :param signer: the owner of the key that signed it.
    :param clock: the sandbox's clock.
    :param options: the sandbox's options.
    :param segments: the decoded segments of the path, by the names in the route's pattern.
    :param connection: the database, in the transaction of the request.
    :param prepared: the result of the route's ``prepare``.
    """

    raw: Request
    signer: Credential
    clock: Clock
    options: Options
    segments: dict[str, str] = field(default_factory=dict)
    connection: sqlite3.Connection = field(init=False)
    prepared: Any = None

    @property
    def account_id(self) -> int:
        """The id of the account, which is always the signer's."""
        return self.signer.account_id

    @property
    def parameters(self) -> dict[str, str]:
        """The query; the last of repeated keys counts."""
        return dict(self.raw.pairs)

    def record_id(self, name: str = "id") -> int:
        """Return an id in the path.

        :param name: the name of the segment.
        :raises HTTPError: 404 if it is not a valid id.
        """
        record_id = parse_id(self.segments[name])
        if record_id is None:
            raise not_found(self.segments[name])
        return record_id

    def document(self, root: str) -> dict[str, Any]:
        """Return the object in the body.

        :param root: the key that holds it.
        :raises HTTPError: 400 if the body has another shape.
        """
        document = parse_json(self.raw.body)
        inner = document.get(root) if isinstance(document, dict) else None
        if not isinstance(inner, dict):
            raise HTTPError(400, f'The request body must be an object under the key "{root}"')
        return inner


Handler = Callable[[ApiRequest], Response]


class Route(NamedTuple):
    """A method and a path, and their handler.

    :param method: the HTTP method.
    :param pattern: the path below the base path; ``{name}`` matches one segment.
    :param handler: returns the response, in a transaction.
    :param prepare: does slow work before the transaction.
    """

    method: str
    pattern: str
    handler: Handler
    prepare: Callable[[ApiRequest], Any] | None = None

    @property
    def topic(self) -> str:
        """The kind of resource that the route is for, such as ``messages``."""
        below_account = self.pattern.partition("/{account}/")[2]
        return re.split("[/.]", below_account)[0] or "accounts"


def not_found(record_id: object) -> HTTPError:
    """Return the error for an unknown id."""
    return HTTPError(404, f"Resource not found for id {record_id}")


class AnyRoute(Protocol):
    """What a router needs of a route."""

    @property
    def method(self) -> str:
        """The HTTP method."""

    @property
    def pattern(self) -> str:
        """The path below the base path."""


RouteT = TypeVar("RouteT", bound=AnyRoute)


class Router(Generic[RouteT]):
    """Find routes.

    :param routes: the routes; the first that matches counts.
    :param base: the path that all of them are below.
    """

    def __init__(self, routes: list[RouteT], base: str = BASE_PATH) -> None:
        self._base = base
        self._paths: list[tuple[Pattern[str], dict[str, RouteT]]] = []
        by_pattern: dict[str, dict[str, RouteT]] = {}
        for route in routes:
            by_pattern.setdefault(route.pattern, {})[route.method] = route
        for pattern, methods in by_pattern.items():
            self._paths.append((_compile(base + pattern), methods))

    def find(self, method: str, path: str) -> tuple[RouteT, dict[str, str]]:
        """Return the route of a request, and the decoded segments of its pattern.

        :param method: the HTTP method; HEAD counts as GET.
        :param path: the path as sent; repeated slashes count as one.
        :raises HTTPError: 404 for an unknown path, 405 for an unknown method.
        """
        plain = re.sub("/{2,}", "/", path)
        allowed: list[str] = []
        for pattern, methods in self._paths:
            match = pattern.fullmatch(plain)
            if match is None:
                continue
            route = methods.get("GET" if method == "HEAD" else method)
            if route is not None:
                return route, {name: unquote(text) for name, text in match.groupdict().items()}
            allowed += [name for name in methods if name not in allowed]
        if not allowed:
            raise HTTPError(404, f"Nothing is at this path; the base path is {self._base}")
        raise HTTPError(
            405,
            f"The method {method} is not allowed here",
            headers={"Allow": ", ".join(sorted(allowed))},
        )


def _compile(pattern: str) -> Pattern[str]:
    literal = re.escape(pattern).replace(r"\{", "{").replace(r"\}", "}")
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", literal))
