"""Runs: what is posted, what is recorded, and how they end."""

from __future__ import annotations

import json
import signal
import sqlite3
import stat
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.campaigns.running import FAST, start
from tests.campaigns.service import SENDER, Service, check_each_once, plan, recipients
from vivialconnect import Connector, Message, ServerError, configured
from vivialconnect.campaigns import (
    Campaign,
    CampaignError,
    JournalInUse,
    Progress,
    Status,
    reconciliation,
)

PATIENCE = 60  # seconds


def wait_until(condition: Any) -> None:
    """Wait until a condition holds."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def posted(service: Service) -> list[dict[str, Any]]:
    """Return the messages that were posted."""
    return [
        json.loads(request.body)["message"]
        for request in service.requests
        if request.method == "POST" and request.path.endswith("/messages.json")
    ]


def test_run__posts_each_text(service: Service, campaign: Campaign) -> None:
    """Each text is posted once with its fields, and reported with its message."""
    plan(campaign, recipients(3))
    report = campaign.run(**FAST)

    expected = [
        {"from_number": SENDER, "to_number": row["phone"], "body": "Hi " + row["name"]}
        for row in recipients(3)
    ]
    assert sorted(posted(service), key=lambda each: str(each["to_number"])) == expected
    assert report == (
        Status("default", "finished", sent=3), "nothing is left to do", 0
    )  # fmt: skip
    check_each_once(service, campaign)
    for text in campaign.report(delivery=True):
        assert (text.state, text.from_number, text.delivery) == ("sent", SENDER, "delivered")
        assert text.began is not None
        assert text.ended is not None
        assert text.began <= text.ended


def test_run__again(service: Service, campaign: Campaign) -> None:
    """A run after the end posts nothing, and one after another plan posts what is new."""
    plan(campaign, recipients(2))
    campaign.run(**FAST)
    assert campaign.run(**FAST).exit_status == 0
    assert service.posts == 2

    plan(campaign, recipients(3))
    assert campaign.status() == Status("default", "planned", todo=1, sent=2)
    assert campaign.run(**FAST).status == Status("default", "finished", sent=3)
    check_each_once(service, campaign)


def test_run__with_connector_and_media(service: Service, campaign: Campaign) -> None:
    """With a connector, texts have its id and no sender; media are posted as a list."""
    connector = Connector({"name": "team"})
    connector.save()
    connector.add_numbers([SENDER])
    url = "https://example.org/picture.png"
    plan(campaign, recipients(1), from_number=None, connector_id=connector.id, media_urls=[url])
    campaign.run(**FAST)

    assert posted(service) == [
        {
            "connector_id": connector.id,
            "to_number": recipients(1)[0]["phone"],
            "body": "Hi N0",
            "media_urls": [url],
        }
    ]
    assert campaign.status().sent == 1


def test_run__refused(service: Service, campaign: Campaign) -> None:
    """A text that the service refuses is done, with the error of the service."""
    plan(campaign, recipients(1), from_number="+19132590000")
    report = campaign.run(**FAST)

    assert (report.exit_status, report.status.refused) == (0, 1)
    (text,) = campaign.report()
    assert (text.state, text.error_code, text.message_id) == ("refused", "10008", None)
    assert "not owned" in str(text.error)


@pytest.mark.parametrize("status", [401, 403])
def test_run__denied(service: Service, campaign: Campaign, status: int) -> None:
    """401 and 403 pause the campaign, and mark no text; after resume() it goes on."""
    plan(campaign, recipients(2))
    wrong = {"api_key": "MTK" + "0" * 32} if status == 401 else {"api_key": service.api_key}
    secret = "x" * 48 if status == 401 else service.api_secret
    if status == 403:
        other = service.add_account(777)
        wrong, secret = {"api_key": other.api_key}, other.api_secret
    with configured(api_secret=secret, **wrong):
        report = campaign.run(**FAST)

    assert report.exit_status == 4
    assert report.reason.startswith(f"{status}: ")
    assert report.status == Status("default", "paused", todo=2)
    assert campaign.run(**FAST).exit_status == 4
    assert service.posts == 0

    campaign.resume()
    assert campaign.run(**FAST).exit_status == 0
    check_each_once(service, campaign)


def test_run__denied_later(service: Service, campaign: Campaign) -> None:
    """A 401 for a text pauses the campaign, and leaves the text to do."""
    plan(campaign, recipients(20))
    service.chaos.add("clock_off", method="POST", seconds=86_400)
    report = campaign.run(threads=1, **FAST)

    assert report.exit_status == 4
    assert report.status == Status("default", "paused", todo=20)
    assert service.posts == 1


def test_run__paused_and_resumed(service: Service, campaign: Campaign, journal: str) -> None:
    """pause() ends a run in progress, and a later one at once; resume() lets it go on."""
    plan(campaign, recipients(30))
    reports = []
    thread = threading.Thread(target=lambda: reports.append(campaign.run(rate=20, per_sender=20)))
    with Campaign.open(journal) as other:
        thread.start()
        wait_until(lambda: service.posts)
        other.pause()
        paused = time.monotonic()
        thread.join(PATIENCE)
        assert time.monotonic() - paused < 10
        status = other.status()
        assert (reports[0].exit_status, reports[0].status) == (1, status)
        assert (status.state, status.begun, status.todo + status.sent) == ("paused", 0, 30)
        assert 0 < status.sent < 30
        assert campaign.run(**FAST)[1:] == ("paused", 1)
        assert other.status() == status

        other.resume()
        assert other.status().state == "running"
    assert campaign.run(**FAST).exit_status == 0
    check_each_once(service, campaign)


def test_run__cancelled(service: Service, campaign: Campaign, journal: str) -> None:
    """cancel() ends a run, and cancels what was not begun. It cannot be undone."""
    plan(campaign, recipients(30))
    reports = []
    thread = threading.Thread(target=lambda: reports.append(campaign.run(rate=20, per_sender=20)))
    with Campaign.open(journal) as other:
        thread.start()
        wait_until(lambda: service.posts)
        other.cancel()
        thread.join(PATIENCE)
        status = other.status()
    assert (reports[0].exit_status, reports[0].status) == (1, status)
    assert (status.state, status.todo, status.sent + status.cancelled) == ("cancelled", 0, 30)
    assert status.sent == len(service.received())

    for change in (campaign.pause, campaign.resume):
        with pytest.raises(CampaignError, match="is cancelled"):
            change()
    with pytest.raises(CampaignError, match="is cancelled"):
        plan(campaign, recipients(31))


def test_run__for_seconds(service: Service, campaign: Campaign) -> None:
    """work() ends after its time, and leaves the rest to do."""
    plan(campaign, recipients(100))
    report = campaign.work(seconds=0.5, rate=20, per_sender=20)

    assert report[1:] == ("the time is over", 0)
    assert 0 < report.status.sent < 100
    assert report.status.sent + report.status.todo == 100


def test_run__progress(service: Service, campaign: Campaign) -> None:
    """on_progress is called with the counts, the speed and the time left."""
    shown: list[Progress] = []
    plan(campaign, recipients(50))
    campaign.run(rate=20, per_sender=20, on_progress=shown.append)

    assert shown
    assert 0 < shown[0].status.sent < 50
    assert 0 < shown[0].per_second <= 21
    assert shown[0].seconds_left == shown[0].status.todo / shown[0].per_second


def test_run__error_of_progress(service: Service, campaign: Campaign) -> None:
    """What on_progress raises stops the run."""
    plan(campaign, recipients(50))

    def fail(_: Progress) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        campaign.run(rate=10, per_sender=10, on_progress=fail)


def test_run__second_one(service: Service, campaign: Campaign, journal: str) -> None:
    """A second run on a journal says which process has it, and so does a plan."""
    plan(campaign, recipients(50))
    run = start(service, journal, rate=10, per_sender=10, settle=2)
    wait_until(lambda: service.posts)
    for call in (campaign.run, lambda: plan(campaign, recipients(1))):
        with pytest.raises(JournalInUse, match=f"in use by another run: process {run.pid} on "):
            call()

    run.kill()
    run.communicate()
    assert campaign.run(settle=2, on_unseen="resend", **FAST).exit_status == 0
    check_each_once(service, campaign)


def test_run__interrupted(service: Service, campaign: Campaign, journal: str) -> None:
    """Ctrl-C ends the texts that are being sent, then the run."""
    plan(campaign, recipients(50))
    run = start(service, journal, rate=10, per_sender=10)
    wait_until(lambda: service.posts)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=PATIENCE)

    assert errors.rstrip().endswith("KeyboardInterrupt")
    status = campaign.status()
    assert (status.begun, status.unknown, status.todo + status.sent) == (0, 0, 50)
    assert status.sent == len(service.received())


def test_run__interrupted_twice(service: Service, campaign: Campaign, journal: str) -> None:
    """A second Ctrl-C ends the run at once, though a text is being sent."""
    plan(campaign, recipients(3))
    service.chaos.add("stall", method="POST")
    run = start(service, journal, settle=100, **FAST)
    wait_until(lambda: service.posts)
    for _ in range(2):
        run.send_signal(signal.SIGINT)
        time.sleep(0.5)
    run.communicate(timeout=20)

    assert campaign.status().begun > 0


def test_run__of_another_account(service: Service, campaign: Campaign) -> None:
    """A campaign belongs to the account of its first run."""
    plan(campaign, recipients(1))
    campaign.run(**FAST)
    with configured(api_account_id=777), pytest.raises(ValueError, match="to account 12345, but"):
        campaign.run(**FAST)


def test_run__without_settings(journal: str) -> None:
    """A run without an account fails before any request, and so does one without a key."""
    with Campaign.open(journal) as campaign:
        plan(campaign, recipients(1))
        with pytest.raises(ValueError, match="api_account_id is not set"):
            campaign.run()
        with configured(api_account_id=1), pytest.raises(ValueError, match="api_key"):
            campaign.run()
        assert campaign.status().todo == 1


def test_run__service_down(
    service: Service, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that cannot reach the service for its first look raises, and posts nothing."""
    plan(campaign, recipients(1))
    service.chaos.add("internal_server_error", method="GET")
    monkeypatch.setattr(reconciliation, "PAUSE", 0.01)
    with pytest.raises(ServerError):
        campaign.run(**FAST)
    assert service.posts == 0
    assert campaign.status() == Status("default", "running", todo=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rate": 0}, "rate must be a number above 0"),
        ({"per_sender": "1"}, "per_sender must be a number above 0 and at most 1,000,000, got '1'"),
        ({"threads": 0}, "threads must be an integer from 1 to 1000, got 0"),
        ({"settle": 0.5}, "settle must be a number of at least 1, got 0.5"),
        ({"lease": True}, "lease must be a number of at least 1, got True"),
        ({"seconds": 0}, "seconds must be a number above 0, got 0"),
        ({"on_unseen": "hope"}, 'on_unseen must be "ask" or "resend"'),
        ({"quiet": "21:00-09:00"}, "quiet must be a pair of times"),
        ({"quiet": ("21:00", "9")}, "must be a time of day"),
        ({"time_zone": "Mars/Base"}, "time zone must be an IANA name"),
        ({"send_before": "soon"}, "send_before must be a datetime"),
    ],
)
def test_run__invalid_option(journal: str, options: dict[str, Any], message: str) -> None:
    """Invalid options are refused before the journal is opened."""
    with Campaign.open(journal) as campaign, pytest.raises(ValueError, match=message):
        campaign.work(**options)
    assert not Path(journal).exists()


@pytest.mark.parametrize(
    "call",
    [
        Campaign.run, Campaign.status, Campaign.pause, Campaign.resume, Campaign.cancel,
        Campaign.purge, Campaign.report, Campaign.estimate, lambda it: it.suppress(SENDER),
        lambda it: it.resolve("1", "skip"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("exists", [True, False])
def test_campaign__missing(journal: str, call: Any, exists: bool) -> None:
    """A campaign that was not planned is an error, and creates no journal."""
    if exists:
        with Campaign.open(journal, name="another") as campaign:
            plan(campaign, recipients(1))
    with (
        Campaign.open(journal) as campaign,
        configured(api_account_id=1),
        pytest.raises(CampaignError, match="campaign 'default' does not exist: plan it first"),
    ):
        call(campaign)
    assert Path(journal).exists() == exists


def test_campaign__names(journal: str) -> None:
    """A campaign has a name, and a journal an address."""
    with pytest.raises(ValueError, match="name must not be empty"):
        Campaign.open(journal, name="")
    with pytest.raises(ValueError, match="journal must be a path or a URL"):
        Campaign.open("")


def test_journal__file(campaign: Campaign, journal: str) -> None:
    """The journal is readable for its owner alone, and holds no credentials."""
    plan(campaign, recipients(1))
    campaign.run(**FAST)
    for suffix in ("", "-wal", "-shm"):
        assert stat.S_IMODE(Path(journal + suffix).stat().st_mode) == 0o600
        content = Path(journal + suffix).read_bytes()
        assert str(Message.api_secret).encode() not in content
        assert str(Message.api_key).encode() not in content


def test_journal__other_files(tmp_path: Path) -> None:
    """A file that is no journal is refused and not changed, and so is a folder."""
    text = tmp_path / "text"
    text.write_text("not a database, but long enough to be read as one" * 40, encoding="utf-8")
    other = tmp_path / "other"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    for path, message in (
        (text, "cannot use .*: file is not a database"),
        (other, "is a database, but not a journal of this release"),
        (tmp_path, "cannot open"),
        (tmp_path / "missing" / "journal", "cannot open"),
    ):
        before = path.read_bytes() if path.is_file() else b""
        with Campaign.open(path) as campaign, pytest.raises(CampaignError, match=message):
            plan(campaign, recipients(1))
        assert (path.read_bytes() if path.is_file() else b"") == before


def test_journal__closed(campaign: Campaign) -> None:
    """A closed campaign opens its journal again."""
    plan(campaign, recipients(1))
    campaign.close()
    campaign.close()
    assert campaign.status().todo == 1
