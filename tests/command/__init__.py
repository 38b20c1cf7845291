"""Tests of the ``vivialconnect`` command."""
