"""Queries and moments: how each kind of value is written into a URL, and what is refused."""

# ruff: noqa: DTZ001 - naive datetimes are cases of their own here

from __future__ import annotations

import math
import uuid
from collections import UserDict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import TEXT, Color, Level, nested, query_params
from vivialconnect.common.times import format_basic, parse_iso
from vivialconnect.common.util import Util

NEW_YORK = timezone(timedelta(hours=-4))


# Queries


@pytest.mark.parametrize(
    ("params", "query"),
    [
        (None, ""),
        ({}, ""),
        ({"a": None, "b": [], "c": (), "d": {}, "e": [None], "f": {"g": None}}, ""),
        ({"a": ""}, "a="),
        ({"": "a"}, "=a"),
        ({"a": True, "b": False}, "a=true&b=false"),
        ({"b": 1, "a": 2}, "b=1&a=2"),
        ({"order": "id desc"}, "order=id%20desc"),
        ({"a": "~-._/+&=é😀*"}, "a=~-._%2F%2B%26%3D%C3%A9%F0%9F%98%80%2A"),
        ({"k": ["x", "", None, "y"]}, "k%5B%5D=x&k%5B%5D=&k%5B%5D=y"),
        ({"k": ("x", 1)}, "k%5B%5D=x&k%5B%5D=1"),
        ({"k": {"a": 1, "b": {"c": 2}}}, "k%5Ba%5D=1&k%5Bb%5D%5Bc%5D=2"),
        ({"k": {"a": [1]}, "l": [{"b": 2}]}, "k%5Ba%5D%5B%5D=1&l%5B%5D%5Bb%5D=2"),
        ({"a": b"\xc3\xa9"}, "a=%C3%A9"),
        ({"a": datetime(2020, 7, 2, 10, 11, 12, 999)}, "a=20200702T101112Z"),
        ({"a": datetime(2020, 7, 2, 22, 0, tzinfo=NEW_YORK)}, "a=20200703T020000Z"),
        ({"a": date(2020, 7, 2)}, "a=20200702T000000Z"),
        ({"a": 1.5, "b": Decimal("1.50"), "c": -3}, "a=1.5&b=1.50&c=-3"),
        (
            {"a": uuid.UUID("12345678123456781234567812345678")},
            "a=12345678-1234-5678-1234-567812345678",
        ),
        ({"a": Color.RED, "b": Level.HIGH}, "a=red&b=3"),
        (MappingProxyType({"a": UserDict(b=1)}), "a%5Bb%5D=1"),
        ({1: 2, "a": {3: {4: 5}}}, "1=2&a%5B3%5D%5B4%5D=5"),
        ({True: 1, 1.5: 2, Level.HIGH: 3}, "true=1&1.5=2&3=3"),
    ],
)
def test_to_query__table(params: Any, query: str) -> None:
    """Each kind of value has its one form, and the order is kept."""
    assert Util.to_query(params) == query


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"page": math.nan}, r"page: nan \(float\) cannot be written in a query"),
        ({"a": {"b": [math.inf]}}, r"a\[b\]\[\]: inf"),
        ({"a": Decimal("NaN")}, "a: Decimal"),
        ({"a": Decimal("Infinity")}, "a: Decimal"),
        ({"a": {1}}, r"a: \{1\} \(set\)"),
        ({"a": object}, "a: <class 'object'>"),
        ({"a": Fraction(1, 2)}, "a: Fraction"),
        ({"a": time(1)}, "a: datetime.time"),
        ({"a": b"\xff"}, r"a: b'\\xff' \(bytes\)"),
        ({"a": "\ud83d"}, r"a: '\\ud83d'"),
        ({"a\ud83d": 1}, "cannot be written in UTF-8"),
        ({(1, 2): "a"}, r"keys of the query must be strings, got \(1, 2\)"),
        ({b"a": "a"}, "keys of the query must be strings, got b'a'"),
        ({"a": {None: "b"}}, "keys of a must be strings, got None"),
        ({"a": nested(100_000)}, "nested too deeply"),
        ({"a": datetime.max.replace(tzinfo=NEW_YORK)}, "a: datetime.datetime"),
        ([("a", 1)], "query parameters must be a dict, got list"),
        ("a=1", "query parameters must be a dict, got str"),
    ],
    ids=range(18),
)
def test_to_query__refuses(params: Any, message: str) -> None:
    """What cannot be written in a query is a ValueError that names the key."""
    with pytest.raises(ValueError, match=message):
        Util.to_query(params)


def expected_pairs(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """Tell by the documented rules which pairs a parameter makes."""
    if isinstance(value, (dict, list)):
        inner = value.items() if isinstance(value, dict) else (("", item) for item in value)
        for sub, item in inner:
            yield from expected_pairs(key + "[" + sub + "]", item)
    elif isinstance(value, bool):
        yield key, str(value).lower()
    elif isinstance(value, bytes):
        yield key, value.decode("utf-8")
    elif isinstance(value, datetime):
        yield key, value.isoformat()[:19].replace("-", "").replace(":", "") + "Z"
    elif value is not None:
        yield key, str(value)


@given(query_params())
def test_to_query__is_turned_round_by_parse_qsl(params: dict[str, Any]) -> None:
    """A standard parser recovers the pairs, in their order."""
    pairs = [pair for key, value in params.items() for pair in expected_pairs(key, value)]

    assert parse_qsl(Util.to_query(params), keep_blank_values=True) == pairs


@given(st.dictionaries(TEXT, TEXT))
def test_to_query__alphabet(params: dict[str, str]) -> None:
    """A query has only unreserved characters, capital escapes and the two delimiters."""
    query = Util.to_query(params)

    assert query.isascii()
    assert "+" not in query
    assert all(c.isalnum() or c in "-._~%&=" for c in query)
    assert all(part[:2] == part[:2].upper() for part in query.split("%")[1:])


# Moments


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(1, 1, 1), "00010101T000000Z"),
        (datetime(2020, 7, 2, 10, 11, 12), "20200702T101112Z"),
        (datetime(2020, 12, 31, 23, 0, tzinfo=NEW_YORK), "20210101T030000Z"),
        (datetime(9999, 12, 31, 23, 59, 59, 999999), "99991231T235959Z"),
    ],
)
def test_format_basic_time__table(moment: datetime, text: str) -> None:
    """A moment is written in UTC, with four digits of the year; a naive one is UTC."""
    assert format_basic(moment) == text


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020-06-29T12:30:07", datetime(2020, 6, 29, 12, 30, 7, tzinfo=timezone.utc)),
        ("2020-06-29 12:30:07Z", datetime(2020, 6, 29, 12, 30, 7, tzinfo=timezone.utc)),
        ("20200629T123007Z", datetime(2020, 6, 29, 12, 30, 7, tzinfo=timezone.utc)),
        ("2020-06-29T12:30:07.25-04:00", datetime(2020, 6, 29, 12, 30, 7, 250000, NEW_YORK)),
        ("2020-06-29", datetime(2020, 6, 29, tzinfo=timezone.utc)),
        (b"2020-06-29", datetime(2020, 6, 29, tzinfo=timezone.utc)),
    ],
)
def test_parse_time__table(text: Any, moment: datetime) -> None:
    """The offset that stands there is kept, and none is UTC."""
    parsed = parse_iso(text)

    assert parsed == moment
    assert parsed.utcoffset() == moment.utcoffset()


@pytest.mark.parametrize(
    "text",
    [
        "", "12", "yesterday", "2020-13-01", "2020-06-29T25:00", "2020-06-29T12:30:07 é", None, 7,
        b"\xff", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "9999-12-31T24:00:00",
    ],
)  # fmt: skip
def test_parse_time__refuses(text: Any) -> None:
    """What names no moment is a ValueError that shows it, never another error."""
    with pytest.raises(ValueError, match="is not a date or time in ISO 8601") as refusal:
        parse_iso(text)

    assert repr(text) in str(refusal.value)


@given(st.datetimes(timezones=st.sampled_from([timezone.utc])))
def test_parse_time__turns_format_basic_time_round(moment: datetime) -> None:
    """A moment comes back from its basic form, to the second."""
    assert parse_iso(format_basic(moment)) == moment.replace(microsecond=0)
