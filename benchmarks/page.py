"""Measures the sandbox's page: ``python benchmarks/page.py --help``.

It measures what an open stream of events costs the API, and how long the page waits for data. The
client and the reader of the stream run in processes of their own, so that the processor time is
that of the sandbox alone. Turns with and without a stream alternate, so that other programs on the
machine slow both down. To compare with a version without the page, run it with PYTHONPATH set to
that version and ``--only requests``.
"""

from __future__ import annotations

import argparse
import http.client
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sandbox import DELAYS, fill, milliseconds_of, recipient, sandbox, seconds_of, send, show
from vivialconnect import Message, Resource
from vivialconnect.sandbox.service.options import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vivialconnect.sandbox import Sandbox

PUBLISHED = 100_000


@contextmanager
def stream(running: Sandbox) -> Iterator[None]:
    """Keep a stream of events open in another process."""
    command = [sys.executable, __file__, "--listen", running.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        if reader.stdout is None or reader.stdout.readline() != "open\n":
            raise RuntimeError("the stream could not be opened")
        try:
            yield
        finally:
            reader.terminate()


def listen(url: str) -> None:
    """Open a stream of events, and read it until it ends."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    connection.request("GET", "/sandbox/events", headers={"Accept": "text/event-stream"})
    with connection.getresponse() as response:
        print("open" if response.status == http.client.OK else "refused", flush=True)
        while response.readline():
            pass


def request_at_a_rate(rate: int, seconds: float) -> None:
    """Request the API at a steady rate, every fifth time to send, and print how often."""
    interval, count = 1 / rate, 0
    began = time.perf_counter()
    while (now := time.perf_counter() - began) < seconds:
        if now < count * interval:
            time.sleep(count * interval - now)
        if count % 5:
            Message.count()
        else:
            send(count)
        count += 1
    print(count)


def turn(running: Sandbox, rate: int, seconds: float) -> tuple[float, float]:
    """Return the processor time of the sandbox for each request in ms, and the rate."""
    names = (running.url, running.api_key, running.api_secret, str(running.account_id))
    command = [sys.executable, __file__, "--client", *names]
    command += ["--rate", str(rate), "--seconds", str(seconds)]
    before = time.process_time()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    used = time.process_time() - before
    return 1000 * used / int(done.stdout), int(done.stdout) / seconds


def measure_requests(rate: int, seconds: float, turns: int) -> None:
    """Measure requests with no stream open."""
    with sandbox(delays=DELAYS) as running:
        results = [turn(running, rate, seconds) for _ in range(turns)]
    show("requests a second, no stream", median(each[1] for each in results), "/s")
    show("  processor time for each", 1000 * median(each[0] for each in results), "us")


def measure_stream(rate: int, seconds: float, turns: int) -> None:
    """Measure requests with no stream and with one, in turn."""
    none: list[tuple[float, float]] = []
    one: list[tuple[float, float]] = []
    with sandbox(delays=DELAYS) as running:
        for _ in range(turns):
            none.append(turn(running, rate, seconds))
            with stream(running):
                one.append(turn(running, rate, seconds))
    for name, results in (("no stream", none), ("one stream", one)):
        show(f"requests a second, {name}", median(each[1] for each in results), "/s")
        show("  processor time for each", 1000 * median(each[0] for each in results), "us")
    ratios = [with_one[0] / without[0] for without, with_one in zip(none, one)]
    show("  cost of the stream", 100 * (median(ratios) - 1), "%")


def measure_publishing() -> None:
    """Measure a change that no page waits for."""
    with sandbox() as running:
        publish = running._changes.publish
        needed = seconds_of(lambda: [publish("messages") for _ in range(PUBLISHED)])
    show("a change without a stream", 1e6 * needed / PUBLISHED, "us")


def measure_data(count: int) -> None:
    """Measure the requests of the page to a large database."""
    with sandbox() as running:
        fill(running, count, time.time() - count, 1, Options())
        listed = running.conversations
        show(f"conversations, the first time, {count:,}", 1000 * seconds_of(listed), "ms")
        show("conversations, again", milliseconds_of(listed), "ms")
        show("  the last page", milliseconds_of(partial(listed, offset=count - 50)), "ms")
        search = partial(listed, search=recipient(count // 2))
        show("  search for a number", milliseconds_of(search), "ms")
        show("  search for a text in all", milliseconds_of(partial(listed, search="booked")), "ms")
        whole = running.conversations()["conversations"][0]["id"]
        show("a conversation", milliseconds_of(partial(running.conversation, whole)), "ms")


def main() -> None:
    """Measure the rows that the options name."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    rows = ("requests", "stream", "publishing", "data")
    parser.add_argument("--only", action="append", choices=rows, help="a row to measure")
    parser.add_argument("--rate", type=int, default=500, help="requests a second")
    parser.add_argument("--seconds", type=float, default=4, help="length of a turn")
    parser.add_argument("--turns", type=int, default=5, help="turns of each kind")
    parser.add_argument("--messages", type=int, default=200_000, help="size of the database")
    parser.add_argument("--client", nargs=4, help=argparse.SUPPRESS)
    parser.add_argument("--listen", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.listen:
        listen(options.listen)
        return
    if options.client:
        names = ("api_base_url", "api_key", "api_secret", "api_account_id")
        for name, value in zip(names, options.client):
            setattr(Resource, name, value)
        request_at_a_rate(options.rate, options.seconds)
        return
    pace = (options.rate, options.seconds, options.turns)
    measures = {
        "requests": partial(measure_requests, *pace),
        "stream": partial(measure_stream, *pace),
        "publishing": measure_publishing,
        "data": partial(measure_data, options.messages),
    }
    for name in options.only or rows[1:]:
        measures[name]()


if __name__ == "__main__":
    main()
