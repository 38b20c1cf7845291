"""Dispatch: leases texts, and begins those that may be sent now."""

from __future__ import annotations

import json
from collections import deque
from typing import NamedTuple

from vivialconnect.campaigns.journal import (
    BEGIN,
    DEFER,
    EXPIRE,
    SUPPRESS,
    CampaignRow,
    Text,
    lease,
    update,
)
from vivialconnect.campaigns.options import SECOND, Options, to_datetime, to_microseconds
from vivialconnect.campaigns.pace import Pace
from vivialconnect.campaigns.stores import Transaction

BATCH = 100  # texts that are leased at once, of each sender
#: Texts begin this long before their moment, because a commit takes time.
LOOKAHEAD = SECOND // 50
POLL = SECOND // 2  # how often an empty journal is asked again


class Begun(NamedTuple):
    """A text that is begun: it may be posted at its moment."""

    text: Text
    began: int


class Dispatcher:
    """The leased texts of a worker.

    :param worker: The id of the worker.
    :param options: The options of the run.
    """

    def __init__(self, worker: str, options: Options) -> None:
        self._worker = worker
        self._options = options
        self._texts: dict[str, deque[Text]] = {}
        self._asked: dict[str, int] = {}
        #: The texts of the last call of :meth:`begin`, whether they were begun or not.
        self.chosen: list[Begun] = []
        #: The moment at which the next text may begin.
        self.wake = 0

    @property
    def is_empty(self) -> bool:
        """Whether no text is leased."""
        return not any(self._texts.values())

    def forget(self) -> None:
        """Forget all leased texts."""
        self._texts.clear()

    def begin(self, transaction: Transaction, campaign: CampaignRow, count: int) -> list[Begun]:
        """Begin texts, and return those that the journal let begin.

        :param count: The most texts to begin.
        """
        self.chosen = []
        expiry = self._options.expiry
        if expiry is not None and transaction.now >= expiry:
            self._expire(transaction, campaign)
            return []
        pace = self._read_pace(transaction, campaign)
        self._fill(transaction, campaign, pace)
        self._choose(transaction, pace, count)
        if not self.chosen:
            return []
        begun = self._begin(transaction, campaign)
        update(transaction, campaign, next=pace.next_of_all)
        transaction.run_many(
            "UPDATE senders SET next = :next WHERE number = :number",
            [
                {"number": number, "next": pace.next_of[number]}
                for number in sorted({each.text.from_number for each in self.chosen})
            ],
        )
        return begun

    def _read_pace(self, transaction: Transaction, campaign: CampaignRow) -> Pace:
        # In a fixed order, because campaigns may share senders.
        rows = transaction.rows(
            "SELECT number, next FROM senders WHERE number IN :senders ORDER BY number "
            "{for_update}",
            senders=json.loads(campaign.senders),
        )
        return Pace(transaction.now, campaign.next, dict(rows), self._options)

    def _fill(self, transaction: Transaction, campaign: CampaignRow, pace: Pace) -> None:
        for sender in pace.next_of:
            texts = self._texts.setdefault(sender, deque())
            is_due = pace.moment(sender) <= transaction.now + SECOND
            if len(texts) > self._options.threads or not is_due:
                continue
            if self._asked.get(sender, 0) > transaction.now:
                continue
            found = lease(transaction, campaign, self._worker, sender, BATCH)
            texts.extend(found)
            if len(found) < BATCH // 2:
                self._asked[sender] = transaction.now + POLL

    def _choose(self, transaction: Transaction, pace: Pace, count: int) -> None:
        """Choose texts whose moment has come, and give back those in quiet hours."""
        latest, deferred = transaction.now + LOOKAHEAD, []
        expiry = self._options.expiry
        self.wake = transaction.now + POLL
        while len(self.chosen) < count:
            waiting = [sender for sender, texts in self._texts.items() if texts]
            if not waiting:
                break
            sender = min(waiting, key=pace.moment)
            moment = pace.moment(sender)
            if moment > latest or (expiry is not None and moment >= expiry):
                self.wake = min(self.wake, moment - LOOKAHEAD)
                break
            text = self._texts[sender].popleft()
            due = self._allowed(moment, text)
            if due > moment:
                deferred.append({"id": text.id, "worker": self._worker, "due": due})
                self.wake = transaction.now
            else:
                self.chosen.append(Begun(text, pace.take(sender)))
        transaction.run_many(DEFER, deferred)

    def _allowed(self, moment: int, text: Text) -> int:
        quiet = self._options.quiet_hours
        at = to_datetime(moment)
        if quiet is None or at is None:
            return moment
        allowed = quiet.next_allowed(at, json.loads(text.time_zones))
        return moment if allowed == at else to_microseconds(allowed)

    def _begin(self, transaction: Transaction, campaign: CampaignRow) -> list[Begun]:
        common = {
            "worker": self._worker,
            "campaign": campaign.id,
            "now": transaction.now,
            "mark": campaign.seen,
        }
        # Kept with the text, because workers may have different options.
        settle = self._options.settle_time
        rows = transaction.many(
            BEGIN,
            [
                {"id": each.text.id, "began": each.began, "settles": each.began + settle, **common}
                for each in self.chosen
            ],
        )
        begun = {row[0] for row in rows}
        others = [each.text.id for each in self.chosen if each.text.id not in begun]
        if others:  # suppressed since the lease, or settled by a look
            transaction.rows(SUPPRESS, ids=others, **common)
        return [each for each in self.chosen if each.text.id in begun]

    def _expire(self, transaction: Transaction, campaign: CampaignRow) -> None:
        for texts in self._texts.values():
            transaction.run_many(
                DEFER, [{"id": text.id, "worker": self._worker, "due": 0} for text in texts]
            )
        self.forget()
        transaction.run(EXPIRE, campaign=campaign.id, now=transaction.now)
        self.wake = transaction.now + POLL
