"""Transactions, over real HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Callable

import pytest

from tests.integration.scripted_server import ScriptedServer, answer, use
from vivialconnect import BadRequest, Number, ResourceList, Transaction
from vivialconnect.resources import transaction

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox

PLACE = "/api/v1.0/accounts/12345/transactions"
LEAP_DAY = datetime(2024, 2, 29, 12, 30, 0, tzinfo=timezone.utc)
LAST_YEAR = {"start_time": "20230228T123000Z", "end_time": "20240229T123000Z"}


@pytest.fixture
def sandbox(vivialconnect_sandbox: Sandbox) -> Sandbox:
    """Give a sandbox in which three numbers were bought."""
    buy(3)
    return vivialconnect_sandbox


@pytest.fixture
def leap_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be 29 February."""
    monkeypatch.setattr(transaction, "utc_now", lambda: LEAP_DAY)


def buy(count: int) -> None:
    """Buy numbers."""
    for number in Number.available(area_code="515", limit=count):
        number.buy()


def row(number: int) -> dict[str, Any]:
    """Return a transaction as the service writes it."""
    return {
        "id": number,
        "transaction_type": "sms_local_out",
        "cash_amount": 60,
        "post_time": "2020-11-25T21:27:45.123456",
    }


def query_of(server: ScriptedServer) -> str:
    """Return the query of the only request."""
    (request,) = server.requests
    path, _, query = request.target.partition("?")
    assert (request.method, path) == ("GET", PLACE + ".json")
    return query


def test_find__just_now(sandbox: Sandbox) -> None:
    """Without a word what was charged until now comes, newest first, with its envelope."""
    found = Transaction.find()

    assert type(found) is ResourceList
    assert [type(one) for one in found] == [Transaction] * 3
    assert [one.id for one in found] == sorted((one.id for one in found), reverse=True)
    assert found.meta == {"count": 3}
    assert {one.transaction_type for one in found} == {"number_purchase"}
    assert sandbox.requests[-1].path == PLACE + ".json"
    assert [name for name, _ in sandbox.requests[-1].pairs] == ["start_time", "end_time"]


def test_find__one(sandbox: Sandbox) -> None:
    """One transaction is found by its id, and reloaded."""
    newest = Transaction.find()[0]
    found = Transaction.find(newest.id)

    assert found == newest
    assert dict(found.attributes) == dict(newest.attributes)
    assert sandbox.requests[-1].path == f"{PLACE}/{newest.id}.json"
    found.attributes["unsaved"] = 1
    found.reload()
    assert dict(found.attributes) == dict(newest.attributes)
    assert newest.balances["cash_balance"] < Transaction.find()[-1].balances["cash_balance"]


def test_find__unknown_id(sandbox: Sandbox) -> None:
    """An id that is not there is a BadRequest, as the service has it."""
    with pytest.raises(BadRequest, match="987654"):
        Transaction.find(987654)

    assert sandbox.requests[-1].path == PLACE + "/987654.json"


@pytest.mark.parametrize(
    "types", ["number_purchase", ["number_purchase"], ("number_purchase", "number_release")]
)
def test_find__types(types: Any, sandbox: Sandbox) -> None:
    """One or several types are asked for, each under the same name."""
    found = Transaction.find(transaction_type=types, page=1, limit=2)

    assert len(found) == 2
    asked = [types] if isinstance(types, str) else list(types)
    pairs = sandbox.requests[-1].pairs
    assert [value for name, value in pairs if name == "include_types[]"] == asked
    assert {("page", "1"), ("limit", "2")} < set(pairs)


def test_find_first__newest(sandbox: Sandbox) -> None:
    """The first one is the newest; of a type that nothing was charged for there is none."""
    assert Transaction.find_first() == Transaction.find()[0]
    assert Transaction.find_first(transaction_type="sms_local_out") is None
    assert ("include_types[]", "sms_local_out") in sandbox.requests[-1].pairs


@pytest.mark.parametrize("limit", [None, 0, 1, 2])
def test_find_each__newest_first(limit: Any, sandbox: Sandbox) -> None:
    """The walk gives all, newest first, up to its limit, page after page."""
    everything = Transaction.find()
    before = len(sandbox.requests)

    assert list(Transaction.find_each(limit, 1)) == everything[:limit]
    assert len(sandbox.requests) - before == (4 if limit is None else limit)


def test_find_each__charged_meanwhile(sandbox: Sandbox) -> None:
    """What is charged during the walk moves the pages, and none is given twice or left out."""
    buy(6)
    before = Transaction.find()
    given: list[Transaction] = []
    for one in Transaction.find_each(page_size=2):
        given.append(one)
        if len(given) in (1, 4, 7):
            buy(1)

    assert given == before
    asked = [dict(request.pairs) for request in sandbox.requests if request.path == PLACE + ".json"]
    assert len({(pairs["start_time"], pairs["end_time"]) for pairs in asked[1:]}) == 1


def test_find__leap_day(leap_day: None) -> None:
    """On 29 February the year that ends now began on 28 February."""
    with ScriptedServer(answer({"count": 0, "transactions": []})) as server:
        use(server)
        assert Transaction.find() == []

    assert query_of(server) == "start_time=20230228T123000Z&end_time=20240229T123000Z"


def test_find_each__time_that_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk keeps the year with which it began, whatever time it is at a later page."""
    moments = iter([LEAP_DAY, LEAP_DAY + timedelta(hours=1), LEAP_DAY + timedelta(hours=2)])
    monkeypatch.setattr(transaction, "utc_now", lambda: next(moments))
    pages = [{"transactions": [row(2)]}, {"transactions": []}]
    with ScriptedServer(*map(answer, pages)) as server:
        use(server)
        walk = Transaction.find_each(page_size=1, transaction_type={"sms_local_out"})
        assert [one.id for one in walk] == [2]

    expected = "start_time=20230228T123000Z&end_time=20240229T123000Z"
    expected += "&include_types%5B%5D=sms_local_out&limit=1&page={}"
    assert [request.target.partition("?")[2] for request in server.requests] == [
        expected.format(1),
        expected.format(2),
    ]


@pytest.mark.parametrize(
    ("span", "start", "end"),
    [
        ({"end_time": "2021-03-04T05:06:07-05:00"}, "20200304T100607Z", "20210304T100607Z"),
        ({"end_time": datetime(2021, 3, 4)}, "20200304T000000Z", "20210304T000000Z"),  # noqa: DTZ001 - naive is UTC
        ({"start_time": "20231201T000000Z"}, "20231201T000000Z", "20240229T123000Z"),
        ({"start_time": "2019", "end_time": "2019-07"}, "20190101T000000Z", "20190701T000000Z"),
        ({"start_time": LEAP_DAY, "end_time": LEAP_DAY}, *["20240229T123000Z"] * 2),
    ],
    ids=["offset", "naive", "until now", "text", "a moment"],
)
def test_find__span(span: dict[str, Any], start: str, end: str, leap_day: None) -> None:
    """Times are datetimes or text in any offset, and go as basic ISO 8601 in UTC."""
    with ScriptedServer(answer({"transactions": []})) as server:
        use(server)
        Transaction.find(**span)

    assert query_of(server) == f"start_time={start}&end_time={end}"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Transaction.find(start_time="soon"), "ISO 8601"),
        (lambda: Transaction.find(end_time=5), "end_time must be a datetime"),
        (lambda: Transaction.find(start_time="2021", end_time="2020"), "after end_time"),
        (lambda: Transaction.find(transaction_type=[]), "omit it for all types"),
        (lambda: Transaction.find(transaction_type=""), "contain only types"),
        (lambda: Transaction.find(transaction_type=5), "or a list of types, got 5"),
        (lambda: Transaction.find(transaction_type=["sms_local_out", None]), "contain only types"),
        (lambda: Transaction.find(transaction_type="a", include_types="b"), "pass each once"),
        (lambda: Transaction.find(7, start_time="2021"), "pass either an id"),
        (lambda: Transaction.find(7, transaction_type="a"), "pass either an id"),
        (lambda: Transaction.find_each(start_time="soon"), "ISO 8601"),
        (lambda: Transaction.find_each(transaction_type=[]), "omit it for all types"),
        (lambda: Transaction.find_each(-1), "limit"),
    ],
)
def test_find__what_cannot_be_meant(call: Callable[[], Any], words: str) -> None:
    """A time or type that cannot be meant is a ValueError before any I/O."""
    with ScriptedServer(answer({"transactions": []})) as server:
        use(server)
        with pytest.raises(ValueError, match=words):
            call()

    assert server.requests == []


@pytest.mark.parametrize(
    "call",
    [
        Transaction.count,
        Transaction(7).save,
        Transaction(7).destroy,
        lambda: Transaction.create({"cash_amount": 1}),
    ],
    ids=["count", "save", "destroy", "create"],
)
def test_transaction__what_the_service_does_not_have(call: Callable[[], Any]) -> None:
    """What transactions do not have says what they have, and sends nothing."""
    with ScriptedServer(answer({})) as server:
        use(server)
        with pytest.raises(
            NotImplementedError, match=r"transactions?; use .*Transaction\.find_each"
        ):
            call()

    assert server.requests == []


def test_posted_at__aware() -> None:
    """The time of a transaction has no offset and is UTC."""
    with ScriptedServer(answer({"transaction": row(7)})) as server:
        use(server)
        found = Transaction.find(7)

    assert found.posted_at == datetime(2020, 11, 25, 21, 27, 45, 123456, tzinfo=timezone.utc)
    assert repr(found).startswith("<Transaction 7 transaction_type='sms_local_out' cash_amount=60")
    assert Transaction({}).posted_at is None
    assert server.requests[0].target == PLACE + "/7.json"
