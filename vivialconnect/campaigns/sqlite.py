"""The SQLite store: a file in WAL mode, which one run at a time holds.

A commit survives the end of the process, and of the machine except for the last commits before a
power failure. A run finds what those recorded when it starts: see ``reconciliation``.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from vivialconnect.campaigns.errors import CampaignError, JournalInUse
from vivialconnect.campaigns.options import SECOND
from vivialconnect.campaigns.schema import TABLES, VERSION
from vivialconnect.campaigns.stores import Row, Values, expand

OLDEST_SQLITE = (3, 35)  # the first with RETURNING
BUSY_TIMEOUT = 60  # seconds to wait for another process that writes
SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA cache_size = -32768",  # KB
)
FILE_MODE = 0o600
LOCK_SUFFIX = ".lock"
DIALECT = {
    "id": "INTEGER PRIMARY KEY AUTOINCREMENT",
    "bytes": "BLOB",
    "for_update": "",
    "skip_locked": "",
}


class SQLiteTransaction:
    """A transaction; see :class:`.Transaction`."""

    def __init__(self, connection: sqlite3.Connection, now: int) -> None:
        self.connection = connection
        self.now = now

    def rows(self, statement: str, **values: Any) -> list[Row]:
        """Execute a statement, and return its rows."""
        text, flat = expand(statement.format_map(DIALECT), values)
        return self.connection.execute(text, flat).fetchall()

    def many(self, statement: str, values: Sequence[Values]) -> list[Row]:
        """Execute a statement that returns rows once for each mapping, and return all rows."""
        text, execute = statement.format_map(DIALECT), self.connection.execute
        return [row for each in values for row in execute(text, each)]

    def run(self, statement: str, **values: Any) -> int:
        """Execute a statement, and return how many rows it changed."""
        text, flat = expand(statement.format_map(DIALECT), values)
        return self.connection.execute(text, flat).rowcount

    def run_many(self, statement: str, values: Sequence[Values]) -> None:
        """Execute a statement once for each mapping."""
        self.connection.executemany(statement.format_map(DIALECT), values)


class SQLiteStore:
    """A journal in an SQLite file.

    :param path: The path of the file.
    """

    exclusive = True

    def __init__(self, path: str) -> None:
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise CampaignError(
                f"SQLite {sqlite3.sqlite_version} is too old for campaigns. Use Python with SQLite "
                "3.35 or later, or a PostgreSQL journal."
            )
        self.path = os.path.realpath(path)
        #: Returns the time in seconds since 1970.
        self.clock: Callable[[], float] = time.time
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def open(self, *, create: bool = False) -> bool:
        """Open the file, and return whether it holds a journal."""
        with self._lock:
            if self._connection is None:
                if not create and not Path(self.path).exists():
                    return False
                self._connection = self._connect(create=create)
        return True

    def _connect(self, *, create: bool) -> sqlite3.Connection:
        # Created here, because SQLite would create it readable for others. It keeps its mode.
        if create:
            # Other errors are raised when SQLite opens the file.
            with suppress(OSError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, FILE_MODE))
        connection = _open_file(self.path)
        try:
            _check(connection, self.path)
            for setting in SETTINGS:
                connection.execute(setting)
            connection.execute("BEGIN IMMEDIATE")
            for table in TABLES:
                connection.execute(table.format_map(DIALECT))
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            connection.close()
            raise CampaignError(f"cannot use {self.path}: {error}") from error
        except CampaignError:
            connection.close()
            raise
        return connection

    @contextmanager
    def transaction(self, *, read: bool = False) -> Generator[SQLiteTransaction, None, None]:
        """Begin a transaction."""
        with self._lock:
            connection = self._connection
            if connection is None:
                raise CampaignError("the journal is closed: open the campaign again")
            try:
                connection.execute("BEGIN" if read else "BEGIN IMMEDIATE")
                yield SQLiteTransaction(connection, self.now())
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def now(self) -> int:
        """Return the time of this machine."""
        return round(self.clock() * SECOND)

    @contextmanager
    def hold(self) -> Generator[None, None, None]:
        """Hold the journal: lock a file beside it, which the end of the process unlocks."""
        with closing(_open_file(self.path + LOCK_SUFFIX, timeout=0)) as lock:
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                raise JournalInUse(f"the journal {self.path} is in use by another run") from error
            yield

    def compact(self) -> None:
        """Remove deleted rows from the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.execute("VACUUM")
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _open_file(path: str, timeout: float = BUSY_TIMEOUT) -> sqlite3.Connection:
    try:
        return sqlite3.connect(path, timeout=timeout, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError as error:
        raise CampaignError(f"cannot open {path}: {error}") from error


def _check(connection: sqlite3.Connection, path: str) -> None:
    """Check that a file is a journal, or empty.

    :raises CampaignError: If it is neither.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    if version != VERSION and (version or tables):
        raise CampaignError(f"{path} is a database, but not a journal of this release")
