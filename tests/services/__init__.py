"""Tests that need PostgreSQL and Redis. They are not collected unless their folder is named."""
