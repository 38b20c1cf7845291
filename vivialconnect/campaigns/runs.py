"""Runs: a worker, the looks at the service, and the wait for their end."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextvars import copy_context

from vivialconnect import ForbiddenAccess, Message, UnauthorizedAccess, VivialConnectError
from vivialconnect.campaigns import reports
from vivialconnect.campaigns.errors import CampaignError
from vivialconnect.campaigns.journal import Journal, update
from vivialconnect.campaigns.options import Options
from vivialconnect.campaigns.quiet_hours import QuietHours
from vivialconnect.campaigns.reconciliation import look, look_interval
from vivialconnect.campaigns.results import DONE, NO_ACCESS, STOPPED, UNSETTLED, Progress, RunReport
from vivialconnect.campaigns.stores import StoreLost
from vivialconnect.campaigns.worker import DONE as NOTHING_LEFT
from vivialconnect.campaigns.worker import Worker

TICK = 0.2  # seconds between two looks of the waiting thread
PROGRESS_INTERVAL = 1.0  # seconds
TIME_OVER = "the time is over"
INTERRUPTED = "interrupted"

TIME_ZONES = """
SELECT min("row"), time_zones FROM texts WHERE campaign = :campaign AND state = 'todo'
GROUP BY time_zones
"""

OnProgress = Callable[[Progress], object]


def run(journal: Journal, options: Options, on_progress: OnProgress | None) -> RunReport:
    """Send the texts of a campaign, as :meth:`.Campaign.work` describes."""
    journal.open()
    try:
        with journal.hold():
            worker = Worker(journal, _admit(journal, options))
            worker.register()
            _watch(worker, journal, on_progress)
        return _report(journal, worker)
    except StoreLost as error:
        raise CampaignError(f"the connection to the journal was lost: {error}") from error


def _admit(journal: Journal, options: Options) -> Options:
    """Check that the campaign may run here, and return the options with those of its plan.

    :raises ValueError: If it belongs to another account, or quiet hours allow a text at no time.
    """
    account = Message.api_account_id
    if not account:
        raise ValueError("api_account_id is not set: set it, or VIVIALCONNECT_ACCOUNT_ID")
    with journal.store.transaction() as transaction:
        campaign = journal.find(transaction, lock=True)
        if campaign.account is None:
            update(transaction, campaign, account=str(account))
        elif campaign.account != str(account):
            raise ValueError(
                f"campaign {journal.name!r} belongs to account {campaign.account}, but "
                f"api_account_id is {account}: use the credentials of account {campaign.account}"
            )
        time_zone = options.time_zone or campaign.time_zone
        quiet = options.quiet or json.loads(campaign.quiet or "null")
        if quiet is None:
            return options
        quiet_hours = QuietHours(quiet[0], quiet[1], time_zone)
        for row, time_zones in transaction.rows(TIME_ZONES, campaign=campaign.id):
            reason = quiet_hours.refusal(json.loads(time_zones))
            if reason:
                raise ValueError(f"row {row}: {reason}")
    return options._replace(quiet_hours=quiet_hours)


def _look(journal: Journal, worker: Worker) -> None:
    """Look at the messages of the service until the worker stops."""
    while worker.ending is None:
        try:
            look(
                journal,
                worker.options,
                first=not worker.ready,
                stopped=lambda: worker.ending is not None,
            )
            worker.allow()
        except (UnauthorizedAccess, ForbiddenAccess) as error:
            _deny(journal, worker, error)
        except StoreLost:
            pass  # the writer waits for the database, or gives up
        except VivialConnectError as error:
            if not worker.ready:
                worker.fail(error)
        except BaseException as error:  # noqa: BLE001 - raised in the thread that waits
            worker.fail(error)
        worker.pause(look_interval(worker.options))


def _deny(journal: Journal, worker: Worker, error: VivialConnectError) -> None:
    with journal.store.transaction() as transaction:
        campaign = journal.find(transaction, lock=True)
        if campaign.state == "running":
            update(transaction, campaign, state="paused", reason=f"{error.http_status}: {error}")
    worker.stop("paused")


def _watch(worker: Worker, journal: Journal, on_progress: OnProgress | None) -> None:
    """Start the threads, wait until the worker has ended, and raise what stopped it."""
    options = worker.options
    looker = threading.Thread(target=copy_context().run, args=(_look, journal, worker), daemon=True)
    try:
        worker.start()
        looker.start()
        progress = _Progress(journal, on_progress)
        while not worker.join(TICK):
            if options.seconds is not None and progress.elapsed >= options.seconds:
                worker.stop(TIME_OVER)
            progress.show()
        looker.join(TICK)
    except BaseException as error:
        worker.stop(INTERRUPTED)
        while isinstance(error, KeyboardInterrupt) and not worker.join(TICK):
            pass  # a second interrupt ends this loop
        raise
    if worker.error is not None:
        raise worker.error


class _Progress:
    """Shows how far a run is, about once a second."""

    def __init__(self, journal: Journal, on_progress: OnProgress | None) -> None:
        self._journal = journal
        self._on_progress = on_progress
        self._began = self._shown = time.monotonic()
        self._sent = 0 if on_progress is None else reports.status(journal).sent

    @property
    def elapsed(self) -> float:
        """The seconds since the start."""
        return time.monotonic() - self._began

    def show(self) -> None:
        """Show it, if there is somebody to show it to, and a second has passed."""
        now = time.monotonic()
        if self._on_progress is None or now - self._shown < PROGRESS_INTERVAL:
            return
        try:
            status = reports.status(self._journal)
        except StoreLost:
            return
        per_second = (status.sent - self._sent) / self.elapsed
        left = status.todo / per_second if per_second > 0 else None
        self._shown = now
        self._on_progress(Progress(status, per_second, left))


def _report(journal: Journal, worker: Worker) -> RunReport:
    status = reports.status(journal)
    with journal.store.transaction(read=True) as transaction:
        denied = journal.find(transaction).reason
    reason = worker.ending or ""
    if reason == "paused":
        return RunReport(status, denied or reason, NO_ACCESS if denied else STOPPED)
    if reason not in (NOTHING_LEFT, TIME_OVER):
        return RunReport(status, reason, STOPPED)
    return RunReport(status, reason, UNSETTLED if status.open or status.unknown else DONE)
