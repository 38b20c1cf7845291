"""One thread of the soak: random calls for several accounts."""

from __future__ import annotations

import threading
import time
import traceback
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

from tests.soak.owning import Owner
from tests.soak.reading import Reader
from tests.soak.sending import Sender
from vivialconnect import VivialConnectError

if TYPE_CHECKING:
    import random

    from tests.soak.ledger import Ledger
    from vivialconnect.common.settings import Scope

TIMEOUT = 2  # seconds of request_timeout
SLACK = 2  # seconds that a call may take beyond it
LOOKS = 20  # times to look before it is left to the end
#: How far before a call its look-up goes back, in seconds, for the service cuts them off.
BEFORE = timedelta(seconds=2)
#: The answers that the sandbox gives when a fault is played; any other is a mistake of somebody.
#: ``None`` is none, and 200 one that could not be read.
EXPECTED_STATUSES = frozenset((None, 200, 302, 401, 429, 500, 502, 503))


class Tenant(NamedTuple):
    """An account that calls are made for."""

    account_id: int
    sender: str
    scope: Scope


class Told(NamedTuple):
    """What the client was told of a call: ``ok`` or the outcome of its error."""

    outcome: str
    value: Any
    status: int | None


class Worker(threading.Thread):
    """Makes calls until it is told to stop.

    :param name: Its name, which each of its texts begins with.
    :param tenants: The accounts.
    :param stock: Phone numbers that nobody else buys.
    :param ledger: The ledger.
    :param chance: Its dice.
    """

    def __init__(
        self,
        name: str,
        tenants: list[Tenant],
        stock: list[str],
        ledger: Ledger,
        chance: random.Random,
    ) -> None:
        super().__init__(name=name)
        self.ending = threading.Event()
        self.ledger = ledger
        self.chance = chance
        self._tenants = tenants
        reader = Reader(self)
        self._acts: dict[Callable[[Tenant], None], int] = {}
        for part in (reader, Sender(self, reader), Owner(self, stock)):
            for kind, weight in part.weights.items():
                self._acts[getattr(part, kind)] = weight

    def run(self) -> None:
        """Make calls; whatever they raise that is not ours is a difference."""
        acts, weights = list(self._acts), list(self._acts.values())
        try:
            while not self.ending.is_set():
                act = self.chance.choices(acts, weights)[0]
                act(self.chance.choice(self._tenants))
        except BaseException:  # noqa: BLE001 - it is told at the end
            self.ledger.differ(traceback.format_exc())

    def told(self, kind: str, call: Callable[[], Any], *, requests: int = 1, gone: int = 0) -> Told:
        """Make a call and note what it was told as.

        :param kind: What it is counted as.
        :param call: The call.
        :param requests: How many requests it may make, each within the request_timeout.
        :param gone: A status that is expected too.
        """
        started = time.monotonic()
        try:
            told = Told("ok", call(), None)
        except VivialConnectError as error:
            told = Told(str(error.outcome), None, error.http_status)
            if error.http_status not in EXPECTED_STATUSES | {gone} or error.outcome is None:
                self.ledger.differ(f"{kind}: {error}")
        seconds = time.monotonic() - started
        if seconds > TIMEOUT * requests + SLACK:
            self.ledger.differ(f"{kind} took {seconds:.1f} s")
        self.ledger.count(kind, told.outcome)
        return told

    def look(self, row: Any, began: float, *, far: bool = False) -> tuple[int | None, Any]:
        """Look up what a call of unknown outcome has left.

        :param row: The row that was to be created.
        :param began: When the call began, in seconds since 1970.
        :param far: Whether to look as far back as the row itself would.
        :returns: 1 and what there is, 0, or ``None`` where no look-up was answered.
        """
        since = None if far else datetime.fromtimestamp(began, timezone.utc) - BEFORE
        return self.insist("find_sent", lambda: row.find_sent(since), requests=100)

    def insist(
        self, kind: str, call: Callable[[], Any], *, requests: int = 1, gone: int = 0
    ) -> tuple[int | None, Any]:
        """Ask until there is an answer.

        :returns: 1 and what there is, 0, or ``None`` where no call was answered.
        """
        for _ in range(LOOKS):
            told = self.told(kind, call, requests=requests, gone=gone)
            if told.outcome == "ok" or (gone and told.status == gone):
                self.ledger.reconcile("there" if told.value else "not there")
                return (1 if told.value else 0), told.value
        self.ledger.reconcile("not answered")
        return None, None

    def presence(self, told: Told, row: Any, began: float) -> tuple[int | None, Any]:
        """Return whether what was to be created is there, and the row that a look-up found."""
        if told.outcome in {"not sent", "refused"}:
            return 0, None
        if told.outcome == "ok":
            return 1, None
        # Seldom without a time, for that reads all that the last minute brought.
        present, found = self.look(row, began, far=self.chance.randrange(20) == 0)
        return (1 if told.outcome == "accepted" else present), found
