"""The two stores of a journal, SQLite and PostgreSQL, and what they share.

Statements are written once, with ``:name`` for a value, ``IN :names`` for a list of values, and
``{for_update}`` and ``{skip_locked}`` where PostgreSQL locks rows and SQLite the whole file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

PAGE_SIZE = 1_000
URL_SCHEMES = ("postgresql://", "postgres://")

Row = tuple[Any, ...]
Values = Mapping[str, Any]


class StoreLost(Exception):
    """The connection to the database was lost, and it is unknown whether the commit happened."""


class Transaction(Protocol):
    """A transaction. It is committed when its block ends, and rolled back if that raises."""

    #: The moment of its beginning, by the clock of the store.
    now: int
    #: The connection of the database's own module.
    connection: Any

    def rows(self, statement: str, **values: Any) -> list[Row]:
        """Execute a statement, and return its rows."""
        ...

    def many(self, statement: str, values: Sequence[Values]) -> list[Row]:
        """Execute a statement that returns rows once for each mapping, and return all rows."""
        ...

    def run(self, statement: str, **values: Any) -> int:
        """Execute a statement, and return how many rows it changed."""
        ...

    def run_many(self, statement: str, values: Sequence[Values]) -> None:
        """Execute a statement once for each mapping."""
        ...


class Store(Protocol):
    """A database that holds a journal. It is thread-safe: transactions run one at a time."""

    #: Whether one run at a time may hold it, so that all other workers in it are dead.
    exclusive: bool

    def open(self, *, create: bool = False) -> bool:
        """Open the database, and return whether it holds a journal.

        :param create: Whether to create the journal if there is none.
        """
        ...

    def transaction(self, *, read: bool = False) -> AbstractContextManager[Transaction]:
        """Begin a transaction.

        :param read: Whether it only reads, and need not wait for other processes that write.
        :raises StoreLost: If the connection is lost. The next transaction opens a new one.
        """
        ...

    def now(self) -> int:
        """Return the moment, by the clock of the store.

        :raises StoreLost: If the connection is lost.
        """
        ...

    def hold(self) -> AbstractContextManager[None]:
        """Hold the journal for a run.

        :raises JournalInUse: If another process holds it.
        """
        ...

    def compact(self) -> None:
        """Remove deleted rows from the disk."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


def expand(statement: str, values: Values) -> tuple[str, dict[str, Any]]:
    """Replace each list of values by its members.

    >>> expand("DELETE FROM texts WHERE id IN :ids", {"ids": [7, 8]})
    ('DELETE FROM texts WHERE id IN (:ids_0, :ids_1)', {'ids_0': 7, 'ids_1': 8})
    """
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, (list, tuple)):
            members = {f"{name}_{index}": member for index, member in enumerate(value)}
            listed = ", ".join(f":{member}" for member in members)
            statement = statement.replace(f"IN :{name}", f"IN ({listed or 'NULL'})")
            flat.update(members)
        else:
            flat[name] = value
    return statement, flat


def read_all(store: Store, statement: str, **values: Any) -> Iterator[Row]:
    """Yield the rows of a statement, and read them in pages, so that others can write meanwhile.

    :param statement: It has ``id > :after``, ``ORDER BY id`` and ``LIMIT :limit``, and its first
        column is the id.
    """
    after = 0
    while True:
        with store.transaction(read=True) as transaction:
            page = transaction.rows(statement, after=after, limit=PAGE_SIZE, **values)
        yield from page
        if len(page) < PAGE_SIZE:
            return
        after = page[-1][0]


def open_store(journal: str) -> Store:
    """Return the store of a journal by its address. It is opened on first use.

    :param journal: The path of an SQLite file, or the URL of a PostgreSQL database.
    """
    if not journal:
        raise ValueError("journal must be a path or a URL (postgresql://...), got ''")
    if journal.startswith(URL_SCHEMES):
        store: Store = _import_postgresql().PostgreSQLStore(journal)
        return store
    from vivialconnect.campaigns.sqlite import SQLiteStore  # noqa: PLC0415 - as the other one

    return SQLiteStore(journal)


def _import_postgresql() -> Any:
    try:
        from vivialconnect.campaigns import postgresql  # noqa: PLC0415 - needs psycopg
    except ImportError as error:
        message = "psycopg is not installed: pip install 'vivialconnect[postgresql]'"
        raise ImportError(message, name="psycopg") from error
    return postgresql
