"""Util: the words and JSON that it makes and reads, and what it refuses."""

# ruff: noqa: DTZ001 - naive datetimes are cases of their own here

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from collections import OrderedDict, UserDict
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import Color, Level, json_values, nested, underscored_words
from vivialconnect.common.util import Util

NEW_YORK = timezone(timedelta(hours=-4))


class Pair(NamedTuple):
    """A tuple with names."""

    left: int
    right: int


# Words


@pytest.mark.parametrize(
    ("word", "camelized"),
    [
        ("", ""),
        ("lower_with_underscores", "LowerWithUnderscores"),
        ("phone_number", "PhoneNumber"),
        ("x", "X"),
        ("two__underscores", "TwoUnderscores"),
        ("foo_bar_1", "FooBar1"),
        ("line_1_x", "Line1X"),
        ("foo__1", "Foo1"),
        ("3d_model", "3dModel"),
        ("two-words", "TwoWords"),
        ("two words", "TwoWords"),
        ("a.b/c", "ABC"),
        ("_leading", "Leading"),
        ("trailing_", "Trailing"),
        ("__both__", "Both"),
        ("_", ""),
        ("PhoneNumber", "PhoneNumber"),
        ("HTMLParser", "HTMLParser"),
        ("x_ray", "XRay"),
    ],
)
def test_camelize__table(word: str, camelized: str) -> None:
    """What is no letter or digit ends a word, as in 0.2.4."""
    assert Util.camelize(word) == camelized


@pytest.mark.parametrize(
    ("word", "underscored"),
    [
        ("", ""),
        ("LowerWithUnderscores", "lower_with_underscores"),
        ("HTMLParser", "html_parser"),
        ("HTML", "html"),
        ("parseHTML", "parse_html"),
        ("HTML5Parser", "html5_parser"),
        ("FooBar1", "foo_bar1"),
        ("Foo1Bar", "foo1_bar"),
        ("X2Y", "x2y"),
        ("iOS", "i_os"),
        ("Two__Underscores", "two___underscores"),
        ("two__underscores", "two__underscores"),
        ("My_Gadget", "my__gadget"),
        ("_Leading", "__leading"),
        ("Trailing_", "trailing_"),
        ("_", "_"),
        ("user-status", "user-status"),
    ],
)
def test_underscore__table(word: str, underscored: str) -> None:
    """Humps become underscores, and an abbreviation is one word, as in 0.2.4."""
    assert Util.underscore(word) == underscored


@given(underscored_words())
def test_underscore__turns_camelize_round(word: str) -> None:
    """Over the domain that is documented, underscore gives back what camelize was given."""
    assert Util.underscore(Util.camelize(word)) == word


@given(st.text())
def test_camelize__of_any_text(word: str) -> None:
    """Any text is camelized, and what is left has no separator."""
    assert not re.search(r"[\W_]", Util.camelize(word))


# JSON in


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        (b'{"a": "\xc3\xa9"}', {"a": "é"}),
        (b"\xef\xbb\xbf[1]", [1]),
        ("\ufeff[1]", [1]),
        (' "text" ', "text"),
        ("null", None),
        ('{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_json_to_dict__table(source: Any, value: Any) -> None:
    """Text and UTF-8 bytes are parsed, with a byte order mark or without."""
    assert Util.json_to_dict(source) == value


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "Expecting value"),
        ("<html>", "Expecting value"),
        ('{"a": 1} x', "Extra data"),
        ("\ufeff\ufeff1", "Expecting value"),
        ("NaN", "NaN is not JSON"),
        ('{"a": [-Infinity]}', "-Infinity is not JSON"),
        ("Infinity", "Infinity is not JSON"),
        (b"\xff", "utf-8"),
        (None, "JSON must be a string or bytes, got NoneType"),
        ({"a": 1}, "JSON must be a string or bytes, got dict"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
    ],
    ids=range(12),
)
def test_json_to_dict__refuses(source: Any, message: str) -> None:
    """What is no JSON is a ValueError that says why, however it is broken."""
    with pytest.raises(ValueError, match=message):
        Util.json_to_dict(source)


def test_json_to_dict__tells_where() -> None:
    """Broken JSON gives the error of the json module, with line and column."""
    with pytest.raises(json.JSONDecodeError) as refusal:
        Util.json_to_dict('{"a": 1,\n x}')

    assert refusal.value.lineno == 2


@pytest.mark.skipif(not hasattr(sys, "get_int_max_str_digits"), reason="this Python has no limit")
def test_json_to_dict__overlong_number() -> None:
    """A number with more digits than Python converts is a ValueError."""
    with pytest.raises(ValueError, match="limit"):
        Util.json_to_dict("1" * 5000)


# JSON out


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "{}"),
        ({"b": 1, "a": [True, None, 1.5]}, '{"b":1,"a":[true,null,1.5]}'),
        ((1, (2,)), "[1,[2]]"),
        (Pair(1, 2), "[1,2]"),
        ("é€😀\u2028", '"é€😀\u2028"'),
        (OrderedDict(a=1), '{"a":1}'),
        (MappingProxyType({"a": UserDict(b=1)}), '{"a":{"b":1}}'),
        (datetime(2020, 7, 2, 10, 11, 12), '"2020-07-02T10:11:12Z"'),
        (datetime(2020, 7, 2, 10, 11, 12, 345), '"2020-07-02T10:11:12.000345Z"'),
        (datetime(2020, 7, 2, 10, 11, 12, tzinfo=NEW_YORK), '"2020-07-02T14:11:12Z"'),
        (date(2020, 7, 2), '"2020-07-02"'),
        (Color.RED, '"red"'),
        (Level.HIGH, "3"),
        (10**30, "1" + "0" * 30),
    ],
)
def test_to_json__table(value: Any, text: str) -> None:
    """What has a form in JSON is written compactly, in its own characters."""
    assert Util.to_json(value, root=None) == text


def test_to_json__root() -> None:
    """The object stands under the root, "object" unless another is named."""
    assert Util.to_json({"id": 1}) == '{"object":{"id":1}}'
    assert Util.to_json({"id": 1}, "message") == '{"message":{"id":1}}'
    assert Util.to_json({"id": 1}, 7) == '{"7":{"id":1}}'  # type: ignore[arg-type] # the case


@pytest.mark.parametrize("root", ["", None, 0, []])
def test_to_json__without_a_root(root: Any) -> None:
    """What is empty adds no root, as in 0.2.4."""
    assert Util.to_json({"a": 1}, root=root) == '{"a":1}'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({1: 2}, '{"1":2}'),
        ({"a": {-3: {4: 5}}}, '{"a":{"-3":{"4":5}}}'),
        ({True: 1, 1.5: 2}, '{"true":1,"1.5":2}'),
        ({Level.HIGH: 1, Color.RED: 2}, '{"3":1,"red":2}'),
    ],
)
def test_to_json__keys(value: Any, text: str) -> None:
    """A key that is a number is written as text, as in 0.2.4."""
    assert Util.to_json(value, root=None) == text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            {"a": {"b": [0, math.nan]}},
            r"message\.a\.b\[1\]: nan \(float\) cannot be written in JSON",
        ),
        ([math.inf], r"message\[0\]: inf"),
        (-math.inf, "message: -inf"),
        ({"tags": {1}}, r"message\.tags: \{1\} \(set\)"),
        ({"body": b"x"}, r"message\.body: b'x' \(bytes\)"),
        ({"price": Decimal("1.5")}, r"message\.price: Decimal\('1\.5'\)"),
        ({"at": time(1)}, r"message\.at: datetime\.time"),
        ({"for": timedelta(1)}, r"message\.for: .*timedelta"),
        ({"x": object}, r"message\.x: <class 'object'> \(type\)"),
        ({"body": "a\ud83d"}, r"message\.body: 'a\\ud83d' \(str\) cannot be written in UTF-8"),
        ({"\udc00": 1}, r"message: '\\udc00' \(str\) cannot be written in UTF-8"),
        ({(1, 2): "a"}, r"keys of message must be strings, got \(1, 2\)"),
        ({"a": {None: 1}}, r"keys of message\.a must be strings, got None"),
        ({b"a": 1}, "keys of message must be strings, got b'a'"),
        (nested(100_000), "nested too deeply, or contains itself"),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=1))), "message: datetime.datetime"),
    ],
    ids=range(16),
)
def test_to_json__refuses(value: Any, message: str) -> None:
    """What cannot be written in JSON is a ValueError that names the place and the value."""
    with pytest.raises(ValueError, match=message):
        Util.to_json(value, root="message")


def test_to_json__refuses_without_a_root() -> None:
    """Without a root, the place is told from the object itself."""
    with pytest.raises(ValueError, match=r"\Aa: nan"):
        Util.to_json({"a": math.nan}, root=None)
    with pytest.raises(ValueError, match=r"\Athe object: nan"):
        Util.to_json(math.nan, root=None)
    with pytest.raises(ValueError, match=r"keys of the object must be strings, got b'7'"):
        Util.to_json({b"7": 1}, root=None)


def test_to_json__circle() -> None:
    """What holds itself is refused, as a list and as a dict."""
    circle: list[Any] = []
    circle.append(circle)
    loop: dict[str, Any] = {}
    loop["loop"] = loop

    for value in (circle, loop):
        with pytest.raises(ValueError, match="contains itself"):
            Util.to_json(value)


def test_to_json__shared_value() -> None:
    """The same list in two places is no circle."""
    shared = [1]

    assert Util.to_json([shared, shared], root=None) == "[[1],[1]]"


def test_to_json__long_values_are_cut_in_the_message() -> None:
    """A refusal shows the beginning of a long value only."""
    with pytest.raises(ValueError, match="b'xxx") as refusal:
        Util.to_json({"body": b"x" * 10_000})

    assert len(str(refusal.value)) < 150


@given(json_values())
def test_to_json__is_turned_round_by_json_to_dict(value: Any) -> None:
    """Any JSON comes back from its text, and from the text's bytes."""
    text = Util.to_json(value, root=None)

    assert Util.json_to_dict(text) == value
    assert Util.json_to_dict(text.encode("utf-8")) == value


@given(json_values())
def test_to_json__leaves_the_value_alone(value: Any) -> None:
    """The object that is serialized does not change."""
    before = repr(value)
    Util.to_json(value)

    assert repr(value) == before


# Roots


@pytest.mark.parametrize("inner", [{"id": 1}, [1], None, 0])
def test_remove_root__single_key(inner: Any) -> None:
    """A dict with one key gives the value, the same object, whatever it is."""
    assert Util.remove_root({"message": inner}) is inner


@pytest.mark.parametrize("data", [{}, {"a": 1, "b": 2}, [], [{"a": 1}], "text", 7, None])
def test_remove_root__anything_else(data: Any) -> None:
    """Everything else comes back as it is, the same object."""
    assert Util.remove_root(data) is data


@given(json_values())
def test_remove_root__turns_the_root_of_to_json_round(value: Any) -> None:
    """What to_json puts under a root, remove_root takes out."""
    assert Util.remove_root(Util.json_to_dict(Util.to_json(value))) == value


# Imports


def test_util__imports_nothing_heavy() -> None:
    """Neither dateutil nor decimal nor uuid is imported before something needs it."""
    source = (
        "import sys; sys.modules.pop('uuid', None); sys.modules.pop('decimal', None)\n"
        "import vivialconnect.common.util\n"
        "print(sorted({'dateutil', 'decimal', 'uuid', 'requests'} & set(sys.modules)))"
    )
    output = subprocess.run([sys.executable, "-c", source], capture_output=True, check=True)

    assert output.stdout.strip() == b"[]"
