"""Contestants make the same calls in turn, after each has shown that it makes them right."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

import data
from signatures import check_signature

if TYPE_CHECKING:
    from processes import Bench

US = "vivialconnect"
#: What the services of others call their rows; their SDKs sign otherwise.
OTHERS = {"twilio": data.TWILIO_MESSAGE, "stripe": data.STRIPE_CUSTOMER}

#: What one order took, a call: the processor's seconds, the clock's, and the view of the answer.
Took = dict[str, Any]


class Pace(NamedTuple):
    """How long a run takes, and so how exact it is."""

    rounds: int
    #: Seconds of the processor that a contestant's block of calls takes; 0 for a single call.
    block: float


class Result(NamedTuple):
    """What was measured for one line of the table."""

    versus: str
    samples: list[float]
    note: str = ""

    @property
    def value(self) -> float:
        """The median of the samples."""
        return median(self.samples)

    @property
    def quartiles(self) -> tuple[float, float] | None:
        """The first and the third quartile; ``None`` of what was measured once."""
        if len(self.samples) < 2:  # noqa: PLR2004 - one has no spread
            return None
        first, _, third = quantiles(self.samples, n=4, method="inclusive")
        return first, third


class Race(NamedTuple):
    """Contestants that make the same calls."""

    bench: Bench
    names: Sequence[str]
    operation: str
    arguments: tuple[Any, ...] = ()
    way: str = "plain"
    threads: int = 1

    def order(self, name: str, calls: int, **extra: Any) -> Took:
        """Let a contestant make so many calls, and return what they took in all."""
        order = {
            "operation": self.operation,
            "arguments": self.arguments,
            "calls": calls,
            "threads": self.threads,
        }
        took: Took = self.bench.worker(name, self.way).ask({**order, **extra})
        return took

    def check(self, name: str) -> None:
        """Make one call in each thread: it must be signed, sent once, and answered right."""
        self.bench.counts()
        view = self.order(name, self.threads)["view"]
        counts = self.bench.counts()
        if view != self._right_view(name) or counts["requests"] != self.threads:
            raise ValueError(f"{name}: {view!r} by {counts}")
        if name not in OTHERS:
            check_signature(counts["last"].encode("latin-1"))

    def _right_view(self, name: str) -> Any:
        if self.operation == "find_list":
            return [*self.arguments, *self.arguments, data.BODY]
        return [OTHERS.get(name, 1), data.BODY]

    def calibrate(self, name: str, block: float) -> int:
        """Return the number of calls that make a block long enough."""
        calls = 1
        while True:
            spent: float = self.order(name, calls)["cpu"]
            if spent >= block / 2:
                return max(1, round(calls * block / spent)) if block else 1
            calls *= 2

    def run(self, rounds: int, calls: dict[str, int]) -> dict[str, list[Took]]:
        """Let all make their calls in turn, and return what each round took a call.

        :raises ValueError: If the server was asked more or less often than that.
        """
        taken: dict[str, list[Took]] = {name: [] for name in self.names}
        self.bench.counts()
        for _ in range(rounds):
            for name in self.names:
                took = self.order(name, calls[name])
                for kind in ("cpu", "wall"):
                    took[kind] /= calls[name]
                taken[name].append(took)
        asked = self.bench.counts()["requests"]
        if asked not in (0, rounds * sum(calls.values())):
            raise ValueError(f"the server was asked {asked} times by {calls}")
        self.bench.dismiss()
        return taken

    def checked_run(self, pace: Pace) -> dict[str, list[Took]]:
        """Check all contestants, find out how many calls each makes in a block, and run."""
        for name in self.names:
            self.check(name)
        return self.run(
            pace.rounds, {name: self.calibrate(name, pace.block) for name in self.names}
        )


def ratios(
    taken: dict[str, list[Took]], name: str, ratio: Callable[[Took, Took], float]
) -> list[float]:
    """Return, round by round, the ratio of what we took to what another did."""
    return [ratio(ours, theirs) for ours, theirs in zip(taken[US], taken[name])]


def medians(taken: dict[str, list[Took]], kind: str, *names: str) -> list[float]:
    """Return the median of what each contestant took a call."""
    return [median(took[kind] for took in taken[name]) for name in names]
