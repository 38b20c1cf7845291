"""Lists of objects, and how lists are read from a response."""

from __future__ import annotations

from typing import Any

import pytest

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
def test_resource_list__last_key(meta: dict[str, Any], expected: str | None) -> None:
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
        (None, "nothing"),
        ([], "a list"),
        ("x", "a string"),
        (True, "a boolean"),
        (5, "a number"),
        (5.5, "a number"),
    ],
)
def test_describe_shape__every_kind(value: Any, words: str) -> None:
    """Any answer is described without its values."""
    assert collections.describe_shape(value) == words


def test_find_list__several_lists_and_no_known_name() -> None:
    """Of several lists under names that are not known none is taken."""
    with pytest.raises(ResourceError, match="under 'messages'"):
        collections.find_list({"a": [], "b": []}, ["messages", "items"])


def test_find_list__first_name_counts() -> None:
    """Of several known names the first counts, and the rest is the envelope."""
    answer = {"items": [], "messages": [{"id": 1}], "next": 2}

    assert collections.find_list(answer, ["messages", "items"]) == (
        [{"id": 1}],
        {"items": [], "next": 2},
    )


def test_merge_query__merged() -> None:
    """Options and keywords make one query, and the options stay as they were."""
    opts = {"page": 1}

    assert collections.merge_query(opts, {"limit": 2}) == {"page": 1, "limit": 2}
    assert opts == {"page": 1}
    assert collections.merge_query(None, {"limit": 2}) == {"limit": 2}


def test_merge_query__both() -> None:
    """Every key that stands in both is named."""
    with pytest.raises(ValueError, match="a, b"):
        collections.merge_query({"a": 1, "b": 2, "c": 3}, {"b": 2, "a": 1})
