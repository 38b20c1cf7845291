"""Measures the speed and the size of the sandbox: ``python benchmarks/sandbox.py --help``.

Each row prints a name, a value and a unit. To compare two versions of the package, run it twice
with PYTHONPATH set to each. Files are best put in a folder in memory, such as /dev/shm.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, Callable

from vivialconnect import Log, Message, Number, Resource
from vivialconnect.resources.account import Transaction
from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.service import lifecycle, messages
from vivialconnect.sandbox.service.options import Options
from vivialconnect.sandbox.service.store import select_one

SENDER = "+19132597591"
BODY = "Your table for two is booked for tonight at eight. See you!!"
BATCH = 1_000
#: Seconds after which the messages of a sandbox change, as in the command.
DELAYS = (1, 2, 4)
PAGE = 150


def show(name: str, value: float, unit: str) -> None:
    """Print a row."""
    print(f"{name:<52} {value:>12,.1f} {unit}", flush=True)


def seconds_of(work: Callable[[], object]) -> float:
    """Return how long a function takes."""
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def milliseconds_of(work: Callable[[], object], times: int = 5) -> float:
    """Return the median time of a function."""
    return 1000 * median(seconds_of(work) for _ in range(times))


@contextmanager
def sandbox(folder: str | None = None, **options: Any) -> Iterator[Sandbox]:
    """Start a sandbox with a number, and configure the client for it."""
    database = None if folder is None else str(Path(folder) / "sandbox.sqlite3")
    with Sandbox(database=database, **options) as running:
        running.configure()
        Number({"phone_number": SENDER}).buy()
        yield running


def recipient(index: int) -> str:
    """Return a different phone number for each index, in no order."""
    return f"+1515{index * 7_654_321 % 10_000_000:07d}"


def fill(running: Sandbox, count: int, began: float, step: float, options: Options) -> None:
    """Accept messages without HTTP, the first at a time and each of the others a step later."""
    store = running._store
    if store is None:
        return

    def accept(connection: Any, first: int) -> None:
        number = select_one(connection, "SELECT * FROM numbers WHERE phone_number = ?", (SENDER,))
        for index in range(first, min(first + BATCH, count)):
            draft = messages.Draft(running.account_id, SENDER, recipient(index), BODY)
            messages.accept(connection, draft, number or {}, began + index * step, options)
        if options.delays[0] == 0:
            lifecycle.apply_due_changes(connection, time.time(), options)

    for first in range(0, count, BATCH):
        store.transaction(partial(accept, first=first))


def measure_under_way(count: int) -> None:
    """Measure a request while many messages are under way, and while none is."""
    delays = (10_000, 20_000, 30_000)
    samples: tuple[list[float], list[float]] = ([], [])
    with sandbox(delays=delays) as quiet, sandbox(delays=delays) as busy:
        fill(quiet, 1, time.time(), 0, Options())
        fill(busy, count, time.time(), 0, Options(delays))
        # In turn, so that other programs on the machine slow both down.
        for _ in range(100):
            for running, times in zip((quiet, busy), samples):
                running.configure()
                times.append(1000 * seconds_of(partial(Message.find, limit=1)))
    none, many = map(median, samples)
    show("find(limit=1), none under way", none, "ms")
    show(f"find(limit=1), {count:,} under way", many, "ms")
    show("  ratio", many / none, "x")


def measure_advance(count: int) -> None:
    """Measure the first request after ``advance()``, and the requests of others meanwhile."""
    delays = (10_000, 20_000, 30_000)
    done = threading.Event()
    waits: list[float] = []

    def others() -> None:
        while not done.is_set():
            waits.append(seconds_of(partial(Message.find, limit=1)))

    def advance(running: Sandbox) -> None:
        running.advance(40_000)
        Message.find(limit=1)

    with sandbox(delays=delays) as running:
        fill(running, count, time.time(), 0, Options(delays))
        thread = threading.Thread(target=others)
        thread.start()
        time.sleep(0.2)
        waits.clear()
        before = time.process_time()
        needed = seconds_of(partial(advance, running))
        used = time.process_time() - before
        done.set()
        thread.join()
    slow = sorted(waits)[int(len(waits) * 0.99) - 1] if len(waits) > 1 else max(waits)
    show(f"advance() over {count:,} and the first request", needed, "s")
    show("  processor time, others included", used, "s")
    show(f"  99 of 100 of {len(waits):,} others meanwhile", 1000 * slow, "ms at most")


def send(index: int) -> None:
    """Send a message with the client."""
    Message.create({"from_number": SENDER, "to_number": recipient(index), "body": BODY})


def measure_sending(count: int) -> None:
    """Measure whether sending slows down."""
    part = count // 10
    rates: list[float] = []
    costs: list[float] = []
    with sandbox(delays=DELAYS):
        for first in range(0, count, part):
            before = time.process_time()
            took = seconds_of(lambda first=first: [send(first + each) for each in range(part)])
            costs.append(1000 * (time.process_time() - before) / part)
            rates.append(part / took)
    for name, index in (("first", 0), ("last", -1)):
        show(f"sends a second, the {name} {part:,} of {count:,}", rates[index], "/s")
        show("  processor time for each, client and sandbox", costs[index], "ms")
    show("  ratio of the rates", rates[-1] / rates[0], "x")
    show("  ratio by processor time", costs[0] / costs[-1], "x")


def measure_threads(folder: str, threads: int, seconds: float) -> None:
    """Measure threads of another process that send into a file."""
    with sandbox(folder, delays=DELAYS) as running:
        names = (running.url, running.api_key, running.api_secret, str(running.account_id))
        options = ["--threads", str(threads), "--seconds", str(seconds)]
        command = [sys.executable, __file__, *options, "--client", *names]
        before = time.process_time()
        sent = int(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        used = time.process_time() - before
    show(f"sends a second into a file, {threads} threads", sent / seconds, "/s")
    show("  processor time of the sandbox for each", 1000 * used / sent, "ms")


def send_for_a_while(threads: int, seconds: float) -> int:
    """Send with threads until the time is up, and return how many messages."""
    send(0)
    deadline = time.monotonic() + seconds

    def work(first: int) -> int:
        count = 0
        while time.monotonic() < deadline:
            send(first + count * threads)
            count += 1
        return count

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(work, range(threads)))


def measure_large(folder: str, count: int, *, whole: bool) -> None:
    """Measure the requests to a large database, and its size."""
    day = 86_400
    began = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0) - timedelta(days=1)
    with sandbox(folder) as running:
        step = day / count
        needed = seconds_of(partial(fill, running, count, began.timestamp(), step, Options()))
        show("changes a second of the service alone, of 4 a message", 4 * count / needed, "/s")
        file = Path(folder) / "sandbox.sqlite3"
        show("bytes a message", file.stat().st_size / count, "bytes")
        span = {"start_time": began, "end_time": began + timedelta(seconds=day - 1)}
        find = partial(Log.find, **span)
        aggregate = partial(Log.get_aggregated_logs, *span.values())
        pages = max(count // PAGE, 2)
        rows: dict[str, Callable[[], object]] = {
            "Log.find()": find,
            "Log.find(item_id=)": partial(find, item_id=str(count // 2)),
            "Log.find(item_id=, log_type=)": partial(
                find, item_id=str(count // 2), log_type="message.sending"
            ),
            "Log.find(operator_id=) without a hit": partial(find, operator_id="987654"),
            "Log.find(log_type=) without a hit": partial(find, log_type="message.failed"),
            "first page of transactions": partial(Transaction.find, limit=PAGE),
            "last page of transactions": partial(Transaction.find, limit=PAGE, page=pages),
            'order="to_number", middle page': partial(
                Message.find, order="to_number", limit=PAGE, page=pages // 2
            ),
            'order="date_created desc", middle page': partial(
                Message.find, order="date_created desc", limit=PAGE, page=pages // 2
            ),
            'order="status", middle page': partial(
                Message.find, order="status", limit=PAGE, page=pages // 2
            ),
            "aggregates of a day by hours": partial(aggregate, "hours"),
            "aggregates of a day by minutes": partial(aggregate, "minutes"),
            "aggregates of a day by days": partial(aggregate, "days"),
            "Message.count()": Message.count,
            "first page of messages": partial(Message.find, limit=PAGE),
            "last page of messages": partial(Message.find, limit=PAGE, page=pages),
            "search without a hit": partial(Message.find, search="no such text"),
        }
        for name, work in rows.items():
            show(name, milliseconds_of(work, 3), "ms")
        if whole:
            measure_iteration(count)


def measure_iteration(count: int) -> None:
    """Measure ``find_each`` over all messages, by fifths."""
    iterator = Message.find_each()
    for part in range(5):
        before = time.process_time()
        took = seconds_of(lambda: sum(1 for _ in islice(iterator, count // 5)))
        show(f"find_each, part {part + 1} of 5 of {count:,}", took, "s")
        show("  processor time, client and sandbox", time.process_time() - before, "s")


def measure_find_sent(count: int) -> None:
    """Measure looking up a message among those of the last hour."""
    with sandbox() as running:
        fill(running, count, time.time() - 3_500, 3_400 / count, Options())
        send(count // 10)
        lost = {"from_number": SENDER, "to_number": recipient(count // 10 + 1), "body": BODY}
        since = datetime.now(timezone.utc) - timedelta(hours=1)
        took = seconds_of(lambda: Message(lost).find_sent(since=since))
    show(f"find_sent() among {count:,} of the last hour", took, "s")


def main() -> None:
    """Measure the rows that the options name."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    rows = ("under-way", "advance", "sending", "threads", "large", "find-sent")
    parser.add_argument("--only", action="append", choices=rows, help="a row to measure")
    parser.add_argument("--folder", help="where to put files (default: the system's)")
    parser.add_argument("--messages", type=int, default=200_000, help="size of the database")
    parser.add_argument("--under-way", type=int, default=40_000, help="messages under way")
    parser.add_argument("--sends", type=int, default=50_000, help="messages to send in turn")
    parser.add_argument("--threads", type=int, default=16, help="threads that send")
    parser.add_argument("--seconds", type=float, default=5, help="how long the threads send")
    parser.add_argument("--whole", action="store_true", help="iterate over the whole database")
    parser.add_argument("--client", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.client:
        names = ("api_base_url", "api_key", "api_secret", "api_account_id")
        for name, value in zip(names, options.client):
            setattr(Resource, name, value)
        print(send_for_a_while(options.threads, options.seconds))
        return
    wanted = options.only or rows
    Resource.request_timeout = 600
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        measures: dict[str, Callable[[], None]] = {
            "under-way": lambda: measure_under_way(options.under_way),
            "advance": lambda: measure_advance(options.under_way),
            "sending": lambda: measure_sending(options.sends),
            "threads": lambda: measure_threads(folder, options.threads, options.seconds),
            "large": lambda: measure_large(
                str(Path(tempfile.mkdtemp(dir=folder))), options.messages, whole=options.whole
            ),
            "find-sent": lambda: measure_find_sent(options.messages),
        }
        for name in wanted:
            measures[name]()


if __name__ == "__main__":
    main()
