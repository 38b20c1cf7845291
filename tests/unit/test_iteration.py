"""Iteration over pages, without a network."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivialconnect import Message, Resource, ResourceError, ResourceList, configured
from vivialconnect.resources._iteration import KeyIterator, PageIterator


def page_of(ids: list[int | None], **meta: Any) -> ResourceList[Message]:
    """Return a page of messages with these ids."""
    return ResourceList([Message({"id": id_}) for id_ in ids], meta)


class Service:
    """Sends pages, and keeps the queries that asked for them."""

    def __init__(self, pages: dict[Any, ResourceList[Message]], name: str = "page") -> None:
        self.pages = pages
        self.name = name
        self.queries: list[dict[str, Any]] = []

    def __call__(self, **query: Any) -> ResourceList[Message]:
        """Return the page that a query asks for."""
        self.queries.append(query)
        return self.pages[query.get(self.name)]


@given(st.lists(st.integers(0, 5), max_size=30), st.integers(1, 7), st.none() | st.integers(0, 40))
def test_iterator__any_pages(ids: list[int | None], size: int, limit: int | None) -> None:
    """Each object is given once, in order, up to the limit, with no request too many."""
    pages = {n + 1: page_of(ids[n * size : (n + 1) * size]) for n in range(len(ids) // size + 1)}
    service = Service(pages)

    given_ids = [message.id for message in PageIterator(service, limit, size)]

    assert given_ids == list(dict.fromkeys(ids))[:limit]
    assert service.queries == [
        {"limit": size, "page": number + 1} for number in range(len(service.queries))
    ]
    assert len(service.queries) <= len(ids) // size + 1


@pytest.mark.parametrize("size", [5, 1])
def test_iterator__metadata_counts(size: int) -> None:
    """If a page has the number of the next, its length does not count."""
    service = Service({1: page_of([1, 2], next=2), 2: page_of([3], next=None)})

    assert [message.id for message in PageIterator(service, None, size)] == [1, 2, 3]


def test_iterator__requests_pages_when_needed() -> None:
    """A page is requested with its first object, and next_page() returns it."""
    service = Service({number: page_of([number]) for number in range(1, 9)})
    messages = PageIterator(service, None, 1)
    assert service.queries == []

    assert [next(messages).id, next(messages).id] == [1, 2]
    assert len(service.queries) == 2
    assert messages.next_page() == [Message(3)]
    assert next(messages).id == 3
    assert len(service.queries) == 3


def test_iterator__without_ids() -> None:
    """Objects that nothing identifies are all given, but one page forever is an error."""
    page = page_of([None, None])
    service = Service({1: page, 2: page, 3: page_of([])})
    assert len(list(PageIterator(service, None, 2))) == 4

    with pytest.raises(ResourceError, match="100 pages"):
        list(PageIterator(lambda **_: page, None, 2))


def test_iterator__same_page_forever() -> None:
    """100 pages without a new object are an error, and so is each further step."""
    page = page_of([1])
    messages = PageIterator(lambda **_: page, None, 1)
    assert next(messages).id == 1
    for _ in range(2):
        with pytest.raises(ResourceError, match="100 pages had no new object"):
            next(messages)


def test_iterator__goes_on_after_an_error() -> None:
    """After an error, the next step requests the same page again."""
    service = Service({1: page_of([1]), 3: page_of([3])})
    messages = PageIterator(service, None, 1)
    next(messages)
    with pytest.raises(KeyError):
        next(messages)
    service.pages[2] = page_of([2])

    assert [next(messages).id, next(messages).id] == [2, 3]
    assert [query["page"] for query in service.queries] == [1, 2, 2, 3]


def test_iterator__keeps_its_scope() -> None:
    """Every page is requested in the scope that the iterator was created in."""
    seen: list[float] = []

    def fetch(**_: Any) -> ResourceList[Message]:
        seen.append(Resource.request_timeout)
        return page_of([len(seen)])

    with configured(request_timeout=5):
        messages = PageIterator(fetch, 2, 1)
    with configured(request_timeout=6):
        next(messages)
    next(messages)

    assert seen == [5, 5]


@pytest.mark.parametrize(("limit", "expected"), [(None, 5), (0, 0), (3, 3), (5, 5), (9, 5)])
def test_key_iterator__limit(limit: int | None, expected: int) -> None:
    """The keys are followed to the limit or the last page."""
    pages: dict[str | None, ResourceList[Message]] = {
        None: page_of([1, 2], last_key="a"),
        "a": page_of([3, 4], last_key="b"),
        "b": page_of([5], last_key=""),
    }
    messages = KeyIterator(Service(pages, "start_key"), limit)

    assert [message.id for message in messages] == [1, 2, 3, 4, 5][:expected]


def test_key_iterator__many_empty_pages() -> None:
    """A filtered log may have many empty pages; a key that was used ends it."""
    pages = {str(number): page_of([], last_key=str(number + 1)) for number in range(200)}
    pages["200"] = page_of([7], last_key="3")
    service = Service({None: page_of([], last_key="0"), **pages}, "start_key")

    assert [message.id for message in KeyIterator(service)] == [7]


@pytest.mark.parametrize("limit", [-1, 1.5, True, "5"])
def test_iterator__invalid_limit(limit: Any) -> None:
    """A limit is None or an integer, 0 or more."""
    with pytest.raises(ValueError, match="limit"):
        Message.find_each(limit)


@pytest.mark.parametrize("page_size", [0, -1, 151, True, None, "5", 2.5])
def test_iterator__invalid_page_size(page_size: Any) -> None:
    """A page size is an integer from 1 to 150."""
    with pytest.raises(ValueError, match="page_size"):
        Message.find_each(None, page_size)
