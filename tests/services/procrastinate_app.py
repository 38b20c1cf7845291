"""The application that Procrastinate's workers import."""

from __future__ import annotations

import os

from procrastinate import App, PsycopgConnector

from vivialconnect.campaigns.procrastinate import CampaignJobs

URL = os.environ.get("CAMPAIGN_JOURNAL", "")
STALLED = 3  # seconds

app = App(connector=PsycopgConnector(conninfo=URL))
jobs = CampaignJobs(app, URL, stalled=STALLED)
