"""Measures campaigns beside bare sends: ``python benchmarks/campaign.py [postgresql://...]``.

It prints the texts a second of a run in one process over those of ``Message.send`` from as many
threads, each the median of rounds that take turns, and how long a plan of a million rows takes.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import data
from processes import Bench
from vivialconnect import Message, configured
from vivialconnect.campaigns import Campaign

TEXTS, THREADS, ROUNDS = 4_000, 8, 5
FAST = 1_000_000  # texts a second
PLANNED = 1_000_000  # rows
FLOOR, GOAL = 0.5, 0.7
MOST_SECONDS, MOST_MEGABYTES = 60, 200


def rows(count: int) -> Iterator[dict[str, str]]:
    """Yield the rows of a list."""
    for number in range(count):
        yield {"phone": f"+1816{2000000 + number}", "name": f"N{number}", "id": str(number)}


def send_bare(count: int) -> None:
    """Send messages from as many threads as a run has."""
    scope = configured(max_retries=0)
    left = iter(rows(count))
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                row = next(left, None)
            if row is None:
                return
            with scope:
                message = Message({"from_number": data.FROM_NUMBER, "to_number": row["phone"]})
                message.body = "Hi " + row["name"]
                message.send()

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def rate_of(send: Callable[[], object]) -> float:
    """Return how many texts a second are sent."""
    began = time.perf_counter()
    send()
    return TEXTS / (time.perf_counter() - began)


def compare(journal: str) -> tuple[float, float]:
    """Return the texts a second of a campaign and of bare sends."""
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(rate_of(lambda: send_bare(TEXTS)))
        with Campaign.open(journal, name=uuid4().hex) as campaign:
            plan(campaign, TEXTS)
            ours.append(rate_of(lambda: campaign.run(rate=FAST, per_sender=FAST, threads=THREADS)))
            if campaign.status().sent != TEXTS:
                raise RuntimeError(f"not all texts were sent: {campaign.status()}")
    return statistics.median(ours), statistics.median(bare)


def plan(campaign: Campaign, count: int) -> None:
    """Plan texts."""
    campaign.plan(rows(count), from_number=data.FROM_NUMBER, to="phone", key="id", body="Hi {name}")


def measure_plan(journal: str) -> None:
    """Print how long a plan takes and how much memory, in a process of its own."""
    began = time.perf_counter()
    with Campaign.open(journal) as campaign:
        plan(campaign, PLANNED)
    seconds = time.perf_counter() - began
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"plan of {PLANNED:,} rows: {seconds:.0f} s of {MOST_SECONDS}, "
        f"{megabytes:.0f} MB of {MOST_MEGABYTES}"
    )


def main(databases: list[str]) -> None:
    """Measure with SQLite, and with PostgreSQL if its URL is given."""
    with tempfile.TemporaryDirectory() as folder, closing(Bench()) as bench:
        scope = {
            "api_key": data.API_KEY,
            "api_secret": data.API_SECRET,
            "api_account_id": data.ACCOUNT,
            "api_base_url": bench.origin("plain") + data.BASE,
        }
        for name, value in scope.items():
            setattr(Message, name, value)
        for journal in [str(Path(folder, "journal.sqlite3")), *databases]:
            ours, bare = compare(journal)
            kind = "PostgreSQL" if journal in databases else "SQLite"
            print(
                f"{kind}: {ours:,.0f} texts/s, {bare:,.0f} bare, ratio {ours / bare:.2f} "
                f"(floor {FLOOR}, goal {GOAL})"
            )
        sys.stdout.flush()
        planned = str(Path(folder, "plan.sqlite3"))
        subprocess.run([sys.executable, __file__, "--plan", planned], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--plan"]:
        measure_plan(sys.argv[2])
    else:
        main(sys.argv[1:])
