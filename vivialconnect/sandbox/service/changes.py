"""Changes: what happened in a sandbox, as topics that tell a page what to fetch.

They are kept in a ring, so that publishing costs the same whether there is a page or none. A
position in the ring names its run, which ends with a reset, so that positions of an earlier run are
not mistaken for positions of this one.
"""

from __future__ import annotations

import secrets
import threading
from collections import deque
from itertools import islice
from typing import NamedTuple

#: How many changes are kept.
KEPT = 1_000


class Since(NamedTuple):
    """What has changed since a position.

    :param position: the current position.
    :param topics: the topics that have changed, each once, sorted.
    :param resync: whether the position is unknown or too old, so that anything may have changed.
    """

    position: str
    topics: list[str]
    resync: bool


class Changes:
    """The newest changes. It is thread-safe."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._closed = threading.Event()
        self._topics: deque[str] = deque(maxlen=KEPT)
        self._count = 0
        self._run = _new_run()

    @property
    def is_closed(self) -> bool:
        """Whether the sandbox is stopping."""
        return self._closed.is_set()

    def publish(self, topic: str) -> None:
        """Add a change.

        :param topic: what has changed, such as ``messages``.
        """
        with self._condition:
            self._topics.append(topic)
            self._count += 1
            self._condition.notify_all()

    def restart(self) -> None:
        """Begin a new run: anything may have changed."""
        with self._condition:
            self._topics.clear()
            self._count, self._run = 0, _new_run()
            self._condition.notify_all()

    def since(self, position: str | None) -> Since:
        """Return what has changed since a position.

        :param position: the position; ``None`` for the current one.
        """
        with self._condition:
            current = self._position()
            if position is None:
                return Since(current, [], resync=False)
            run, _, number = position.partition("-")
            missed = self._count - int(number) if number.isdecimal() else -1
            if run != self._run or not 0 <= missed <= len(self._topics):
                return Since(current, [], resync=True)
            topics = islice(reversed(self._topics), missed)
            return Since(current, sorted(set(topics)), resync=False)

    def wait(self, position: str, seconds: float) -> None:
        """Wait for a change.

        :param position: the position after which a change counts.
        :param seconds: the timeout.
        """
        with self._condition:
            if self._position() == position and not self.is_closed:
                self._condition.wait(seconds)

    def pause(self, seconds: float) -> None:
        """Wait, whatever changes, unless the sandbox stops.

        :param seconds: how long.
        """
        self._closed.wait(seconds)

    def close(self) -> None:
        """End all waits."""
        with self._condition:
            self._closed.set()
            self._condition.notify_all()

    def _position(self) -> str:
        return f"{self._run}-{self._count}"


def _new_run() -> str:
    return secrets.token_hex(4)
