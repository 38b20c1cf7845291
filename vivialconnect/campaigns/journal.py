"""The journal: the truth about each text, and the statements that change it.

::

    todo ──▶ leased ──▶ begun ──▶ sent | refused | unknown        unknown ──▶ sent | todo | open
    todo ──▶ suppressed | expired | cancelled                     open ──▶ sent | todo | cancelled

Each function takes a transaction. Those that change texts first read the campaign, which locks it:
all changes of a campaign happen one after another, whatever the number of processes.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from vivialconnect.campaigns.errors import CampaignError, JournalInUse
from vivialconnect.campaigns.stores import Store, Transaction

#: States of texts that a run still has to do something about.
UNDONE = ("todo", "leased", "begun", "unknown")
UNDECIDED = ("todo", "leased", "unknown")


class CampaignRow(NamedTuple):
    """A campaign as the journal has it."""

    id: int
    state: str
    #: Why it was paused, if the service denied access.
    reason: str | None
    #: The account of the first run.
    account: str | None
    connector_id: int | None
    #: The senders of its texts, as JSON.
    senders: str
    #: The quiet hours of the plan, as JSON: start and end.
    quiet: str | None
    time_zone: str | None
    #: The moment of the first plan.
    planned: int
    duplicates: int
    invalid: int
    #: The next moment at which a text may be sent.
    next: int
    #: The id of the newest message of the service that was read; ``None`` before the first look.
    seen: int | None
    #: The moment at which the last look began.
    looked: int
    #: When the next look is due.
    look_due: int
    #: When texts that are unknown for longer than ``settle`` are looked up again.
    settle_due: int
    #: The counts by state, as JSON, once the texts are deleted.
    purged: str | None


COLUMNS = ", ".join(CampaignRow._fields)
FIND = f"SELECT {COLUMNS} FROM campaigns WHERE name = :name"  # noqa: S608 - names of columns
LOCK = FIND + " {for_update}"

LEASE = """
UPDATE texts SET state = 'leased', worker = :worker WHERE id IN (
    SELECT id FROM texts
    WHERE campaign = :campaign AND state = 'todo' AND from_number = :sender AND due <= :now
    ORDER BY due, id LIMIT :count {skip_locked})
RETURNING id, from_number, to_number, body, media_urls, time_zones
"""
BEGIN = """
UPDATE texts SET state = 'begun', began = :began, settles = :settles, mark = :mark,
    due = 0, ended = NULL
WHERE id = :id AND state = 'leased' AND worker = :worker
    AND EXISTS (SELECT 1 FROM workers WHERE workers.id = :worker AND expires > :now)
    AND EXISTS (SELECT 1 FROM campaigns WHERE campaigns.id = :campaign AND state = 'running')
    AND NOT EXISTS (
        SELECT 1 FROM suppressions
        WHERE suppressions.campaign = :campaign AND number = texts.to_number)
RETURNING id
"""
SUPPRESS = """
UPDATE texts SET state = 'suppressed', worker = NULL, ended = :now
WHERE id IN :ids AND state = 'leased' AND worker = :worker AND to_number IN (
    SELECT number FROM suppressions WHERE suppressions.campaign = :campaign)
RETURNING id
"""
EXPIRE = """
UPDATE texts SET state = 'expired', worker = NULL, ended = :now
WHERE campaign = :campaign AND state = 'todo'
"""
DEFER = """
UPDATE texts SET state = 'todo', worker = NULL, due = :due
WHERE id = :id AND state = 'leased' AND worker = :worker
"""
#: An end counts even if the text was declared unknown or open meanwhile: it belongs to one begin.
END = """
UPDATE texts SET state = :state, worker = NULL, ended = :now, due = :due,
    message_id = :message_id, error_code = :error_code, error = :error
WHERE id = :id AND began = :began AND state IN ('begun', 'unknown', 'open')
"""
RELEASE = """
UPDATE texts SET state = :state, worker = NULL
WHERE campaign = :campaign AND state = 'leased' AND worker = :worker
"""
SWEEP_LEASED = """
UPDATE texts SET state = :state, worker = NULL
WHERE campaign = :campaign AND state = 'leased'
    AND worker NOT IN (SELECT id FROM workers WHERE expires > :now)
"""
SWEEP_BEGUN = """
UPDATE texts SET state = 'unknown', ended = :now, error = 'the worker stopped'
WHERE campaign = :campaign AND state = 'begun'
    AND worker NOT IN (SELECT id FROM workers WHERE expires > :now)
"""
BEAT = "UPDATE workers SET expires = :expires WHERE id = :worker AND expires > :now"
REGISTER = """
INSERT INTO workers (id, campaign, expires, place) VALUES (:worker, :campaign, :expires, :place)
"""
NEWEST_WORKER = "SELECT place FROM workers ORDER BY expires DESC LIMIT 1"
HOLD_SENDER = "UPDATE senders SET next = :until WHERE number = :sender AND next < :until"


class Text(NamedTuple):
    """A text that is leased."""

    id: int
    from_number: str
    to_number: str
    body: str
    #: The URLs of its media, as JSON.
    media_urls: str
    #: The time zones of the recipient, as JSON.
    time_zones: str


class End(NamedTuple):
    """What came of a begun text."""

    id: int
    #: The moment of its begin, which tells it from other attempts.
    began: int
    #: ``"sent"``, ``"refused"``, ``"unknown"``, or ``"todo"`` if nothing happened.
    state: str
    message_id: int | None = None
    error_code: str | None = None
    error: str | None = None
    #: Seconds for which its sender must not send.
    delay: float = 0
    sender: str = ""
    #: Why to pause the campaign.
    denied: str | None = None


class Journal:
    """A campaign of a store.

    :param store: The store.
    :param name: The name of the campaign.
    """

    def __init__(self, store: Store, name: str) -> None:
        self.store = store
        self.name = name

    def open(self) -> None:
        """Open the store.

        :raises CampaignError: If there is no journal.
        """
        if not self.store.open():
            raise CampaignError(f"campaign {self.name!r} does not exist: plan it first")

    @contextmanager
    def hold(self) -> Generator[None, None, None]:
        """Hold the store for a run or a plan.

        :raises JournalInUse: If another one holds it. The error names its process.
        """
        with ExitStack() as held:
            try:
                held.enter_context(self.store.hold())
            except JournalInUse as error:
                with self.store.transaction(read=True) as transaction:
                    rows = transaction.rows(NEWEST_WORKER)
                place = rows[0][0] if rows else "it has just begun"
                raise JournalInUse(f"{error}: {place}") from None
            yield

    def find(self, transaction: Transaction, *, lock: bool = False) -> CampaignRow:
        """Return the campaign.

        :param lock: Whether to lock it, to change it or its texts.
        :raises CampaignError: If it does not exist.
        """
        rows = transaction.rows(LOCK if lock else FIND, name=self.name)
        if not rows:
            raise CampaignError(f"campaign {self.name!r} does not exist: plan it first")
        return CampaignRow(*rows[0])


def update(transaction: Transaction, campaign: CampaignRow, **changes: Any) -> None:
    """Change columns of a campaign."""
    assignments = ", ".join(f"{column} = :{column}" for column in changes)
    transaction.run(f"UPDATE campaigns SET {assignments} WHERE id = :id", id=campaign.id, **changes)  # noqa: S608 - names of columns


def returned_state(campaign: CampaignRow) -> str:
    """Return the state of a text that is given back."""
    return "cancelled" if campaign.state == "cancelled" else "todo"


def sweep(transaction: Transaction, campaign: CampaignRow) -> None:
    """Take the texts of dead workers: leased ones are to do again, begun ones are unknown."""
    values = {"campaign": campaign.id, "now": transaction.now}
    transaction.run(SWEEP_LEASED, state=returned_state(campaign), **values)
    transaction.run(SWEEP_BEGUN, **values)
    transaction.run("DELETE FROM workers WHERE campaign = :campaign AND expires <= :now", **values)


def lease(
    transaction: Transaction, campaign: CampaignRow, worker: str, sender: str, count: int
) -> list[Text]:
    """Lease the next texts of a sender, without those of suppressed numbers."""
    values = {"campaign": campaign.id, "worker": worker, "now": transaction.now}
    rows = transaction.rows(LEASE, sender=sender, count=count, **values)
    if not rows:
        return []
    suppressed = transaction.rows(SUPPRESS, ids=[row[0] for row in rows], **values)
    gone = {row[0] for row in suppressed}
    return [Text(*row) for row in sorted(rows) if row[0] not in gone]


def end(transaction: Transaction, campaign: CampaignRow, ends: Sequence[End]) -> CampaignRow:
    """Record what came of begun texts, and return the campaign after that."""
    back, now = returned_state(campaign), transaction.now
    held = {each.sender: each.delay for each in ends if each.delay}
    until = {sender: now + round(delay * 1_000_000) for sender, delay in held.items()}
    transaction.run_many(
        END,
        [
            {
                "id": each.id,
                "began": each.began,
                "state": back if each.state == "todo" else each.state,
                "now": now,
                "due": until.get(each.sender, 0) if each.state == "todo" else 0,
                "message_id": each.message_id,
                "error_code": each.error_code,
                "error": each.error,
            }
            for each in ends
        ],
    )
    for sender, moment in until.items():
        transaction.run(HOLD_SENDER, sender=sender, until=moment)
    denied = [each.denied for each in ends if each.denied]
    if denied and campaign.state == "running":
        update(transaction, campaign, state="paused", reason=denied[0])
        return campaign._replace(state="paused", reason=denied[0])
    return campaign
