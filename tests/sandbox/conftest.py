"""Fixtures of the sandbox's tests. They do not use the client of the package."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vivialconnect.sandbox import Sandbox

from .client import Client
from .receiver import Receiver


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Start a sandbox that keeps its state in memory."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    """Return a client of the sandbox."""
    with Client(sandbox) as connected:
        yield connected


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Start a receiver of webhooks."""
    running = Receiver()
    yield running
    running.close()
