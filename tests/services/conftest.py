"""Fixtures of the tests that need servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.campaigns.service import SENDER, Service
from tests.services.servers import PostgreSQL, Redis


@pytest.fixture
def service() -> Iterator[Service]:
    """Give a running service that has a sender."""
    with Service() as running:
        running.buy(SENDER)
        yield running


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """Give a running PostgreSQL."""
    with PostgreSQL() as server:
        yield server


@pytest.fixture
def database(postgresql: PostgreSQL) -> str:
    """Give the URL of an empty database."""
    return postgresql.create_database("journal_" + uuid4().hex)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    """Give a running Redis."""
    server = Redis(tmp_path)
    server.start()
    yield server
    server.stop()
