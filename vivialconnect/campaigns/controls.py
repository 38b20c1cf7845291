"""What people decide about a campaign: pause, resume, cancel, suppress, resolve, purge."""

from __future__ import annotations

import json
from collections.abc import Iterable

from vivialconnect import validate_phone_number
from vivialconnect.campaigns import reports
from vivialconnect.campaigns.errors import CampaignError
from vivialconnect.campaigns.journal import CampaignRow, Journal, update
from vivialconnect.campaigns.stores import Transaction

GIVEN = "given"  # the reason of a suppression that nothing lifts
DECISIONS = {"sent": "sent", "resend": "todo", "skip": "cancelled"}
ENDED = ("finished", "cancelled")

RESOLVE = """
UPDATE texts SET state = :state, message_id = :message_id, ended = :now, due = 0, worker = NULL,
    error = NULL
WHERE campaign = :campaign AND key = :key AND state = 'open'
"""
INSERT_SUPPRESSION = """
INSERT INTO suppressions (campaign, number, reason) VALUES (:campaign, :number, :reason)
ON CONFLICT (campaign, number) DO UPDATE SET reason = :reason
"""
CANCEL = """
UPDATE texts SET state = 'cancelled', worker = NULL, ended = :now
WHERE campaign = :campaign AND state IN ('todo', 'leased')
"""


def pause(journal: Journal) -> None:
    """Pause a campaign."""
    _set_state(journal, "paused")


def resume(journal: Journal) -> None:
    """Let a campaign run."""
    _set_state(journal, "running")


def cancel(journal: Journal) -> None:
    """Cancel a campaign, and its texts that are to do."""
    journal.open()
    with journal.store.transaction() as transaction:
        campaign = journal.find(transaction, lock=True)
        transaction.run(CANCEL, campaign=campaign.id, now=transaction.now)
        update(transaction, campaign, state="cancelled", reason=None)


def suppress(journal: Journal, numbers: Iterable[str]) -> int:
    """Suppress numbers, and return how many."""
    checked = {validate_phone_number(number) for number in numbers}
    journal.open()
    with journal.store.transaction() as transaction:
        campaign = journal.find(transaction, lock=True)
        transaction.run_many(
            INSERT_SUPPRESSION,
            [
                {"campaign": campaign.id, "number": number, "reason": GIVEN}
                for number in sorted(checked)
            ],
        )
    return len(checked)


def resolve(journal: Journal, key: str, decision: str, message_id: int | None) -> None:
    """Decide about an open text."""
    if decision not in DECISIONS:
        raise ValueError(f"decision must be one of {', '.join(DECISIONS)}, got {decision!r}")
    if message_id is not None and decision != "sent":
        raise ValueError('message_id is only for the decision "sent"')
    journal.open()
    with journal.store.transaction() as transaction:
        campaign = journal.find(transaction, lock=True)
        if decision == "resend":
            _check_not_cancelled(journal, campaign)
        changed = transaction.run(
            RESOLVE,
            campaign=campaign.id,
            key=key,
            state=DECISIONS[decision],
            message_id=message_id,
            now=transaction.now,
        )
        if not changed:
            raise CampaignError(_not_open(transaction, campaign, key))


def _not_open(transaction: Transaction, campaign: CampaignRow, key: str) -> str:
    statement = "SELECT state FROM texts WHERE campaign = :campaign AND key = :key"
    rows = transaction.rows(statement, campaign=campaign.id, key=key)
    if rows:
        return f"text {key!r} is {rows[0][0]}, not open"
    return f"there is no text with the key {key!r}: see the report for the keys"


def purge(journal: Journal) -> None:
    """Delete the texts of a campaign, and keep their counts."""
    journal.open()
    with journal.store.transaction() as transaction:
        campaign = journal.find(transaction, lock=True)
        counts = reports.count(transaction, campaign)
        state = reports.state_of(campaign, counts)
        if state not in ENDED or any(counts.get(each) for each in reports.UNDECIDED):
            raise CampaignError(
                f"campaign {journal.name!r} is {state}: finish or cancel it, and resolve its open "
                "texts, before you purge it"
            )
        for table in ("texts", "suppressions", "workers"):
            transaction.run(
                f"DELETE FROM {table} WHERE campaign = :campaign",  # noqa: S608 - names of tables
                campaign=campaign.id,
            )
        update(transaction, campaign, purged=json.dumps(counts))
    journal.store.compact()


def _set_state(journal: Journal, state: str) -> None:
    journal.open()
    with journal.store.transaction() as transaction:
        campaign = journal.find(transaction, lock=True)
        _check_not_cancelled(journal, campaign)
        update(transaction, campaign, state=state, reason=None)


def _check_not_cancelled(journal: Journal, campaign: CampaignRow) -> None:
    if campaign.state == "cancelled":
        raise CampaignError(f"campaign {journal.name!r} is cancelled: plan one with another name")
