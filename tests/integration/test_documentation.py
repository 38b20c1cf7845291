"""Every example of the pages and the docstrings, run against a sandbox."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING

import pytest

import vivialconnect
from tests.docs.blocks import FLAGS, commands, examples, run_command
from vivialconnect import Message, Number
from vivialconnect.resources._base import ResourceBase

if TYPE_CHECKING:
    from types import ModuleType

    from vivialconnect.sandbox import Sandbox

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(page for page in DOCS.rglob("*.rst") if not {"_build", "generated"} & {*page.parts})
#: What modules need that is not installed for these tests.
NEEDED = {
    "vivialconnect.campaigns.postgresql": "psycopg",
    "vivialconnect.campaigns.procrastinate": "procrastinate",
}
#: What a class can do.
KINDS = (FunctionType, classmethod, staticmethod, property)

#: Pages whose commands ``tests/command`` and ``tests/campaigns`` run.
OTHERS = ("command", "command-reference", "campaigns", "campaigns-runbook", "campaigns-proof")
PAGES_OF_COMMANDS = [page for page in PAGES if page.stem not in OTHERS]


def modules() -> Iterator[ModuleType]:
    """Give every module of the package that can be imported without running a command."""
    yield vivialconnect
    for found in pkgutil.walk_packages(vivialconnect.__path__, "vivialconnect."):
        needed = NEEDED.get(found.name)
        has_needed = needed is None or find_spec(needed) is not None
        if has_needed and not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def docstrings_with_examples() -> list[doctest.DocTest]:
    """Find the docstrings that have examples."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = {test.name: test for module in modules() for test in finder.find(module)}
    return [test for _, test in sorted(found.items()) if test.examples]


def name_of(page: Path) -> str:
    """Return the name of a page, with its folder."""
    return page.relative_to(ROOT).with_suffix("").as_posix()


def run(test: doctest.DocTest) -> None:
    """Run the examples, and fail with doctest's own report."""
    report: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(test, out=report.append)
    assert not report, "".join(report)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_page__examples(
    page: Path, vivialconnect_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The examples and Python blocks of a page do what it shows, from top to bottom."""
    monkeypatch.chdir(tmp_path)
    run(examples(page.read_text(encoding="utf-8"), name_of(page)))


@pytest.mark.parametrize("page", PAGES_OF_COMMANDS, ids=name_of)
def test_page__commands(page: Path, vivialconnect_sandbox: Sandbox, tmp_path: Path) -> None:
    """The commands of a page succeed, and print what it shows."""
    Number(phone_number="+19132597591").buy()
    for command in commands(page.read_text(encoding="utf-8")):
        run_command(command, vivialconnect_sandbox, tmp_path)


def test_pages__commands_are_shell() -> None:
    """A command is in a block of shell, so that it is coloured, copied and run as such."""
    literal = re.compile(r"::\n\n +(?:\$ |curl |python |pip |tox |vivialconnect )")
    texts = {name_of(page): page.read_text(encoding="utf-8") for page in PAGES}
    assert [name for name, text in texts.items() if literal.search(text)] == []


def test_pages__examples_can_be_pasted() -> None:
    """An empty line ends an indented block, as the Python shell needs it."""
    not_ended = re.compile(r"^ *\.\.\.  .*\n *>>> .*", re.MULTILINE)
    texts = {name_of(page): page.read_text(encoding="utf-8") for page in PAGES}
    assert {name: not_ended.findall(text) for name, text in texts.items()
            if not_ended.search(text)} == {}  # fmt: skip


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
    texts = {name_of(page): page.read_text(encoding="utf-8") for page in PAGES}
    index = texts["docs/index"].partition(":caption: Guides")[2].partition(".. toctree::")[0]
    names = re.findall(r"^   (\w[\w-]*)$", index, re.MULTILINE)
    guides = ["docs/index", *(f"docs/{name}" for name in names)]

    bare = [name for name in guides if not parser.get_examples(texts[name])]
    assert [name for name in bare if "code-block:: console" not in texts[name]] == []
