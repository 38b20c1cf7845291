"""Tests of the sandbox's page in Chromium. ``tox -e browser`` runs them."""
