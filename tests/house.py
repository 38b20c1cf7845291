"""Checks of the source: layers, third parties, sizes, guards, private hooks.

Each takes the folder of the package, and returns what it found there.

Imports go only to the left along ``ORDER``; nouns know nothing of each other.
"""

from __future__ import annotations

import ast
import http.client
import inspect
import io
import re
import socket
import ssl
import sys
import tokenize
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any, NamedTuple

import requests.adapters
import urllib3.connection
import urllib3.connectionpool
import urllib3.poolmanager

import vivialconnect

if TYPE_CHECKING:
    from types import ModuleType

PACKAGE = Path(vivialconnect.__file__).parent

#: From the ground up. What shares a line may not import its neighbours, but in the lines of
#: ``IN_SEQUENCE`` a module may import those that stand before it.
ORDER: tuple[tuple[str, ...], ...] = (
    ("version", "common", "resources", "common.exchange", "common.error", "common._inflection",
     "common.redaction", "common.values", "common.times", "common._encoding", "common.segments",
     "common.phone_numbers", "common.downloads"),
    ("common.util",),
    ("common.signing", "common.paths", "common.settings", "common.retries", "common.scopes"),
    ("common.transport.originals", "common.transport.deadline", "common.transport.connections",
     "common.transport.adapter", "common.transport.failures", "common.transport",
     "common.responses"),
    ("common.requestor",),
    ("resources._typing", "resources._spelling", "resources._lists", "resources._iteration",
     "resources._attributes", "resources._meta", "resources._base", "resources.resource",
     "resources._sendable", "resources._readonly",
     "resources.connector.elements", "resources.connector.lists",
     "resources.credential", "resources.message.attachment", "resources.message.bulk",
     "resources.message.polling", "resources.message.webhooks", "resources.number.lookup",
     "resources.number.tags", "resources.transaction"),
    ("resources.account", "resources.user", "resources.message", "resources.number",
     "resources.log", "resources.connector", "resources.contact"),
    ("",),
    ("testing", "sandbox", "demo", "command", "pytest_plugin", "__main__"),
)  # fmt: skip
IN_SEQUENCE = frozenset((0, 2, 3, 5, 8))
#: Above the façade: not the core.
OUTER = ("testing", "sandbox", "demo", "command", "pytest_plugin", "__main__")
SANDBOX_MAY_IMPORT = frozenset(("version", "common", "common.segments"))
HTTP_CLIENTS = frozenset(("requests", "urllib3"))
#: Where the sandbox points the client at itself, and where it undoes that.
MAY_IMPORT_FACADE = frozenset(("configure",))
#: The only folder that knows ``requests`` and urllib3.
MAY_IMPORT_HTTP_CLIENTS = "common.transport"
THIRD_PARTIES = frozenset(("requests", "urllib3", "six", "dateutil"))
#: Imported for type checkers alone, which bring it along.
TYPING_ONLY = {"resources._typing": "typing_extensions"}
#: Optional third parties, and the one module that may import each.
OPTIONAL_THIRD_PARTIES = {
    "IPython": "command.ipython_shell",
    "phonenumbers": "common.phone_numbers",
    "pytest": "pytest_plugin",
    "rich": "command.rich_output",
    "shtab": "command.completion_script",
    "traitlets": "command.ipython_shell",
}
MOST_CODE_LINES_OF_THE_CORE = 4800
MOST_CODE_LINES_OF_A_FILE = 250

#: What forks wait for; the module that defines it, and the one below ``resources`` that may use it.
FORK_GUARDS = frozenset(("fork_lock", "import_with_fork_guard"))
FORK_GUARD_MODULE = "common"
METACLASS_MODULE = "resources._meta"
MOST_FORK_GUARDS = 4
MOST_FORK_GUARDS_OF_RESOURCES = 0
MOST_FUNCTION_IMPORTS = 8

#: Whose private names the transport may use, if its docstring has a row for each.
LIBRARY_MODULES: tuple[ModuleType, ...] = (
    http.client, socket, ssl, urllib3.connection, urllib3.connectionpool, urllib3.poolmanager,
    requests.models, requests.sessions, requests.adapters,
)  # fmt: skip
LIBRARY_CLASSES: tuple[type[Any], ...] = (
    http.client.HTTPResponse, http.client.HTTPConnection, http.client.HTTPSConnection,
    urllib3.connection.HTTPConnection, urllib3.connection.HTTPSConnection,
    urllib3.connectionpool.HTTPConnectionPool, urllib3.connectionpool.HTTPSConnectionPool,
    urllib3.poolmanager.PoolManager, urllib3.poolmanager.ProxyManager,
    requests.Response, requests.Session, requests.adapters.HTTPAdapter,
    socket.socket, socket.SocketIO, ssl.SSLContext, ssl.SSLObject, ssl.SSLSocket,
)  # fmt: skip
MOST_HOOKS = 20
HOOK_ROW = re.compile(r"^ *(?:\* - )?``(_\w+)``", re.MULTILINE)
#: Public in spite of the underscore: the methods and fields of named tuples.
PUBLIC_NAMES = frozenset(("_asdict", "_field_defaults", "_fields", "_make", "_replace"))
BY_NAME = frozenset(("delattr", "getattr", "hasattr", "setattr"))


class Import(NamedTuple):
    """One import statement's one target."""

    importer: str
    target: str
    line: int
    #: The function that it stands in, ``None`` at the top of the module.
    function: str | None


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
    nodes = nodes_of(file)
    functions = {
        child: node.name
        for node in nodes
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for child in ast.walk(node)
    }
    base = ["vivialconnect", *importer.split(".")] if importer else ["vivialconnect"]
    if file.name != "__init__.py":
        base = base[:-1]
    for node in nodes:
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = base[: len(base) + 1 - node.level] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            # ``from package import module`` is about the module, not about the package.
            targets = [
                source + "." + alias.name if is_module(package, source, alias.name) else source
                for alias in node.names
            ]
        else:
            continue
        for target in targets:
            yield Import(importer, target, node.lineno, functions.get(node))


def is_module(package: Path, source: str, name: str) -> bool:
    """Return whether a name in one of our packages is a module."""
    head, *below = source.split(".")
    path = package.joinpath(*below, name)
    return head == "vivialconnect" and (path.with_suffix(".py").exists() or path.is_dir())


def own_target(found: Import) -> str | None:
    """Return the module below ours that is imported, or ``None`` for somebody else's."""
    head, _, rest = found.target.partition(".")
    return rest if head == "vivialconnect" else None


def place(module: str) -> tuple[int, int] | None:
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
        return importer.partition(".")[0] in ("sandbox", "command")
    return here[0] in IN_SEQUENCE and there[1] < here[1]


def layering_problems(package: Path) -> list[str]:
    """Return the imports that go up or sideways, and the modules that have no layer."""
    problems = [
        f"{module_name(package, file)} stands in no layer"
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
            if found.importer == OPTIONAL_THIRD_PARTIES.get(name):
                allowed.add(name)
            if not found.importer.startswith(MAY_IMPORT_HTTP_CLIENTS):
                allowed -= HTTP_CLIENTS
            if TYPING_ONLY.get(found.importer) == name:
                continue
            if is_third_party(name) and name not in allowed:
                problems.append(f"{found.importer}:{found.line} imports {name}")
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
    for node in parse(text):
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
        f"{file.relative_to(package)}:1 has {count} lines of code"
        for file in files_of(package)
        for count in [code_lines(file)]
        if count > MOST_CODE_LINES_OF_A_FILE
    ]
    total = sum(map(code_lines, core_files(package)))
    if total > MOST_CODE_LINES_OF_THE_CORE:
        problems.append(f"the core has {total} lines of code")
    return problems


@cache
def parse(text: str) -> list[ast.AST]:
    """Return all nodes of a syntax tree. Many tests look at copies of one file."""
    return list(ast.walk(ast.parse(text)))


def nodes_of(file: Path) -> list[ast.AST]:
    """Return all nodes of a file's syntax tree."""
    return parse(file.read_text(encoding="utf-8"))


def places(package: Path, file: Path, nodes: Iterable[Any]) -> list[str]:
    """Return ``file:line`` of each node, sorted by line."""
    lines = sorted(node.lineno for node in nodes)
    return [f"{file.relative_to(package).as_posix()}:{line}" for line in lines]


def is_fork_guard(node: ast.AST) -> bool:
    """Tell whether a node is the guard, by its name or as an attribute of its module."""
    return (isinstance(node, ast.Name) and node.id in FORK_GUARDS) or (
        isinstance(node, ast.Attribute) and node.attr in FORK_GUARDS
    )


def fork_guards(package: Path) -> list[str]:
    """Return where the fork guard is used, outside the module that defines it."""
    return [
        place
        for file in files_of(package)
        if module_name(package, file) != FORK_GUARD_MODULE
        for place in places(package, file, filter(is_fork_guard, nodes_of(file)))
    ]


def fork_guards_of_resources(package: Path) -> list[str]:
    """Return where a resource uses the fork guard; the metaclass may."""
    metaclass = METACLASS_MODULE.replace(".", "/") + ".py:"
    return [
        place
        for place in fork_guards(package)
        if place.startswith("resources/") and not place.startswith(metaclass)
    ]


def function_imports(package: Path) -> list[str]:
    """Return the import statements in functions of the core, without those for type checkers."""
    found = []
    for file in core_files(package):
        nodes = nodes_of(file)
        for_checkers = {
            inner
            for node in nodes
            if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
            for statement in node.body
            for inner in ast.walk(statement)
        }
        in_functions = {
            inner
            for node in nodes
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            for inner in ast.walk(node)
            if isinstance(inner, (ast.Import, ast.ImportFrom))
        }
        found += places(package, file, in_functions - for_checkers)
    return found


def is_private(name: str) -> bool:
    """Tell whether a name begins with one underscore, and is not public in spite of it."""
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC_NAMES


def defined_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names of functions and classes, and of what is assigned to."""
    defined = {
        node.name
        for node in nodes
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }
    return defined | {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def names_on_self(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the attributes that methods set on ``self``."""
    return {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and ast.unparse(node.value) == "self"
    }


def library_names() -> set[str]:
    """Return the private names of the libraries: of modules, classes, and instances."""
    names = {name for owner in (*LIBRARY_MODULES, *LIBRARY_CLASSES) for name in dir(owner)}
    for class_ in {base for listed in LIBRARY_CLASSES for base in listed.__mro__}:
        names |= instance_names(class_)
    return set(filter(is_private, names))


@cache
def instance_names(class_: type[Any]) -> set[str]:
    """Return the names that the methods of a class set on ``self``."""
    names = set()
    with suppress(OSError, TypeError):  # a class written in C has no source
        for name in names_on_self(ast.walk(ast.parse(dedent(inspect.getsource(class_))))):
            mangled = name.startswith("__") and not name.endswith("__")
            names.add("_" + class_.__name__ + name if mangled else name)
    return names


def private_uses(file: Path) -> list[tuple[int, str]]:
    """Return the lines and private names that a file may have from a library.

    Those are attributes, also by ``getattr`` and the like, members of classes, and imports.
    """
    found = set()
    for node in nodes_of(file):
        if isinstance(node, ast.Attribute):
            found.add((node.lineno, node.attr))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in BY_NAME:
            found |= {(node.lineno, ast.unparse(name).strip("'")) for name in node.args[1:2]}
        elif isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("vivial"):
            found |= {(node.lineno, alias.name) for alias in node.names if not node.level}
        elif isinstance(node, ast.ClassDef):
            for member in node.body:
                names = defined_names([member, *ast.iter_child_nodes(member)])
                found |= {(member.lineno, name) for name in names}
    return sorted((line, name) for line, name in found if is_private(name))


def hook_rows(package: Path) -> list[str]:
    """Return the names in the table of private names, in the docstring of the transport."""
    file = package / "common" / "transport" / "__init__.py"
    if not file.exists():
        return []
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return HOOK_ROW.findall(docstring)


def hook_problems(package: Path) -> list[str]:
    """Return the private names of libraries that the transport uses and its table lacks.

    A name of ours that a library has too counts as the library's, since it may override it: rename
    it. Rows that nothing uses, and rows that the libraries no longer have, are problems as well.
    """
    rows, library = hook_rows(package), library_names()
    ours = [node for file in files_of(package) for node in nodes_of(file)]
    only_ours = (defined_names(ours) | names_on_self(ours)) - library
    uses = [
        (f"{file.relative_to(package).as_posix()}:{line}", name)
        for file in files_of(package / "common" / "transport")
        for line, name in private_uses(file)
        if name not in only_ours
    ]
    table = "common/transport/__init__.py:1"
    return [
        *("{} uses {}, which has no row".format(*use) for use in uses if use[1] not in rows),
        *(f"{table} has {row}, gone from the libraries" for row in rows if row not in library),
        *(
            f"{table} has {row}, which nothing uses"
            for row in rows
            if row not in {name for _, name in uses}
        ),
    ]
