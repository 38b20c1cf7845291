"""What the process holds: memory, file descriptors, threads; and whether that has grown."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from statistics import median

#: How many times what it was in the first third each may be in the last, by the median, and how
#: much more: at any moment a thread may be without its connection.
FLAT = {"memory in MB": (1.05, 0), "file descriptors": (1, 2), "threads": (1, 0)}
FEWEST = 30  # samples that tell something
WARMING = 6  # the part of the samples, one in so many, in which pools and caches fill
PROCESS = Path("/proc/self")


def look() -> tuple[float, float, float]:
    """Return memory in MB, file descriptors and threads of this process."""
    pages = int((PROCESS / "statm").read_text().split()[1])
    memory = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return memory, len(list((PROCESS / "fd").iterdir())), threading.active_count()


class Gauge:
    """Samples of the process."""

    def __init__(self) -> None:
        self._samples: list[tuple[float, float, float]] = []

    def sample(self) -> None:
        """Take one."""
        self._samples.append(look())

    def describe(self) -> list[str]:
        """Return a line on each measure: least, median and most of the first and last third.

        What comes before is warming up.
        """
        lines = []
        for name, (first, last) in self._thirds().items():
            parts = [
                f"{min(part):.4g} / {median(part):.4g} / {max(part):.4g}" for part in (first, last)
            ]
            lines.append("{}: first third {}, last third {}".format(name, *parts))
        return lines

    def growth(self) -> list[str]:
        """Return in words what has grown. Too few samples tell nothing."""
        if len(self._samples) < FEWEST:
            return []
        return [
            f"{name} went from {median(first):.4g} to {median(last):.4g}"
            for name, (first, last) in self._thirds().items()
            if median(last) > median(first) * FLAT[name][0] + FLAT[name][1]
        ]

    def _thirds(self) -> dict[str, tuple[list[float], list[float]]]:
        samples = self._samples[len(self._samples) // WARMING :]
        size = max(1, len(samples) // 3)
        columns = [list(column) for column in zip(*samples)]
        return {name: (column[:size], column[-size:]) for name, column in zip(FLAT, columns)}
