"""The rows of the table: what is measured, what must hold (the floor), what to reach (the goal)."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Callable, NamedTuple

import measures

if TYPE_CHECKING:
    from processes import Bench
    from turns import Pace, Result

#: The one gate: a run fails where a floor is missed by more than this factor.
MARGIN = 1.25
BROKEN = "BROKEN"


class Limits(NamedTuple):
    """What a value is held against."""

    floor: float
    goal: float
    #: Whether more is better, as with calls a second.
    rising: bool = False
    #: Whether a run fails that is far off.
    gate: bool = True

    def verdict(self, value: float) -> str:
        """Return how a value stands: the goal is reached, the floor holds, or it is missed."""
        # As printed: what reads like the limit is the limit.
        value = float(f"{value:.3g}")
        floor, goal, shown = self.floor, self.goal, value
        if self.rising:
            floor, goal, shown = -floor, -goal, -value
        if shown <= goal:
            return "goal"
        if shown <= floor:
            return "floor"
        return BROKEN if self.gate and self._is_broken(value) else "missed"

    def _is_broken(self, value: float) -> bool:
        return value < self.floor / MARGIN if self.rising else value > self.floor * MARGIN


class Row(NamedTuple):
    """One measure, which may compare with several others."""

    title: str
    measure: Callable[[Bench, Pace], list[Result]]
    #: By whom it is compared with; who is not in here is compared with for information.
    limits: dict[str, Limits]
    unit: str = ""


def by_python(on_3_11: float, on_3_13: float) -> float:
    """Return the floor for this Python: Python 3.12 and later make requests itself faster."""
    return on_3_11 if sys.version_info < (3, 12) else on_3_13


KNOWN = ("requests.Session", "urllib3", "http.client", "release 0.2.4", "twilio", "stripe")
PLAIN = ("requests.Session", "http.client", "release 0.2.4")

ROWS: dict[str, Row] = {
    "server": Row("calls a second of a raw socket, wall", measures.server, {}),
    "connections": Row(
        "connections, 1,000 calls in one thread",
        partial(measures.connections, threads=1),
        {"": Limits(1, 1)},
    ),
    "connections-16": Row(
        "connections, 1,000 calls in 16 threads",
        partial(measures.connections, threads=16),
        {"": Limits(16, 16)},
    ),
    "find-one": Row(
        "find one",
        partial(measures.processor, operation="find_one", others=KNOWN),
        {"requests.Session": Limits(by_python(0.55, 0.68), 0.42)},
    ),
    "send": Row(
        "send",
        partial(measures.processor, operation="send", others=KNOWN),
        {"requests.Session": Limits(by_python(0.62, 0.75), 0.48)},
    ),
    "list-100": Row(
        "list of 100",
        partial(measures.processor, operation="find_list", length=100, others=PLAIN),
        {"requests.Session": Limits(by_python(0.72, 0.80), 0.60)},
    ),
    "list-1000": Row(
        "list of 1,000",
        partial(measures.processor, operation="find_list", length=1000, others=PLAIN),
        {"requests.Session": Limits(0.98, 0.85), "http.client": Limits(1.40, 1.12)},
    ),
    "tls": Row(
        "find one over TLS",
        partial(
            measures.processor,
            operation="find_one",
            way="tls",
            others=("requests.Session", "release 0.2.4"),
        ),
        {
            "requests.Session": Limits(by_python(0.55, 0.66), 0.48),
            "release 0.2.4": Limits(1 / 40, 1 / 55),
        },
    ),
    "throughput": Row(
        "calls a second, 16 threads, 20 ms, wall",
        partial(measures.throughput, threads=16, others=("urllib3",)),
        {"urllib3": Limits(0.95, 1.00, rising=True)},
    ),
    "rows-message": Row(
        "1,000 messages (22 fields), JSON to objects",
        partial(measures.inside, measure="parsing", noun="message", versus="json.loads"),
        {"json.loads": Limits(1.20, 1.06)},
    ),
    "rows-number": Row(
        "1,000 numbers (with tags), JSON to objects",
        partial(measures.inside, measure="parsing", noun="number", versus="json.loads"),
        {"json.loads": Limits(1.20, 1.06)},
    ),
    "bytes-message": Row(
        "bytes of a message",
        partial(measures.inside, measure="size", noun="message", versus="raw dicts"),
        {"raw dicts": Limits(1.08, 1.04)},
    ),
    "bytes-number": Row(
        "bytes of a number",
        partial(measures.inside, measure="size", noun="number", versus="raw dicts"),
        {"raw dicts": Limits(1.08, 1.04)},
    ),
    "reading": Row(
        "reading a field other than the id",
        partial(measures.reading, field="other"),
        {"": Limits(100, 50)},
        "ns",
    ),
    "reading-id": Row(
        "reading the id", partial(measures.reading, field="id"), {"": Limits(500, 50)}, "ns"
    ),
    "sign": Row(
        "Requestor.sign",
        partial(measures.signing, release="release 0.2.4", aws="botocore SigV4"),
        {"release 0.2.4": Limits(0.50, 0.25), "botocore SigV4": Limits(0.14, 0.08)},
    ),
    "import": Row(
        "importing the seven names", measures.imports, {"import requests": Limits(0.36, 0.28)}
    ),
    "cold": Row(
        "cold process to first answer",
        partial(measures.cold, other="requests.Session"),
        {"requests.Session": Limits(1.15, 1.00)},
    ),
    "scaling": Row(
        "dearest row in lists of 10 to 10,000",
        partial(measures.scaling, noun="message", versus="the cheapest"),
        # The goal is flat: no more apart than two measurements of one thing.
        {"the cheapest": Limits(1.30, 1.10)},
    ),
    "peak": Row(
        "peak memory, list of 10,000",
        partial(measures.peak, other="http.client", length=10_000),
        {"http.client": Limits(1.15, 1.06)},
    ),
    "wheel": Row(
        "wheel, without the sandbox's page and data",
        measures.wheel,
        # A size is no sign of something gone slow.
        {"": Limits(400, 300, gate=False)},
        "KB",
    ),
}
