"""Numbers: bought, renamed, released. A worker has some of its own, so that it knows them all."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from vivialconnect import Number

if TYPE_CHECKING:
    from tests.soak.worker import Tenant, Worker

MOST = 4  # numbers that a worker owns at a time
GONE = 404


class Owned(NamedTuple):
    """A number of a worker."""

    number: Number
    #: What it may be named: more than one where a change is of unknown outcome.
    names: list[str]
    phone_number: str
    account_id: int


class Owner:
    """What a worker owns."""

    weights = {"buy": 6, "rename": 8, "release": 5}  # noqa: RUF012 - nobody changes it

    def __init__(self, worker: Worker, stock: list[str]) -> None:
        self._worker = worker
        self._stock = stock
        self._owned: list[Owned] = []
        self._names = 0

    def buy(self, tenant: Tenant) -> None:
        """Buy a number, unless there are enough."""
        if len(self._owned) >= MOST or not self._stock:
            return
        phone_number = self._stock.pop(0)
        name = self._new_name()
        with tenant.scope:
            number = Number({"phone_number": phone_number, "name": name})
        began = time.time()
        told = self._worker.told("buy", number.buy)
        present, found = self._worker.presence(told, number, began)
        if present == 1 and number.id is None and found is None:
            # The answer was empty, or unreadable.
            found = self._worker.look(number, began)[1]
        owned = Owned(found or number, [name], phone_number, tenant.account_id)
        self._enter(owned, present)
        if present == 0:
            self._stock.append(phone_number)
        elif present == 1 and owned.number.id is not None:
            self._owned.append(owned)

    def rename(self, _tenant: Tenant) -> None:
        """Change a number. The row is of the account that it was bought for."""
        if not self._owned:
            return
        owned = self._worker.chance.choice(self._owned)
        name = owned.number.name = self._new_name()
        told = self._worker.told("rename", owned.number.save)
        if told.outcome in {"ok", "accepted"}:
            owned.names[:] = [name]
        elif told.outcome == "unknown":
            owned.names.append(name)
        self._enter(owned, 1)

    def release(self, _tenant: Tenant) -> None:
        """Release a number, and look where the outcome is unknown."""
        if not self._owned:
            return
        owned = self._owned.pop(self._worker.chance.randrange(len(self._owned)))
        told = self._worker.told("release", owned.number.destroy)
        present: int | None = 1 if told.outcome in {"not sent", "refused"} else 0
        if told.outcome == "unknown":
            present = self._is_there(owned)
        self._enter(owned, present)
        if present == 0:
            self._stock.append(owned.phone_number)
        elif present == 1:
            self._owned.append(owned)

    def _is_there(self, owned: Owned) -> int | None:
        def read() -> bool:
            owned.number.reload()
            return True

        return self._worker.insist("reload", read, gone=GONE)[0]

    def _new_name(self) -> str:
        self._names += 1
        return f"{self._worker.name} {self._names}"

    def _enter(self, owned: Owned, present: int | None) -> None:
        self._worker.ledger.own(owned.phone_number, owned.account_id, present, owned.names)
