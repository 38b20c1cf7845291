"""Templates: placeholders are columns, and nothing else is special."""

from __future__ import annotations

import re
import string
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import TEXT
from vivialconnect.campaigns.templates import Template


class Column(NamedTuple):
    """A placeholder."""

    name: str


NAMES = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(string.ascii_letters + "_"),
        st.text(string.ascii_letters + string.digits + "_ ", max_size=8),
    ),
)
#: Texts with many braces, percent signs and what Python's format language has.
BRACES = st.text("{}%s!:.[]0a_ ", max_size=12)
PARTS = st.lists(st.one_of(TEXT, BRACES, st.builds(Column, NAMES)))


def escape(text: str) -> str:
    """Write a text as it stands in a template."""
    return text.replace("{", "{{").replace("}", "}}")


@given(PARTS, st.data())
def test_template__renders_its_parts(parts: list[str | Column], data: st.DataObject) -> None:
    """The body is the text between the placeholders and the values, both unchanged."""
    names = [part.name for part in parts if isinstance(part, Column)]
    values = {name.strip(): data.draw(st.one_of(TEXT, BRACES)) for name in names}
    shown = (f"{{{part.name}}}" if isinstance(part, Column) else escape(part) for part in parts)
    template = Template("".join(shown))

    assert template.columns == tuple(dict.fromkeys(name.strip() for name in names))
    assert template.render(values) == "".join(
        values[part.name.strip()] if isinstance(part, Column) else part for part in parts
    )


@given(BRACES)
def test_template__error_names_a_brace(body: str) -> None:
    """Any text is a template, or is refused with the place of a brace in it."""
    problem = ""
    try:
        Template(body)
    except ValueError as error:
        problem = str(error)
    place = re.search(r"character (\d+) outside", problem)

    assert (place is None) == (not problem)
    assert place is None or body[int(place.group(1)) - 1] in "{}"


@pytest.mark.parametrize(
    "body",
    ["{}", "{0}", "{a!r}", "{a:>9}", "{a.b}", "{a[0]}", "{ a}", "{größe}", "{a-b}", "{a", "a}"],
)
def test_template__refuses_the_format_language(body: str) -> None:
    """Whatever is in braces and is no name of a column is refused."""
    with pytest.raises(ValueError, match="outside of a placeholder"):
        Template(body)


def test_template__position_of_a_brace() -> None:
    """The error names the brace and its place, counted from 1."""
    with pytest.raises(ValueError, match=r"body has '}' at character 10 outside"):
        Template("{{a}} {b}}")


def test_template__spaces_around_a_name() -> None:
    """A placeholder may have spaces in and after its name; those after it do not count."""
    template = Template("{first name }{first name}")

    assert template.columns == ("first name",)
    assert template.render({"first name": "Ann"}) == "AnnAnn"
