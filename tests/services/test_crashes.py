"""Each text once, whenever runs are killed, and whenever the database is."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.campaigns.chaos import torment
from tests.campaigns.service import Service, check_each_once, plan, recipients
from tests.services.servers import PostgreSQL
from tests.strategies import THOROUGH
from vivialconnect.campaigns import Campaign, Status

TEXTS, KILLS = (20_000, 60) if THOROUGH else (2_000, 20)
WORKERS = 4


def copy(journal: str, to: Path) -> None:
    """Copy a journal that is in use."""
    with closing(sqlite3.connect(journal)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


def restore(snapshot: Path, journal: str) -> None:
    """Put a copy of a journal in its place."""
    for suffix in ("", "-wal", "-shm"):
        Path(journal + suffix).unlink(missing_ok=True)
    shutil.copy(snapshot, journal)


def test_kills__sqlite(service: Service, tmp_path: Path) -> None:
    """Runs that are killed send each text once, also after an old journal is put back."""
    journal, snapshot = str(tmp_path / "journal.sqlite3"), tmp_path / "snapshot"
    with Campaign.open(journal) as campaign:
        plan(campaign, recipients(TEXTS))

    def take_snapshot(number: int) -> None:
        if number == KILLS // 2:
            copy(journal, snapshot)

    torment(service, journal, KILLS, chance=random.Random(7), meanwhile=take_snapshot)

    with Campaign.open(journal) as campaign:
        assert campaign.status() == Status("default", "finished", sent=TEXTS)
        check_each_once(service, campaign)

    restore(snapshot, journal)
    with Campaign.open(journal) as campaign:
        assert campaign.status().todo > 0
        torment(service, journal, 0, chance=random.Random(7))
        assert len(service.received()) == TEXTS
        check_each_once(service, campaign)


def test_kills__postgresql(service: Service, postgresql: PostgreSQL) -> None:
    """Four workers send each text once, though they are killed and the database crashes."""
    journal = postgresql.create_database("crashes")
    with Campaign.open(journal) as campaign:
        plan(campaign, recipients(TEXTS))

    def crash(number: int) -> None:
        if number in {KILLS // 3, 2 * KILLS // 3}:
            postgresql.stop("immediate")
            postgresql.start()

    torment(
        service,
        journal,
        KILLS,
        workers=WORKERS,
        chance=random.Random(8),
        meanwhile=crash,
        lease=20,  # longer than the database takes to start
    )

    with Campaign.open(journal) as campaign:
        assert campaign.status() == Status("default", "finished", sent=TEXTS)
        check_each_once(service, campaign)
