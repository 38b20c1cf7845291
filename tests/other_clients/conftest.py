"""Fixtures of the tests with other clients: one sandbox a module, as fresh for each test."""

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
    """Give the module's sandbox."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """Give the module's sandbox in a fresh state."""
    running.reset()
    return running


@pytest.fixture
def plain(sandbox: Sandbox) -> Iterator[Client]:
    """Give a second client, to look at the state with, and a number to send from."""
    with Client(sandbox) as client:
        client.buy()
        yield client


@pytest.fixture
def caller(sandbox: Sandbox, profile: Profile) -> Iterator[Caller]:
    """Give the client whose profile the test is parametrized with."""
    with Caller(sandbox, profile) as calling:
        yield calling
