"""Reconciliation: finds out from the messages of the service what was sent, and who opted out.

A look is one iteration over the newest messages, whatever the number of texts in question. It goes
back to the newest message of the last look, or, where texts became unknown, to the newest message
that was seen before the earliest of them began. Ids grow, so no clock is compared.

The first look of each run also matches texts that are to do: after a power failure, or if a copy of
the journal is used, a text may have been sent without the journal knowing it.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from hashlib import blake2b
from itertools import islice
from typing import NamedTuple

from vivialconnect import (
    ConnectionError,  # noqa: A004 - the documented name
    Message,
    RateLimit,
    ResourceError,
    ServerError,
)
from vivialconnect.campaigns.journal import CampaignRow, Journal, update
from vivialconnect.campaigns.options import SECOND, Options
from vivialconnect.campaigns.stores import Transaction

#: Keywords are case-insensitive, and must be the whole text.
STOP = re.compile(r"\s*(?:STOP|STOPALL|UNSUBSCRIBE|CANCEL|END|QUIT)\s*", re.IGNORECASE | re.ASCII)
START = re.compile(r"\s*(?:START|UNSTOP)\s*", re.IGNORECASE | re.ASCII)
OPTED_OUT = "STOP"  # the reason of a suppression that START lifts

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
CHUNK = 150  # messages; a page
#: The clocks of this machine and of the service may differ by this when there was no look yet.
CLOCK_MARGIN = timedelta(minutes=1)
MAX_FAILURES = 10  # in a row
PAUSE = 1.0  # seconds after a failure that does not say how long
LONGEST_INTERVAL = 5.0  # seconds between two looks
TEMPORARY = (ConnectionError, RateLimit, ResourceError, ServerError)

KNOWN = "SELECT message_id FROM texts WHERE message_id IN :ids"
WANTED = """
SELECT content FROM texts WHERE content IN :contents AND campaign = :campaign AND state IN :states
"""
MATCHING = "SELECT id, campaign, state, mark FROM texts WHERE content = :content"
SETTLE = """
UPDATE texts SET state = :state, worker = NULL, ended = :now, error = :error
WHERE campaign = :campaign AND state = 'unknown' AND settles < :began AND mark >= :since
"""


class Look(NamedTuple):
    """What a look is about."""

    campaign: CampaignRow
    #: The moment of its beginning.
    began: int
    #: The newest id of which it need not know; ``None`` for the messages since the plan.
    since: int | None
    #: The states of the texts to match.
    states: tuple[str, ...]


class Found(NamedTuple):
    """What a look found."""

    #: The newest id; 0 without messages.
    newest: int
    #: The ids of the messages that fit texts, by their content.
    messages: dict[bytes, list[int]]
    #: Whether the newest keyword of each number is STOP.
    keywords: dict[str, bool]


def content_of(from_number: str, to_number: str, body: str) -> bytes:
    """Return the digest that tells texts and messages apart.

    :param from_number: The sender; empty if a connector chooses it.
    :param to_number: The recipient.
    :param body: The text.
    """
    text = f"{from_number}\0{to_number}\0{body}"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def look_interval(options: Options) -> float:
    """Return the seconds between two looks."""
    return min(LONGEST_INTERVAL, options.settle / 4)


def look(
    journal: Journal,
    options: Options,
    *,
    first: bool = False,
    stopped: Callable[[], bool] = lambda: False,
) -> bool:
    """Look at the newest messages, and settle the texts that they decide.

    :param first: Whether it is the first of a run.
    :param stopped: Returns whether to give up.
    :returns: Whether it looked: the look of another worker may be enough.
    :raises VivialConnectError: If the service denies access, or fails again and again.
    """
    planned = _plan(journal, options, first=first)
    if planned is None:
        return False
    found = _read(journal, planned, stopped)
    if found is None:
        return False
    with journal.store.transaction() as transaction:
        campaign = journal.find(transaction, lock=True)
        for content, ids in found.messages.items():
            _match(transaction, planned, content, ids)
        _settle(transaction, planned, options)
        _suppress(transaction, campaign, found.keywords)
        update(
            transaction,
            campaign,
            seen=max(found.newest, campaign.seen or 0),
            looked=max(planned.began, campaign.looked),
        )
    return True


def _plan(journal: Journal, options: Options, *, first: bool) -> Look | None:
    """Return what to look at; ``None`` if no look is due."""
    with journal.store.transaction() as transaction:
        campaign = journal.find(transaction, lock=True)
        now = transaction.now
        if not first and now < campaign.look_due:
            return None
        update(transaction, campaign, look_due=now + round(look_interval(options) * SECOND))
        (earliest,) = transaction.rows(
            "SELECT min(mark) FROM texts WHERE campaign = :campaign AND state = 'unknown' "
            "AND (ended >= :looked OR (settles < :now AND :is_due = 1))",
            campaign=campaign.id,
            looked=campaign.looked,
            now=now,
            is_due=int(first or _settle_is_due(transaction, campaign, options)),
        )[0]
    since = campaign.seen
    if since is not None and earliest is not None:
        since = min(since, earliest)
    return Look(campaign, now, since, ("unknown", "todo", "leased") if first else ("unknown",))


def _settle_is_due(transaction: Transaction, campaign: CampaignRow, options: Options) -> bool:
    """Return whether to look for texts that are unknown for longer than ``settle``.

    This may read many pages, so it waits for several of them while there are texts to send.
    """
    statement = "SELECT 1 FROM texts WHERE campaign = :campaign AND state IN :states LIMIT 1"
    is_busy = transaction.rows(statement, campaign=campaign.id, states=("todo", "leased"))
    if is_busy and transaction.now < campaign.settle_due:
        return False
    update(transaction, campaign, settle_due=transaction.now + options.settle_time // 10)
    return True


def _read(journal: Journal, planned: Look, stopped: Callable[[], bool]) -> Found | None:
    """Return what the messages say; ``None`` if stopped."""
    found = Found(0, defaultdict(list), {})
    messages = _patiently(Message.find_each(order="id desc"), stopped)
    oldest = EPOCH + timedelta(microseconds=planned.campaign.planned) - CLOCK_MARGIN
    while True:
        chunk = list(islice(messages, CHUNK))
        if stopped():
            return None
        if chunk:
            found = found._replace(newest=max(found.newest, int(chunk[0].id or 0)))
        newer = [message for message in chunk if _is_newer(message, planned.since, oldest)]
        _collect(journal, planned, newer, found)
        if len(newer) < CHUNK:
            return found


def _is_newer(message: Message, since: int | None, oldest: datetime) -> bool:
    if since is not None:
        return int(message.id or 0) > since
    created = message.created_at
    return created is None or created >= oldest


def _patiently(messages: Iterator[Message], stopped: Callable[[], bool]) -> Iterator[Message]:
    """Yield messages, and request a page again after a temporary failure."""
    failures = 0
    while not stopped():
        try:
            message = next(messages)
        except StopIteration:  # noqa: PERF203 - it fails seldom
            return
        except TEMPORARY as error:
            failures += 1
            if failures > MAX_FAILURES:
                raise
            delay = getattr(error, "retry_after", None)
            _sleep(PAUSE if delay is None else delay, stopped)
        else:
            failures = 0
            yield message


def _sleep(seconds: float, stopped: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not stopped() and time.monotonic() < until:
        time.sleep(min(0.1, seconds))


def _collect(journal: Journal, planned: Look, messages: list[Message], found: Found) -> None:
    """Add the messages that fit texts of the campaign, and the keywords."""
    outbound: dict[int, bytes] = {}
    for message in messages:
        if message.direction == "inbound":
            body, number = message.body or "", str(message.from_number)
            if STOP.fullmatch(body) or START.fullmatch(body):
                found.keywords.setdefault(number, bool(STOP.fullmatch(body)))
        else:
            connector = planned.campaign.connector_id is not None
            sender = "" if connector else str(message.from_number)
            content = content_of(sender, str(message.to_number), message.body or "")
            outbound[int(message.id or 0)] = content
    if not outbound:
        return
    with journal.store.transaction(read=True) as transaction:
        known = {row[0] for row in transaction.rows(KNOWN, ids=list(outbound))}
        wanted = {
            bytes(row[0])
            for row in transaction.rows(
                WANTED,
                contents=list(outbound.values()),
                campaign=planned.campaign.id,
                states=planned.states,
            )
        }
    for id_, content in outbound.items():
        if id_ not in known and content in wanted:
            found.messages[content].append(id_)


def _match(transaction: Transaction, planned: Look, content: bytes, ids: list[int]) -> None:
    """Decide the text that messages fit."""
    texts = transaction.rows(MATCHING, content=content)
    if any(state == "begun" for _, _, state, _ in texts):
        return  # the message may be of the text that is being sent
    known = {row[0] for row in transaction.rows(KNOWN, ids=ids)}
    for id_, campaign, state, mark in texts:
        if campaign != planned.campaign.id or state not in planned.states:
            continue
        after = (mark or 0) if state == "unknown" else (planned.campaign.seen or 0)
        fitting = [each for each in ids if each > after and each not in known]
        if fitting:
            _decide(transaction, id_, fitting)


def _decide(transaction: Transaction, text: int, fitting: list[int]) -> None:
    is_sure = len(fitting) == 1
    shown = ", ".join(map(str, sorted(fitting)))
    transaction.run(
        "UPDATE texts SET state = :state, message_id = :message_id, error = :error, "
        "worker = NULL, ended = :now WHERE id = :id",
        id=text,
        state="sent" if is_sure else "open",
        message_id=fitting[0] if is_sure else None,
        error=None if is_sure else f"{len(fitting)} messages fit: {shown}",
        now=transaction.now,
    )


def _settle(transaction: Transaction, planned: Look, options: Options) -> None:
    """Decide the texts that the look should have shown."""
    resend = options.on_unseen == "resend"
    transaction.run(
        SETTLE,
        state="todo" if resend else "open",
        error=None if resend else "no message fits",
        campaign=planned.campaign.id,
        now=transaction.now,
        began=planned.began,
        since=planned.since or 0,
    )


def _suppress(transaction: Transaction, campaign: CampaignRow, keywords: dict[str, bool]) -> None:
    """Suppress the numbers that sent STOP, and lift it for those that sent START."""
    values = [
        {"campaign": campaign.id, "number": number, "reason": OPTED_OUT}
        for number, is_stop in keywords.items()
        if is_stop
    ]
    transaction.run_many(
        "INSERT INTO suppressions (campaign, number, reason) VALUES (:campaign, :number, :reason) "
        "ON CONFLICT DO NOTHING",
        values,
    )
    transaction.run(
        "DELETE FROM suppressions WHERE campaign = :campaign AND reason = :reason "
        "AND number IN :numbers",
        campaign=campaign.id,
        reason=OPTED_OUT,
        numbers=[number for number, is_stop in keywords.items() if not is_stop],
    )
