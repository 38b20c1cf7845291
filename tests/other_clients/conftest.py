"""Fixtures of the tests with other clients: one sandbox for each module, reset for each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.client import Client
from vivialconnect.sandbox import Sandbox

from .caller import Caller

if TYPE_CHECKING:
    from .profiles import Profile


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """Start the module's sandbox."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """Reset the module's sandbox."""
    running.reset()
    return running


@pytest.fixture
def plain(sandbox: Sandbox) -> Iterator[Client]:
    """Return a second client, for checks of the state, and a number to send from."""
    with Client(sandbox) as client:
        client.buy()
        yield client


@pytest.fixture
def caller(sandbox: Sandbox, profile: Profile) -> Iterator[Caller]:
    """Return the client whose profile parametrizes the test."""
    with Caller(sandbox, profile) as calling:
        yield calling
