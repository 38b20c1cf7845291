"""Every example of the pages and the docstrings, run against a sandbox."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING

import pytest

import vivialconnect
from vivialconnect import Message, Number
from vivialconnect.resources._base import ResourceBase

if TYPE_CHECKING:
    from types import ModuleType

    from vivialconnect.sandbox import Sandbox

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted((ROOT / "docs").rglob("*.rst"))
FLAGS = doctest.ELLIPSIS
#: What a class can do.
KINDS = (FunctionType, classmethod, staticmethod, property)


def modules() -> Iterator[ModuleType]:
    """Give every module of the package that can be imported without running a command."""
    yield vivialconnect
    for found in pkgutil.walk_packages(vivialconnect.__path__, "vivialconnect."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def docstrings_with_examples() -> list[doctest.DocTest]:
    """Find the docstrings that have examples."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = {test.name: test for module in modules() for test in finder.find(module)}
    return [test for _, test in sorted(found.items()) if test.examples]


def run(test: doctest.DocTest) -> None:
    """Run the examples, and fail with doctest's own report."""
    report: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(test, out=report.append)
    assert not report, "".join(report)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page__examples(page: Path, vivialconnect_sandbox: Sandbox) -> None:
    """What a page's examples show is what they do, from top to bottom, in a fresh sandbox."""
    text = page.read_text(encoding="utf-8")
    run(doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0))


@pytest.mark.parametrize("test", docstrings_with_examples(), ids=lambda test: test.name)
def test_docstring__examples(test: doctest.DocTest, vivialconnect_sandbox: Sandbox) -> None:
    """What a docstring's examples show is what they do, with one number and two messages there."""
    Number({"phone_number": "+19132597591", "phone_number_type": "local"}).buy()
    text = {"from_number": "+19132597591", "to_number": "+15154469790", "body": "A text"}
    Message.create(text)
    Message.create(dict(text, body="A picture", media_urls=["https://example.com/picture.png"]))
    run(test)


def names_of_nouns() -> Iterator[str]:
    """Give the public names of every noun that the package exports, and of what it inherits."""
    nouns = [getattr(vivialconnect, name) for name in vivialconnect.__all__]
    rows = [noun for noun in nouns if isinstance(noun, type) and issubclass(noun, ResourceBase)]
    bases = {base for row in rows for base in row.__mro__ if issubclass(base, ResourceBase)}
    for base in bases:
        yield from (
            name
            for name, member in vars(base).items()
            if name[0] != "_" and isinstance(member, KINDS)
        )


def test_nouns__have_examples() -> None:
    """Whatever a noun can do is done in an example, of a page or a docstring."""
    parser = doctest.DocTestParser()
    shown = [example for test in docstrings_with_examples() for example in test.examples]
    for page in PAGES:
        shown += parser.get_examples(page.read_text(encoding="utf-8"))
    used = set(re.findall(r"\w+", "".join(example.source for example in shown)))
    # Raw calls, for what this package has no method for.
    assert {*names_of_nouns()} - used - {"get", "post"} == set()


def test_pages__have_examples() -> None:
    """The guide's pages have examples, so that the tests above test something."""
    parser = doctest.DocTestParser()
    counts = {
        page.stem: len(parser.get_examples(page.read_text(encoding="utf-8"))) for page in PAGES
    }
    guide = (
        *("index", "quickstart", "configuration", "errors", "signing", "sandbox"),
        *(
            "failures",
            "concurrency",
            "numbers",
            "connectors",
            "media",
            "messages",
            "paging",
            "account",
        ),
    )

    assert [name for name in guide if not counts[name]] == []
