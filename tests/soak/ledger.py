"""What the client was told, call by call. On disk, so that the process shows what the library is.

Each entry says whether something is there: 1 yes, 0 no, ``NULL`` where nobody could tell yet.
"""

# ruff: noqa: S608 - the queries are put together from constants.

from __future__ import annotations

import json
import pickle
import sqlite3
import threading
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

if TYPE_CHECKING:
    from vivialconnect import Message

SCHEMA = """
CREATE TABLE sends (
    body TEXT PRIMARY KEY, account_id INTEGER, recipients INTEGER, told TEXT, present INTEGER,
    message_id INTEGER, began REAL, row BLOB);
CREATE TABLE numbers (
    phone_number TEXT PRIMARY KEY, account_id INTEGER, present INTEGER, names TEXT);
CREATE TABLE attachments (message_id INTEGER PRIMARY KEY, present INTEGER);
"""

#: What the service holds of each text, beside what the ledger says of it.
HELD = """
WITH held AS (
    SELECT account_id, body, count(*) AS times, max(id) AS id FROM state.messages
    WHERE direction != 'inbound' GROUP BY account_id, body)
SELECT sends.*, coalesce(held.times, 0) AS times, held.id AS id
FROM sends LEFT JOIN held USING (account_id, body)
"""
#: Queries for what should not be, with what it is then.
DIFFERENCES = (
    ("a text is there {} times, and was told as {} ({})",
     f"SELECT times, told, body FROM ({HELD}) WHERE times IS NOT present * recipients"),
    ("a text has the id {}, and not {} as was told ({})",
     f"SELECT id, message_id, body FROM ({HELD}) WHERE message_id != id"),
    ("account {} has a text that was never sent ({})",
     """SELECT account_id, body FROM state.messages
     WHERE (account_id, body) NOT IN (SELECT account_id, body FROM sends)"""),
    ("{} is owned by {}, and should be by {}",
     """SELECT phone_number, held.account_id, CASE present WHEN 1 THEN numbers.account_id END
     FROM numbers LEFT JOIN state.numbers held USING (phone_number)
     WHERE present IS NULL OR
         held.account_id IS NOT CASE present WHEN 1 THEN numbers.account_id END"""),
    ("{} is owned, and was never bought",
     """SELECT phone_number FROM state.numbers
     WHERE phone_number NOT IN (SELECT phone_number FROM numbers)"""),
    ("{} is named {}, and not one of {}",
     """SELECT phone_number, name, names FROM numbers JOIN state.numbers held USING (phone_number)
     WHERE names != '[]' AND name NOT IN (SELECT value FROM json_each(names))"""),
    ("message {} has {} attachments, and should have {}",
     """SELECT message_id, (SELECT count(*) FROM state.attachments held
         WHERE held.message_id = attachments.message_id) AS times, present
     FROM attachments WHERE times IS NOT present"""),
)  # fmt: skip


class Sent(NamedTuple):
    """A text as it is entered."""

    body: str
    account_id: int
    recipients: int
    told: str
    present: int | None
    message_id: int | None
    #: When the call began, in seconds since 1970.
    began: float
    #: The row, or one of a bulk send, where it may have to be looked up again.
    row: Message | None


class Ledger:
    """The ledger. It may be used from many threads.

    :param path: The file that it is in.
    """

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # What a crash would lose is of no use after it.
        self._connection.execute("PRAGMA journal_mode=OFF")
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute("PRAGMA cache_size=-200")  # KB
        self._connection.executescript(SCHEMA)
        #: How often a kind of call was told as what.
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.reconciled: Counter[str] = Counter()
        #: What is wrong already now.
        self.differences: list[str] = []

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def count(self, kind: str, outcome: str) -> None:
        """Note that a call was told as something."""
        with self._lock:
            self.outcomes[kind, outcome] += 1

    def differ(self, words: str) -> None:
        """Note something that must not be."""
        with self._lock:
            self.differences.append(words)

    def reconcile(self, result: str) -> None:
        """Note that a call of unknown outcome was looked up, and what came of it."""
        with self._lock:
            self.reconciled[result] += 1

    def enter(self, sent: Sent) -> None:
        """Enter a text that was sent, or not."""
        row = None if sent.row is None else pickle.dumps(sent.row)
        self._write("INSERT INTO sends VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*sent[:-1], row))

    def settle(self, body: str, present: int) -> None:
        """Say of a text whether it is there."""
        self._write("UPDATE sends SET present = ? WHERE body = ?", (present, body))

    def own(
        self, phone_number: str, account_id: int, present: int | None, names: Sequence[str]
    ) -> None:
        """Say of a number whether it is owned, and what it may be named; no names: anything."""
        self._write(
            "INSERT OR REPLACE INTO numbers VALUES (?, ?, ?, ?)",
            (phone_number, account_id, present, json.dumps(names)),
        )

    def attach(self, message_id: Any, present: int | None) -> None:
        """Say of a message whether it has its attachment."""
        self._write("INSERT OR REPLACE INTO attachments VALUES (?, ?)", (message_id, present))

    def open_questions(self, state: str) -> list[Sent]:
        """Return the texts of unknown outcome that were not found, and may be there.

        :param state: The file with the service's state.
        """
        query = f"""SELECT * FROM ({HELD})
            WHERE row IS NOT NULL AND (present IS NULL OR times != present * recipients)"""
        found = self._compare(state, lambda: self._connection.execute(query).fetchall())
        return [Sent._make((*values[:7], pickle.loads(values[7]))) for values in found]

    def doubtful_numbers(self) -> list[tuple[str, int]]:
        """Return the numbers of which nobody could tell, and whose they would be."""
        query = "SELECT phone_number, account_id FROM numbers WHERE present IS NULL"
        with self._lock:
            return self._connection.execute(query).fetchall()

    def find_differences(self, state: str) -> list[str]:
        """Return in words what the service has and should not have, and the other way round.

        :param state: The file with the service's state.
        """

        def ask() -> list[str]:
            return [
                words.format(*values)
                for words, query in DIFFERENCES
                for values in self._connection.execute(query)
            ]

        return self.differences + self._compare(state, ask)

    def _compare(self, state: str, ask: Callable[[], list[Any]]) -> list[Any]:
        with self._lock:
            self._connection.execute("ATTACH ? AS state", (state,))
            try:
                return ask()
            finally:
                self._connection.execute("DETACH state")

    def _write(self, statement: str, values: Sequence[Any]) -> None:
        with self._lock:
            self._connection.execute(statement, values).close()
