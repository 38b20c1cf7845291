"""Where resources stand, and that no id can change the structure of a path."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import Color, Level
from vivialconnect.common import paths

QUOTABLE = st.text(min_size=1).filter(
    lambda text: (
        text not in (".", "..")
        and not any(ord(c) < 32 or 127 <= ord(c) < 160 or 0xD800 <= ord(c) < 0xE000 for c in text)
    )
)


@given(QUOTABLE)
def test_quote_segment__any_text(text: str) -> None:
    """Any text becomes one segment, and comes back from it unchanged."""
    segment = paths.quote_segment(text)

    assert unquote(segment) == text
    assert not set("/?#%& ") & set(segment.replace("%", "", segment.count("%")))
    assert segment.isascii()


@given(st.integers())
def test_quote_segment__any_number(number: int) -> None:
    """A number is its digits."""
    assert paths.quote_segment(number) == str(number)


@pytest.mark.parametrize(("value", "segment"), [(Color.RED, "red"), (Level.HIGH, "3")])
def test_quote_segment__member_of_an_enumeration(value: Any, segment: str) -> None:
    """A member of an enumeration is its value, whatever it prints."""
    assert paths.quote_segment(value) == segment


@pytest.mark.parametrize("value", ["", ".", "..", "a\nb", "\x00", "a\x7f", "\x85", "\ud800"])
def test_quote_segment__text_that_cannot_be(value: str) -> None:
    """What cannot stand in a path is refused, and shown."""
    with pytest.raises(ValueError, match=r"id must not be empty"):
        paths.quote_segment(value)


@pytest.mark.parametrize("value", [None, True, False, 1.5, b"x", [1], {}, object])
def test_quote_segment__neither_number_nor_text(value: Any) -> None:
    """What is neither number nor text is refused."""
    with pytest.raises(ValueError, match="must be an integer or a string"):
        paths.quote_segment(value)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (None, ""),
        ("", ""),
        ("messages/9", "/messages/9"),
        ("/messages/9", "/messages/9"),
        ("/messages/9/", "/messages/9"),
        ("a b/é", "/a%20b/%C3%A9"),
        ("a%20b", "/a%20b"),
        ("a%2Fb", "/a%2Fb"),
    ],
)
def test_quote_prefix__forms(path: Any, expected: str) -> None:
    """Slashes at the ends are optional, and what is quoted is not quoted twice."""
    assert paths.quote_prefix(path) == expected


@pytest.mark.parametrize("path", ["/", "a//b", "../x", "a/./b", "a/%2e%2e", "a/\n", 7, b"x", ["a"]])
def test_quote_prefix__that_cannot_be(path: Any) -> None:
    """A prefix with a segment that cannot be, or that is no text, is refused."""
    with pytest.raises(ValueError, match="path"):
        paths.quote_prefix(path)


def test_paths__put_together() -> None:
    """Collections and elements stand below account and prefix."""
    account = paths.account_path(12345)

    assert paths.collection_path(account, "messages") == "/accounts/12345/messages.json"
    assert paths.element_path(account + "/messages/9", "attachments", 3) == (
        "/accounts/12345/messages/9/attachments/3.json"
    )
    assert paths.element_path("", "accounts", 7) == "/accounts/7.json"


def test_account_path__that_cannot_be() -> None:
    """An account that cannot stand in a path is refused under the setting's name."""
    with pytest.raises(ValueError, match="api_account_id"):
        paths.account_path("..")
