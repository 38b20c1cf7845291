"""Every command and verb, from the parser itself."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from vivialconnect.command.main import COMMANDS, parser_for

#: Commands that other tests run: they serve, ask, or have formats of their own.
ELSEWHERE = ("campaign", "demo", "shell")


class Leaf(NamedTuple):
    """A command or a verb."""

    name: str
    parser: argparse.ArgumentParser

    @property
    def has_example(self) -> bool:
        """Whether its help has an example."""
        return "example:" in (self.parser.epilog or "")

    @property
    def example(self) -> str:
        """The example in its help, without ``vivialconnect``."""
        found = re.search(r"^  vivialconnect (.*)$", self.parser.epilog or "", re.MULTILINE)
        assert found, self.name
        return found[1]

    @property
    def words(self) -> list[str]:
        """The words of the example; ``< FILE`` is left out."""
        return shlex.split(self.example.partition(" < ")[0])


@lru_cache(maxsize=1)
def all_leaves() -> list[Leaf]:
    """Return every leaf."""
    return list(_below("", parser_for([name for name, *_ in COMMANDS])))


def leaves() -> list[Leaf]:
    """Return every leaf that these tests run."""
    return [leaf for leaf in all_leaves() if leaf.name.split()[0] not in ELSEWHERE]


def _below(name: str, parser: argparse.ArgumentParser) -> Iterator[Leaf]:
    verbs = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    for each in verbs:
        for verb, below in each.choices.items():
            yield from _below(f"{name} {verb}".strip(), below)
    if not verbs:
        yield Leaf(name, parser)
