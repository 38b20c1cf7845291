"""The soak: arguments, beginning, middle, end, and what is told of it."""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from tests.soak.gauge import Gauge
from tests.soak.ledger import Ledger
from tests.soak.service import Service
from tests.soak.worker import BEFORE, TIMEOUT, Tenant, Worker
from vivialconnect import Number, configured
from vivialconnect.common import retries

if TYPE_CHECKING:
    from vivialconnect.common.settings import Scope

#: So that little of the time is spent waiting.
FIRST_LIMIT = 0.02  # seconds
LONGEST_PERIOD = 5  # seconds between two samples
SAMPLES = 60  # at least
AREA_CODES = (
    "206", "212", "213", "303", "305", "312", "404", "415", "503", "512", "515", "617", "713",
    "718", "816",
)  # fmt: skip
SENDERS = "913"  # the area code of the numbers that texts are sent from
SHOWN = 20  # differences


class Repetitions(logging.Handler):
    """Counts the repetitions that the library logs."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.seen = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count one; the handler's lock is held."""
        self.seen += "is repeated" in str(record.msg)


@contextmanager
def hasty() -> Iterator[Repetitions]:
    """Shorten the waits before repetitions, and count these."""
    counter, logger, limit = (
        Repetitions(),
        logging.getLogger("vivialconnect"),
        retries.INITIAL_BACKOFF,
    )
    level = logger.level
    logger.addHandler(counter)
    logger.setLevel(logging.INFO)
    retries.INITIAL_BACKOFF = FIRST_LIMIT
    try:
        yield counter
    finally:
        retries.INITIAL_BACKOFF = limit
        logger.setLevel(level)
        logger.removeHandler(counter)


def scopes_of(service: Service) -> dict[int, Scope]:
    """Return a scope for each account."""
    return {
        account.account_id: configured(
            api_key=account.api_key,
            api_secret=account.api_secret,
            api_account_id=account.account_id,
            api_base_url=service.url,
            request_timeout=TIMEOUT,
        )
        for account in service.accounts
    }


def open_accounts(scopes: dict[int, Scope], ledger: Ledger) -> list[Tenant]:
    """Buy each account a number to send from, and enter it."""
    tenants = []
    for account_id, scope in scopes.items():
        with scope:
            number = Number({"area_code": SENDERS})
            number.buy()
        ledger.own(number.phone_number, account_id, 1, [])
        tenants.append(Tenant(account_id, number.phone_number, scope))
    return tenants


def make_workers(
    tenants: list[Tenant], ledger: Ledger, arguments: argparse.Namespace
) -> list[Worker]:
    """Make the workers, and give each its dice and its numbers to buy."""
    stock: list[list[str]] = [[] for _ in range(arguments.threads)]
    with tenants[0].scope:
        for position, area_code in enumerate(AREA_CODES):
            on_sale = Number.available(area_code=area_code)
            stock[position % arguments.threads] += [number.phone_number for number in on_sale]
    return [
        Worker(
            f"w{position}", tenants, numbers, ledger,
            random.Random(f"{arguments.seed}-{position}"),
        )
        for position, numbers in enumerate(stock)
    ]  # fmt: skip


def work(workers: list[Worker], seconds: float) -> Gauge:
    """Let the workers work, and look at the process meanwhile."""
    gauge = Gauge()
    end = time.monotonic() + seconds
    for worker in workers:
        worker.start()
    try:
        while time.monotonic() < end:
            time.sleep(min(LONGEST_PERIOD, seconds / SAMPLES))
            gauge.sample()
    finally:
        for worker in workers:
            worker.ending.set()
        for worker in workers:
            worker.join()
    return gauge


def reconcile(service: Service, scopes: dict[int, Scope], ledger: Ledger) -> list[str]:
    """Look up, now that nothing fails, what is still unknown; return the differences there are."""
    service.copy_state()
    for sent in ledger.open_questions(service.state):
        began = datetime.fromtimestamp(sent.began, timezone.utc)
        with scopes[sent.account_id]:
            found = sent.row.find_sent(began - BEFORE) if sent.row else None
        ledger.reconcile("there in the end" if found else "not there in the end")
        ledger.settle(sent.body, 1 if found else 0)
    for phone_number, account_id in ledger.doubtful_numbers():
        with scopes[account_id]:
            found_numbers = Number.find(search=phone_number)
        ledger.reconcile("there in the end" if found_numbers else "not there in the end")
        ledger.own(phone_number, account_id, 1 if found_numbers else 0, [])
    return ledger.find_differences(service.state)


def describe(ledger: Ledger, played: dict[str, int], repetitions: int, seconds: float) -> list[str]:
    """Return what there was, line by line."""
    calls = sum(ledger.outcomes.values())
    lines = [
        f"calls: {calls:,} in {seconds:.0f} s, {calls / seconds:.0f} a second",
        f"repetitions: {repetitions:,}",
        f"faults: {sum(played.values()):,}",
    ]
    lines += ["  {:<24}{:>9,}".format(*item) for item in sorted(played.items())]
    lines.append("calls by outcome:")
    kinds = sorted({kind for kind, _ in ledger.outcomes})
    for kind in kinds:
        told = {name: n for (each, name), n in ledger.outcomes.items() if each == kind}
        parts = ["{} {:,}".format(*item) for item in sorted(told.items(), key=lambda it: -it[1])]
        lines.append("  {:<14}{}".format(kind, ", ".join(parts)))
    lines.append("looked up:")
    lines += ["  {:<24}{:>9,}".format(*item) for item in sorted(ledger.reconciled.items())]
    return lines


def run(arguments: argparse.Namespace) -> int:
    """Run the soak; return the exit status."""
    seconds = arguments.minutes * 60
    with tempfile.TemporaryDirectory() as folder, hasty() as repetitions:
        files = Path(folder)
        with (
            Service(str(files / "state")) as service,
            closing(Ledger(str(files / "ledger"))) as ledger,
        ):
            scopes = scopes_of(service)
            workers = make_workers(open_accounts(scopes, ledger), ledger, arguments)
            service.begin_chaos()
            gauge = work(workers, seconds)
            played = service.end_chaos()
            differences = reconcile(service, scopes, ledger)
            lines = describe(ledger, played, repetitions.seen, seconds)
    growth = gauge.growth()
    lines += [*gauge.describe(), "growth: {}".format("; ".join(growth) or "none")]
    lines += [f"differences: {len(differences)}", *differences[:SHOWN]]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if growth or differences else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="how long (default: 30)")
    parser.add_argument("--threads", type=int, default=8, help="how many (default: 8)")
    parser.add_argument("--seed", default="1", help="what the dice begin with (default: 1)")
    return run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
