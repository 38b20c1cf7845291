"""Which route a path names, and what a route is handed. Routes themselves live with their noun."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from re import Pattern
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional
from urllib.parse import unquote

from vivialconnect.sandbox.http.exchange import Answer, Refusal, Request, parse_json
from vivialconnect.sandbox.service.store import parse_id

if TYPE_CHECKING:
    import sqlite3

    from vivialconnect.sandbox.http.verification import Credential
    from vivialconnect.sandbox.service.clock import Clock
    from vivialconnect.sandbox.service.lifecycle import Options

BASE_PATH = "/api/v1.0"


@dataclass
class Call:
    """A verified request on its way through a route.

    :param request: the request.
    :param signer: who signed it.
    :param clock: the sandbox's clock.
    :param options: the sandbox's settings.
    :param segments: what the path holds at the route's placeholders, decoded.
    :param connection: the database, in the transaction that ends with the answer.
    :param prepared: what the route's ``prepare`` gave.
    """

    request: Request
    signer: Credential
    clock: Clock
    options: Options
    segments: dict[str, str] = field(default_factory=dict)
    connection: sqlite3.Connection = field(init=False)
    prepared: Any = None

    @property
    def account_id(self) -> int:
        """The account that the call is about, which is always the signer's."""
        return self.signer.account_id

    @property
    def parameters(self) -> dict[str, str]:
        """The query; of repeated keys the last counts."""
        return dict(self.request.pairs)

    def row_id(self, name: str = "id") -> int:
        """Read an id from the path.

        :param name: the placeholder.
        :returns: the id.
        :raises Refusal: 404 when no row can have it.
        """
        row_id = parse_id(self.segments[name])
        if row_id is None:
            raise missing(self.segments[name])
        return row_id

    def document(self, root: str) -> dict[str, Any]:
        """Read the object in the body.

        :param root: the single key that it stands under.
        :returns: the object.
        :raises Refusal: 400 when the body has another shape.
        """
        document = parse_json(self.request.body)
        inner = document.get(root) if isinstance(document, dict) else None
        if not isinstance(inner, dict):
            raise Refusal(400, f'The request body must be an object under the key "{root}"')
        return inner


Handler = Callable[[Call], Answer]


class Route(NamedTuple):
    """What answers a method and a path.

    :param method: the HTTP method.
    :param pattern: the path below the base; ``{name}`` stands for one segment.
    :param handler: makes the answer, within a transaction.
    :param prepare: does what may take long, before the transaction.
    """

    method: str
    pattern: str
    handler: Handler
    prepare: Optional[Callable[[Call], Any]] = None


def missing(row_id: object) -> Refusal:
    """Make the refusal of an id that names nothing."""
    return Refusal(404, f"Resource not found for id {row_id}")


class Router:
    """Finds routes.

    :param routes: the routes; of two that match, the earlier one is taken.
    """

    def __init__(self, routes: list[Route]) -> None:
        """Compile the patterns."""
        self._paths: list[tuple[Pattern[str], dict[str, Route]]] = []
        by_pattern: dict[str, dict[str, Route]] = {}
        for route in routes:
            by_pattern.setdefault(route.pattern, {})[route.method] = route
        for pattern, methods in by_pattern.items():
            self._paths.append((_compile(pattern), methods))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Find what answers.

        :param method: the HTTP method; HEAD is answered as GET.
        :param path: the path as on the wire; repeated slashes count as one.
        :returns: the route and the decoded segments of its placeholders.
        :raises Refusal: 404 for a path, 405 for a method that nothing answers.
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
            raise Refusal(404, f"Nothing is at this path; the base path is {BASE_PATH}")
        raise Refusal(
            405,
            f"The method {method} is not allowed here",
            headers={"Allow": ", ".join(sorted(allowed))},
        )


def _compile(pattern: str) -> Pattern[str]:
    literal = re.escape(BASE_PATH + pattern).replace(r"\{", "{").replace(r"\}", "}")
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", literal))
