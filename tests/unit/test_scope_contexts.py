"""Which scopes are in force where: in generators, threads, pools and tasks. No call is made."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from vivialconnect import Message, configured
from vivialconnect.common import scopes


def account() -> Any:
    """Return the account that a call would be about."""
    return Message.api_account_id


def holding(number: int, ended: list[Any] | None = None) -> Generator[Any, None, None]:
    """Hold a scope while suspended, which the docs advise against."""
    with configured(api_account_id=number):
        yield account()
        yield account()
    if ended is not None:
        ended.append(account())


def test_suspended_generator__leaves_its_scope_in_force() -> None:
    """Whoever resumed a generator that holds a scope has that scope until the generator ends."""
    held = holding(1)
    next(held)
    assert account() == 1
    next(held)
    with pytest.raises(StopIteration):
        next(held)

    assert account() is None


def test_suspended_generator__two_in_turn() -> None:
    """Two that hold scopes end in any order, and nothing of them stays."""
    one, two = holding(1), holding(2)
    seen = [next(one), next(two), next(one), next(two)]
    one.close()
    seen.append(account())
    two.close()

    # A generator that is resumed goes on with what is in force, which is the scope entered last.
    assert seen == [1, 2, 2, 2, 2]
    assert account() is None


def test_suspended_generator__closed_in_another_context() -> None:
    """Closed elsewhere, it neither raises nor takes away another scope of the same values."""
    held = holding(1)
    next(held)
    elsewhere = contextvars.Context()

    def close() -> Any:
        with configured(api_account_id=1):
            held.close()
            return account()

    assert elsewhere.run(close) == 1
    left = scopes.active_scopes()
    left[0].__exit__(None, None, None)

    # Where it was started nobody has left its scope.
    assert len(left) == 1
    assert account() is None


def test_suspended_generator__closed_in_another_thread() -> None:
    """Closed by another thread it disturbs neither that thread's scopes nor anybody else's."""
    held = holding(1)
    context = contextvars.copy_context()
    assert context.run(next, held) == 1
    seen: list[Any] = []

    def close() -> None:
        with configured(api_account_id=2):
            held.close()
            seen.append(account())
        seen.append(account())

    thread = threading.Thread(target=close)
    thread.start()
    thread.join()

    assert seen == [2, None]
    assert account() is None


def test_suspended_generator__dropped_in_another_context() -> None:
    """What the garbage collector ends does so without a word, wherever it is."""
    ended: list[Any] = []
    held: Any = holding(1, ended)
    contextvars.copy_context().run(next, held)
    with configured(api_account_id=2):
        del held
        assert account() == 2

    assert (ended, account()) == ([], None)


def test_thread__started_inside() -> None:
    """A plain thread begins without scopes, whoever started it; a copied context brings them."""
    seen: list[Any] = []
    with configured(api_account_id=1):
        copied = contextvars.copy_context()
        threads = [
            threading.Thread(target=lambda: seen.append(account())),
            threading.Thread(target=copied.run, args=(lambda: seen.append(account()),)),
        ]
        for thread in threads:
            thread.start()
            thread.join()

    assert seen == [None, 1]


def test_pool__started_outside() -> None:
    """The threads of a pool have no scopes but those that their work enters."""
    with ThreadPoolExecutor(2) as pool:
        pool.submit(account).result()
        with configured(api_account_id=1):
            plain = pool.submit(account).result()
            carried = pool.submit(contextvars.copy_context().run, account).result()
        after = pool.submit(account).result()

    assert (plain, carried, after) == (None, 1, None)


def test_scope__of_many_threads_at_once() -> None:
    """One scope object may be in force in many threads, each of which leaves it alone."""
    scope = configured(api_account_id=1)
    gate = threading.Barrier(8)

    def enter(rounds: int) -> list[Any]:
        seen = []
        for _ in range(rounds):
            gate.wait(10)
            with scope:
                seen.append(account())
            seen.append(account())
        return seen

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(enter, [20] * 8))

    assert found == [[1, None] * 20] * 8


def test_task__inherits() -> None:
    """A task, and what it hands to a thread, has the scopes of where it was made, and its own."""

    async def work(number: int) -> list[Any]:
        seen = [account()]
        with configured(api_account_id=number):
            await asyncio.sleep(0)
            seen.append(account())
            seen.append(await asyncio.to_thread(account))
        seen.append(account())
        return seen

    async def main() -> list[list[Any]]:
        with configured(api_account_id=9):
            tasks = [asyncio.create_task(work(number)) for number in range(5)]
        assert account() is None
        with configured(api_account_id=8):
            return [*await asyncio.gather(*tasks), *await asyncio.gather(work(5), work(6))]

    found = asyncio.run(main())
    assert found == [
        *[[9, number, number, 9] for number in range(5)],
        *[[8, number, number, 8] for number in (5, 6)],
    ]
    assert account() is None


def test_asynchronous_generator__left_unfinished() -> None:
    """One that holds a scope and is closed by the loop disturbs nobody."""

    async def held() -> Any:
        with configured(api_account_id=1):
            yield account()
            yield account()

    async def main() -> list[Any]:
        generator = held()
        first = await asyncio.create_task(generator.__anext__())
        with configured(api_account_id=2):
            await generator.aclose()
            return [first, account()]

    assert asyncio.run(main()) == [1, 2]
    assert account() is None
