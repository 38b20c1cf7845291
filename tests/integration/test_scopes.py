"""Calls within scopes, over real sockets: whose they are, from wherever they are made."""

from __future__ import annotations

import asyncio
import copy
import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable

import pytest

from tests.integration.tenants import THOROUGH, Tenants, work
from vivialconnect import (
    ConnectionError,  # noqa: A004 - the documented name
    ForbiddenAccess,
    Log,
    Message,
    Number,
    Redirection,
    Resource,
    User,
    configured,
)

THREADS = 32
#: Calls that each thread makes.
CALLS = 200 if THOROUGH else 12
RECIPIENT = "+15154469790"


@pytest.fixture
def tenants() -> Iterator[Tenants]:
    """Give two accounts, the first of which is also set on the classes."""
    with Tenants() as both:
        both.sandbox.configure()
        yield both


@pytest.fixture
def other(tenants: Tenants) -> Any:
    """Give a scope of the second account."""
    return configured(**tenants.accounts[1])


FIRST, SECOND = 12345, 67890


def accounts_of(tenants: Tenants) -> list[int]:
    """Return for which account each request was, after those that made the fixture."""
    assert tenants.mistakes() == []
    return [int(request.path.split("/")[4]) for request in tenants.requests[2:]]


def new_message() -> Message:
    """Return a message that nobody has sent, from whatever number the account in force has."""
    sender = Number.find_first()
    assert sender is not None
    return Message({"from_number": sender.phone_number, "to_number": RECIPIENT, "body": "x"})


def test_threads__of_two_accounts(tenants: Tenants) -> None:
    """Many threads that work for two accounts by turns never mix them, over few connections."""
    gate = threading.Barrier(THREADS)

    def run(_: int) -> list[str]:
        gate.wait(30)
        return work(tenants.accounts, CALLS)

    with ThreadPoolExecutor(THREADS) as pool:
        wrong = [mistake for found in pool.map(run, range(THREADS)) for mistake in found]

    assert wrong == []
    assert sorted(accounts_of(tenants)) == sorted([FIRST, SECOND] * (THREADS * CALLS // 2))
    assert tenants.connections <= 64


def test_tasks__of_two_accounts(tenants: Tenants) -> None:
    """The same with tasks that hand their calls to threads."""

    async def run(position: int) -> list[Any]:
        values = tenants.accounts[position % 2]
        with configured(**values):
            found: list[Any] = [
                await asyncio.to_thread(Number.find_first) for _ in range(CALLS // 2)
            ]
            for number in found:
                await asyncio.to_thread(number.reload)
        return [number.account_id == values["api_account_id"] for number in found]

    async def main() -> list[list[Any]]:
        return await asyncio.gather(*(run(position) for position in range(THREADS)))

    assert asyncio.run(main()) == [[True] * (CALLS // 2)] * THREADS
    assert sorted(accounts_of(tenants)) == sorted([FIRST, SECOND] * (THREADS * CALLS // 2))
    assert tenants.connections <= 64


def test_thread__started_inside(tenants: Tenants, other: Any) -> None:
    """A thread that is started in a scope makes its calls by the classes' own settings."""
    with other:
        thread = threading.Thread(target=Number.find)
        thread.start()
        thread.join()
        Number.find()

    assert accounts_of(tenants) == [FIRST, SECOND]


def test_pool__started_outside(tenants: Tenants, other: Any) -> None:
    """A pool's thread has no scope but the one that its work enters."""

    def inside() -> None:
        with other:
            Number.count()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(Number.find).result()
        with other:
            pool.submit(Number.find).result()
            pool.submit(inside).result()
        pool.submit(Number.find).result()

    assert accounts_of(tenants) == [FIRST, FIRST, SECOND, FIRST]


def test_find_each__made_inside_read_outside(tenants: Tenants, other: Any) -> None:
    """A walk goes on for the account that it was begun for, and so do its rows."""
    with other:
        walk = Number.find_each(page_size=1)
        logs = Log.find_each(start_time="20200101T000000Z", end_time="20990101T000000Z")
    found = list(walk)
    next(logs)
    found[0].reload()
    with configured(**tenants.accounts[0]):
        found[0].save()

    assert {number.account_id for number in found} == {SECOND}
    assert accounts_of(tenants) == [SECOND] * len(accounts_of(tenants))
    assert len(accounts_of(tenants)) == 5


def test_find_each__made_outside_read_inside(tenants: Tenants, other: Any) -> None:
    """A walk that was begun outside of any scope stays there, whoever reads it."""
    walk = Number.find_each(page_size=1)
    with other:
        found = list(walk)
        found[0].reload()
        Number.count()

    assert {number.account_id for number in found} == {FIRST}
    assert accounts_of(tenants) == [FIRST, FIRST, FIRST, SECOND]


def test_find_each__read_by_another_thread_in_a_scope(tenants: Tenants, other: Any) -> None:
    """A walk begun in one scope may be read in another, page by page, in any thread."""
    with other:
        walk = Number.find_each(page_size=1)
    found: list[Any] = []

    def read() -> None:
        with configured(**tenants.accounts[0]):
            found.extend(walk)
            Number.count()

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()

    assert [number.account_id for number in found] == [SECOND]
    assert accounts_of(tenants) == [SECOND, SECOND, FIRST]


def test_suspended_generator__two_by_turns(tenants: Tenants, other: Any) -> None:
    """Walks of two accounts that are read by turns do not disturb each other."""
    with other:
        theirs = Number.find_each(page_size=1)
    ours = Number.find_each(page_size=1)
    pairs: list[Any] = [(next(ours).account_id, next(theirs).account_id)]
    pairs.append((next(ours, None), next(theirs, None)))

    assert pairs == [(FIRST, SECOND), (None, None)]
    assert accounts_of(tenants) == [FIRST, SECOND, FIRST, SECOND]


#: What can be done with a row: for a message that has one attachment.
VERBS: dict[str, Callable[[Message], Any]] = {
    "save": lambda row: row.save(),
    "reload": lambda row: row.reload(),
    "attachments": lambda row: row.attachments(),
    "attachments_count": lambda row: row.attachments_count(),
    "attachment": lambda row: row.attachment(row.attachments()[0].id),
    "destroy": lambda row: row.attachments()[0].destroy(),
}


@pytest.mark.parametrize("verb", VERBS)
def test_row__used_after_its_scope(verb: str, tenants: Tenants, other: Any) -> None:
    """Whatever a row of a scope is asked for, it asks for in that scope."""
    with other:
        message = new_message()
        message.media_urls = "https://example.com/cat.png"
        message.send()
    before = len(accounts_of(tenants))
    VERBS[verb](message)
    with configured(**tenants.accounts[0]):
        VERBS["reload"](message)

    assert before < len(accounts_of(tenants))
    assert set(accounts_of(tenants)) == {SECOND}


@pytest.mark.parametrize("verb", ["save", "reload"])
def test_row__found_outside_used_inside(verb: str, tenants: Tenants, other: Any) -> None:
    """A row that was found outside of any scope follows its class, whoever uses it where."""
    number, created = Number.find()[0], new_message()
    created.send()
    with other:
        getattr(number, verb)()
        getattr(created, verb)()

    assert set(accounts_of(tenants)) == {FIRST}


def test_row__new_outside_saved_inside(tenants: Tenants, other: Any) -> None:
    """A new row has no account before it is saved, and stays with the one that it is saved for."""
    number = Number({"area_code": "515"})
    with other:
        number.buy()
    number.reload()
    number.name = "renamed"
    number.save()
    number.destroy()

    assert accounts_of(tenants) == [SECOND] * 4


def test_row__new_inside_saved_outside(tenants: Tenants, other: Any) -> None:
    """A new row that is made in a scope is saved for it."""
    with other:
        number = Number({"area_code": "515"})
    number.buy()
    number.reload()

    assert number.account_id == SECOND
    assert accounts_of(tenants) == [SECOND] * 2


def test_row__refused_inside_is_free_again(tenants: Tenants, other: Any) -> None:
    """A new row that could not be saved in one scope may be saved in another."""
    number = Number({"area_code": "515"})
    tenants.sandbox.chaos.add("redirect", method="POST", times=1)
    with other, pytest.raises(Redirection):
        number.buy()
    number.buy()

    assert number.account_id == FIRST
    assert [request.fault for request in tenants.requests[2:]] == ["redirect", None]


def test_row__lost_inside_stays_there(tenants: Tenants, other: Any) -> None:
    """A new row whose answer was lost is looked for in the scope that it was sent in."""
    number = Number({"phone_number": Number.available(area_code="312")[0].phone_number})
    tenants.sandbox.chaos.add("drop_answer", method="POST", times=1)
    with other, pytest.raises(ConnectionError):
        number.buy()
    found = number.find_sent()

    assert found is not None
    assert found.account_id == SECOND


def test_find_sent__after_its_scope(tenants: Tenants, other: Any) -> None:
    """A lost message that was made in a scope is looked up in that scope."""
    tenants.sandbox.chaos.add("drop_answer", method="POST", times=1)
    with other:
        message = new_message()
    with pytest.raises(ConnectionError):
        message.send()
    found = message.find_sent()

    assert found is not None
    assert found.account_id == SECOND
    found.reload()
    assert accounts_of(tenants) == [SECOND] * 4


@pytest.mark.parametrize("twin_of", [copy.copy, copy.deepcopy])
def test_row__copied(twin_of: Callable[[Any], Any], tenants: Tenants, other: Any) -> None:
    """A copy is of the same scope as its original."""
    with other:
        number = Number.find()[0]
    twin = twin_of(number)
    twin.reload()

    assert twin == number
    assert accounts_of(tenants) == [SECOND] * 2


def test_row__pickled(tenants: Tenants, other: Any) -> None:
    """A pickled row leaves its scope behind, and follows what is in force where it arrives."""
    with other:
        number = Number.find()[0]
    data = pickle.dumps(number)
    arrived = pickle.loads(data)
    with other:
        pickle.loads(data).reload()

    assert tenants.accounts[1]["api_secret"].encode() not in data
    assert accounts_of(tenants) == [SECOND] * 2
    with pytest.raises(Exception, match="404") as caught:
        arrived.reload()
    assert f"/accounts/{FIRST}/" in (caught.value.url or "")  # type: ignore[attr-defined] # of our errors


def test_scope__exception_of_a_call_inside(tenants: Tenants) -> None:
    """A call that fails in a scope leaves it as any exception does."""
    wrong = {**tenants.accounts[1], "api_account_id": FIRST}
    with pytest.raises(ForbiddenAccess), configured(**wrong):
        Number.find()
    Number.find()

    assert [request.status for request in tenants.requests[2:]] == [403, 200]
    assert tenants.requests[-1].path.split("/")[4] == str(FIRST)


def test_scope__of_part_of_the_settings(tenants: Tenants) -> None:
    """What a scope does not name is that of the class."""
    with configured(request_timeout=5, max_retries=0):
        Number.find()
        User.count()
        Resource.request.get(f"/accounts/{FIRST}/numbers.json")

    assert accounts_of(tenants) == [FIRST] * 3


def test_scope__shared_by_threads(tenants: Tenants, other: Any) -> None:
    """One scope object serves many threads at once, and leaves those outside of it alone."""
    mine = configured(**tenants.accounts[0])

    def call(position: int) -> Any:
        with (mine, other)[position % 2]:
            return Number.find()[0].account_id

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(call, range(64))) == [FIRST, SECOND] * 32
    assert tenants.mistakes() == []
