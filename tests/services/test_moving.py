"""Moving a campaign from SQLite to PostgreSQL, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.campaigns.service import Service, check_each_once, plan, recipients
from vivialconnect.campaigns import Campaign, JournalInUse

FAST = {"rate": 2000.0, "per_sender": 2000.0}


def test_move__to_postgresql_and_back(service: Service, database: str, tmp_path: Path) -> None:
    """A campaign that has sent some of its texts goes on in PostgreSQL, and then in SQLite."""
    old, new = str(tmp_path / "old.db"), str(tmp_path / "new.db")
    with Campaign.open(old) as campaign:
        plan(campaign, recipients(300))
        campaign.suppress("+15154469790")
        campaign.work(seconds=1, rate=50, per_sender=50)
        campaign.move(database)
    with Campaign.open(database) as campaign:
        campaign.work(seconds=1, rate=50, per_sender=50)
        campaign.move(new)
    with Campaign.open(new) as campaign:
        report = campaign.run(**FAST)
        check_each_once(service, campaign)

    assert (report.exit_status, report.status.sent) == (0, 300)


def test_move__while_a_worker_lives(service: Service, database: str, tmp_path: Path) -> None:
    """A campaign is not moved while a worker sends it."""
    with Campaign.open(database) as campaign:
        plan(campaign, recipients(100))

        def move(_: object) -> None:
            with Campaign.open(database) as other:
                other.move(tmp_path / "new.db")

        with pytest.raises(JournalInUse, match="works on the campaign: pause it first"):
            campaign.run(rate=5, per_sender=5, on_progress=move)
        assert campaign.status().state == "running"
