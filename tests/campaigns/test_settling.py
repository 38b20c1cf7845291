"""Texts whose outcome is unknown: found by a look, open, resolved, sent again."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.campaigns.running import FAST
from tests.campaigns.service import SENDER, Service, check_each_once, plan, recipients
from vivialconnect import ConnectionError as ServiceConnectionError
from vivialconnect import Message, configured
from vivialconnect.campaigns import Campaign, CampaignError, Status
from vivialconnect.common.transport import shared
from vivialconnect.testing import FakeTransport, Request, Response

SETTLE = 2  # seconds
KEY = "1"


def plan_with_key(campaign: Campaign) -> None:
    """Plan one text with a key."""
    plan(campaign, [{**recipients(1)[0], "id": KEY}], key="id")


@pytest.mark.parametrize("fault", ["drop_answer", "empty_answer", "truncated_body"])
def test_unknown__found(service: Service, campaign: Campaign, fault: str) -> None:
    """A text whose response is lost is found on the service, and not posted again."""
    plan(campaign, recipients(5))
    service.chaos.add(fault, method="POST", times=2)
    report = campaign.run(settle=4, **FAST)

    assert (report.exit_status, report.status.sent, service.posts) == (0, 5, 5)
    check_each_once(service, campaign)


@pytest.mark.parametrize("fault", ["close", "internal_server_error"])
def test_unknown__not_found(service: Service, campaign: Campaign, fault: str) -> None:
    """A text that may have been sent is open after the time to settle, and not before."""
    plan_with_key(campaign)
    service.chaos.add(fault, method="POST", times=1)
    began = time.monotonic()
    report = campaign.run(settle=SETTLE, **FAST)

    assert time.monotonic() - began > SETTLE
    assert (report.exit_status, report.status) == (3, Status("default", "running", open=1))
    (text,) = campaign.report()
    assert (text.state, text.message_id, text.error) == ("open", None, "no message fits")
    assert service.posts == 1

    with pytest.raises(CampaignError, match="is running: finish or cancel it, and resolve its"):
        campaign.purge()


def test_unknown__sent_again(service: Service, campaign: Campaign) -> None:
    """With on_unseen="resend", such a text is posted again."""
    plan_with_key(campaign)
    service.chaos.add("close", method="POST", times=1)
    report = campaign.run(settle=SETTLE, on_unseen="resend", **FAST)

    assert (report.exit_status, service.posts) == (0, 2)
    check_each_once(service, campaign)


@pytest.mark.parametrize(
    ("decision", "state", "posts"),
    [("sent", "sent", 1), ("skip", "cancelled", 1), ("resend", "todo", 2)],
)
def test_open__resolved(
    service: Service, campaign: Campaign, decision: str, state: str, posts: int
) -> None:
    """An open text is resolved by its key; a run sends only what is to be sent again."""
    plan_with_key(campaign)
    service.chaos.add("close", method="POST", times=1)
    campaign.run(settle=1, **FAST)
    campaign.resolve(KEY, decision, message_id=77 if decision == "sent" else None)

    (text,) = campaign.report()
    assert (text.state, text.message_id) == (state, 77 if decision == "sent" else None)
    assert campaign.run(**FAST).exit_status == 0
    assert service.posts == posts


def test_resolve__misuse(campaign: Campaign) -> None:
    """Only an open text can be resolved, by a known decision; an id is for sent texts."""
    plan_with_key(campaign)
    with pytest.raises(ValueError, match="decision must be one of sent, resend, skip, got 'no'"):
        campaign.resolve(KEY, "no")
    with pytest.raises(ValueError, match='message_id is only for the decision "sent"'):
        campaign.resolve(KEY, "skip", message_id=1)
    with pytest.raises(CampaignError, match="text '1' is todo, not open"):
        campaign.resolve(KEY, "skip")
    with pytest.raises(CampaignError, match="there is no text with the key '2'"):
        campaign.resolve("2", "skip")
    campaign.cancel()
    with pytest.raises(CampaignError, match="is cancelled"):
        campaign.resolve(KEY, "resend")


def test_unknown__two_fit(service: Service, campaign: Campaign) -> None:
    """If two messages fit a text that may have been sent, a person decides."""
    plan_with_key(campaign)
    to_number = recipients(1)[0]["phone"]

    def send_another(request: Request) -> Response:
        if request.method == "POST":
            with configured(transport=shared):
                for _ in range(2):
                    Message(from_number=SENDER, to_number=to_number, body="Hi N0").send()
            raise ServiceConnectionError("cut")
        return Response(200, {}, b'{"messages": []}')

    with configured(transport=FakeTransport(send_another)):
        campaign.work(seconds=1, **FAST)
    assert campaign.status().unknown == 1
    report = campaign.run(**FAST)

    assert report.exit_status == 3
    (text,) = campaign.report()
    assert (text.state, text.error) == ("open", "2 messages fit: 1, 2")


def test_todo__already_sent(service: Service, campaign: Campaign) -> None:
    """A text that is to do and that the service has since the plan is not posted again."""
    plan(campaign, recipients(2))
    for row in recipients(1):
        Message(from_number=SENDER, to_number=row["phone"], body="Hi " + row["name"]).send()
    report = campaign.run(**FAST)

    assert (report.status.sent, service.posts) == (2, 2)
    check_each_once(service, campaign)


def test_todo__sent_twice_already(service: Service, campaign: Campaign) -> None:
    """If the service has it twice, a person decides."""
    plan(campaign, recipients(1))
    for _ in range(2):
        Message(from_number=SENDER, to_number=recipients(1)[0]["phone"], body="Hi N0").send()

    assert campaign.run(**FAST).status == Status("default", "running", open=1)
    assert service.posts == 2


def test_todo__other_campaign(service: Service, campaign: Campaign, journal: str) -> None:
    """Another campaign of the journal with the same texts sends them all again."""
    plan(campaign, recipients(3))
    with Campaign.open(journal, name="again") as again:
        plan(again, recipients(3))
        campaign.run(**FAST)
        again.run(**FAST)
        assert again.status() == Status("again", "finished", sent=3)
        ids = [text.message_id for each in (campaign, again) for text in each.report()]
    assert sorted(map(int, filter(None, ids))) == [each.id for each in service.received()]
    assert len(ids) == 6


def test_not_sent__later(service: Service, campaign: Campaign) -> None:
    """A text that could not be sent stays to do, and is sent later."""
    plan(campaign, recipients(1))
    failures = [1]

    def refuse_once(request: Request) -> Response:
        if request.method == "GET":
            return Response(200, {}, b'{"messages": []}')
        if failures:
            failures.pop()
            error = ServiceConnectionError("refused")
            error.outcome = "not sent"
            raise error
        return Response(200, {}, b'{"message": {"id": 5}}')

    transport = FakeTransport(refuse_once)
    with configured(transport=transport):
        report = campaign.run(**FAST)

    assert report.status.sent == 1
    assert [request.method for request in transport.requests].count("POST") == 2


@pytest.mark.parametrize("retry_after", [1, None])
def test_rate_limit__moves_the_sender(
    service: Service, campaign: Campaign, retry_after: int | None
) -> None:
    """After a 429, no text of the sender begins before its Retry-After, or a second."""
    plan(campaign, recipients(6))
    service.chaos.add("too_many_requests", method="POST", times=1, retry_after=retry_after)
    report = campaign.run(threads=1, **FAST)

    assert report.exit_status == 0
    assert service.posts == 7
    began = min(text.began.timestamp() for text in campaign.report() if text.began)
    assert began - first_look(campaign) >= 1
    check_each_once(service, campaign)


def first_look(campaign: Campaign) -> float:
    """Return when the messages were looked at, which is before the first text."""
    with campaign._journal.store.transaction(read=True) as transaction:
        ((looked,),) = transaction.rows("SELECT looked FROM campaigns")
    return float(looked) / 1e6


def test_purge(service: Service, campaign: Campaign, journal: str) -> None:
    """A purge removes numbers and bodies from the file, and keeps the counts."""
    plan(campaign, recipients(3))
    campaign.suppress(recipients(1)[0]["phone"])
    before_it = campaign.run(**FAST).status
    campaign.purge()

    assert campaign.status() == before_it == Status("default", "finished", sent=2, suppressed=1)
    assert list(campaign.report()) == []
    for suffix in ("", "-wal"):
        content = Path(journal + suffix).read_bytes()
        assert b"+1816200000" not in content
        assert b"Hi N" not in content
    with pytest.raises(CampaignError, match="is purged: plan one with another name"):
        plan(campaign, recipients(3))
    assert campaign.run(**FAST).exit_status == 0
