"""Plans that are refused, and rows that are planned already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vivialconnect.campaigns import CampaignError, InvalidRows

from .service import SENDER, Service, plan, recipients

if TYPE_CHECKING:
    from vivialconnect.campaigns import Campaign


def test_plan__neither_sender_nor_connector(service: Service, campaign: Campaign) -> None:
    """A plan needs a sender or a connector, and not both."""
    for senders in ({}, {"from_number": SENDER, "connector_id": 1}):
        with pytest.raises(ValueError, match="requires either from_number or connector_id"):
            campaign.plan(recipients(1), to="phone", body="Hi", **senders)


def test_plan__other_connector(service: Service, campaign: Campaign) -> None:
    """The sender of a campaign does not change from a number to a connector."""
    plan(campaign, recipients(1))
    with pytest.raises(CampaignError, match="planned with from_number, not with connector 7"):
        campaign.plan(recipients(2), to="phone", body="Hi", connector_id=7)
    assert campaign.status().todo == 1


def test_plan__key_with_another_body(service: Service, campaign: Campaign) -> None:
    """A key that is planned with another body is invalid, and nothing is planned."""
    rows = [{"phone": "+15154469790", "id": "12"}, {"phone": "+15154469791", "id": "13"}]
    campaign.plan(rows[:1], from_number=SENDER, to="phone", body="One", key="id")
    with pytest.raises(InvalidRows, match="key 12 is planned with another number or body"):
        campaign.plan(rows, from_number=SENDER, to="phone", body="Two", key="id")
    assert campaign.status().todo == 1


def test_plan__duplicates(service: Service, campaign: Campaign) -> None:
    """Of two rows with the same number and body, the first counts."""
    rows = [{"phone": "+15154469790", "id": number} for number in "12"]
    campaign.plan(rows, from_number=SENDER, to="phone", body="One", key="id")
    status = campaign.status()
    assert (status.todo, status.duplicates) == (1, 1)


def test_plan__many_invalid_rows(service: Service, campaign: Campaign) -> None:
    """The first twenty problems are listed, then how many more there are."""
    with pytest.raises(InvalidRows) as caught:
        campaign.plan([{"phone": "x"}] * 25, from_number=SENDER, to="phone", body="Hi")
    assert "and 5 more" in str(caught.value)
    assert caught.value.count == 25
