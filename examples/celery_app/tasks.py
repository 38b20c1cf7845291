"""Tasks that send messages: celery -A tasks worker.

vivialconnect reads its credentials from VIVIALCONNECT_*. SMS_SENDER is your number.
"""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone

from celery import Celery, Task

from vivialconnect import Message, RateLimit, VivialConnectError

app = Celery("tasks", broker=os.environ.get("CELERY_BROKER_URL", "memory://"))
SENDER = os.environ.get("SMS_SENDER", "+19132597591")


@app.task(bind=True, max_retries=5)
def send(self: Task, to_number: str, body: str) -> None:
    """Send a message, and retry only if it was not sent.

    Do not set ``acks_late``: a worker that stops while it sends would get the task again.
    """
    message = Message(from_number=SENDER, to_number=to_number, body=body)
    began = datetime.now(timezone.utc) - timedelta(minutes=1)  # Clocks may differ.
    try:
        message.send()
    except VivialConnectError as error:
        if error.outcome == "accepted":
            return  # It was sent, but the response was incomplete.
        if error.outcome == "unknown":
            find_sent.delay(to_number, body, began.isoformat())
            return
        if error.outcome == "refused" and not isinstance(error, RateLimit):
            raise  # It would be refused again.
        # A task that waits for an hour would be delivered again by Redis.
        wait = min(getattr(error, "retry_after", None) or 60, 900)
        raise self.retry(exc=error, countdown=wait) from error


@app.task(bind=True, max_retries=3, default_retry_delay=20, autoretry_for=(VivialConnectError,))
def find_sent(self: Task, to_number: str, body: str, began: str) -> int:
    """Look up a message that may have been sent. Fail if it is not found."""
    message = Message(from_number=SENDER, to_number=to_number, body=body)
    sent = message.find_sent(since=began)
    if sent is None:
        raise self.retry(exc=LookupError("the message was not found"))
    return sent.id
