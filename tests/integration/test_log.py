"""Logs, over real HTTP."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from vivialconnect import Log, Number, ResourceList

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

LOGS = "/api/v1.0/accounts/12345/logs"
NOW = datetime.now(timezone.utc)
SPAN: dict[str, Any] = {"start_time": NOW - timedelta(days=1), "end_time": NOW + timedelta(days=1)}


@pytest.fixture
def sandbox(vivialconnect_sandbox: Sandbox) -> Sandbox:
    """Give a sandbox in which three numbers were bought."""
    for number in Number.available(area_code="515", limit=3):
        number.buy()
    return vivialconnect_sandbox


def test_find__datetimes(sandbox: Sandbox) -> None:
    """Entries come as rows with their last key, and datetimes go as basic ISO 8601 in UTC."""
    found = Log.find(**SPAN, limit=2)

    assert type(found) is ResourceList
    assert [type(row) for row in found] == [Log, Log]
    assert found.last_key
    query = dict(sandbox.requests[-1].pairs)
    assert query["start_time"] == SPAN["start_time"].strftime("%Y%m%dT%H%M%SZ")
    assert sandbox.requests[-1].path == LOGS + ".json"


def test_find__text_and_next_page(sandbox: Sandbox) -> None:
    """Times go as text too, and the last key leads to the next page."""
    span = {name: moment.strftime("%Y%m%dT%H%M%SZ") for name, moment in SPAN.items()}
    first = Log.find(**span, limit=2)
    second = Log.find(**span, limit=2, start_key=first.last_key)

    assert not set(first) & set(second)
    assert dict(sandbox.requests[-1].pairs)["start_key"] == first.last_key


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("2020-07-02", "20200702T000000Z"),
        ("2020-07-02T10:11:12.5-05:00", "20200702T151112Z"),
        ("20200702T101112Z", "20200702T101112Z"),
        (date(2020, 7, 2), "20200702T000000Z"),
    ],
)
def test_times__however_they_are_given(sandbox: Sandbox, given: Any, sent: str) -> None:
    """ISO 8601 in any form, and dates, go in the one form that the service takes."""
    assert Log.find(start_time=given, end_time=SPAN["end_time"], limit=2).last_key
    Log.get_aggregated_logs(given, SPAN["end_time"])

    queries = [dict(request.pairs) for request in list(sandbox.requests)[-2:]]
    assert [query["start_time"] for query in queries] == [sent, sent]


@pytest.mark.parametrize("bad", ["yesterday", "", 20200702, b"20200702T101112Z"])
def test_times__that_are_none(sandbox: Sandbox, bad: Any) -> None:
    """What names no time is refused by the name it was given as, before anything is sent."""
    before = len(sandbox.requests)
    for name, call in (
        ("start_time", lambda: Log.find(start_time=bad, end_time=NOW)),
        ("end_time", lambda: next(Log.find_each(start_time=NOW, end_time=bad))),
        ("start_time", lambda: Log.get_aggregated_logs(bad, NOW)),
    ):
        with pytest.raises(ValueError, match=f"^{name} must be .*ISO 8601 text, got {bad!r}$"):
            call()

    assert len(sandbox.requests) == before


def test_find__entry(sandbox: Sandbox) -> None:
    """An entry is told from others by its log_id."""
    entry = Log.find(**SPAN)[0]

    assert entry.id == entry.log_id
    assert entry.log_type in repr(entry)
    assert isinstance(entry.log_data, dict)
    assert sandbox.requests[-1].status == 200


def test_find_first__entry(sandbox: Sandbox) -> None:
    """The first entry is that of the list."""
    assert Log.find_first(**SPAN) == Log.find(**SPAN)[0]
    assert sandbox.requests[-1].method == "GET"


@pytest.mark.parametrize("limit", [None, 0, 1, 2])
def test_find_each__follows_the_key(sandbox: Sandbox, limit: Any) -> None:
    """The walk follows the key from page to page, up to its limit."""
    everything = Log.find(**SPAN)
    before = len(sandbox.requests)
    walked = list(Log.find_each(limit, 1, **SPAN))

    assert len(everything) >= 3
    assert walked == everything[:limit]
    assert len(sandbox.requests) - before == (len(everything) if limit is None else limit)


def test_get_aggregated_logs__counts(sandbox: Sandbox) -> None:
    """Counts come as the answer, the options are merged into the query."""
    answer = Log.get_aggregated_logs(
        SPAN["start_time"], SPAN["end_time"], "days", {"log_type": "number.purchased"}
    )

    assert "last_key" in answer
    assert sandbox.requests[-1].path == LOGS + "/aggregate.json"
    query = dict(sandbox.requests[-1].pairs)
    assert (query["aggregator_type"], query["log_type"]) == ("days", "number.purchased")
    assert isinstance(answer["log_items"], list)


def test_get_aggregated_logs__default(sandbox: Sandbox) -> None:
    """Minutes are counted unless something else is asked for."""
    Log.get_aggregated_logs(**SPAN)

    assert dict(sandbox.requests[-1].pairs)["aggregator_type"] == "minutes"


def test_get__raw(sandbox: Sandbox) -> None:
    """The raw answer is the whole object."""
    assert set(Log.get(**SPAN)) == {"last_key", "log_items"}
    assert sandbox.requests[-1].path == LOGS + ".json"
