"""Planning: adds the texts of a list to the journal, all of them or none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, Union

from vivialconnect.campaigns.errors import CampaignError, InvalidRows
from vivialconnect.campaigns.journal import UNDONE, CampaignRow, Journal, update
from vivialconnect.campaigns.lists import InvalidRow, PlannedText, read_list
from vivialconnect.campaigns.quiet_hours import QuietHours
from vivialconnect.campaigns.reconciliation import content_of
from vivialconnect.campaigns.results import Planned
from vivialconnect.campaigns.rows import Source
from vivialconnect.campaigns.stores import Transaction

CHUNK = 500  # rows
SHOWN_PROBLEMS = 20

Rows = Iterator[Union[PlannedText, InvalidRow]]

INSERT_CAMPAIGN = """
INSERT INTO campaigns (name, state, connector_id, senders, planned, duplicates, invalid, next,
    looked, look_due, settle_due)
VALUES (:name, 'planned', :connector_id, '[]', :now, 0, 0, 0, 0, 0, 0)
ON CONFLICT (name) DO NOTHING
"""
INSERT = """
INSERT INTO texts (campaign, "row", key, from_number, to_number, body, media_urls, time_zones,
    content, state, due)
VALUES (:campaign, :row, :key, :from_number, :to_number, :body, :media_urls, :time_zones, :content,
    'todo', 0)
"""
BY_KEY = "SELECT key, content, id FROM texts WHERE campaign = :campaign AND key IN :keys"
BY_CONTENT = """
SELECT content, id FROM texts WHERE campaign = :campaign AND content IN :contents
"""
LAST_ID = "SELECT coalesce(max(id), 0) FROM texts"
STILL_RUNNING = """
SELECT 1 FROM texts WHERE campaign = :campaign AND state IN :states AND id <= :last
UNION ALL SELECT 1 FROM workers WHERE campaign = :campaign AND expires > :now
LIMIT 1
"""


class PlanRequest(NamedTuple):
    """What to plan, apart from the list."""

    senders: tuple[str, ...]
    connector_id: int | None = None
    quiet: tuple[str, str] | None = None
    time_zone: str | None = None
    skip_invalid: bool = False
    on_planned: Callable[[Any], object] | None = None


def check_senders(
    from_number: str | Sequence[str] | None, connector_id: int | None
) -> tuple[str, ...]:
    """Return the senders; none if a connector chooses them.

    :raises ValueError: If there are neither senders nor a connector, or both.
    """
    senders = (from_number,) if isinstance(from_number, str) else tuple(from_number or ())
    if bool(senders) == (connector_id is not None):
        raise ValueError("plan() requires either from_number or connector_id")
    return senders


def read(source: Source, request: PlanRequest, **columns: Any) -> Rows:
    """Read the rows of a list."""
    return read_list(source, from_numbers=request.senders, **columns)


def plan(journal: Journal, rows: Rows, request: PlanRequest) -> Planned:
    """Add the texts of a list, as :meth:`.Campaign.plan` describes."""
    journal.store.open(create=True)
    with journal.hold(), journal.store.transaction() as transaction:
        campaign = _campaign(transaction, journal, request)
        planner = _Planner(transaction, campaign, request)
        while True:
            chunk = list(islice(rows, CHUNK))
            if not chunk:
                break
            planner.add(chunk)
        if planner.invalid and not request.skip_invalid:
            raise InvalidRows(planner.problems, planner.invalid)
        planner.finish()
    return planner.result()


def _campaign(transaction: Transaction, journal: Journal, request: PlanRequest) -> CampaignRow:
    """Return the campaign, which it creates if there is none."""
    transaction.run(
        INSERT_CAMPAIGN, name=journal.name, connector_id=request.connector_id, now=transaction.now
    )
    campaign = journal.find(transaction)
    if campaign.state == "cancelled" or campaign.purged is not None:
        state = "purged" if campaign.purged is not None else "cancelled"
        raise CampaignError(f"campaign {journal.name!r} is {state}: plan one with another name")
    if campaign.connector_id != request.connector_id:
        raise CampaignError(
            f"campaign {journal.name!r} was planned with "
            f"{_sender_of(campaign.connector_id)}, not with {_sender_of(request.connector_id)}"
        )
    return campaign


def _sender_of(connector_id: int | None) -> str:
    return "from_number" if connector_id is None else f"connector {connector_id}"


class _Planner:
    """Adds rows in chunks, in one transaction."""

    def __init__(
        self, transaction: Transaction, campaign: CampaignRow, request: PlanRequest
    ) -> None:
        self._transaction = transaction
        self._campaign = campaign
        self._request = request
        quiet = request.quiet or json.loads(campaign.quiet or "null")
        time_zone = request.time_zone or campaign.time_zone
        self._quiet = QuietHours(quiet[0], quiet[1], time_zone) if quiet else None
        ((self._last,),) = transaction.rows(LAST_ID)
        self._added = self._already = self._duplicates = self.invalid = 0
        self.problems: list[str] = []

    def add(self, rows: Iterable[PlannedText | InvalidRow]) -> None:
        """Add the rows of a chunk that are new."""
        texts = []
        for row in rows:
            if isinstance(row, InvalidRow):
                self._refuse(row.row, row.reason)
            elif self._quiet is not None and self._quiet.refusal(row.time_zones):
                self._refuse(row.row, self._quiet.refusal(row.time_zones))
            else:
                texts.append((row, content_of(row.from_number, row.to_number, row.body)))
        if not texts:
            return
        by_key = self._by_key([text.key for text, _ in texts])
        by_content = self._by_content([content for _, content in texts])
        new = []
        for text, content in texts:
            if self._is_new(text, content, by_key, by_content):
                by_key[text.key] = (content, self._last + 1)
                by_content[content] = self._last + 1
                new.append(self._values(text, content))
        if not self.invalid or self._request.skip_invalid:
            self._transaction.run_many(INSERT, new)
        self._added += len(new)

    def _by_key(self, keys: list[str]) -> dict[str, tuple[bytes, int]]:
        rows = self._transaction.rows(BY_KEY, campaign=self._campaign.id, keys=keys)
        return {key: (bytes(content), id_) for key, content, id_ in rows}

    def _by_content(self, contents: list[bytes]) -> dict[bytes, int]:
        rows = self._transaction.rows(BY_CONTENT, campaign=self._campaign.id, contents=contents)
        return {bytes(content): id_ for content, id_ in rows}

    def _is_new(
        self,
        text: PlannedText,
        content: bytes,
        by_key: dict[str, tuple[bytes, int]],
        by_content: dict[bytes, int],
    ) -> bool:
        planned = by_key.get(text.key)
        if planned is not None and planned[0] != content:
            self._refuse(text.row, f"key {text.key} is planned with another number or body.")
            return False
        id_ = by_content.get(content)
        if id_ is None:
            return True
        # A row of this plan has a higher id than those of earlier plans.
        if id_ > self._last:
            self._duplicates += 1
        else:
            self._already += 1
        return False

    def _values(self, text: PlannedText, content: bytes) -> dict[str, Any]:
        return {
            **text._asdict(),
            "campaign": self._campaign.id,
            "content": content,
            "media_urls": json.dumps(text.media_urls),
            "time_zones": json.dumps(text.time_zones),
        }

    def _refuse(self, row: int, reason: str) -> None:
        self.invalid += 1
        if len(self.problems) < SHOWN_PROBLEMS:
            self.problems.append(f"row {row}: {reason}")

    def finish(self) -> None:
        """Record the counts and the senders."""
        request, campaign = self._request, self._campaign
        senders = request.senders or ("",)
        self._transaction.run_many(
            "INSERT INTO senders (number, next) VALUES (:number, 0) ON CONFLICT DO NOTHING",
            [{"number": number} for number in senders],
        )
        changes: dict[str, Any] = {
            "senders": json.dumps(sorted({*json.loads(campaign.senders), *senders})),
            "duplicates": campaign.duplicates + self._duplicates,
            "invalid": self.invalid,
        }
        if self._added and self._is_finished():
            changes["state"] = "planned"
        if request.quiet is not None:
            changes["quiet"] = json.dumps(request.quiet)
        if request.time_zone is not None:
            changes["time_zone"] = request.time_zone
        update(self._transaction, campaign, **changes)
        if request.on_planned is not None:
            request.on_planned(self._transaction.connection)

    def _is_finished(self) -> bool:
        """Return whether only the new texts are to do, and no run is there to send them."""
        values = {"campaign": self._campaign.id, "last": self._last, "now": self._transaction.now}
        return not self._transaction.rows(STILL_RUNNING, states=UNDONE, **values)

    def result(self) -> Planned:
        """Return the counts."""
        return Planned(
            self._added, self._already, self._duplicates, self.invalid, tuple(self.problems)
        )
