"""A worker: one thread that writes the journal, and several that post texts.

The writer takes what has ended and begins what may be sent, in one transaction. So a commit serves
all texts that wait for it. A text is handed to a sender after the commit of its begin.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from queue import SimpleQueue
from uuid import uuid4

from vivialconnect.campaigns.dispatch import Begun, Dispatcher
from vivialconnect.campaigns.journal import (
    BEAT,
    REGISTER,
    RELEASE,
    UNDONE,
    CampaignRow,
    End,
    Journal,
    end,
    returned_state,
    sweep,
    update,
)
from vivialconnect.campaigns.options import SECOND, Options
from vivialconnect.campaigns.sender import Sender
from vivialconnect.campaigns.stores import StoreLost, Transaction

BEATS = 3  # in the time of a lease
RETRY = 0.2  # seconds between attempts to reach the database
DONE, STOPPED, LOST = "nothing is left to do", "stopped", "lost"


class Worker:
    """Sends the texts of a campaign.

    :param journal: The journal, open and held.
    :param options: The options of the run.
    """

    def __init__(self, journal: Journal, options: Options) -> None:
        self.id = uuid4().hex
        self._journal = journal
        #: The options of the run.
        self.options = options
        self._dispatcher = Dispatcher(self.id, options)
        self._changed = threading.Condition()
        self._idle = options.threads
        self._ends: list[End] = []
        self._begun: SimpleQueue[tuple[Begun, float] | None] = SimpleQueue()
        self._beat_due = 0
        self._wake = 0.0  # by time.monotonic()
        self._lost_since: float | None = None
        self._poked = self._must_release = False
        #: Set once the messages of the service were looked at.
        self.ready = False
        #: Why it stops; ``None`` while it does not.
        self.ending: str | None = None
        #: What stopped it, if that is an error.
        self.error: BaseException | None = None
        self._threads: list[threading.Thread] = []
        self._has_left = threading.Event()

    def register(self) -> None:
        """Enter the worker into the journal, and take the texts of dead ones."""
        place = f"process {os.getpid()} on {socket.gethostname()}"
        with self._journal.store.transaction() as transaction:
            campaign = self._journal.find(transaction, lock=True)
            expires = transaction.now + self.options.lease_time
            if self._journal.store.exclusive:
                transaction.run("UPDATE workers SET expires = 0")
            transaction.run(
                REGISTER, worker=self.id, campaign=campaign.id, expires=expires, place=place
            )
            sweep(transaction, campaign)
            if campaign.state == "planned":
                update(transaction, campaign, state="running")
            # Another run may have had other quiet hours.
            transaction.run(
                "UPDATE texts SET due = 0 WHERE campaign = :campaign AND state = 'todo' "
                "AND due > :now",
                campaign=campaign.id,
                now=transaction.now,
            )
            self._beat_due = transaction.now + self.options.lease_time // BEATS
            self._connector_id = campaign.connector_id

    def start(self) -> None:
        """Start the threads. They inherit the settings of this one."""
        sender = Sender(self._journal.store, self.options, self._connector_id)
        targets: list[Callable[[], object]] = [self._write]
        targets += [lambda: self._send(sender)] * self.options.threads
        for target in targets:
            thread = threading.Thread(
                target=copy_context().run, args=(self._guard, target), daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def allow(self) -> None:
        """Let texts begin."""
        with self._changed:
            self.ready = self._poked = True
            self._changed.notify_all()

    def stop(self, reason: str) -> None:
        """Begin no more texts, and end those that are begun."""
        with self._changed:
            self.ending, self._poked = self.ending or reason, True
            self._changed.notify_all()

    def fail(self, error: BaseException) -> None:
        """Stop because of an error."""
        self.error = self.error or error
        self.stop(STOPPED)

    def pause(self, seconds: float) -> None:
        """Sleep, but not longer than the worker works."""
        with self._changed:
            self._changed.wait_for(lambda: self.ending is not None, seconds)

    def join(self, timeout: float) -> bool:
        """Wait for the writer, and return whether it has ended."""
        # Before Python 3.11, a thread whose join() was interrupted passes for ended.
        return not self._threads or self._has_left.wait(timeout)

    def _guard(self, target: Callable[[], object]) -> None:
        try:
            target()
        except BaseException as error:  # noqa: BLE001 - raised in the thread that waits
            self.fail(error)

    def _send(self, sender: Sender) -> None:
        while True:
            handed = self._begun.get()
            if handed is None:
                return
            begun, at = handed
            ended = None
            try:
                ended = sender.send(begun, at - time.monotonic())
            finally:
                with self._changed:
                    self._idle += 1
                    if ended is not None:
                        self._ends.append(ended)
                    self._changed.notify_all()

    def _write(self) -> None:
        try:
            while not self._has_ended():
                self._cycle()
            self._leave()
        finally:
            for _ in range(self.options.threads):
                self._begun.put(None)
            self._has_left.set()

    def _has_ended(self) -> bool:
        """Wait until there is something to write, and return whether everything is written."""
        with self._changed:
            self._changed.wait_for(self._has_work, self._wake - time.monotonic())
            is_idle = self._idle == self.options.threads
            return self.ending is not None and is_idle and not self._ends

    def _has_work(self) -> bool:
        is_idle = self._idle == self.options.threads
        return bool(self._ends) or self._poked or (self.ending is not None and is_idle)

    def _cycle(self) -> None:
        """Write what has ended, begin texts, commit, and hand them to the senders."""
        self._dispatcher.chosen = []  # those of the last transaction are posted
        with self._changed:
            ends, self._ends, self._poked = self._ends, [], False
            count = self._idle if self.ready and self.ending is None else 0
        try:
            with self._journal.store.transaction() as transaction:
                before = time.monotonic()
                now = transaction.now
                begun = self._change(transaction, ends, count)
        except StoreLost:
            self._keep(ends)
            return
        self._lost_since, self._must_release = None, False
        with self._changed:
            self._idle -= len(begun)
        for each in begun:
            self._begun.put((each, before + (each.began - now) / SECOND))
        self._set_wake(before, now)

    def _set_wake(self, before: float, now: int) -> None:
        wake = min(self._dispatcher.wake, self._beat_due)
        if self._idle == 0 or not self.ready:
            wake = min(now + SECOND, self._beat_due)
        if self.ending is not None:
            wake = now + SECOND
        self._wake = before + (wake - now) / SECOND

    def _change(self, transaction: Transaction, ends: list[End], count: int) -> list[Begun]:
        campaign = self._journal.find(transaction, lock=True)
        if ends:
            campaign = end(transaction, campaign, ends)
        if self._must_release:
            self._release(transaction, campaign)
        if transaction.now >= self._beat_due and not self._beat(transaction, campaign):
            self.stop(LOST)
            return []
        if campaign.state != "running":
            self.stop(campaign.state)
            return []
        begun = self._dispatcher.begin(transaction, campaign, count) if count else []
        if (
            count
            and not begun
            and self._dispatcher.is_empty
            and self._is_done(transaction, campaign)
        ):
            self.stop(DONE)
        return begun

    def _beat(self, transaction: Transaction, campaign: CampaignRow) -> bool:
        """Extend the lease, and return whether it was live."""
        self._beat_due = transaction.now + self.options.lease_time // BEATS
        expires = transaction.now + self.options.lease_time
        alive = transaction.run(BEAT, worker=self.id, expires=expires, now=transaction.now)
        if alive:
            sweep(transaction, campaign)
        return bool(alive)

    def _is_done(self, transaction: Transaction, campaign: CampaignRow) -> bool:
        statement = "SELECT 1 FROM texts WHERE campaign = :campaign AND state IN :states LIMIT 1"
        return not transaction.rows(statement, campaign=campaign.id, states=UNDONE)

    def _keep(self, ends: list[End]) -> None:
        """Keep what a lost transaction had, for the next one.

        Texts that it may have begun were not posted, so they are given back.
        """
        back = [
            End(each.text.id, each.began, "todo", sender=each.text.from_number)
            for each in self._dispatcher.chosen
        ]
        self._dispatcher.forget()
        self._must_release = True
        with self._changed:
            self._ends = [*ends, *back, *self._ends]
        now = time.monotonic()
        self._lost_since = self._lost_since or now
        if now - self._lost_since > self.options.lease:
            raise StoreLost("the database did not come back in time")
        time.sleep(RETRY)

    def _leave(self) -> None:
        """Give back the leased texts, and sign off."""
        # If the database is gone, its lease expires.
        with suppress(StoreLost), self._journal.store.transaction() as transaction:
            self._release(transaction, self._journal.find(transaction, lock=True))
            transaction.run("DELETE FROM workers WHERE id = :worker", worker=self.id)

    def _release(self, transaction: Transaction, campaign: CampaignRow) -> None:
        state = returned_state(campaign)
        transaction.run(RELEASE, campaign=campaign.id, worker=self.id, state=state)
