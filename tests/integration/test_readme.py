"""The README: its program, its two commands, its links, and how it renders."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vivialconnect.command.main import COMMANDS

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.rst").read_text(encoding="utf-8")
#: A directive with an indented block.
BLOCK = r"\.\. code-block:: {}\n\n((?:    .*\n|\n)+)"


def command(name: str) -> str:
    """Return the line of the block after the comment that names the command."""
    found = re.search(rf"^\.\. command: {name}\n\n" + BLOCK.format("bash"), README, re.MULTILINE)
    assert found is not None
    return found[1].strip()


def test_program__delivers_a_message() -> None:
    """The program of the README runs as it is pasted, without settings."""
    (program,) = re.findall(BLOCK.format("python"), README)
    source = re.sub("^    ", "", program, flags=re.MULTILINE)
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", source],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )

    assert (finished.stdout, finished.stderr) == ("Message 1 is delivered\n", "")


@pytest.mark.parametrize("name", ["demo", "test"])
def test_command__is_one_short_line(name: str) -> None:
    """Each command is a line that a shell reads as it stands: it has no prompt."""
    line = command(name)

    assert "\n" not in line
    assert len(line) <= 100
    assert shlex.split(line)[:3] == ["python3", "-m", "venv"]


def test_command__demo_exists() -> None:
    """The first command ends with a command of the package."""
    words = shlex.split(command("demo"))

    assert words[-2:] == [".venv/bin/vivialconnect", "demo"]
    assert words[-1] in [name for name, *_ in COMMANDS]


def test_command__tests_run_in_parallel() -> None:
    """The second command runs the whole suite, with a process per core."""
    assert shlex.split(command("test"))[-3:] == [".venv/bin/pytest", "-n", "auto"]


def test_command__ci_runs_the_tests() -> None:
    """CI finds the line of the second command."""
    (found,) = re.findall(r"^command=\$\((.*)\)$", (ROOT / ".ci/run").read_text(), re.MULTILINE)
    shell = shutil.which("bash")
    assert shell is not None
    finished = subprocess.run(
        [shell, "-c", found], cwd=ROOT, capture_output=True, check=True, text=True
    )

    assert finished.stdout == command("test") + "\n"


def test_links__name_files() -> None:
    """Each link to a file of the repository has its file."""
    links = re.findall(r"^\.\. _[^:]+: (\S+)$", README, re.MULTILINE)

    assert len(links) > 10
    assert [link for link in links if not (ROOT / link).is_file()] == []
