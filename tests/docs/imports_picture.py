"""Draws the picture of the design page: the layers, their imports, and the way of a request.

``python -m tests.docs.imports_picture`` writes it; a test compares it with the source.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple

from tests.house import PACKAGE, files_of, imports_of, module_name, own_target

PICTURE = Path(__file__).parent.parent.parent / "docs" / "imports.svg"


class Layer(NamedTuple):
    """A box of the picture.

    :param title: What it is called.
    :param prefixes: The modules in it, and those below them.
    :param step: What it does with a request, if anything, separated by semicolons.
    """

    title: str
    prefixes: tuple[str, ...]
    step: str = ""


#: From the top down: each module is in the first layer that has a prefix of its name.
LAYERS = (
    Layer("tools", ("command", "demo", "pytest_plugin", "__main__")),
    Layer("campaigns", ("campaigns",)),
    Layer("sandbox", ("sandbox",)),
    Layer("testing", ("testing",)),
    Layer("vivialconnect", ("vivialconnect",)),
    Layer("resources", ("resources",), "1. method, path, body; 5. updated object"),
    Layer(
        "requestor",
        ("common.requestor", "common.responses"),
        "2. signature, retries; 4. check of the response",
    ),
    Layer("transport", ("common.transport",), "3. one attempt"),
    Layer(
        "settings",
        ("common.signing", "common.paths", "common.settings", "common.retries", "common.scopes"),
    ),
    Layer("foundation", ("common", "version")),
)
IMPORT_ON_FIRST_USE = r'import_with_fork_guard\("vivialconnect\.([\w.]+)"\)'
HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" class="imports" role="img"
 aria-label="The layers of the package, from the tools down to the foundation. Imports lead down.">
<defs><marker id="imports-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7"
 markerHeight="7" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z"/></marker>
</defs>"""
WIDTH, LEFT, BOX, LINE, GAP = 760, 180, 450, 16, 22


def layer_of(module: str) -> int:
    """Return the position of a module's layer."""
    name = module or "vivialconnect"
    return next(
        position
        for position, layer in enumerate(LAYERS)
        if any(name == prefix or name.startswith(prefix + ".") for prefix in layer.prefixes)
    )


def modules_of(position: int) -> list[str]:
    """Return the short names of what is directly in a layer."""
    names = {module_name(PACKAGE, file) for file in files_of(PACKAGE)}
    short = set()
    for name in names:
        if layer_of(name) == position:
            parts = name.removeprefix("common.").split(".")
            inside = parts[1:] if parts[0] == LAYERS[position].title else parts
            short.update(part.strip("_") for part in inside[:1])
    return sorted(short - {"", "common", LAYERS[position].title})


def edges() -> dict[tuple[int, int], int]:
    """Return how many imports lead from one layer to another."""
    found: dict[tuple[int, int], int] = {}
    for file in files_of(PACKAGE):
        names = [own_target(each) for each in imports_of(PACKAGE, file)]
        names += re.findall(IMPORT_ON_FIRST_USE, file.read_text(encoding="utf-8"))
        for name in names:
            edge = (layer_of(module_name(PACKAGE, file)), layer_of(name or "vivialconnect"))
            if name is not None and edge[0] != edge[1]:
                found[edge] = found.get(edge, 0) + 1
    return dict(sorted(found.items()))


def text(x: int, y: int, words: str, kind: str, anchor: str = "start") -> str:
    """Return a line of text."""
    return f'<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}">{escape(words)}</text>'


def draw() -> str:
    """Return the picture as SVG."""
    boxes, middles, top = [], {}, 10
    for position, layer in enumerate(LAYERS):
        lines = wrap(", ".join(modules_of(position)), 62)
        if not any(layer_of(module_name(PACKAGE, file)) == position for file in files_of(PACKAGE)):
            continue
        height = 26 + LINE * len(lines)
        middles[position] = top + height // 2
        boxes.append(f'<rect x="{LEFT}" y="{top}" width="{BOX}" height="{height}" rx="6"/>')
        boxes.append(text(LEFT + 12, top + 18, layer.title, "title"))
        boxes += [
            text(LEFT + 12, top + 18 + LINE * number, line, "modules")
            for number, line in enumerate(lines, 1)
        ]
        boxes += [
            text(LEFT - 16, middles[position] - 4 + 14 * number, line, "step", "end")
            for number, line in enumerate(layer.step.split("; "))
        ]
        top += height + GAP
    arcs = [
        arc(middles[start], middles[end] + 5 * (start - end) + 14, count)
        for (start, end), count in edges().items()
    ]
    return "\n".join([HEAD.format(width=WIDTH, height=top), *arcs, *boxes, "</svg>\n"])


def arc(start: int, end: int, count: int) -> str:
    """Return the curve of an edge, on the right of the boxes, wider for more imports."""
    x = LEFT + BOX
    reach = x + 12 + abs(end - start) // 5
    width = 1 + min(count, 40) / 16
    return (
        f'<path class="import" d="M{x} {start} C{reach} {start} {reach} {end} {x + 2} {end}" '
        f'stroke-width="{width:.2f}" marker-end="url(#imports-arrow)">'
        f"<title>{count} imports</title></path>"
    )


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
