"""Two accounts in one sandbox, and work that is done for both by turns. No tests here.

What a call was made for is checked on both ends: by the account that an answer tells, and by key,
path and signature of the request that the sandbox received.
"""

from __future__ import annotations

import os
import time
from typing import Any

from vivialconnect import Number, configured
from vivialconnect.sandbox import Request, Sandbox
from vivialconnect.sandbox.http.request_log import RequestLog

#: Bounded runs are for every day, thorough ones for a release.
THOROUGH = os.environ.get("VIVIALCONNECT_THOROUGH") == "1"

#: The statuses of success.
GOOD = (200, 201, 204)

Values = dict[str, Any]


class Tenants:
    """A sandbox with two accounts that have a number each; it keeps and counts everything."""

    def __init__(self) -> None:
        self.sandbox = Sandbox()
        self.connections = 0
        #: What a scope needs to make calls for each account.
        self.accounts: list[Values] = []

    def __enter__(self) -> Tenants:  # noqa: PYI034 - Python 3.9 has no Self
        # A run has more requests than a sandbox usually keeps.
        self.sandbox._requests = RequestLog(10_000, 10**9, time.time)
        self.sandbox.start()
        self._count_connections()
        for account in (self.sandbox, self.sandbox.add_account(67890)):
            values: Values = {
                "api_key": account.api_key,
                "api_secret": account.api_secret,
                "api_account_id": account.account_id,
                "api_base_url": self.sandbox.url,
            }
            self.accounts.append(values)
            with configured(**values):
                Number({"area_code": "913"}).buy()
        return self

    def __exit__(self, *_: object) -> None:
        self.sandbox.stop()

    @property
    def requests(self) -> list[Request]:
        """All requests that were received."""
        return self.sandbox.requests

    def _count_connections(self) -> None:
        server: Any = self.sandbox._server
        accept = server.get_request

        def count() -> Any:
            accepted = accept()
            self.connections += 1
            return accepted

        server.get_request = count

    def mistakes(self) -> list[str]:
        """Return the requests that were for one account by the key of another, or signed wrong."""
        account_of = {values["api_key"]: values["api_account_id"] for values in self.accounts}
        wrong = []
        for request in self.requests:
            key = request.headers["Authorization"].partition(" ")[2].partition(":")[0]
            mine = f"/accounts/{account_of[key]}/" in request.path
            if not mine or request.variant is None or request.status not in GOOD:
                wrong.append(f"{key} {request.path}: {request.status}")
        return wrong


def work(accounts: list[Values], calls: int) -> list[str]:
    """Make calls by turns for the accounts; return those that were answered for another.

    Every other pair of calls goes on with a row that was found in a scope, after it has ended.
    """
    wrong = []
    for turn in range(0, calls, 2):
        values = accounts[turn // 2 % len(accounts)]
        with configured(**values):
            number = Number.find_first()
        first = number and number.account_id
        if number is not None:
            number.reload()
        told = [first, number and number.account_id]
        if told != [values["api_account_id"]] * 2:
            wrong.append("{} for {}".format(told, values["api_account_id"]))
    return wrong
