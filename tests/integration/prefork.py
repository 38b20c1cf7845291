"""A WSGI application that works for two accounts; its master has made calls before it forks."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any, Callable

from tests.integration.tenants import work

ACCOUNTS = json.loads(os.environ["TENANTS"])
CALLS = int(os.environ["CALLS"])
MASTER = os.getpid()

if work(ACCOUNTS, 4):
    raise RuntimeError("the calls of the master were answered for another account")


def application(_: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Do the work; tell by which process it was done, and what went wrong."""
    wrong = work(ACCOUNTS, CALLS)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"forked": os.getpid() != MASTER, "wrong": wrong}).encode("ascii")]
