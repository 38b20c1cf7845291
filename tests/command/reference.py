"""Makes the page of the documentation that lists every command; run it as a module to write it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.command.leaves import all_leaves
from vivialconnect.command.main import COMMANDS

PAGE = Path(__file__).parent.parent.parent / "docs" / "command-reference.rst"
HEAD = """\
Command reference
=================

Every command of :doc:`vivialconnect <command>`, with an example. ``vivialconnect COMMAND --help``
lists the options.
"""


def render() -> str:
    """Return the page."""
    parts = [HEAD]
    for name, _, summary in COMMANDS:
        parts.append(f"\n{name}\n{'-' * len(name)}\n\n{summary[0].upper()}{summary[1:]}.\n")
        for leaf in all_leaves():
            if leaf.name.split()[0] == name and leaf.has_example:
                parts.append(f"\n``{leaf.name}``\n    {literal(leaf.parser.description)}\n\n")
                parts.append(f"    .. code-block:: sh\n\n        vivialconnect {leaf.example}\n")
    return "".join(parts)


def literal(text: str | None) -> str:
    """Return a text with its options as literals, which keep their hyphens."""
    return re.sub(r"(?<!\w)--?[a-z-]*", r"``\g<0>``", text or "")


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
