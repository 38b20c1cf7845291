"""Tests of the command ``vivialconnect``."""
