"""Each text once, at whichever write of the journal a run ends without warning."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from tests.campaigns.running import FAST, start
from tests.campaigns.service import Service, plan, recipients
from tests.strategies import THOROUGH
from vivialconnect.campaigns import Campaign

TEXTS = 3  # of each campaign
SETTLE = 3  # seconds


@pytest.mark.parametrize("writes", [range(1, 200) if THOROUGH else range(1, 60, 3)])
def test_exits__each_text_once(service: Service, journal: str, writes: range) -> None:
    """Campaigns whose runs end at each of their writes send each text once when run again."""
    exits_at = {f"exits at {number}": number for number in writes}
    names = list(exits_at)
    for index, name in enumerate(names):
        with Campaign.open(journal, name=name) as campaign:
            plan(campaign, recipients(TEXTS, index * TEXTS))

    run = start(service, journal, exits_at=exits_at, threads=2, settle=SETTLE, **FAST)
    output = run.communicate(timeout=120)
    assert run.returncode > len(names) // 2, output
    lost = len(names) * TEXTS - len(service.received())
    time.sleep(SETTLE)
    for name in names:
        with Campaign.open(journal, name=name) as campaign:
            report = campaign.run(settle=SETTLE, on_unseen="resend", **FAST)
            assert report.status[1:8] == ("finished", 0, 0, 0, 0, TEXTS, 0)
            ids = {text.to_number: text.message_id for text in campaign.report()}
            received = service.received()
            assert ids.items() <= {each.to_number: each.id for each in received}.items()

    assert lost > 0
    assert set(Counter(each.to_number for each in service.received()).values()) == {1}
