"""What a campaign can tell: its counts, its texts, and what is left to send."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from vivialconnect import Message
from vivialconnect.campaigns.journal import CampaignRow, Journal
from vivialconnect.campaigns.options import to_datetime
from vivialconnect.campaigns.results import Status, TextReport
from vivialconnect.campaigns.stores import Transaction, read_all

COUNTS = "SELECT state, count(*) FROM texts WHERE campaign = :campaign GROUP BY state"
TEXTS = """
SELECT id, key, to_number, from_number, state, message_id, error_code, error, began, ended
FROM texts WHERE campaign = :campaign AND id > :after ORDER BY id LIMIT :limit
"""
BODIES = """
SELECT id, body FROM texts WHERE campaign = :campaign AND id > :after AND state IN :states
    AND to_number NOT IN (SELECT number FROM suppressions WHERE campaign = :campaign)
ORDER BY id LIMIT :limit
"""
SUPPRESSED = """
SELECT count(*) FROM texts WHERE campaign = :campaign AND (state = 'suppressed' OR (
    state IN :states AND to_number IN (
        SELECT number FROM suppressions WHERE campaign = :campaign)))
"""
TODO = ("todo", "leased")
UNDECIDED = ("todo", "begun", "unknown", "open")


def count(transaction: Transaction, campaign: CampaignRow) -> dict[str, int]:
    """Return the number of texts in each state that some are in; leased ones are todo."""
    if campaign.purged is not None:
        counts: dict[str, int] = json.loads(campaign.purged)
        return counts
    counts = dict(transaction.rows(COUNTS, campaign=campaign.id))
    leased = counts.pop("leased", 0)
    return {**counts, "todo": counts.get("todo", 0) + leased}


def state_of(campaign: CampaignRow, counts: dict[str, int]) -> str:
    """Return the state to show: a campaign is finished when all of its texts are decided."""
    undecided = any(counts.get(state) for state in UNDECIDED)
    is_finished = campaign.state in {"planned", "running"} and not undecided
    return "finished" if is_finished else campaign.state


def status(journal: Journal) -> Status:
    """Return the state and the counts of a campaign."""
    journal.open()
    with journal.store.transaction(read=True) as transaction:
        campaign = journal.find(transaction)
        counts = count(transaction, campaign)
    return Status(
        journal.name,
        state_of(campaign, counts),
        **counts,
        duplicates=campaign.duplicates,
        invalid=campaign.invalid,
    )


def unsent(journal: Journal) -> tuple[int, Iterator[str]]:
    """Return how many texts are suppressed, and the bodies of those that are to be sent."""
    journal.open()
    with journal.store.transaction(read=True) as transaction:
        campaign = journal.find(transaction).id
        ((suppressed,),) = transaction.rows(SUPPRESSED, campaign=campaign, states=TODO)
    rows = read_all(journal.store, BODIES, campaign=campaign, states=TODO)
    return suppressed, (row[1] for row in rows)


def report(journal: Journal, *, delivery: bool) -> Iterator[TextReport]:
    """Iterate over the texts of a campaign."""
    journal.open()
    with journal.store.transaction(read=True) as transaction:
        campaign = journal.find(transaction)
        ((earliest,),) = transaction.rows(
            "SELECT min(message_id) FROM texts WHERE campaign = :campaign", campaign=campaign.id
        )
    statuses = _statuses(earliest) if delivery and earliest is not None else {}
    return _texts(journal, campaign.id, statuses)


def _texts(journal: Journal, campaign: int, statuses: dict[int, str]) -> Iterator[TextReport]:
    for row in read_all(journal.store, TEXTS, campaign=campaign):
        key, to_number, from_number, state, message_id, code, error, began, ended = row[1:]
        yield TextReport(
            key,
            to_number,
            from_number,
            "todo" if state == "leased" else state,
            message_id,
            code,
            error,
            to_datetime(began),
            to_datetime(ended),
            statuses.get(message_id),
        )


def _statuses(earliest: int) -> dict[int, str]:
    """Return the status of each message, back to an id."""
    found: dict[int, str] = {}
    for message in Message.find_each(order="id desc"):
        id_: Any = message.id
        if int(id_) < earliest:
            break
        found[int(id_)] = message.status
    return found
