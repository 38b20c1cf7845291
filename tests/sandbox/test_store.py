"""The store: creating a database, and transactions that cannot be committed."""

from __future__ import annotations

import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest

from vivialconnect.sandbox.service.store import Store, select_all, select_count

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store() -> Iterator[Store]:
    """Return an empty database in memory."""
    opened = Store()
    yield opened
    opened.close()


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Switch threads so often that they interleave between any two statements."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
def test_store__created_concurrently(tmp_path: Path) -> None:
    """Concurrent stores on a new file all find its tables."""
    begin = threading.Barrier(4)

    def accounts(file: Path) -> int:
        begin.wait(10)
        with closing(Store(str(file))) as opened:
            return opened.transaction(lambda it: select_count(it, "accounts", "true", ()))

    with ThreadPoolExecutor(4) as pool:
        for number in range(60):
            file = tmp_path / f"{number}.sqlite"
            assert [*pool.map(accounts, [file] * 4)] == [0] * 4


def test_transaction__disk_full(store: Store) -> None:
    """If the disk is full, only that is raised, and smaller changes can be saved later."""

    def fill(connection: sqlite3.Connection) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()["page_count"]
        connection.execute(f"PRAGMA max_page_count = {pages + 1}")
        connection.execute("CREATE TABLE notes (text TEXT)")

    def note(connection: sqlite3.Connection, text: str) -> int:
        connection.execute("INSERT INTO notes VALUES (?)", (text,))
        return select_count(connection, "notes", "true", ())

    store.transaction(fill)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        store.transaction(partial(note, text="x" * 100_000))
    assert store.transaction(partial(note, text="x")) == 1


def test_transaction__fails_at_commit(store: Store) -> None:
    """A change that fails at the commit is rolled back, and the next transaction can start."""
    for statement in (
        "CREATE TABLE words (id INTEGER PRIMARY KEY)",
        "CREATE TABLE notes (word INTEGER REFERENCES words DEFERRABLE INITIALLY DEFERRED)",
        "PRAGMA foreign_keys = ON",
    ):
        store._connection.execute(statement)
    with pytest.raises(sqlite3.IntegrityError):
        store.transaction(lambda connection: connection.execute("INSERT INTO notes VALUES (1)"))
    assert store.transaction(partial(select_all, statement="SELECT * FROM notes")) == []


@pytest.mark.parametrize("use", ["transaction", "read"])
def test_store__closed(use: str) -> None:
    """A closed store says so."""
    closed = Store()
    closed.close()
    with pytest.raises(RuntimeError, match="not running"):
        getattr(closed, use)(lambda it: select_count(it, "accounts", "true", ()))


class Interrupted(Exception):
    """Raised by the signal handler."""


@pytest.fixture
def _raising_handler() -> Iterator[None]:
    """Make a signal handler raise in the main thread."""

    def interrupt(*_: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGUSR1, interrupt)
    yield
    signal.signal(signal.SIGUSR1, before)


@pytest.mark.usefixtures("_raising_handler")
def test_transaction__interrupted_while_waiting(tmp_path: Path) -> None:
    """An interrupt of a transaction that waits for another one leaves none open."""
    file = str(tmp_path / "shared.sqlite")
    begun = threading.Event()
    waiting = threading.get_ident()

    def interrupt(_: sqlite3.Connection) -> None:
        begun.set()
        while not store._lock.locked():
            time.sleep(0.001)
        time.sleep(0.1)  # Until it waits for the file too.
        signal.pthread_kill(waiting, signal.SIGUSR1)

    with closing(Store(file)) as busy, closing(Store(file)) as store, ThreadPoolExecutor(1) as pool:
        ended = pool.submit(busy.transaction, interrupt)
        assert begun.wait(10)
        with pytest.raises(Interrupted):
            store.transaction(lambda _: None)
        ended.result()

        for each in (store, busy):
            assert each.transaction(lambda it: select_count(it, "accounts", "true", ())) == 0
