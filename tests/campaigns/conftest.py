"""Fixtures of the tests of campaigns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaigns.service import SENDER, Service
from vivialconnect.campaigns import Campaign


@pytest.fixture
def service() -> Iterator[Service]:
    """Give a running service that has a sender."""
    with Service() as running:
        running.buy(SENDER)
        yield running


@pytest.fixture
def journal(tmp_path: Path) -> str:
    """Give the path of a journal that does not exist."""
    return str(tmp_path / "journal.sqlite3")


@pytest.fixture
def campaign(service: Service, journal: str) -> Iterator[Campaign]:
    """Give a campaign that is not planned."""
    with Campaign.open(journal) as opened:
        yield opened
