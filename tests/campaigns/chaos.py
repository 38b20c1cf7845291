"""Campaigns whose runs are killed again and again, while the service fails."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable
from typing import Any

from tests.campaigns.running import FAST, start
from tests.campaigns.service import Service

#: Long enough for a service on a loaded machine.
SETTLE = 6  # seconds
LOST = 1  # the exit status of a run that lost its journal
PATIENCE = 300  # seconds
OPTIONS = {**FAST, "settle": SETTLE, "on_unseen": "resend", "lease": 2}


def torment(
    service: Service,
    journal: str,
    kills: int,
    *,
    workers: int = 1,
    chance: random.Random,
    meanwhile: Callable[[int], object] = lambda _: None,
    **options: Any,
) -> None:
    """Run a campaign to its end, with faults of the service and runs that are killed.

    :param kills: How many runs are killed.
    :param workers: How many runs there are at a time.
    :param chance: Decides when.
    :param meanwhile: Called before each kill with its number.
    """
    options = {**OPTIONS, **options}
    service.begin_chaos()
    running = [start(service, journal, **options) for _ in range(workers)]
    try:
        for number in range(kills):
            victim = chance.randrange(workers)
            wait_for_posts(service, service.posts + chance.randrange(1, 60), running[victim])
            meanwhile(number)
            running[victim].kill()
            running[victim].communicate()
            running[victim] = start(service, journal, **options)
        for position in range(workers):
            output = running[position].communicate(timeout=PATIENCE)
            if running[position].returncode == LOST:  # it met the crash of a database
                running[position] = start(service, journal, **options)
                output = running[position].communicate(timeout=PATIENCE)
            assert running[position].returncode == 0, output
    finally:
        for each in running:
            each.kill()
            each.communicate()


def wait_for_posts(service: Service, posts: int, process: subprocess.Popen[str]) -> None:
    """Wait until so many messages were posted, or the process has ended."""
    until = time.monotonic() + PATIENCE
    while service.posts < posts and process.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.002)
