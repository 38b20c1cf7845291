"""The index of conversations: which messages belong to each, in the order of the newest message.

It is in memory and is brought up to date when the page asks for it, so that sending a message costs
nothing more. Messages are never deleted one by one, and their ids only grow.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from vivialconnect.sandbox.service.store import Store

#: How many messages are read at a time; other requests wait for a batch.
BATCH = 10_000
#: The pause between batches, in seconds. Without it, the lock would rarely go to another thread.
PAUSE = 0.001

_NEW = """
SELECT id, accepted, account_id, direction, from_number, to_number FROM messages WHERE id > ?
ORDER BY id LIMIT ?
"""


class Conversation(NamedTuple):
    """A number of an account, and the number at the other end.

    :param account_id: the account's id.
    :param number: the number of the account.
    :param other: the other number.
    """

    account_id: int
    number: str
    other: str

    @property
    def id(self) -> str:
        """The conversation in the form ``12345-19132597591-15154469790``."""
        return f"{self.account_id}-{self.number[1:]}-{self.other[1:]}"


def conversation_of(
    account_id: int, direction: str, from_number: str, to_number: str
) -> Conversation:
    """Return the conversation of a message."""
    if direction == "inbound":
        return Conversation(account_id, to_number, from_number)
    return Conversation(account_id, from_number, to_number)


class ConversationIndex:
    """The ids of the messages of each conversation. It is thread-safe."""

    def __init__(self) -> None:
        # Held while the database is locked, and never the other way around.
        self._update_lock = threading.Lock()
        self._lock = threading.Lock()
        # The id of the newest message, and when it was accepted.
        self._newest = (0, 0.0)
        # The conversation with the newest message is the last one.
        self._ids: OrderedDict[Conversation, array[int]] = OrderedDict()

    def update(self, store: Store) -> None:
        """Read the messages that are new.

        :param store: the database.
        """
        with self._update_lock:
            while store.read(self._read_batch):
                time.sleep(PAUSE)

    def clear(self) -> None:
        """Forget all conversations, after a reset of the database."""
        with self._update_lock:
            self._forget()

    def newest_first(
        self, account_id: int | None, offset: int, limit: int
    ) -> tuple[list[tuple[Conversation, int]], int]:
        """Return some conversations with their newest message, and how many there are.

        :param account_id: the account; ``None`` for all.
        :param offset: how many to skip.
        :param limit: how many to return.
        :returns: conversations and the ids of their newest messages, the newest first; the total.
        """
        with self._lock:
            newest: Iterable[Conversation] = reversed(self._ids)
            total = len(self._ids)
            if account_id is not None:
                own = [each for each in newest if each.account_id == account_id]
                newest, total = own, len(own)
            shown = islice(newest, offset, offset + limit)
            return [(each, self._ids[each][-1]) for each in shown], total

    def message_ids(self, conversation: Conversation) -> Sequence[int]:
        """Return the ids of the messages of a conversation, the oldest first."""
        with self._lock:
            return self._ids.get(conversation, array("q"))[:]

    def count(self, conversation: Conversation) -> int:
        """Return how many messages a conversation has."""
        with self._lock:
            return len(self._ids.get(conversation, ()))

    def _forget(self) -> None:
        with self._lock:
            self._ids.clear()
            self._newest = (0, 0.0)

    def _read_batch(self, connection: sqlite3.Connection) -> bool:
        """Read some new messages, and return whether there may be more."""
        cursor = connection.cursor()
        cursor.row_factory = None
        self._forget_after_a_reset(cursor)
        rows = cursor.execute(_NEW, (self._newest[0], BATCH)).fetchall()
        with self._lock:
            for message_id, accepted, *ends in rows:
                self._newest = (message_id, accepted)
                conversation = conversation_of(*ends)
                self._ids.setdefault(conversation, array("q")).append(message_id)
                self._ids.move_to_end(conversation)
        return len(rows) == BATCH

    def _forget_after_a_reset(self, cursor: sqlite3.Cursor) -> None:
        """Start again if another sandbox has reset the database."""
        statement = "SELECT id, accepted FROM messages WHERE id = ?"
        if (
            self._newest[0]
            and cursor.execute(statement, self._newest[:1]).fetchone() != self._newest
        ):
            self._forget()


def position_of(ids: Sequence[int], message_id: int) -> int:
    """Return the position of a message among ids in ascending order."""
    return bisect_left(ids, message_id)
