"""Inflection: the table of pairs both ways, and what holds for words that no table has."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivialconnect.common import _inflection
from vivialconnect.common.util import Util

VECTORS = Path(__file__).parents[1] / "vectors" / "inflection.csv"


def read_pairs() -> list[tuple[str, str]]:
    """Read the pairs of singular and plural."""
    with VECTORS.open(encoding="utf-8", newline="") as lines:
        return [(row["singular"], row["plural"]) for row in csv.DictReader(lines)]


PAIRS = read_pairs()


def test_vectors__are_many_and_each_once() -> None:
    """The table has at least 250 pairs and no singular or plural twice."""
    assert len(PAIRS) >= 250
    assert len({singular for singular, _ in PAIRS}) == len(PAIRS)
    assert len({plural for _, plural in PAIRS}) == len(PAIRS)


@pytest.mark.parametrize(("singular", "plural"), PAIRS)
def test_inflection__both_ways(singular: str, plural: str) -> None:
    """A singular gives its plural and a plural its singular."""
    assert plural == Util.pluralize(singular)
    assert singular == Util.singularize(plural)


@pytest.mark.parametrize(("singular", "plural"), PAIRS)
def test_inflection__what_is_so_already(singular: str, plural: str) -> None:
    """A plural asked for its plural stays, and so does a singular asked for its singular."""
    assert plural == Util.pluralize(plural)
    assert singular == Util.singularize(singular)


@pytest.mark.parametrize(("singular", "plural"), PAIRS)
def test_inflection__of_a_compound(singular: str, plural: str) -> None:
    """Only the last part of a compound is inflected, whatever the parts before it are."""
    assert "people_child_" + plural == Util.pluralize("people_child_" + singular)
    assert "people-child-" + singular == Util.singularize("people-child-" + plural)


@pytest.mark.parametrize("inflect", [Util.pluralize, Util.singularize])
def test_inflection__empty_word(inflect: Callable[[str], str]) -> None:
    """The empty word has no number."""
    assert inflect("") == ""


@pytest.mark.parametrize("word", [None, b"word", 7, ["word"]])
@pytest.mark.parametrize("name", ["pluralize", "singularize", "camelize", "underscore"])
def test_words__not_a_str(name: str, word: object) -> None:
    """What is not a str is refused, and shown."""
    with pytest.raises(ValueError, match="a word must be a str, got") as refusal:
        getattr(Util, name)(word)

    assert repr(word) in str(refusal.value)


@pytest.mark.parametrize(
    ("word", "plural"),
    [("Status", "Statuses"), ("WIFE", "WIVES"), ("BOX", "BOXes"), ("X", "Xes"), ("Ox", "Oxen")],
)
def test_inflection__case(word: str, plural: str) -> None:
    """The case of the word is kept; what is only added to capitals is added in small letters."""
    assert plural == Util.pluralize(word)
    assert word == Util.singularize(plural)


@pytest.mark.parametrize(
    ("word", "plural"),
    [("mitosis", "mitoses"), ("catharsis", "catharses"), ("Mongoose", "Mongooses")],
)
def test_pluralize__by_rule(word: str, plural: str) -> None:
    """A word that no table has is inflected by the first rule that fits."""
    assert plural == Util.pluralize(word)


def test_inflection__tables_do_not_contradict() -> None:
    """No word stands in two tables, and no plural has two singulars."""
    groups = [
        set(_inflection.UNCOUNTABLE),
        set(_inflection.IRREGULAR_WORDS),
        set(_inflection.TAKES_ES),
        set(_inflection.TAKES_S),
    ]
    words = [word for group in groups for word in group]
    plurals: dict[str, str] = {}
    for word in words:
        plurals.setdefault(Util.pluralize(word), word)

    assert len(words) == len(set(words))
    assert len(plurals) == len(words)


@pytest.mark.parametrize(
    "word",
    sorted(
        _inflection.UNCOUNTABLE
        | _inflection.TAKES_ES
        | _inflection.TAKES_S
        | set(_inflection.IRREGULAR_WORDS)
        | set(_inflection.IRREGULAR_ENDINGS)
    ),
)
def test_inflection__every_word_of_the_tables(word: str) -> None:
    """Every word of the tables comes back from its plural, and stays where it is so already."""
    plural = Util.pluralize(word)

    assert word == Util.singularize(plural)
    assert word == Util.singularize(word)
    assert plural == Util.pluralize(plural)


@given(st.text())
def test_inflection__of_any_text(text: str) -> None:
    """Any text has both numbers, and all before its last part of letters is left alone."""
    last = _inflection.LAST_PART.search(text)
    before = text[: last.start()] if last else text

    assert Util.pluralize(text).startswith(before)
    assert Util.singularize(text).startswith(before)
