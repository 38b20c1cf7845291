"""The sandbox's memory: transactions that cannot be kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from vivialconnect.sandbox.store import Store, select_count


@pytest.fixture
def store() -> Iterator[Store]:
    """Give an empty database in memory."""
    opened = Store()
    yield opened
    opened.close()


def test_transaction__disk_full(store: Store) -> None:
    """Where there is no room, that alone is told, and smaller things can be kept afterwards."""
    with store.transaction() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()["page_count"]
        connection.execute(f"PRAGMA max_page_count = {pages + 1}")
        connection.execute("CREATE TABLE notes (text TEXT)")
    with pytest.raises(sqlite3.OperationalError, match="full"), store.transaction() as connection:
        connection.execute("INSERT INTO notes VALUES (?)", ("x" * 100_000,))
    with store.transaction() as connection:
        connection.execute("INSERT INTO notes VALUES ('x')")
        assert select_count(connection, "notes", "true", ()) == 1


def test_transaction__that_cannot_be_kept(store: Store) -> None:
    """What fails only when it is to be kept is undone, and the next transaction can begin."""
    with store.transaction() as connection:
        connection.execute("CREATE TABLE words (id INTEGER PRIMARY KEY)")
        connection.execute(
            "CREATE TABLE notes (word INTEGER REFERENCES words DEFERRABLE INITIALLY DEFERRED)"
        )
    store._connection.execute("PRAGMA foreign_keys = ON")
    with pytest.raises(sqlite3.IntegrityError), store.transaction() as connection:
        connection.execute("INSERT INTO notes VALUES (1)")
    with store.transaction() as connection:
        assert select_count(connection, "notes", "true", ()) == 0
