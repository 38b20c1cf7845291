"""How the refusal of a signature is explained."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivialconnect.common import signing

MOMENT = datetime(2020, 7, 2, 10, 11, 12, tzinfo=timezone.utc)
DATE = "Thu, 02 Jul 2020 10:11:12 GMT"
CANONICAL = "\n".join(
    (
        "POST",
        "20200702T101112Z",
        "/api/v1.0/accounts/1/messages.json",
        "page=2",
        "content-type:application/json",
        "date:" + DATE,
        "host:api.example",
        "content-type;date;host",
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    )
)


def spoiled(line: int, text: str = "other") -> str:
    """Return the canonical request with another line in the place of one."""
    lines = CANONICAL.split("\n")
    return "\n".join([*lines[:line], text, *lines[line + 1 :]])


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (0, "method"),
        (1, "time"),
        (2, "path"),
        (4, "header"),
        (5, "header"),
        (6, "header"),
        (7, "signed header names"),
        (8, "body digest"),
    ],
)
def test_explanation__of_each_line(line: int, name: str) -> None:
    """The first line that differs is told by its number, its name, and what both sides have."""
    words = signing.explain_refusal(CANONICAL, spoiled(line), DATE, MOMENT)

    assert words == (
        "line {} of the canonical request ({}) differs: signed {!r}, expected 'other'".format(
            line + 1, name, shown(CANONICAL.split("\n")[line])
        )
    )


def test_explanation__of_the_query() -> None:
    """Of the query only the names are shown, for the values may be phone numbers and texts."""
    theirs = CANONICAL.split("\n")
    theirs[3] = "search=secret%20plan&to=%2B15154469790"
    words = signing.explain_refusal(CANONICAL, "\n".join(theirs), DATE, MOMENT) or ""

    assert words.endswith("expected 'search=...&to=...'")
    assert "page=..." in words


def shown(line: str) -> str:
    """Return a line as far as an explanation shows it."""
    return line if len(line) <= 80 else line[:77] + "..."


@given(st.lists(st.integers(0, 8), min_size=1, max_size=9))
def test_explanation__first_of_several(lines: list[int]) -> None:
    """Where several lines differ, the first is told."""
    theirs = CANONICAL.split("\n")
    for line in lines:
        theirs[line] += "!"
    words = signing.explain_refusal(CANONICAL, "\n".join(theirs), DATE, MOMENT)

    assert (words or "").startswith(f"line {min(lines) + 1} of the canonical request")


@pytest.mark.parametrize(
    ("theirs", "number", "expected"),
    [
        (CANONICAL + "\n", 10, None),
        (CANONICAL + "\nmore", 10, "'more'"),
        (CANONICAL.rpartition("\n")[0], 9, "''"),
        ("GET", 1, "'GET'"),
        (spoiled(2, "/x" * 100), 3, "'" + ("/x" * 100)[:77] + "...'"),
        (spoiled(2, "/\x1b[31m"), 3, r"'/\x1b[31m'"),
    ],
    ids=["empty line more", "line more", "line less", "one line", "long line", "control codes"],
)
def test_explanation__odd_text(theirs: str, number: int, expected: str | None) -> None:
    """Lines that only one side has differ, and what the service sends is shown short and plain."""
    words = signing.explain_refusal(CANONICAL, theirs, DATE, MOMENT) or ""

    if expected is None:
        assert "api_key and api_secret belong together" in words
    else:
        assert words.startswith(f"line {number} of")
        assert words.endswith("expected " + expected)


def test_explanation__no_difference() -> None:
    """Where both sides mean the same request, it is the secret that differs."""
    words = signing.explain_refusal(CANONICAL, CANONICAL, DATE, MOMENT)

    assert words is not None
    assert "api_key and api_secret belong together" in words


@pytest.mark.parametrize("theirs", [None, "", 5, ["POST"], {"text": CANONICAL}, True])
def test_explanation__no_text_of_the_service(theirs: Any) -> None:
    """Where the service sent no text of its own, nothing is made up."""
    assert signing.explain_refusal(CANONICAL, theirs, DATE, MOMENT) is None


def test_explanation__nothing_signed() -> None:
    """Where nothing was signed, as through a stand-in, nothing is compared."""
    assert signing.explain_refusal("", CANONICAL, DATE, MOMENT) is None


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (300, None),
        (-300, None),
        (301, "set the clock of this machine: it is 301 seconds ahead of the service"),
        (-301, "set the clock of this machine: it is 301 seconds behind the service"),
        (86400, "set the clock of this machine: it is 86400 seconds ahead of the service"),
    ],
)
def test_explanation__clock(seconds: int, expected: str | None) -> None:
    """Clocks that are more than 5 minutes apart are named, by how much and in which direction."""
    now = MOMENT + timedelta(seconds=seconds)

    assert signing.explain_refusal(CANONICAL, None, DATE, now) == expected
    if expected is not None:
        assert signing.explain_refusal(CANONICAL, spoiled(2), DATE, now) == expected


@pytest.mark.parametrize("date", [None, "", "soon", "Thu, 99 Jul 2020 10:11:12 GMT", "0"])
def test_explanation__date_that_is_none(date: str | None) -> None:
    """Without a usable date the clocks cannot be compared, and the texts are."""
    now = MOMENT + timedelta(hours=1)
    words = signing.explain_refusal(CANONICAL, spoiled(0), date, now)

    assert (words or "").startswith("line 1 of")


@given(
    theirs=st.one_of(st.none(), st.text(), st.lists(st.text())),
    date=st.one_of(st.none(), st.text(), st.dates().map(str)),
)
def test_explanation__never_raises(theirs: Any, date: str | None) -> None:
    """Whatever a refusal carries, it is explained in one line, or not at all."""
    words = signing.explain_refusal(CANONICAL, theirs, date, MOMENT)

    assert words is None or "\n" not in words
