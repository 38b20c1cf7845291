"""Fixtures of the sandbox's tests. None of them uses the client that the package ships."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from vivialconnect.sandbox import Sandbox

from .client import Client
from .receiver import Receiver


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Give a fresh sandbox in memory."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    """Give a client of it."""
    with Client(sandbox) as connected:
        yield connected


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Give a program that is called."""
    running = Receiver()
    yield running
    running.close()
