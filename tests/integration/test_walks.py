"""Iteration over long lists while objects are added and removed, over real sockets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.integration.tenants import THOROUGH
from vivialconnect import Log, Message, Number
from vivialconnect.sandbox import Sandbox

if TYPE_CHECKING:
    from vivialconnect.resources.resource import Resource

#: 5,000 messages and 12,345 entries of the log, three of each message, or about a tenth of them.
MESSAGES, LOGGED = (5000, 4115) if THOROUGH else (460, 411)
BULK = 100
#: An object is added after so many that the iteration has given.
ADDED_AFTER = 150
SENDER, RECIPIENT = "+19132597591", "+1515446{:04d}"
EVERYTHING = {"start_time": "20200101T000000Z", "end_time": "20990101T000000Z"}


@pytest.fixture
def service() -> Iterator[Sandbox]:
    """Give a service with a number to send from, and no message."""
    with Sandbox() as running:
        running.configure()
        Number({"phone_number": SENDER}).buy()
        yield running


def send(count: int) -> None:
    """Send so many messages, in bulk."""
    for first in range(0, count, BULK):
        numbers = [RECIPIENT.format(at) for at in range(first, min(first + BULK, count))]
        Message({"from_number": SENDER, "body": "a", "to_numbers": numbers}).send_bulk()


def walk(rows: Iterator[Resource]) -> list[object]:
    """Return the ids of the objects, while messages are sent."""
    given: list[object] = []
    for row in rows:
        given.append(row.id)
        if len(given) % ADDED_AFTER == 0:
            Message({"from_number": SENDER, "to_number": RECIPIENT.format(0), "body": "b"}).send()
    return given


@pytest.mark.usefixtures("service")
def test_walk__messages_are_added() -> None:
    """Each message that was there is given once, and so is each that came meanwhile."""
    send(MESSAGES)
    given = walk(Message.find_each(order="id asc"))

    assert given[:MESSAGES] == list(range(1, MESSAGES + 1))
    assert given == list(range(1, Message.count() + 1))
    assert len(given) > MESSAGES


@pytest.mark.usefixtures("service")
def test_walk__newest_messages_first() -> None:
    """Also the other way round, where what comes moves the rest, each is given once."""
    send(MESSAGES // 4)
    given = walk(Message.find_each(page_size=50, order="id desc"))

    assert given == list(range(MESSAGES // 4, 0, -1))


@pytest.mark.usefixtures("service")
def test_walk__entries_are_added() -> None:
    """Each entry of the log is given once: three of each message, and what came meanwhile."""
    send(LOGGED)
    before = {entry.id for entry in Log.find_each(log_type="message.delivered", **EVERYTHING)}
    given = walk(Log.find_each(**EVERYTHING))
    entries = Counter(given)

    assert max(entries.values()) == 1
    assert len(before) == LOGGED
    assert before <= set(entries)
    assert len(entries) >= 3 * LOGGED


@pytest.mark.usefixtures("service")
def test_walk__rows_are_removed() -> None:
    """An object that is removed moves the next page, which then begins one object too late."""
    for number in Number.available(area_code="816", limit=5):
        number.buy()
    kept = [number.id for number in Number.find()]
    given = []
    for number in Number.find_each(page_size=2):
        given.append(number.id)
        if len(given) == 1:
            number.destroy()

    assert given == [at for at in kept if at != kept[2]]
