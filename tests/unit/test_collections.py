"""Lists of rows, and the walk over pages."""

from __future__ import annotations

from typing import Any, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivialconnect import Message, ResourceError, ResourceList
from vivialconnect.resources import _lists as collections


def test_resource_list__is_a_list() -> None:
    """A ResourceList is a list, equal to one, and knows its envelope."""
    rows = ResourceList([1, 2], {"count": 2})

    assert rows == [1, 2]
    assert rows.meta == {"count": 2}
    assert ResourceList().meta == {}


@pytest.mark.parametrize(
    ("meta", "expected"), [({}, None), ({"last_key": ""}, None), ({"last_key": "7b"}, "7b")]
)
def test_resource_list__last_key(meta: dict[str, Any], expected: Optional[str]) -> None:
    """An empty last key is none, for it means the last page."""
    assert ResourceList([], meta).last_key == expected


def test_resource_list__table() -> None:
    """A notebook shows a table with a column for each field shown, escaped."""
    rows = ResourceList([Message({"id": 1, "body": "<b>"}), Message({"status": "failed"})])

    assert rows._repr_html_() == (
        "<table><tr><th>id</th><th>body</th><th>status</th></tr>"
        "<tr><td>1</td><td>&lt;b&gt;</td><td></td></tr>"
        "<tr><td>new</td><td></td><td>failed</td></tr></table>"
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({}, "an empty object"),
        ({"a": 1, "b": 2}, "an object with 'a', 'b'"),
        (None, "empty"),
        ([], "a list"),
        ("x", "a text"),
        (True, "true or false"),
        (5, "a number"),
        (5.5, "a number"),
    ],
)
def test_describe_shape__every_kind(value: Any, words: str) -> None:
    """Any answer is described without its values."""
    assert collections.describe_shape(value) == words


def test_find_rows__several_lists_and_no_known_name() -> None:
    """Of several lists under names that are not known none is taken."""
    with pytest.raises(ResourceError, match="under 'messages'"):
        collections.find_rows({"a": [], "b": []}, ["messages", "items"])


def test_find_rows__first_name_counts() -> None:
    """Of several known names the first counts, and the rest is the envelope."""
    answer = {"items": [], "messages": [{"id": 1}], "next": 2}

    assert collections.find_rows(answer, ["messages", "items"]) == (
        [{"id": 1}],
        {"items": [], "next": 2},
    )


@given(
    st.lists(st.integers(0, 5), max_size=30),
    st.integers(1, 7),
    st.none() | st.integers(0, 40),
)
def test_walk_pages__any_pages(rows: list[int], size: int, limit: Optional[int]) -> None:
    """Each row is given once, in order, no more than asked for, and no page too many."""
    asked: list[int] = []

    def fetch(number: int) -> ResourceList[int]:
        asked.append(number)
        return ResourceList(rows[(number - 1) * size : number * size])

    given_rows = list(collections.walk_pages(fetch, lambda row: row, limit, size))

    assert given_rows == list(dict.fromkeys(rows))[:limit]
    assert asked == list(range(1, len(asked) + 1))
    assert len(asked) <= len(rows) // size + 1


def test_walk_pages__shorter_than_asked_for() -> None:
    """Where a page tells which is next, the walk goes on behind a short one to the last."""
    told = {1: ResourceList([1, 2], {"next": 2}), 2: ResourceList([3], {"next": None})}

    assert list(collections.walk_pages(told.__getitem__, lambda row: row, None, 5)) == [1, 2, 3]
    assert list(collections.walk_pages(told.__getitem__, lambda row: row, None, 1)) == [1, 2, 3]


def test_walk_pages__lazy() -> None:
    """No page is asked for before its first row is."""
    asked: list[int] = []

    def fetch(number: int) -> ResourceList[int]:
        asked.append(number)
        return ResourceList([number])

    walk = collections.walk_pages(fetch, lambda row: row, None, 1)
    assert asked == []
    assert [next(walk), next(walk)] == [1, 2]
    assert asked == [1, 2]


@pytest.mark.parametrize(("limit", "expected"), [(None, 5), (0, 0), (3, 3), (5, 5), (9, 5)])
def test_walk_keys__limit(limit: Optional[int], expected: int) -> None:
    """The keys are followed until the limit or the last page."""
    pages: dict[Optional[str], ResourceList[int]] = {
        None: ResourceList([1, 2], {"last_key": "a"}),
        "a": ResourceList([3, 4], {"last_key": "b"}),
        "b": ResourceList([5], {"last_key": ""}),
    }

    assert list(collections.walk_keys(pages.__getitem__, limit)) == [1, 2, 3, 4, 5][:expected]


def test_walk_keys__key_that_leads_to_itself() -> None:
    """A page that names itself as the next ends the walk."""
    page: ResourceList[int] = ResourceList([1], {"last_key": "a"})

    assert list(collections.walk_keys(lambda _: page, None)) == [1, 1]


@pytest.mark.parametrize("limit", [-1, 1.5, True, "5"])
def test_check_paging__limit(limit: Any) -> None:
    """A limit is None or a whole number, 0 or more."""
    with pytest.raises(ValueError, match="limit"):
        collections.check_paging(limit, 1)


@pytest.mark.parametrize("page_size", [0, -1, 151, True, None, "5", 2.5])
def test_check_paging__page_size(page_size: Any) -> None:
    """A page size is a whole number from 1 to 150."""
    with pytest.raises(ValueError, match="page_size"):
        collections.check_paging(None, page_size)


def test_merged_query__merged() -> None:
    """Options and keywords make one query, and the options stay as they were."""
    opts = {"page": 1}

    assert collections.merged_query(opts, {"limit": 2}) == {"page": 1, "limit": 2}
    assert opts == {"page": 1}
    assert collections.merged_query(None, {"limit": 2}) == {"limit": 2}


def test_merged_query__both() -> None:
    """Every key that stands in both is named."""
    with pytest.raises(ValueError, match="a, b"):
        collections.merged_query({"a": 1, "b": 2, "c": 3}, {"b": 2, "a": 1})
