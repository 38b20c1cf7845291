"""When texts are sent: pace, quiet hours, expiry, and what is suppressed."""

from __future__ import annotations

import itertools
import signal
import subprocess
import threading
import time
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.campaigns.running import FAST, start
from tests.campaigns.service import SENDER, SENDERS, Service, check_each_once, plan, recipients
from tests.campaigns.test_runs import PATIENCE, wait_until
from vivialconnect import InvalidPhoneNumber
from vivialconnect.campaigns import Campaign, InvalidRows, Status

FIRST, SECOND = (row["phone"] for row in recipients(2))


def check_pace(campaign: Campaign, rate: int, per_sender: int) -> None:
    """Check that no second, wherever it begins, has more texts than allowed."""
    began: dict[str, list[datetime]] = defaultdict(list)
    for text in campaign.report():
        if text.began is not None:
            began[text.from_number].append(text.began)
    for limit, moments in [
        (rate, list(itertools.chain(*began.values()))),
        *((per_sender, each) for each in began.values()),
    ]:
        moments.sort()
        for earlier, later in zip(moments, moments[limit:]):
            assert later - earlier >= timedelta(seconds=1)


def test_pace__of_senders_and_all(service: Service, campaign: Campaign) -> None:
    """Neither the whole nor any sender is above its rate in any second."""
    service.buy(*SENDERS[1:])
    plan(campaign, recipients(60), from_number=SENDERS)
    assert campaign.run(rate=40, per_sender=20).exit_status == 0

    assert len({text.from_number for text in campaign.report()}) == len(SENDERS)
    check_pace(campaign, 40, 20)
    check_each_once(service, campaign)


def utc(text: str) -> float:
    """Return a time in UTC as seconds since 1970."""
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()


CHANGES = {
    # The night in which clocks in the United States are set forward, and its end in each zone.
    "2026-03-08 05:00": {
        "Europe/London": "2026-03-08 09:00",
        "America/New_York": "2026-03-08 13:00",
        "America/Chicago": "2026-03-08 14:00",
        "America/Los_Angeles": "2026-03-08 16:00",
    },
    # The night in which they are set back.
    "2026-11-01 04:30": {
        "Europe/London": "2026-11-01 09:00",
        "America/New_York": "2026-11-01 14:00",
        "America/Chicago": "2026-11-01 15:00",
        "America/Los_Angeles": "2026-11-01 17:00",
    },
}


@pytest.mark.parametrize("night", CHANGES)
def test_quiet__change_of_clocks(service: Service, campaign: Campaign, night: str) -> None:
    """A text waits for the end of the quiet hours in its zone, and is sent then."""
    ends = CHANGES[night]
    rows = [{**row, "zone": zone} for row, zone in zip(recipients(4), ends)]
    clock = [utc(night)]
    campaign._journal.store.clock = lambda: clock[0]  # type: ignore[attr-defined] # of the SQLite store
    plan(campaign, rows, time_zone_column="zone", quiet=("21:00", "09:00"))
    run = threading.Thread(target=lambda: campaign.run(lease=1e6, settle=1e6, **FAST))
    run.start()
    for sent, end in enumerate(ends.values()):
        clock[0] = utc(end) - 1
        time.sleep(0.6)  # the journal is asked again after half a second
        assert service.posts == sent
        clock[0] = utc(end)
        wait_until(lambda wanted=sent + 1: service.posts == wanted)
    run.join(PATIENCE)

    began = [text.began.timestamp() for text in campaign.report() if text.began]
    assert began == [utc(end) for end in ends.values()]


def test_quiet__unknown_zone(service: Service, campaign: Campaign) -> None:
    """Without a time zone, a row is invalid if quiet hours are planned; a run is refused."""
    toll_free = [{"phone": "+18005550100", "name": "N"}]
    with pytest.raises(InvalidRows, match="row 1: the time zone is unknown, and quiet hours"):
        plan(campaign, toll_free, quiet=("21:00", "09:00"))
    plan(campaign, toll_free)
    with pytest.raises(ValueError, match="row 1: the time zone is unknown"):
        campaign.run(quiet=("21:00", "09:00"), **FAST)
    assert service.posts == 0

    plan(campaign, toll_free, quiet=("00:00", "00:01"), time_zone="Asia/Kathmandu")
    assert campaign.run(**FAST).status.sent + campaign.status().todo == 1


def test_send_before(service: Service, campaign: Campaign) -> None:
    """Texts that are not sent in time expire."""
    plan(campaign, recipients(40))
    soon = datetime.now(timezone.utc) + timedelta(seconds=1)
    report = campaign.run(rate=20, per_sender=20, send_before=soon)

    assert (report.exit_status, report.status.state) == (0, "finished")
    assert report.status.sent + report.status.expired == 40
    assert report.status.expired > 0
    assert all(text.began < soon for text in campaign.report() if text.began is not None)
    assert service.posts == report.status.sent


def test_suppressed__numbers(service: Service, campaign: Campaign) -> None:
    """Numbers that are suppressed get no text, and an invalid one is refused."""
    plan(campaign, recipients(3))
    assert campaign.suppress([FIRST, SECOND]) == 2
    assert campaign.suppress(FIRST) == 1
    with pytest.raises(InvalidPhoneNumber):
        campaign.suppress("816")

    assert campaign.estimate()[:3] == (1, 1, 2)
    assert campaign.run(**FAST).status == Status("default", "finished", sent=1, suppressed=2)
    assert [each.to_number for each in service.received()] == [recipients(3)[2]["phone"]]


def test_suppressed__stop(service: Service, campaign: Campaign) -> None:
    """Who sends STOP since the plan gets no text; START lifts that, but not what is given."""
    service.receive(from_number=recipients(4)[3]["phone"], to_number=SENDER, body="START")
    plan(campaign, recipients(4))
    for number, body in ((FIRST, "Stop "), (SECOND, "QUIT"), (SECOND, "unstop")):
        service.receive(from_number=number, to_number=SENDER, body=body)
    third = recipients(4)[2]["phone"]
    campaign.suppress(third)
    service.receive(from_number=third, to_number=SENDER, body="START")
    campaign.run(**FAST)

    states = {text.to_number: text.state for text in campaign.report()}
    assert states == {
        FIRST: "suppressed",
        SECOND: "sent",
        third: "suppressed",
        recipients(4)[3]["phone"]: "sent",
    }


def test_suppressed__stop_while_leased(service: Service, campaign: Campaign) -> None:
    """STOP that arrives while the text is leased holds, and START lifts it."""
    plan(campaign, recipients(10))
    last, before_it = (recipients(10)[number]["phone"] for number in (9, 8))
    run = threading.Thread(target=lambda: campaign.run(rate=3, per_sender=3, settle=1))
    run.start()
    wait_until(lambda: service.posts)
    for number, body in ((last, "STOP"), (before_it, "STOP"), (before_it, "START")):
        service.receive(from_number=number, to_number=SENDER, body=body)
    run.join(PATIENCE)

    assert campaign.status() == Status("default", "finished", sent=9, suppressed=1)
    assert last not in {each.to_number for each in service.received()}


def test_suppressed__in_the_transaction_that_begins(service: Service, campaign: Campaign) -> None:
    """A suppression that is committed after the lease holds at begin."""
    plan(campaign, recipients(5))
    run = threading.Thread(target=lambda: campaign.run(rate=2, per_sender=2))
    run.start()
    wait_until(lambda: service.posts)
    campaign.suppress([row["phone"] for row in recipients(5)])
    run.join(PATIENCE)

    status = campaign.status()
    assert status.suppressed > 0
    assert status.sent + status.suppressed == 5
    assert service.posts == status.sent


def is_stopped(process: subprocess.Popen[str]) -> bool:
    """Return whether a process is stopped."""
    assert process.poll() is None, process.communicate()
    return Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").split()[2] == "T"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize(
    ("freeze", "options"),
    [
        ("before begin", {"lease": 1, "settle": 4}),
        ("after begin", {"lease": 100, "settle": 4}),
        ("after begin", {"lease": 1, "settle": 4}),
    ],
)
def test_frozen__posts_nothing(
    service: Service, campaign: Campaign, journal: str, freeze: str, options: dict[str, Any]
) -> None:
    """A process that is frozen too long posts no text of that time when it goes on."""
    plan(campaign, recipients(3))
    run = start(service, journal, freeze=freeze, threads=1, rate=2, per_sender=2, **options)
    wait_until(lambda: is_stopped(run))
    time.sleep(2.5)
    posts = service.posts
    if freeze == "after begin":
        campaign.pause()  # so that it does not begin the text again
    run.send_signal(signal.SIGCONT)
    output = run.communicate(timeout=PATIENCE)

    assert run.returncode == 1, output
    assert service.posts == posts
    assert campaign.status().todo == 3 - posts
    campaign.resume()
    campaign.run(settle=4, **FAST)
    check_each_once(service, campaign)
