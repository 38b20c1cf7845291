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
    MOST_CODE_LINES_OF_THE_CORE,
    PACKAGE,
    code_lines,
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
    """The core has at most 5000 lines of code, and no file of the package over 400 lines."""
    assert size_problems(PACKAGE) == []


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
        ("resources/_row.py", "from ..resources import resource", "imports resources.resource"),
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
    file.parent.mkdir(exist_ok=True)
    with file.open("a", encoding="utf-8") as opened:
        opened.write("\n" + statement + "\n")
