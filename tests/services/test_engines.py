"""Workers that Procrastinate and Celery start: each text once, though jobs are started twice."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector

from tests.campaigns.running import settings
from tests.campaigns.service import Service, check_each_once, plan, recipients
from tests.services.servers import Redis
from vivialconnect.campaigns import Campaign, CampaignError, InvalidRows, Status
from vivialconnect.campaigns.procrastinate import CampaignJobs

TEXTS = 120
OPTIONS: dict[str, Any] = {"rate": 60, "per_sender": 60, "lease": 5, "settle": 20}
PATIENCE = 120  # seconds
EXAMPLES = Path(__file__).parents[2] / "examples"


def wait_until(condition: Any) -> None:
    """Wait until a condition holds."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


@contextmanager
def process(service: Service, *command: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python module with the settings of a service in its environment."""
    environment = {**os.environ, **settings(service), **variables}
    folder = Path(__file__).parents[2]
    environment["PYTHONPATH"] = os.pathsep.join([str(folder), str(EXAMPLES)])
    started = subprocess.Popen([sys.executable, "-m", *command], env=environment)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


@pytest.fixture
def app(database: str) -> Iterator[App]:
    """Give an application whose tables exist."""
    with App(connector=SyncPsycopgConnector(conninfo=database)).open() as opened:
        opened.schema_manager.apply_schema()
        yield opened


def job_states(database: str) -> list[str]:
    """Return the state of each job that works on a campaign."""
    statement = (
        "SELECT status FROM procrastinate_jobs WHERE task_name = 'vivialconnect:work' ORDER BY id"
    )
    with psycopg.connect(database) as connection:
        return [row[0] for row in connection.execute(statement)]


def test_procrastinate__defers_in_the_transaction(app: App, database: str) -> None:
    """Jobs are deferred if the plan is committed, and not if it is rolled back."""
    jobs = CampaignJobs(app, database)
    on_planned = jobs.on_planned("default", workers=2)
    with Campaign.open(database) as campaign:
        with pytest.raises(InvalidRows):
            plan(campaign, [{"phone": "0", "name": "N"}], on_planned=on_planned)
        assert job_states(database) == []
        with pytest.raises(CampaignError, match="does not exist"):
            campaign.status()
        plan(campaign, recipients(1), on_planned=on_planned)
    assert job_states(database) == ["todo"] * 2
    jobs.defer("default")
    assert job_states(database) == ["todo"] * 3


def test_procrastinate__worker_killed(service: Service, app: App, database: str) -> None:
    """A worker that is killed is replaced, and the campaign is sent to its end."""
    jobs = CampaignJobs(app, database)
    command = ("procrastinate", "--app=tests.services.procrastinate_app.app", "worker")
    variables = {"CAMPAIGN_JOURNAL": database}
    with Campaign.open(database) as campaign:
        plan(
            campaign,
            recipients(TEXTS),
            on_planned=jobs.on_planned("default", workers=2, **OPTIONS, on_unseen="resend"),
        )
        with process(service, *command, **variables) as killed:
            wait_until(lambda: service.posts > 10)
            killed.kill()
            killed.wait()
        assert "doing" in job_states(database)
        wait_until(lambda: asyncio.run(sweep(database)))
        with process(service, *command, **variables):
            wait_until(lambda: set(job_states(database)) == {"succeeded"})
        assert campaign.status() == Status("default", "finished", sent=TEXTS)
        check_each_once(service, campaign)


async def sweep(database: str) -> int:
    """Start the jobs of killed workers again."""
    app = App(connector=PsycopgConnector(conninfo=database))
    jobs = CampaignJobs(app, database, stalled=3)
    async with app.open_async():
        return await jobs.sweep()


def test_celery__task_started_twice(service: Service, database: str, redis: Redis) -> None:
    """A task that Celery starts again while it runs sends no text again."""
    variables = {"CAMPAIGN_JOURNAL": database, "CELERY_BROKER": redis.url}
    with Campaign.open(database) as campaign:
        plan(campaign, recipients(TEXTS))
        defer = (
            "import celery_campaign; celery_campaign.work.delay('default', rate=10, per_sender=10)"
        )
        environment = {**os.environ, **variables, "PYTHONPATH": str(EXAMPLES)}
        subprocess.run([sys.executable, "-c", defer], check=True, env=environment, timeout=60)
        command = ("celery", "-A", "tests.services.celery_app", "worker", "--concurrency=3")
        with process(service, *command, **variables):
            wait_until(lambda: workers(database) > 1)
            wait_until(lambda: campaign.status().state == "finished")
        check_each_once(service, campaign)


def workers(database: str) -> int:
    """Return how many workers work on campaigns."""
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT count(*) FROM vivialconnect.workers").fetchone()
    return int(rows[0]) if rows else 0
