"""Moving: takes a campaign from one journal to another, such as from SQLite to PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vivialconnect.campaigns.errors import CampaignError, JournalInUse
from vivialconnect.campaigns.journal import CampaignRow, Journal, sweep, update
from vivialconnect.campaigns.stores import PAGE_SIZE, Row, Transaction

CAMPAIGN_COLUMNS = ("name", *CampaignRow._fields[1:])
TEXT_COLUMNS = (
    '"row"', "key", "from_number", "to_number", "body", "media_urls", "time_zones", "content",
    "state", "due", "began", "ended", "mark", "settles", "message_id", "error_code", "error",
)  # fmt: skip
#: The tables whose rows belong to a campaign, the column that orders them, and their columns.
COPIED = (("texts", "id", TEXT_COLUMNS), ("suppressions", "number", ("number", "reason")))
LIVE_WORKERS = "SELECT place FROM workers WHERE campaign = :campaign AND expires > :now LIMIT 1"


def move(source: Journal, target: Journal) -> None:
    """Move a campaign, and cancel it in its old journal.

    The new journal is committed first. So a crash may leave the campaign in both.

    :param source: The journal that has it.
    :param target: The journal to move it to. It is created if there is none.
    :raises CampaignError: If the new journal has a campaign of that name, or the campaign is
        cancelled or purged.
    :raises JournalInUse: If a run uses the old journal.
    """
    source.open()
    target.store.open(create=True)
    with target.store.transaction(read=True) as transaction:
        if transaction.rows("SELECT 1 FROM campaigns WHERE name = :name", name=target.name):
            raise CampaignError(f"the new journal has a campaign {target.name!r} already")
    with source.hold(), source.store.transaction() as reading:
        campaign = source.find(reading, lock=True)
        if campaign.state == "cancelled" or campaign.purged is not None:
            raise CampaignError(f"campaign {source.name!r} is cancelled or purged")
        _end_workers(source, reading, campaign)
        with target.store.transaction() as writing:
            _copy(reading, writing, campaign.id, _create(target, writing, campaign))
        update(reading, campaign, state="cancelled", reason="moved")


def _end_workers(source: Journal, transaction: Transaction, campaign: CampaignRow) -> None:
    """Take the texts of dead workers: leased ones are to do, begun ones are unknown."""
    if source.store.exclusive:
        transaction.run("UPDATE workers SET expires = 0")
    live = transaction.rows(LIVE_WORKERS, campaign=campaign.id, now=transaction.now)
    if live:
        raise JournalInUse(f"{live[0][0]} works on the campaign: pause it first")
    sweep(transaction, campaign)


def _create(target: Journal, transaction: Transaction, campaign: CampaignRow) -> int:
    """Create the campaign in the new journal, and return its id there."""
    values = campaign._asdict()
    ((id_,),) = transaction.rows(
        _insert("campaigns", CAMPAIGN_COLUMNS) + " RETURNING id",
        name=target.name,
        **{name: values[name] for name in CAMPAIGN_COLUMNS[1:]},
    )
    return int(id_)


def _copy(reading: Transaction, writing: Transaction, old: int, new: int) -> None:
    """Copy the texts, the suppressions and the senders of a campaign."""
    for table, key, columns in COPIED:
        insert = _insert(table, ("campaign", *columns))
        names = [column.strip('"') for column in columns]
        select = f"SELECT {key}, {', '.join(columns)} FROM {table}"  # noqa: S608 - ours
        for page in _pages(reading, select, key, old):
            rows = [dict(zip(names, row[1:]), campaign=new) for row in page]
            writing.run_many(insert, rows)
    senders = reading.rows("SELECT number, next FROM senders")
    writing.run_many(
        _insert("senders", ("number", "next")) + " ON CONFLICT (number) DO NOTHING",
        [{"number": number, "next": next_} for number, next_ in senders],
    )


def _pages(transaction: Transaction, select: str, key: str, campaign: int) -> Iterator[list[Row]]:
    """Yield the rows of a campaign in pages. The first column is the key that orders them."""
    statement = (
        f"{select} WHERE campaign = :campaign AND {key} > :after ORDER BY {key} LIMIT :limit"
    )
    after: Any = 0 if key == "id" else ""
    page = transaction.rows(statement, campaign=campaign, after=after, limit=PAGE_SIZE)
    while page:
        yield page
        after = page[-1][0]
        page = transaction.rows(statement, campaign=campaign, after=after, limit=PAGE_SIZE)


def _insert(table: str, columns: tuple[str, ...]) -> str:
    values = ", ".join(":" + column.strip('"') for column in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"  # noqa: S608 - ours
