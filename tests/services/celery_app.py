"""The example for Celery, with a broker that gives a task to another worker after a second."""

from __future__ import annotations

from celery_campaign import app

__all__ = ["app"]

app.conf.broker_transport_options = {
    "visibility_timeout": 1,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
}
