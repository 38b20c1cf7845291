"""What the handlers of the page work on: the parts of a running sandbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, NamedTuple, Protocol

from vivialconnect.sandbox.chaos.rules import Chaos
from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.http.request_log import RequestLog
from vivialconnect.sandbox.http.response import Response
from vivialconnect.sandbox.page.conversation_index import ConversationIndex
from vivialconnect.sandbox.routes.application import Application
from vivialconnect.sandbox.service.accounts import SandboxAccount
from vivialconnect.sandbox.service.changes import Changes
from vivialconnect.sandbox.service.clock import Clock
from vivialconnect.sandbox.service.store import Store


class Owner(Protocol):
    """The sandbox itself, as far as the page needs it."""

    account_id: int

    @property
    def url(self) -> str:
        """The base URL of the API."""

    def reset(self) -> None:
        """Restore the initial state."""

    def advance(self, seconds: float) -> None:
        """Move the message clock forward."""

    def add_account(self, account_id: int, *, company_name: str = ...) -> SandboxAccount:
        """Add an account."""


@dataclass(frozen=True)
class Context:
    """The parts of a running sandbox.

    :param owner: the sandbox.
    :param store: the database.
    :param clock: the clock.
    :param application: responds to the requests of the API.
    :param chaos: the faults.
    :param requests: the log of requests.
    :param changes: what happens in the sandbox.
    :param index: the conversations.
    """

    owner: Owner
    store: Store
    clock: Clock
    application: Application
    chaos: Chaos
    requests: RequestLog
    changes: Changes
    index: ConversationIndex = field(default_factory=ConversationIndex)


class Call(NamedTuple):
    """A request to the page.

    :param context: the parts of the sandbox.
    :param request: the request.
    :param segments: the segments of the path, by the names in the route's pattern.
    """

    context: Context
    request: Request
    segments: dict[str, str]


class PageRoute(NamedTuple):
    """A method and a path below ``/sandbox``, and their handler.

    :param method: the HTTP method.
    :param pattern: the path; ``{name}`` matches one segment.
    :param handler: returns the response.
    """

    method: str
    pattern: str
    handler: Callable[[Call], Response]


Document = dict[str, Any]
