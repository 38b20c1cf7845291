"""Looking up what an unknown outcome has left among more than a page: a search, then all pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.lost import RECIPIENT, SENDER, Service, new_message
from tests.integration.scripted_server import ScriptedServer, answer, say_and_hang_up, use
from vivialconnect import ConnectionError, Message, ResourceError  # noqa: A004 - documented name

PAGE = "order=id%20desc&limit=150&page={}"
SEARCH = "order=id%20desc&search=%2B15154469790&limit=150&page=1"


@pytest.fixture
def service() -> Iterator[Service]:
    """Give a service whose clock is this machine's."""
    with Service() as running:
        yield running


def receive(service: Service, count: int) -> None:
    """Let a number that nothing else names send messages."""
    for _ in range(count):
        service.sandbox.receive(from_number="+12025550123", to_number=SENDER, body="noise")


def test_find_sent__found_by_search(service: Service) -> None:
    """One match of a search decides, however many pages are as new."""
    message = service.lose()
    receive(service, 320)
    found = message.find_sent()

    assert found is not None
    assert (found.body, found.to_number) == ("hello", RECIPIENT)
    assert service.lookups == [PAGE.format(1), SEARCH]


def test_find_sent__not_found_by_search(service: Service) -> None:
    """A search that finds nothing is no proof, so all pages are read."""
    message = service.lose(fault="close")
    receive(service, 160)

    assert message.find_sent() is None
    assert service.lookups == [PAGE.format(1), SEARCH, PAGE.format(1), PAGE.format(2)]


def test_find_sent__duplicates_among_many(service: Service) -> None:
    """Two matches of a search raise, and so do two of which one is on the newest page."""
    first = service.lose()
    service.lose()
    receive(service, 160)
    with pytest.raises(ResourceError, match="2 objects match"):
        first.find_sent()


def test_find_sent__same_recipient_with_other_texts(service: Service) -> None:
    """Other messages to the recipient are no matches of the search."""
    message = service.lose()
    new_message("other").send()
    receive(service, 160)
    found = message.find_sent()

    assert found is not None
    assert found.body == "hello"
    assert service.lookups[-1] == SEARCH


def test_find_sent__search_sees_what_is_older(service: Service) -> None:
    """A match of the search that is older than a minute before the request is another one."""
    service.ahead = -65
    new_message().send()
    service.ahead = 0
    message = service.lose(fault="close")
    receive(service, 160)

    assert message.find_sent() is None


def rows(first: int, count: int, **data: Any) -> list[dict[str, Any]]:
    """Return messages as a service lists them, the newest first."""
    common = {"from_number": SENDER, "to_number": "+12025550123", "body": "noise"}
    common["date_created"] = "2999-01-01T00:00:00+00:00"
    return [{"id": first - index, **common, **data} for index in range(count)]


def match(id_: int) -> dict[str, Any]:
    """Return a message that is alike to the one that was lost."""
    (row,) = rows(id_, 1, to_number=RECIPIENT, body="hello")
    return row


def found_by(*pages: list[dict[str, Any]]) -> tuple[Message | None, int]:
    """Return what is found where the service gives these pages, and how many were read."""
    answers = [answer({"messages": page}) for page in pages]
    with ScriptedServer(say_and_hang_up(b""), *answers) as server:
        use(server)
        message = new_message()
        with pytest.raises(ConnectionError):
            message.send()
        return message.find_sent(since="2998-01-01"), len(server.requests) - 1


@pytest.mark.parametrize("searched", [[], rows(9, 1), rows(900, 150)])
def test_find_sent__missed_by_search(searched: list[dict[str, Any]]) -> None:
    """What a search misses is found on a later page."""
    page = rows(900, 150)
    found, count = found_by(page, searched, page, [match(700)])

    assert found is not None
    assert found.id == 700
    assert count == 4


def test_find_sent__search_misses_the_newest() -> None:
    """A match of the search beside another one on the newest page decides nothing."""
    page = [match(900), *rows(899, 149)]
    with pytest.raises(ResourceError, match="2 objects match \\(ids 900, 700"):
        found_by(page, [match(700)], page, [match(700)])


def test_find_sent__search_ignored_by_the_service() -> None:
    """A service that ignores the search sends its newest page again, and the pages decide."""
    page = [match(900), *rows(899, 149)]
    found, count = found_by(page, page, page, rows(700, 3))

    assert found is not None
    assert found.id == 900
    assert count == 4
