"""The shape of the house, computed from the source, and what importing it loads.

The tests also show each check failing, on a copy of the package with a fault in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import (
    METACLASS_MODULE,
    MOST_CODE_LINES_OF_A_FILE,
    MOST_CODE_LINES_OF_THE_CORE,
    MOST_FORK_GUARDS,
    MOST_FORK_GUARDS_OF_RESOURCES,
    MOST_FUNCTION_IMPORTS,
    MOST_HOOKS,
    PACKAGE,
    code_lines,
    fork_guards,
    fork_guards_of_resources,
    function_imports,
    hook_problems,
    hook_rows,
    layering_problems,
    sandbox_problems,
    size_problems,
    third_party_problems,
)


def run_python(program: str) -> str:
    """Run a program in a Python of its own, any warning an error, and return what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        timeout=60,
    )
    return finished.stdout.decode("utf-8").strip()


@pytest.fixture
def copied_package(tmp_path: Path) -> Path:
    """Give a copy of the package to put faults into."""
    copied = tmp_path / "vivialconnect"
    shutil.copytree(PACKAGE, copied, ignore=shutil.ignore_patterns("__pycache__"))
    return copied


@pytest.fixture
def made_up_package(tmp_path: Path) -> Path:
    """Give the folder of a package without files, to put faults into."""
    folder = tmp_path / "vivialconnect"
    folder.mkdir()
    return folder


def test_layering__imports_go_only_to_the_left() -> None:
    """No module imports what stands above or beside it, and each module has its layer."""
    assert layering_problems(PACKAGE) == []


def test_sandbox__knows_version_and_segments_alone() -> None:
    """The sandbox imports of the core version and segments, and the façade only to configure it."""
    assert sandbox_problems(PACKAGE) == []


def test_third_parties__stay_in_their_place() -> None:
    """Only transport and pools know requests and urllib3; nothing undeclared is used."""
    assert third_party_problems(PACKAGE) == []


def test_size__is_bounded() -> None:
    """The core and each file of the package have at most as many lines of code as allowed."""
    assert size_problems(PACKAGE) == []


def test_fork_guard__stays_in_few_places() -> None:
    """The fork guard is used in few places, and in no resource."""
    assert len(fork_guards(PACKAGE)) <= MOST_FORK_GUARDS
    assert len(fork_guards_of_resources(PACKAGE)) <= MOST_FORK_GUARDS_OF_RESOURCES


def test_function_imports__are_few() -> None:
    """The core imports at the top of its files, with few exceptions."""
    assert len(function_imports(PACKAGE)) <= MOST_FUNCTION_IMPORTS


def test_hooks__are_listed_and_exist() -> None:
    """The transport lists each private name of a library that it uses, and each still exists."""
    assert hook_problems(PACKAGE) == []
    assert len(hook_rows(PACKAGE)) <= MOST_HOOKS


@pytest.mark.parametrize(
    ("file", "statement", "problem"),
    [
        ("common/util.py", "from vivialconnect.resources import log", "imports resources.log"),
        ("common/error.py", "import vivialconnect.common.requestor", "imports common.requestor"),
        ("common/paths.py", "from . import settings", "imports common.settings"),
        ("common/signing.py", "from .paths import quote_segment", "imports common.paths"),
        ("common/transport/deadline.py", "from . import adapter", "common.transport.adapter"),
        ("resources/user.py", "from .message import Message", "imports resources.message"),
        ("resources/log.py", "def late():\n    import vivialconnect", "imports the façade"),
        ("resources/_base.py", "from ..resources import resource", "imports resources.resource"),
        ("__init__.py", "from vivialconnect import sandbox", "imports sandbox"),
        ("common/unplaced.py", "", "common.unplaced stands in no layer"),
    ],
)
def test_layering__planted_fault_is_reported(
    copied_package: Path, file: str, statement: str, problem: str
) -> None:
    """An import that goes up or sideways, and a module without a layer, are reported."""
    plant(copied_package / file, statement)
    assert any(found.endswith(problem) for found in layering_problems(copied_package))


@pytest.mark.parametrize(
    "statement",
    [
        "from vivialconnect.common import signing",
        "from vivialconnect.common.error import BadRequest",
        "import vivialconnect",
        "def elsewhere():\n    import vivialconnect",
    ],
)
def test_sandbox__planted_fault_is_reported(copied_package: Path, statement: str) -> None:
    """An import of the signer, of the error table, or of the façade elsewhere is reported."""
    before = sandbox_problems(copied_package)
    plant(copied_package / "sandbox" / "planted.py", statement)
    found = sandbox_problems(copied_package)
    assert [problem for problem in found if problem not in before] != []


@pytest.mark.parametrize(
    ("file", "statement"),
    [
        ("common/requestor.py", "import requests"),
        ("resources/resource.py", "from urllib3.util import retry"),
        ("sandbox/planted.py", "import requests.sessions"),
        ("common/util.py", "import pytest"),
        ("common/paths.py", "import phonenumbers"),
        ("common/util.py", "import a_module_that_nobody_has"),
    ],
)
def test_third_parties__planted_fault_is_reported(
    copied_package: Path, file: str, statement: str
) -> None:
    """A third party out of its place, or one that is not declared, is reported."""
    before = third_party_problems(copied_package)
    plant(copied_package / file, statement)
    assert len(third_party_problems(copied_package)) == len(before) + 1


def test_size__planted_fault_is_reported(copied_package: Path) -> None:
    """A file that is too long is reported, and a core that is too long."""
    plant(copied_package / "common" / "long.py", "x = 1\n" * (MOST_CODE_LINES_OF_THE_CORE + 1))
    found = size_problems(copied_package)
    assert any(problem.startswith(str(Path("common") / "long.py")) for problem in found)
    assert any(problem.startswith("the core has") for problem in found)


@pytest.mark.parametrize(("more", "reported"), [(0, False), (1, True)])
def test_size__only_code_counts(made_up_package: Path, more: int, reported: bool) -> None:
    """A file outside the core is reported for its code, however many comments it has."""
    code = "x = 1\n" * (MOST_CODE_LINES_OF_A_FILE + more)
    plant(made_up_package / "sandbox" / "long.py", code + "# reason\n\n" * 500)
    assert bool(size_problems(made_up_package)) is reported


@pytest.mark.parametrize(
    ("file", "statement", "line"),
    [
        ("resources/planted.py", "with fork_lock:\n    pass", 2),
        ("resources/message/planted.py", "with open('x') as x, fork_lock:\n    pass", 2),
        ("resources/planted.py", "from vivialconnect import common\ncommon.fork_lock.acquire()", 3),
        ("resources/planted.py", "def f():\n    import_with_fork_guard('html')", 3),
    ],
)
def test_fork_guard__planted_use_is_reported(
    made_up_package: Path, file: str, statement: str, line: int
) -> None:
    """A use of the guard is reported with its place, and as one of a resource."""
    plant(made_up_package / file, statement)
    place = f"{file}:{line}"
    assert fork_guards(made_up_package) == [place]
    assert fork_guards_of_resources(made_up_package) == [place]


@pytest.mark.parametrize(
    "file", [METACLASS_MODULE.replace(".", "/") + ".py", "sandbox/planted.py", "__init__.py"]
)
def test_fork_guard__outside_of_resources(made_up_package: Path, file: str) -> None:
    """A use by the metaclass, or outside of the resources, counts, but not as a resource's."""
    plant(made_up_package / file, "with fork_lock:\n    pass")
    assert fork_guards(made_up_package) == [file + ":2"]
    assert fork_guards_of_resources(made_up_package) == []


def test_fork_guard__definition_does_not_count(made_up_package: Path) -> None:
    """The module that defines the guard may use it, and importing it is not a use."""
    plant(made_up_package / "common" / "__init__.py", "with fork_lock:\n    pass")
    plant(made_up_package / "common" / "planted.py", "from vivialconnect.common import fork_lock")
    assert fork_guards(made_up_package) == []


@pytest.mark.parametrize(
    ("statement", "lines"),
    [
        ("def f():\n    import uuid, html", [3]),
        ("async def f():\n    from html import escape, unescape", [3]),
        ("class A:\n    def f(self):\n        class B:\n            import html", [5]),
        ("def f():\n    def g():\n        import html\n    import uuid", [4, 5]),
        (
            "def f():\n    if TYPE_CHECKING:\n        import html\n    else:\n        import uuid",
            [6],
        ),
        ("import html", []),
        ("class A:\n    import html", []),
        ("def f():\n    return import_module('html')", []),
    ],
)
def test_function_imports__planted_import_is_reported(
    made_up_package: Path, statement: str, lines: list[int]
) -> None:
    """Each import statement in a function is reported once, unless it is for type checkers."""
    plant(made_up_package / "common" / "planted.py", statement)
    expected = [f"common/planted.py:{line}" for line in lines]
    assert function_imports(made_up_package) == expected


def test_function_imports__of_the_core_alone(made_up_package: Path) -> None:
    """The sandbox may import in functions."""
    plant(made_up_package / "sandbox" / "planted.py", "def f():\n    import html")
    assert function_imports(made_up_package) == []


TABLE = '"""Send.\n\n========= ====\nName      Use\n========= ====\n{}========= ====\n"""\n'


@pytest.fixture
def transport(made_up_package: Path) -> Path:
    """Give a transport in a package, with an empty table of private names."""
    folder = made_up_package / "common" / "transport"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(TABLE.format(""), encoding="utf-8")
    return folder


def list_hooks(transport: Path, *names: str) -> None:
    """Write a table with a row for each name."""
    rows = "".join(f"``{name}`` because\n" for name in names)
    (transport / "__init__.py").write_text(TABLE.format(rows), encoding="utf-8")


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("pool._validate_conn(connection)", "_validate_conn"),
        ("response._content = b''", "_content"),
        ("super()._get_conn()", "_get_conn"),
        ("connection.sock._sslobj.pending()", "_sslobj"),
        ("getattr(connection, '_tunnel_host', None)", "_tunnel_host"),
        ("connection._HTTPConnection__state", "_HTTPConnection__state"),
        ("from http.client import _MAXLINE", "_MAXLINE"),
        ("class Pool:\n    def _put_conn(self, conn): pass", "_put_conn"),
        ("class Reader:\n    _read_status = None", "_read_status"),
        ("class Reader:\n    _close_conn: object = None", "_close_conn"),
        ("class Connection:\n    def f(self): self._tunnel_port = 1", "_tunnel_port"),
    ],
)
def test_hooks__need_a_row(
    made_up_package: Path, transport: Path, statement: str, name: str
) -> None:
    """A private name of a library is reported with its place, unless the table has it."""
    plant(transport / "planted.py", statement)
    line = 3 if statement.startswith("class") else 2
    assert hook_problems(made_up_package) == [
        f"common/transport/planted.py:{line} uses {name}, which has no row"
    ]

    list_hooks(transport, name)
    assert hook_problems(made_up_package) == []
    assert hook_rows(made_up_package) == [name]


@pytest.mark.parametrize(
    "statement",
    [
        "class A:\n    def f(self):\n        self._at = self._find()\n    def _find(self): pass",
        "class A:\n    _cached = 1\n\nA._cached",
        "def _ours(): pass\n\nmodule._ours()",
        "from vivialconnect.common._values import _limit",
        "from . import _limit",
        "request._replace(body=b''), request._fields",
        "connection.__class__",
    ],
)
def test_hooks__own_names_need_none(made_up_package: Path, transport: Path, statement: str) -> None:
    """Private names of ours, and the public ones of named tuples, need no row."""
    plant(transport / "planted.py", statement)
    assert hook_problems(made_up_package) == []


def test_hooks__unknown_private_name_needs_a_row(made_up_package: Path, transport: Path) -> None:
    """A private name that neither we nor the libraries define is reported too."""
    plant(transport / "planted.py", "response._of_nobody")
    (found,) = hook_problems(made_up_package)
    assert found == "common/transport/planted.py:2 uses _of_nobody, which has no row"


def test_hooks__gone_from_the_libraries(made_up_package: Path, transport: Path) -> None:
    """A row of a name that the libraries no longer have is reported by name."""
    list_hooks(transport, "_get_conn", "_get_gone")
    plant(transport / "planted.py", "pool._get_conn(), pool._get_gone()")
    (found,) = hook_problems(made_up_package)
    assert found == "common/transport/__init__.py:1 has _get_gone, gone from the libraries"


def test_hooks__row_without_use(made_up_package: Path, transport: Path) -> None:
    """A row of a name that the transport does not use is reported."""
    list_hooks(transport, "_get_conn")
    (found,) = hook_problems(made_up_package)
    assert found == "common/transport/__init__.py:1 has _get_conn, which nothing uses"


def test_hooks__outside_of_the_transport(made_up_package: Path) -> None:
    """Without the folder there are no rows and no problems."""
    plant(made_up_package / "common" / "planted.py", "response._content")
    assert (hook_rows(made_up_package), hook_problems(made_up_package)) == ([], [])


def test_code_lines__count_code_alone(tmp_path: Path) -> None:
    """Blank lines, comments and docstrings are no code; a text in an expression is."""
    file = tmp_path / "counted.py"
    file.write_text(
        '"""Module\n\ndocstring."""\n\n# reason\nx = """two\nlines"""\n\n'
        'def f():\n    """Docstring."""\n    return x  # reason\n',
        encoding="utf-8",
    )
    assert code_lines(file) == 4


def test_import__loads_no_heavy_third_party() -> None:
    """Importing the package imports neither requests nor dateutil nor urllib3."""
    program = (
        "import sys, vivialconnect\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print(sorted({'requests', 'dateutil', 'urllib3'} & loaded))"
    )
    assert run_python(program) == "[]"


def test_import__loads_no_sandbox() -> None:
    """Importing the package imports nothing that stands above the façade."""
    program = (
        "import sys, vivialconnect\n"
        "loaded = {'.'.join(name.split('.')[:2]) for name in sys.modules}\n"
        "outer = ('sandbox', 'demo', 'pytest_plugin', '__main__')\n"
        "print([name for name in outer if 'vivialconnect.' + name in loaded])"
    )
    assert run_python(program) == "[]"


def plant(file: Path, statement: str) -> None:
    """Write a statement at the end of a file, which may be new."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as opened:
        opened.write("\n" + statement + "\n")
