"""Checks of the source: layers, third parties, sizes. They take the folder to look at.

Imports go only to the left along ``ORDER``; nouns know nothing of each other.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple, Optional

import vivialconnect

PACKAGE = Path(vivialconnect.__file__).parent

#: From the ground up. What shares a line may not import its neighbours, but in the lines of
#: ``IN_SEQUENCE`` a module may import those that stand before it.
ORDER: tuple[tuple[str, ...], ...] = (
    ("version", "common", "resources", "common.exchange", "common.error", "common._inflection",
     "common.times", "common.redaction", "common._encoding", "common.segments",
     "common.phone_numbers", "common.downloads"),
    ("common.util",),
    ("common.signing", "common.paths", "common.settings", "common.retries", "common.scopes"),
    ("common.transport.deadline", "common.transport.connections", "common.transport.adapter",
     "common.transport.failures", "common.transport", "common.responses"),
    ("common.requestor",),
    ("resources._lists", "resources._attributes", "resources._meta", "resources._row",
     "resources.resource", "resources._sendable", "resources._readonly",
     "resources.connector._elements", "resources.connector.owned_list",
     "resources.connector.elements", "resources.connector._connector_lists",
     "resources.credential", "resources.message.attachment", "resources.message.bulk",
     "resources.message.polling", "resources.message.webhooks", "resources.number.lookup",
     "resources.number.tags", "resources.transaction"),
    ("resources.account", "resources.user", "resources.message", "resources.number",
     "resources.log", "resources.connector", "resources.contact"),
    ("",),
    ("testing", "sandbox", "demo", "pytest_plugin", "__main__"),
)  # fmt: skip
IN_SEQUENCE = frozenset((0, 2, 3, 5, 8))
#: Above the façade: not the core.
OUTER = ("testing", "sandbox", "demo", "pytest_plugin", "__main__")
SANDBOX_MAY_IMPORT = frozenset(("version", "common", "common.segments"))
HTTP_CLIENTS = frozenset(("requests", "urllib3"))
#: Where the sandbox points the client at itself, and where it undoes that.
MAY_IMPORT_FACADE = frozenset(("configure",))
#: The only folder that knows ``requests`` and urllib3.
MAY_IMPORT_HTTP_CLIENTS = "common.transport"
THIRD_PARTIES = frozenset(("requests", "urllib3", "six", "dateutil"))
MOST_CODE_LINES_OF_THE_CORE = 5000
MOST_LINES_OF_A_FILE = 400


class Import(NamedTuple):
    """One import statement's one target."""

    importer: str
    target: str
    line: int
    #: The function that it stands in, ``None`` at the top of the module.
    function: Optional[str]


def module_name(package: Path, file: Path) -> str:
    """Return the dotted name below the package; the façade is the empty text."""
    parts = list(file.relative_to(package).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts)


def files_of(package: Path) -> list[Path]:
    """Return the source files of a package."""
    return sorted(package.rglob("*.py"))


def imports_of(package: Path, file: Path) -> Iterator[Import]:
    """Yield the absolute name of everything that a file imports, wherever it does so."""
    importer = module_name(package, file)
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = {
        child: node.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for child in ast.walk(node)
    }
    modules = {module_name(package, other) for other in files_of(package)}
    base = ["vivialconnect", *importer.split(".")] if importer else ["vivialconnect"]
    if file.name != "__init__.py":
        base = base[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = base[: len(base) + 1 - node.level] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            below = source.partition("vivialconnect.")[2] if source != "vivialconnect" else ""
            # ``from package import module`` is about the module, not about the package.
            targets = [
                source + "." + alias.name
                if ".".join(filter(None, (below, alias.name))) in modules
                and source.partition(".")[0] == "vivialconnect"
                else source
                for alias in node.names
            ]
        else:
            continue
        for target in targets:
            yield Import(importer, target, node.lineno, functions.get(node))


def own_target(found: Import) -> Optional[str]:
    """Return the module below ours that is imported, or ``None`` for somebody else's."""
    head, _, rest = found.target.partition(".")
    return rest if head == "vivialconnect" else None


def place(module: str) -> Optional[tuple[int, int]]:
    """Return the layer of a module and its place in it, or ``None`` if it has none."""
    for layer, names in enumerate(ORDER):
        for position, name in enumerate(names):
            inside = name in OUTER and module.startswith(name + ".")
            if module == name or inside:
                return layer, position
    return None


def goes_left(importer: str, target: str) -> bool:
    """Tell whether a module may know another."""
    here, there = place(importer), place(target)
    if here is None or there is None:
        return False
    if here[0] != there[0]:
        return there[0] < here[0]
    if here == there:
        return importer.partition(".")[0] == "sandbox"
    return here[0] in IN_SEQUENCE and there[1] < here[1]


def layering_problems(package: Path) -> list[str]:
    """Return the imports that go up or sideways, and the modules that have no layer."""
    problems = [
        "{} stands in no layer".format(module_name(package, file))
        for file in files_of(package)
        if place(module_name(package, file)) is None
    ]
    for file in files_of(package):
        for found in imports_of(package, file):
            target = own_target(found)
            if target is not None and not goes_left(found.importer, target):
                problems.append(
                    "{}:{} imports {}".format(found.importer, found.line, target or "the façade")
                )
    return problems


def sandbox_problems(package: Path) -> list[str]:
    """Return what the sandbox imports of the core and must not know."""
    return [
        "{}:{} imports {}".format(found.importer, found.line, target or "the façade")
        for file in files_of(package / "sandbox")
        for found in imports_of(package, file)
        for target in [own_target(found)]
        if target is not None
        and target not in SANDBOX_MAY_IMPORT
        and target.partition(".")[0] != "sandbox"
        and not (target == "" and found.function in MAY_IMPORT_FACADE)
    ]


def third_party_problems(package: Path) -> list[str]:
    """Return the imports of third parties that are not ours to use, or not in that place."""
    problems = []
    for file in files_of(package):
        for found in imports_of(package, file):
            name = found.target.partition(".")[0]
            allowed = set(THIRD_PARTIES)
            if found.importer == "pytest_plugin":
                allowed.add("pytest")
            if not found.importer.startswith(MAY_IMPORT_HTTP_CLIENTS):
                allowed -= HTTP_CLIENTS
            if is_third_party(name) and name not in allowed:
                problems.append("{}:{} imports {}".format(found.importer, found.line, name))
    return problems


def is_third_party(name: str) -> bool:
    """Tell whether a top-level module comes neither with Python nor from here."""
    if name == "vivialconnect" or name in sys.builtin_module_names:
        return False
    spec = find_spec(name)
    if spec is None:
        return True
    return "site-packages" in (spec.origin or "") or "dist-packages" in (spec.origin or "")


def code_lines(file: Path) -> int:
    """Return how many lines hold code: no blank ones, no comments, no docstrings."""
    text = file.read_text(encoding="utf-8")
    lines: set[int] = set()
    ignored = {
        tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
        tokenize.ENDMARKER, tokenize.ENCODING,
    }  # fmt: skip
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in ignored:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0] if node.body else None
            if ast.get_docstring(node, clean=False) is not None and first is not None:
                lines.difference_update(range(first.lineno, (first.end_lineno or 0) + 1))
    return len(lines)


def core_files(package: Path) -> list[Path]:
    """Return the files of the core: everything up to the façade."""
    return [
        file
        for file in files_of(package)
        if module_name(package, file).partition(".")[0] not in OUTER
    ]


def size_problems(package: Path) -> list[str]:
    """Return which files are too long, and whether the core is."""
    problems = [
        "{} has {} lines".format(file.relative_to(package), count)
        for file in files_of(package)
        for count in [len(file.read_text(encoding="utf-8").splitlines())]
        if count > MOST_LINES_OF_A_FILE
    ]
    total = sum(map(code_lines, core_files(package)))
    if total > MOST_CODE_LINES_OF_THE_CORE:
        problems.append("the core has {} lines of code".format(total))
    return problems
