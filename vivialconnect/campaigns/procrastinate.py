"""Jobs of Procrastinate that work on a campaign: one job for each worker, never one for each text.

This needs Python 3.10 and ``vivialconnect[procrastinate]``. Procrastinate starts the workers, on
any number of machines. The journal keeps each text once, even if a job is started twice.

Declare the jobs in a module that both your program and Procrastinate's workers import::

    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=URL))
    jobs = CampaignJobs(app, URL)

Then defer them in the transaction of the plan, so that there is no plan without its jobs::

    campaign = Campaign.open(URL, name="june")
    campaign.plan("list.csv", ..., on_planned=jobs.on_planned("june", workers=4, rate=20))

Run ``procrastinate --app=module.app worker`` where the texts are to be sent from. The credentials
are in the environment of these workers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from procrastinate import App, Blueprint

from vivialconnect.campaigns import Campaign

NAMESPACE = "vivialconnect"
#: When jobs whose worker was killed are started again: every minute.
SWEEP_TIMES = "* * * * *"
#: A worker that is silent for this many seconds was killed.
STALLED = 30


class CampaignJobs:
    """The jobs of the campaigns of a journal.

    :param app: The application of Procrastinate. Its tasks are added to it.
    :param journal: The URL of the journal. To defer jobs in the transaction of a plan, the
        application must use the same database.
    :param queue: The queue of the jobs.
    :param stalled: After this many seconds without a sign, a worker of Procrastinate was killed,
        and its job is started again.
    """

    def __init__(
        self, app: App, journal: str, *, queue: str = "campaigns", stalled: float = STALLED
    ) -> None:
        self._app = app
        self._journal = journal
        self._stalled = stalled
        blueprint = Blueprint()
        self._work = blueprint.task(name="work", queue=queue)(self._run)
        sweep = blueprint.task(name="sweep", queue=queue, queueing_lock="sweep")(self.sweep)
        blueprint.periodic(cron=SWEEP_TIMES)(sweep)
        app.add_tasks_from(blueprint, namespace=NAMESPACE)

    def on_planned(self, name: str, *, workers: int = 1, **options: Any) -> Callable[[Any], None]:
        """Return an ``on_planned`` for :meth:`.Campaign.plan` that defers the jobs.

        :param name: The name of the campaign.
        :param workers: The number of jobs, each of which runs :meth:`.Campaign.work`.
        :param options: The options of :meth:`.Campaign.work`, as JSON has them.
        """

        def defer(connection: Any) -> None:
            for _ in range(workers):
                self._work.configure(connection=connection).defer(name=name, options=options)

        return defer

    def defer(self, name: str, *, workers: int = 1, **options: Any) -> None:
        """Defer jobs for a campaign that is planned, for example after :meth:`.Campaign.resume`."""
        for _ in range(workers):
            self._work.defer(name=name, options=options)

    def _run(self, name: str, options: dict[str, Any]) -> int:
        with Campaign.open(self._journal, name=name) as campaign:
            return campaign.work(**options).exit_status

    async def sweep(self, timestamp: int = 0) -> int:  # noqa: ARG002 - of periodic tasks
        """Start the jobs of killed workers again, and return how many."""
        manager = self._app.job_manager
        jobs = await manager.get_stalled_jobs(
            task_name=f"{NAMESPACE}:work", seconds_since_heartbeat=self._stalled
        )
        count = 0
        for job in jobs:
            await manager.retry_job(job)
            count += 1
        return count
