"""Work on a campaign with Celery and Redis: celery -A celery_campaign worker.

The environment has CAMPAIGN_JOURNAL (postgresql://...), CELERY_BROKER (redis://...), and the
credentials of Vivial Connect. Plan the campaign first, then start as many workers as you want::

    python -c "import celery_campaign; celery_campaign.work.delay('june')"

Celery may start a task more than once: after a visibility timeout, or if a worker is killed. The
journal keeps each text once all the same.
"""

from __future__ import annotations

import os

from celery import Celery

from vivialconnect.campaigns import Campaign

VISIBILITY_TIMEOUT = 3600  # seconds after which Redis gives a task to another worker

app = Celery("campaigns", broker=os.environ["CELERY_BROKER"])
app.conf.update(
    broker_transport_options={"visibility_timeout": VISIBILITY_TIMEOUT},
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
)


@app.task
def work(name: str, **options: float) -> int:
    """Send the texts of a campaign, and return the exit status."""
    with Campaign.open(os.environ["CAMPAIGN_JOURNAL"], name=name) as campaign:
        return campaign.work(**options).exit_status
