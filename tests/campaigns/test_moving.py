"""Moving a campaign from one journal to another."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.campaigns.shell import SENDER
from vivialconnect import Message, Number
from vivialconnect.campaigns import Campaign, CampaignError, JournalInUse
from vivialconnect.campaigns.moving import CAMPAIGN_COLUMNS, TEXT_COLUMNS
from vivialconnect.campaigns.sqlite import SQLiteStore
from vivialconnect.sandbox import Sandbox

ROWS = [{"id": n, "phone": f"+1515446{n:04d}"} for n in range(1, 1203)]
FAST: dict[str, Any] = {"rate": 1000, "per_sender": 1000}


@pytest.fixture
def number(vivialconnect_sandbox: Sandbox) -> None:
    """Buy the sender."""
    Number({"phone_number": SENDER, "phone_number_type": "local"}).buy()


@pytest.fixture
def campaign(number: None, tmp_path: Path) -> Iterator[Campaign]:
    """Plan a campaign."""
    with Campaign.open(tmp_path / "old.db") as opened:
        opened.plan(ROWS[:3], from_number=SENDER, to="phone", body="Hi", key="id")
        yield opened


def states(campaign: Campaign) -> dict[str, str]:
    """Return the state of each text."""
    return {text.key: text.state for text in campaign.report()}


def columns_of(path: Path, table: str) -> list[str]:
    """Return the columns of a table."""
    with closing(sqlite3.connect(path)) as journal:
        return [row[1] for row in journal.execute(f"PRAGMA table_info({table})")]


def test_move__sends_the_rest_once(campaign: Campaign, tmp_path: Path) -> None:
    """What is to do is sent from the new journal and not from the old; what was sent is not."""
    campaign.suppress(ROWS[1]["phone"])
    campaign.run(**FAST)
    campaign.plan(ROWS[:5], from_number=SENDER, to="phone", body="Hi", key="id")
    campaign.move(tmp_path / "new.db")
    with Campaign.open(tmp_path / "new.db") as moved:
        before, report = states(moved), moved.run(**FAST)
        suppressed = moved.estimate().suppressed

    assert before == {"1": "sent", "2": "suppressed", "3": "sent", "4": "todo", "5": "todo"}
    assert (report.exit_status, report.status.sent, suppressed) == (0, 4, 1)
    assert (campaign.status().state, campaign.run(**FAST).exit_status) == ("cancelled", 1)
    assert Message.count() == 4


def test_move__text_that_was_begun(campaign: Campaign, tmp_path: Path) -> None:
    """A text whose worker died is looked up from the new journal, and is not sent again."""
    campaign.run(**FAST)
    with closing(sqlite3.connect(tmp_path / "old.db")) as journal, journal:
        journal.execute(
            "UPDATE texts SET state = 'begun', worker = 'gone', message_id = NULL WHERE key = '1'"
        )
        journal.execute("UPDATE texts SET state = 'leased', worker = 'gone' WHERE key = '2'")
    campaign.move(tmp_path / "new.db")
    with Campaign.open(tmp_path / "new.db") as moved:
        before, report = states(moved), moved.run(**FAST)

    assert before == {"1": "unknown", "2": "todo", "3": "sent"}
    assert (report.exit_status, report.status.sent) == (0, 3)


def test_move__pages(number: None, tmp_path: Path) -> None:
    """More texts than fit in a page are moved with all of their columns."""
    with Campaign.open(tmp_path / "old.db", name="spring") as campaign:
        campaign.plan(ROWS, from_number=SENDER, to="phone", body="Hi", key="id")
        campaign.move(tmp_path / "new.db")
    with Campaign.open(tmp_path / "new.db", name="spring") as moved:
        found = list(moved.report())

    assert [(text.key, text.to_number) for text in found] == [
        (str(row["id"]), row["phone"]) for row in ROWS
    ]


def test_move__columns(campaign: Campaign, tmp_path: Path) -> None:
    """Every column is moved; only a worker does not move."""
    texts, campaigns = (columns_of(tmp_path / "old.db", name) for name in ("texts", "campaigns"))
    moved = [column.strip('"') for column in TEXT_COLUMNS]

    assert sorted([*moved, "id", "campaign", "worker"]) == sorted(texts)
    assert sorted([*CAMPAIGN_COLUMNS, "id"]) == sorted(campaigns)


def test_move__to_itself(campaign: Campaign, tmp_path: Path) -> None:
    """A journal that has a campaign of that name is refused, and nothing changes."""
    with pytest.raises(CampaignError, match="the new journal has a campaign 'default' already"):
        campaign.move(tmp_path / "old.db")

    assert campaign.status().todo == 3


def test_move__cancelled(campaign: Campaign, tmp_path: Path) -> None:
    """A cancelled campaign is not moved."""
    campaign.cancel()
    with pytest.raises(CampaignError, match="campaign 'default' is cancelled or purged"):
        campaign.move(tmp_path / "new.db")


def test_move__while_a_worker_lives(
    campaign: Campaign, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a journal of many workers, one that lives must end before."""
    monkeypatch.setattr(SQLiteStore, "exclusive", False)
    with closing(sqlite3.connect(tmp_path / "old.db")) as journal, journal:
        journal.execute("INSERT INTO workers VALUES ('w', 1, 9e17, 'process 7 on here')")
    with pytest.raises(JournalInUse, match="process 7 on here works on the campaign: pause it"):
        campaign.move(tmp_path / "new.db")


def test_move__while_a_run_holds_it(campaign: Campaign, tmp_path: Path) -> None:
    """A journal that a run holds is not moved."""
    campaign._journal.open()
    with (
        campaign._journal.store.hold(),
        pytest.raises(JournalInUse),
        Campaign.open(tmp_path / "old.db") as other,
    ):
        other.move(tmp_path / "new.db")
