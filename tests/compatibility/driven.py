"""What the driven calls share: the list of them, what they leave, and how they are configured."""

from __future__ import annotations

import os
from typing import Any, Callable

from vivialconnect import Resource

CALLS: dict[str, Callable[[], Any]] = {}
#: What earlier calls left for later ones.
KEPT: dict[str, Any] = {}


def call(function: Callable[[], Any]) -> Callable[[], Any]:
    """Take a function among the calls, under its own name."""
    CALLS[function.__name__] = function
    return function


def configure(**changes: Any) -> None:
    """Point release 0.2.4 at the sandbox, but for what is to be different."""
    settings = {
        "api_key": os.environ["SANDBOX_KEY"],
        "api_secret": os.environ["SANDBOX_SECRET"],
        "api_account_id": "12345",
        "api_base_url": os.environ["SANDBOX_URL"],
    }
    settings.update(changes)
    for name, value in settings.items():
        setattr(Resource, name, value)


def caught(kind: Any, function: Callable[[], Any]) -> Any:
    """Return what a documented error says; any other exception goes on."""
    try:
        function()
    except kind as failure:
        return [type(failure).__name__, getattr(failure, "http_status", None), str(failure)]
    return "no error"
