"""The page with the text of every error is what the code says today."""

from __future__ import annotations

from collections.abc import Iterator

from tests.integration.error_table import PAGE, render, tables
from vivialconnect import VivialConnectError


def tree(base: type) -> Iterator[type]:
    """Yield the classes below one."""
    for class_ in base.__subclasses__():
        if class_.__module__.startswith("vivialconnect"):
            yield class_
            yield from tree(class_)


def test_error_table__is_what_the_errors_say() -> None:
    """Made anew, the page is the same; it has every class and outcome, and each says its call."""
    sections = list(tables())
    rows = [row for _, told in sections for row in told]

    assert PAGE.read_text(encoding="utf-8") == render(sections)
    assert {class_.__name__ for class_ in tree(VivialConnectError)} - {
        row.kind for row in rows
    } == set()
    assert {row.outcome for row in rows} == {"", "not sent", "refused", "unknown", "accepted"}
    assert [row.tried for row in rows if row.outcome and "/accounts/" not in row.told] == []
