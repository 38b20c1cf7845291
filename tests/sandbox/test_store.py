"""The sandbox's memory: how a database begins, and transactions that cannot be kept."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from vivialconnect.sandbox.store import Store, select_count

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store() -> Iterator[Store]:
    """Give an empty database in memory."""
    opened = Store()
    yield opened
    opened.close()


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Let threads take turns so often that they meet between any two statements."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
def test_store__begun_by_several(tmp_path: Path) -> None:
    """Those that open a new file at the same time all find its tables."""
    begin = threading.Barrier(4)

    def accounts(file: Path) -> int:
        begin.wait(10)
        with closing(Store(str(file))) as opened, opened.transaction() as connection:
            return select_count(connection, "accounts", "true", ())

    with ThreadPoolExecutor(4) as pool:
        for number in range(60):
            file = tmp_path / f"{number}.sqlite"
            assert [*pool.map(accounts, [file] * 4)] == [0] * 4


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
