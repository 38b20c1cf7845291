"""The PostgreSQL store: a database that workers on many machines share.

Its tables are in the schema ``vivialconnect``. Its clock is that of the database.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg

from vivialconnect.campaigns.errors import CampaignError
from vivialconnect.campaigns.schema import TABLES
from vivialconnect.campaigns.stores import Row, StoreLost, Values, expand

SCHEMA = "vivialconnect"
CONNECT_TIMEOUT = 10  # seconds
COMMITS = "'synchronous_commit'"
SETTINGS = (
    f"SET search_path TO {SCHEMA}, public",
    # A begin is on the disk before its text is posted.
    f"SELECT set_config({COMMITS}, 'on', false) WHERE current_setting({COMMITS}) = 'off'",
)
NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
FIND_TABLES = f"SELECT to_regclass('{SCHEMA}.campaigns') IS NOT NULL"
#: Two processes may create the tables at the same time.
CREATION_LOCK = "SELECT pg_advisory_xact_lock(5446979)"
DIALECT = {
    "id": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    "bytes": "BYTEA",
    "for_update": "FOR UPDATE",
    "skip_locked": "FOR UPDATE SKIP LOCKED",
}
PLACEHOLDER = re.compile(r"(?<![:\w]):([a-z_][a-z_0-9]*)")
#: The connection is lost, or the server is stopping or starting.
LOST = (psycopg.OperationalError, psycopg.InterfaceError)


@lru_cache(maxsize=256)
def translate(statement: str) -> str:
    """Return a statement with the placeholders of psycopg.

    >>> translate("SELECT 1 FROM texts WHERE id = :id {for_update}")
    'SELECT 1 FROM texts WHERE id = %(id)s FOR UPDATE'
    """
    return PLACEHOLDER.sub(r"%(\1)s", statement.format_map(DIALECT))


class PostgreSQLTransaction:
    """A transaction; see :class:`.Transaction`."""

    def __init__(self, connection: psycopg.Connection[Row], now: int) -> None:
        self.connection = connection
        self.now = now

    def rows(self, statement: str, **values: Any) -> list[Row]:
        """Execute a statement, and return its rows."""
        text, flat = expand(statement, values)
        return self.connection.execute(translate(text).encode(), flat).fetchall()

    def many(self, statement: str, values: Sequence[Values]) -> list[Row]:
        """Execute a statement that returns rows once for each mapping, and return all rows."""
        if len(values) == 1:
            return self.rows(statement, **values[0])
        found: list[Row] = []
        with self.connection.cursor() as cursor:
            cursor.executemany(translate(statement).encode(), values, returning=True)
            more: bool | None = bool(values)
            while more:
                found += cursor.fetchall()
                more = cursor.nextset()
        return found

    def run(self, statement: str, **values: Any) -> int:
        """Execute a statement, and return how many rows it changed."""
        text, flat = expand(statement, values)
        return self.connection.execute(translate(text).encode(), flat).rowcount

    def run_many(self, statement: str, values: Sequence[Values]) -> None:
        """Execute a statement once for each mapping."""
        if len(values) == 1:
            self.run(statement, **values[0])
        elif values:
            with self.connection.cursor() as cursor:
                cursor.executemany(translate(statement).encode(), values)


class PostgreSQLStore:
    """A journal in a PostgreSQL database.

    :param url: The URL of the database.
    """

    exclusive = False

    def __init__(self, url: str) -> None:
        self._url = url
        # The clock has a connection of its own, so that senders do not wait for commits.
        self._writer = _Connection(url)
        self._clock = _Connection(url)

    def open(self, *, create: bool = False) -> bool:
        """Connect, and return whether the database holds a journal."""
        try:
            with self._writer.use() as connection, connection.transaction():
                connection.execute(CREATION_LOCK)
                ((exists,),) = connection.execute(FIND_TABLES).fetchall()
                if create and not exists:
                    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}".encode())
                    for table in TABLES:
                        connection.execute(table.format_map(DIALECT).encode())
        except StoreLost as error:
            raise CampaignError(f"cannot use the PostgreSQL journal: {error}") from error
        return create or bool(exists)

    @contextmanager
    def transaction(self, *, read: bool = False) -> Generator[PostgreSQLTransaction, None, None]:  # noqa: ARG002 - of the protocol
        """Begin a transaction."""
        with self._writer.use() as connection:
            try:
                with connection.transaction():
                    yield PostgreSQLTransaction(connection, _now(connection))
            except psycopg.errors.UniqueViolation as error:
                raise CampaignError(f"another plan ran at the same time: {error}") from error

    def now(self) -> int:
        """Return the time of the database."""
        with self._clock.use() as connection:
            return _now(connection)

    @contextmanager
    def hold(self) -> Generator[None, None, None]:
        """Do nothing: any number of runs may use the journal."""
        yield

    def compact(self) -> None:
        """Do nothing: the database does it by itself."""

    def close(self) -> None:
        """Close the connections."""
        self._writer.close()
        self._clock.close()


class _Connection:
    """A connection that is opened when it is needed, and used by one thread at a time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._connection: psycopg.Connection[Row] | None = None

    @contextmanager
    def use(self) -> Generator[psycopg.Connection[Row], None, None]:
        """Lock the connection.

        :raises StoreLost: If it is lost. It is opened again the next time.
        """
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                yield self._connection
            except LOST as error:
                self._close()
                raise StoreLost(str(error).strip()) from error

    def _connect(self) -> psycopg.Connection[Row]:
        connection = psycopg.connect(self._url, autocommit=True, connect_timeout=CONNECT_TIMEOUT)
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        for setting in SETTINGS:
            connection.execute(setting)
        return connection

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _now(connection: psycopg.Connection[Row]) -> int:
    ((now,),) = connection.execute(NOW).fetchall()
    return int(now)
