"""What more than one test of conversions needs: Hypothesis strategies, and values of odd kinds."""

from __future__ import annotations

import enum
import os
import string
from datetime import datetime
from typing import Any, Union

from hypothesis import strategies as st

#: Text that UTF-8 has a form for: everything but half surrogate pairs.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)

_LETTERS = string.ascii_lowercase
_WORD_PARTS = st.builds(
    "".join,
    st.tuples(
        st.text(_LETTERS, min_size=2, max_size=2), st.text(_LETTERS + string.digits, max_size=6)
    ),
)


def underscored_words() -> st.SearchStrategy[str]:
    """Return a strategy for words for which ``camelize`` has an inverse.

    Their parts start with two letters.
    """
    return st.lists(_WORD_PARTS, min_size=1, max_size=4).map("_".join)


def json_values() -> st.SearchStrategy[Any]:
    """Return a strategy for whatever parsed JSON can be."""
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        TEXT,
    )
    return st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)
        ),
        max_leaves=12,
    )


QueryValue = Union[
    None, bool, int, float, str, bytes, datetime, list["QueryValue"], dict[str, "QueryValue"]
]


def query_params() -> st.SearchStrategy[dict[str, QueryValue]]:
    """Return a strategy for the parameters of a query, nested too."""
    scalars: st.SearchStrategy[QueryValue] = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        TEXT,
        st.builds(lambda text: text.encode("utf-8"), TEXT),
        st.datetimes(),
    )
    values = st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)
        ),
        max_leaves=6,
    )
    return st.dictionaries(TEXT, values, max_size=5)


class Color(str, enum.Enum):
    """An enumeration of texts."""

    RED = "red"


class Level(enum.IntEnum):
    """An enumeration of numbers."""

    HIGH = 3


def nested(depth: int) -> list[Any]:
    """Nest lists that deep."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


#: Whether the fuzzed tests run at their full size, which takes minutes.
THOROUGH = os.environ.get("VIVIALCONNECT_THOROUGH") == "1"
