"""Scripts in place of a transport: what each attempt of a call ends in. No tests here."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Callable, Union

import pytest

from vivialconnect import ConnectionError, Requestor, RequestorError  # noqa: A004 - documented name
from vivialconnect.common import error
from vivialconnect.common.exchange import Limits, Request, Response, Sign

MOMENT = datetime(2020, 7, 2, 10, 11, 12, tzinfo=timezone.utc)
PATH = "/accounts/12345/messages/7.json"

Step = Union[Response, Callable[[], RequestorError]]


def status(code: int, content: bytes = b"{}", **headers: str) -> Response:
    """Return an answer; ``retry_after`` stands for ``Retry-After``."""
    fields = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return Response(code, fields, content)


def broken(
    outcome: str, kind: type[ConnectionError] = ConnectionError, *, permanent: bool = False
) -> Callable[[], RequestorError]:
    """Return what makes a fault of the network."""

    def make() -> RequestorError:
        failure = kind("broken")
        failure.outcome = outcome
        failure._permanent = permanent
        return failure

    return make


OK = status(200)
LOST = broken(error.UNKNOWN)
REFUSED = broken(error.NOT_SENT)


class Play:
    """Signs and keeps each request, and plays one step after another, the last one again."""

    def __init__(self, *steps: Step) -> None:
        self.steps = steps
        self.sent: list[Request] = []
        self.signed: list[dict[str, str]] = []
        self.limits: list[Limits] = []
        self.waits: list[float] = []

    def send(self, request: Request, sign: Sign, limits: Limits) -> Response:
        """Keep the request, and give what the script says."""
        step = self.steps[min(len(self.sent), len(self.steps) - 1)]
        self.sent.append(request)
        self.signed.append(sign(request))
        self.limits.append(limits)
        if isinstance(step, Response):
            return step
        raise step()


def requestor_of(play: Play, **changes: Any) -> Requestor:
    """Return a Requestor over a script, whose waits are kept and take no time."""
    usual: dict[str, Any] = {
        "api_key": "MTK1",
        "api_secret": "hidden",
        "api_base_url": "https://api.example/api/v1.0",
        "clock": lambda: MOMENT,
        "sleep": play.waits.append,
    }
    return Requestor(transport=play, **{**usual, **changes})


def call(play: Play, method: str, path: str = PATH, **changes: Any) -> Any:
    """Make one call over a script."""
    verb = getattr(requestor_of(play, **changes), method.lower())
    return verb(path)


def failure_of(play: Play, method: str, path: str = PATH, **changes: Any) -> RequestorError:
    """Make one call over a script, and return what it ends in."""
    with pytest.raises(RequestorError) as caught:
        call(play, method, path, **changes)
    return caught.value
