"""The sandbox's memory: its SQLite schema and the way in. What rows mean is told elsewhere.

One connection serves all threads, one transaction at a time. A transaction that has ended is on
the disk, so what was acknowledged outlives a kill: SQLite's own journal sees to that. A write-ahead
log would be quicker, but while one connection begins or ends it, SQLite refuses others at once as
locked, whatever their timeout.
"""

# ruff: noqa: S608 - names of tables and columns come from the code, values are bound.

from __future__ import annotations

import re
import sqlite3
import threading
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Callable, Optional, TypeVar

#: Ids that SQLite can hold.
RECORD_ID = re.compile(r"[0-9]{1,18}", re.ASCII)
NOT_RUNNING = "This sandbox is not running; start it, or use it in a with block"

Row = dict[str, Any]
ResultT = TypeVar("ResultT")

SCHEMA = """
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER, company_name TEXT,
    active INTEGER NOT NULL DEFAULT 1, balance INTEGER NOT NULL,
    date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
CREATE TABLE contacts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL,
    active INTEGER NOT NULL DEFAULT 1, contact_type TEXT NOT NULL, first_name TEXT NOT NULL,
    last_name TEXT NOT NULL, email TEXT NOT NULL, company_name TEXT, title TEXT, work_phone TEXT,
    mobile_phone TEXT, fax TEXT, address1 TEXT, address2 TEXT, address3 TEXT, city TEXT, state TEXT,
    postal_code TEXT, country TEXT, date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, username TEXT, email TEXT,
    first_name TEXT, last_name TEXT, timezone TEXT NOT NULL DEFAULT 'UTC', mfa_method TEXT,
    active INTEGER NOT NULL DEFAULT 1, verified INTEGER NOT NULL DEFAULT 0, roles TEXT NOT NULL,
    date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
CREATE TABLE passwords (
    user_id INTEGER PRIMARY KEY, salt BLOB NOT NULL, hash BLOB NOT NULL);
CREATE TABLE credentials (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, user_id INTEGER NOT NULL,
    name TEXT, active INTEGER NOT NULL DEFAULT 1, api_key TEXT NOT NULL UNIQUE,
    api_secret TEXT NOT NULL, date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, message_type TEXT NOT NULL,
    direction TEXT NOT NULL, from_number TEXT, to_number TEXT NOT NULL, body TEXT NOT NULL,
    status TEXT NOT NULL, sent TEXT, num_media INTEGER NOT NULL, num_segments INTEGER NOT NULL,
    price INTEGER, price_currency TEXT, error_code INTEGER, error_message TEXT,
    connector_id INTEGER, bulk_id TEXT, dest_country TEXT, encoding TEXT NOT NULL,
    accepted REAL NOT NULL, due REAL, date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
CREATE INDEX messages_due ON messages (due) WHERE due IS NOT NULL;
CREATE INDEX messages_account ON messages (account_id);
CREATE INDEX messages_bulk ON messages (bulk_id) WHERE bulk_id IS NOT NULL;
CREATE TABLE bulks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, bulk_id TEXT NOT NULL UNIQUE,
    total_messages INTEGER NOT NULL, processed INTEGER NOT NULL, errors INTEGER NOT NULL,
    date_created TEXT NOT NULL);
CREATE TABLE attachments (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, message_id INTEGER NOT NULL,
    content_type TEXT NOT NULL, size INTEGER NOT NULL, file_name TEXT NOT NULL,
    key_name TEXT NOT NULL, media BLOB NOT NULL,
    date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
CREATE INDEX attachments_message ON attachments (message_id);
CREATE TABLE available_numbers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, phone_number TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    phone_number_type TEXT NOT NULL, area_code TEXT NOT NULL, city TEXT, region TEXT,
    rate_center TEXT, lata TEXT, postal_code TEXT, sold INTEGER NOT NULL DEFAULT 0);
CREATE TABLE numbers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, name TEXT NOT NULL,
    phone_number TEXT NOT NULL UNIQUE, phone_number_type TEXT NOT NULL,
    active INTEGER NOT NULL DEFAULT 1, city TEXT, region TEXT, rate_center TEXT, lata TEXT,
    incoming_text_url TEXT, incoming_text_method TEXT, incoming_text_fallback_url TEXT,
    incoming_text_fallback_method TEXT, status_text_url TEXT, status_text_method TEXT,
    voice_forwarding_number TEXT, connector_id INTEGER, tags TEXT NOT NULL DEFAULT '{}',
    date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
CREATE INDEX numbers_connector ON numbers (connector_id);
CREATE TABLE connectors (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, name TEXT,
    active INTEGER NOT NULL DEFAULT 1, callbacks TEXT NOT NULL DEFAULT '[]',
    turn INTEGER NOT NULL DEFAULT 0, date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
CREATE TABLE logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL, log_id TEXT NOT NULL,
    log_type TEXT NOT NULL, item_type TEXT NOT NULL, item_id TEXT NOT NULL,
    operator_type TEXT NOT NULL, operator_id TEXT NOT NULL, origin TEXT NOT NULL,
    description TEXT NOT NULL, log_timestamp TEXT NOT NULL, log_data TEXT NOT NULL);
CREATE INDEX logs_time ON logs (account_id, log_timestamp, log_id);
CREATE TABLE transactions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL,
    transaction_type TEXT NOT NULL, unit_count INTEGER NOT NULL, cash_amount INTEGER NOT NULL,
    credit_amount INTEGER NOT NULL, cash_balance INTEGER NOT NULL, post_time TEXT NOT NULL,
    data TEXT NOT NULL);
CREATE TABLE webhooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL, item_type TEXT NOT NULL, targets TEXT NOT NULL,
    document TEXT NOT NULL);
"""

#: What a database is marked with, so that one of another release, or of another program, is told.
MARK = zlib.crc32(SCHEMA.encode()) & 0x7FFFFFFF
#: The statements that make a database ours.
LAYOUT = (*SCHEMA.split(";"), "PRAGMA user_version = {}".format(MARK))

TABLES = (
    "accounts", "contacts", "users", "passwords", "credentials", "messages", "bulks", "attachments",
    "available_numbers", "numbers", "connectors", "logs", "transactions", "webhooks",
)  # fmt: skip


class Store:
    """The database and the lock around it.

    :param database: the path of a file that outlives the sandbox; ``None`` keeps all in memory.
    :raises sqlite3.Error: if the file cannot be opened, or is not a database of this release.
    """

    def __init__(self, database: Optional[str] = None) -> None:
        """Open the database and lay out its tables."""
        self._lock = threading.Lock()
        self._closed = False
        self._connection = sqlite3.connect(
            database or ":memory:", isolation_level=None, check_same_thread=False, timeout=5
        )
        self._connection.row_factory = _as_dict
        try:
            # In one transaction, for several sandboxes may begin one file at the same time.
            self.transaction(_lay_out)
        except BaseException:  # whatever it was, nothing stays open
            self._connection.close()
            raise

    def transaction(self, work: Callable[[sqlite3.Connection], ResultT]) -> ResultT:
        """Do work in a transaction, one thread at a time: all of it is kept, or on an error none.

        It is not re-entrant, and no context manager: a signal may come between the beginning of one
        and its block, and what its handler raises would leave the database locked.

        :param work: what is done with the connection.
        :returns: what the work returns.
        :raises RuntimeError: if the database was closed meanwhile.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError(NOT_RUNNING)
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                result = work(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:  # an interrupt is no reason to keep half
                if self._connection.in_transaction:  # a full disk ends it by itself
                    self._connection.execute("ROLLBACK")
                raise
            return result

    def close(self) -> None:
        """Close the database; a file is left alone, without its journal beside it."""
        with self._lock:
            self._closed = True
            self._connection.close()


def _lay_out(connection: sqlite3.Connection) -> None:
    for statement in () if _is_laid_out(connection) else LAYOUT:
        connection.execute(statement)


def _is_laid_out(connection: sqlite3.Connection) -> bool:
    """Tell whether a database has our tables; one that has others is refused."""
    if select_one(connection, "PRAGMA user_version") == {"user_version": MARK}:
        return True
    if select_one(connection, "SELECT * FROM sqlite_master"):
        raise sqlite3.DatabaseError(
            "the database is not one of this release of the sandbox: remove it, or name another"
        )
    return False


def _as_dict(cursor: sqlite3.Cursor, values: Sequence[Any]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values)}


def parse_id(value: object) -> Optional[int]:
    """Return an id from an integer or a string of digits, or ``None``."""
    text = str(value)
    return int(text) if RECORD_ID.fullmatch(text) else None


def clear(connection: sqlite3.Connection) -> None:
    """Delete every row; ids begin at 1 again, but not of webhooks: one may be under way.

    :param connection: a connection in a transaction.
    """
    for table in TABLES:
        connection.execute("DELETE FROM " + table)
    connection.execute("DELETE FROM sqlite_sequence WHERE name != 'webhooks'")


def insert(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> int:
    """Add a row.

    :param connection: a connection in a transaction.
    :param table: the table's name.
    :param row: the values by column.
    :returns: the new row's id.
    """
    statement = "INSERT INTO {} ({}) VALUES ({})".format(
        table, ", ".join(row), ", ".join(":" + column for column in row)
    )
    return int(connection.execute(statement, row).lastrowid or 0)


def update(
    connection: sqlite3.Connection, table: str, row_id: int, changes: Mapping[str, Any]
) -> None:
    """Change columns of a row.

    :param connection: a connection in a transaction.
    :param table: the table's name.
    :param row_id: the row's id.
    :param changes: the new values by column; at least one.
    """
    assignments = ", ".join(f"{column} = :{column}" for column in changes)
    connection.execute(f"UPDATE {table} SET {assignments} WHERE id = :id", dict(changes, id=row_id))


def select_one(
    connection: sqlite3.Connection, statement: str, values: Sequence[Any] = ()
) -> Optional[Row]:
    """Read the first row of a query, or ``None``."""
    row: Optional[Row] = connection.execute(statement, values).fetchone()
    return row


def select_all(
    connection: sqlite3.Connection, statement: str, values: Sequence[Any] = ()
) -> list[Row]:
    """Read all rows of a query."""
    return connection.execute(statement, values).fetchall()


def select_count(
    connection: sqlite3.Connection, table: str, where: str, values: Sequence[Any]
) -> int:
    """Count the rows of a table for which a condition holds."""
    row = select_one(connection, f"SELECT count(*) AS count FROM {table} WHERE {where}", values)
    return int(row["count"]) if row else 0
