"""The database of the sandbox: transactions, and helper functions for SQL.

One connection serves all threads, one transaction at a time. It uses SQLite's rollback journal,
because SQLite does not wait for a lock while another process opens or closes a write-ahead log.
A transaction that is committed survives the end of the process, but not a power failure: SQLite
hands it to the operating system and does not wait for the disk.
"""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import os
import re
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Callable, TypeVar

from vivialconnect.sandbox.service.schema import SCHEMA_VERSION, STATEMENTS, TABLES

#: Ids that SQLite can hold.
RECORD_ID = re.compile(r"[0-9]{1,18}", re.ASCII)
NOT_RUNNING = "This sandbox is not running. Call start(), or use it in a with block."

MEMORY = ":memory:"
#: Do not wait for the disk; use a 64 MB cache.
SETTINGS = ("PRAGMA synchronous = OFF", "PRAGMA cache_size = -65536")

Record = dict[str, Any]
ResultT = TypeVar("ResultT")


class Store:
    """The database and its lock.

    :param database: the path of a file to keep the state in; ``None`` keeps it in memory.
    :raises sqlite3.Error: if the file cannot be opened, or has another schema.
    """

    def __init__(self, database: str | None = None) -> None:
        self._lock = threading.Lock()
        self._closed = False
        name = database or MEMORY
        if name != MEMORY:
            _create_file(name)
        self._connection = sqlite3.connect(
            name, isolation_level=None, check_same_thread=False, timeout=5
        )
        self._connection.row_factory = _as_dict
        try:
            for setting in SETTINGS:
                self._connection.execute(setting)
            # In one transaction, because several sandboxes may create the same file.
            self.transaction(partial(_create_schema, name=name))
        except BaseException:
            self._connection.close()
            raise

    def transaction(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        """Run a function in a transaction: commit when it returns, roll back when it raises.

        Transactions run one at a time and do not nest.

        :param work: the function, which takes the connection.
        :returns: what the function returns.
        :raises RuntimeError: if the database is closed.
        """
        # Not a context manager: an exception from a signal handler between BEGIN and the block
        # would leave the database locked.
        with self._lock:
            if self._closed:
                raise RuntimeError(NOT_RUNNING)
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                result = work(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite rolls back by itself on a full disk.
                    self._connection.execute("ROLLBACK")
                raise
            return result

    def read(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        """Run a function that makes a single query, which needs no transaction.

        :param work: the function, which takes the connection.
        :returns: what the function returns.
        :raises RuntimeError: if the database is closed.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError(NOT_RUNNING)
            return work(self._connection)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._closed = True
            self._connection.close()


def _create_file(name: str) -> None:
    """Create the file of a database so that only its owner can read it: it holds API secrets."""
    # If it exists it keeps its mode, and other errors are raised when the database is opened.
    with suppress(OSError):
        os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _create_schema(connection: sqlite3.Connection, name: str) -> None:
    if select_one(connection, "PRAGMA user_version") == {"user_version": SCHEMA_VERSION}:
        return
    if select_one(connection, "SELECT * FROM sqlite_master"):
        raise sqlite3.DatabaseError(
            f"the database {name!r} was not created by this release of the sandbox. "
            "Move or delete the file, or give the path of another one."
        )
    for statement in STATEMENTS:
        connection.execute(statement)


def _as_dict(cursor: sqlite3.Cursor, values: Sequence[Any]) -> Record:
    return dict(zip([column[0] for column in cursor.description], values))


def parse_id(value: object) -> int | None:
    """Return an id from an integer or a string of digits, or ``None`` if it is invalid."""
    text = str(value)
    return int(text) if RECORD_ID.fullmatch(text) else None


def clear(connection: sqlite3.Connection) -> None:
    """Delete all records and restart their ids.

    The ids of webhooks continue, because a delivery in progress must not match a new webhook.

    :param connection: a connection in a transaction.
    """
    for table in TABLES:
        connection.execute("DELETE FROM " + table)
    connection.execute("DELETE FROM sqlite_sequence WHERE name != 'webhooks'")


def insert(connection: sqlite3.Connection, table: str, record: Mapping[str, Any]) -> int:
    """Insert a record.

    :param connection: a connection in a transaction.
    :param table: the table's name.
    :param record: the values by column.
    :returns: the id of the record.
    """
    statement = "INSERT INTO {} ({}) VALUES ({})".format(
        table, ", ".join(record), ", ".join(":" + column for column in record)
    )
    return int(connection.execute(statement, record).lastrowid or 0)


def append(connection: sqlite3.Connection, table: str, record: Mapping[str, Any]) -> int:
    """Insert a record with the next ``position`` of its account.

    Records with a position are never deleted one by one, so positions have no gaps.

    :param connection: a connection in a transaction.
    :param table: the table's name.
    :param record: the values by column, without the position.
    :returns: the id of the record.
    """
    statement = (
        "INSERT INTO {0} (position, {1}) VALUES ((SELECT coalesce(max(position), 0) + 1 FROM {0} "
        "WHERE account_id = :account_id), {2})"
    ).format(table, ", ".join(record), ", ".join(":" + column for column in record))
    return int(connection.execute(statement, record).lastrowid or 0)


def update(
    connection: sqlite3.Connection, table: str, record_id: int, changes: Mapping[str, Any]
) -> None:
    """Update columns of a record.

    :param connection: a connection in a transaction.
    :param table: the table's name.
    :param record_id: the id of the record.
    :param changes: the new values by column; at least one.
    """
    assignments = ", ".join(f"{column} = :{column}" for column in changes)
    connection.execute(
        f"UPDATE {table} SET {assignments} WHERE id = :id", dict(changes, id=record_id)
    )


def select_one(
    connection: sqlite3.Connection, statement: str, values: Sequence[Any] = ()
) -> Record | None:
    """Return the first record of a query, or ``None``."""
    record: Record | None = connection.execute(statement, values).fetchone()
    return record


def select_all(
    connection: sqlite3.Connection, statement: str, values: Sequence[Any] = ()
) -> list[Record]:
    """Return all records of a query."""
    return connection.execute(statement, values).fetchall()


def select_count(
    connection: sqlite3.Connection, table: str, where: str, values: Sequence[Any]
) -> int:
    """Return how many records of a table match a condition."""
    record = select_one(connection, f"SELECT count(*) AS count FROM {table} WHERE {where}", values)
    return int(record["count"]) if record else 0
