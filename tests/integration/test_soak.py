"""The soak works, if only for a moment, and finds what it is made to find."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, Callable

import pytest

from tests.soak.__main__ import main
from tests.soak.gauge import FEWEST, Gauge
from tests.soak.ledger import Ledger, Sent
from vivialconnect import Message
from vivialconnect.sandbox.service.store import Store, append, insert, select_all

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

WHEN = {"date_created": 1_593_684_672, "date_modified": 1_593_684_672}
TEXT = {
    "account_id": 5, "message_type": "local_sms", "direction": "outbound-api", "status": "accepted",
    "to_number": "+18165550100", "num_media": 0, "num_segments": 1, "encoding": "gsm0338",
    "accepted": 0, **WHEN,
}  # fmt: skip
NUMBER = {"account_id": 5, "phone_number_type": "local", **WHEN}


def test_soak__for_a_moment(capsys: pytest.CaptureFixture[str]) -> None:
    """Random calls that meet random faults leave the sandbox as the client was told."""
    status = main(["--minutes", "0.015", "--threads", "4", "--seed", "3"])
    told = capsys.readouterr().out

    assert (status, "differences: 0" in told) == (0, True), told
    assert "  send          ok " in told
    assert "faults: 0" not in told


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Give an empty ledger."""
    with closing(Ledger(str(tmp_path / "ledger"))) as empty:
        yield empty


@pytest.fixture
def state(tmp_path: Path) -> str:
    """Give the state of a sandbox that has a text, sent twice, and a number."""
    path = str(tmp_path / "state")

    def fill(connection: sqlite3.Connection) -> None:
        for body in ("twice", "twice", "once"):
            append(connection, "messages", {**TEXT, "body": body})
        insert(connection, "numbers", {**NUMBER, "phone_number": "+19132590001", "name": "Mine"})

    with closing(Store(path)) as store:
        store.transaction(fill)
    return path


def enter_truth(ledger: Ledger) -> None:
    """Enter what the state has."""
    ledger.enter(Sent("twice", 5, 2, "ok", 1, None, 0.0, None))
    ledger.enter(Sent("once", 5, 1, "ok", 1, 3, 0.0, None))
    ledger.enter(Sent("never", 5, 1, "refused", 0, None, 0.0, None))
    ledger.own("+19132590001", 5, 1, ["Mine", "Yours"])
    ledger.own("+19132590002", 5, 0, ["Mine"])
    ledger.attach(3, 0)


LIES = {
    "a text is there 1 times, and was told as ok (once)": lambda ledger: ledger.settle("once", 0),
    "a text is there 0 times, and was told as refused (never)": lambda ledger: ledger.settle(
        "never", 1
    ),
    "a text is there 0 times, and was told as unknown (lost)": lambda ledger: ledger.enter(
        Sent("lost", 5, 1, "unknown", None, None, 0.0, None)
    ),
    "a text has the id 3, and not 4 as was told (once)": lambda ledger: ledger._write(
        "UPDATE sends SET message_id = ? WHERE message_id = ?", (4, 3)
    ),
    "account 5 has a text that was never sent (once)": lambda ledger: ledger._write(
        "DELETE FROM sends WHERE body = ?", ("once",)
    ),
    "+19132590001 is owned by 5, and should be by None": lambda ledger: ledger.own(
        "+19132590001", 5, 0, ["Mine"]
    ),
    "+19132590002 is owned by None, and should be by 5": lambda ledger: ledger.own(
        "+19132590002", 5, 1, ["Mine"]
    ),
    '+19132590001 is named Mine, and not one of ["Yours"]': lambda ledger: ledger.own(
        "+19132590001", 5, 1, ["Yours"]
    ),
    "+19132590001 is owned, and was never bought": lambda ledger: ledger._write(
        "DELETE FROM numbers WHERE phone_number = ?", ("+19132590001",)
    ),
    "message 3 has 0 attachments, and should have 1": lambda ledger: ledger.attach(3, 1),
    "it took too long": lambda ledger: ledger.differ("it took too long"),
}


def test_ledger__that_is_true(ledger: Ledger, state: str) -> None:
    """Where the state is as the ledger says, there is no difference, and no open question."""
    enter_truth(ledger)

    assert ledger.find_differences(state) == []
    assert ledger.open_questions(state) == []


@pytest.mark.parametrize("told", LIES)
def test_ledger__that_lies(told: str, ledger: Ledger, state: str) -> None:
    """Each thing that is not as the client was told is found."""
    tell: Callable[[Any], None] = LIES[told]
    enter_truth(ledger)
    tell(ledger)

    assert ledger.find_differences(state) == [told]


def test_ledger__open_questions(ledger: Ledger, state: str) -> None:
    """A text of unknown outcome comes back with its row, to be looked up again."""
    enter_truth(ledger)
    row = Message({"from_number": "+19132590001", "to_number": "+18165550100", "body": "lost"})
    ledger.enter(Sent("lost", 5, 1, "unknown", None, None, 7.0, row))
    ledger.own("+19132590003", 5, None, [])
    (question,) = ledger.open_questions(state)

    assert (question.body, question.began) == ("lost", 7.0)
    assert question.row is not None
    assert question.row.attributes == row.attributes
    assert ledger.doubtful_numbers() == [("+19132590003", 5)]


def test_store__many_messages() -> None:
    """The newest messages of an account, and their count, are read without those of others."""
    newest = "SELECT * FROM messages WHERE account_id = 5 ORDER BY position DESC LIMIT 150"
    count = "SELECT count(*) FROM messages WHERE account_id = 5"
    with closing(Store()) as store:
        plans = [
            store.transaction(partial(select_all, statement="EXPLAIN QUERY PLAN " + query))
            for query in (newest, count)
        ]

    assert [len(plan) for plan in plans] == [1, 1]  # so nothing is sorted
    assert all("INDEX messages_" in step["detail"] for plan in plans for step in plan)


def gauge_of(first: tuple[float, float, float], last: tuple[float, float, float]) -> Gauge:
    """Make a gauge that took samples of one kind, then as many of another."""
    gauge = Gauge()
    gauge._samples = [first] * FEWEST + [last] * FEWEST
    return gauge


def test_gauge__growth() -> None:
    """What has grown is named, and what is only a little more than before is not."""
    assert gauge_of((40, 20, 9), (41, 22, 9)).growth() == []
    assert gauge_of((40, 20, 9), (43, 23, 10)).growth() == [
        "memory in MB went from 40 to 43",
        "file descriptors went from 20 to 23",
        "threads went from 9 to 10",
    ]


def test_gauge__this_process() -> None:
    """A sample tells of this process: some memory, and at least one descriptor and one thread."""
    gauge = Gauge()
    gauge.sample()
    ((memory, descriptors, threads),) = gauge._samples

    assert memory > 1
    assert min(descriptors, threads) >= 1
    assert [line.partition(":")[0] for line in gauge.describe()] == [
        "memory in MB", "file descriptors", "threads",
    ]  # fmt: skip
