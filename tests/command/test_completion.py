"""``vivialconnect completion``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.command.leaves import leaves

if TYPE_CHECKING:
    from tests.command.calling import Caller

#: Completes the command line of its arguments, as bash does for the tab key.
TRY = """
source "$0"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
$(complete -p vivialconnect | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
printf '%s\\n' "${COMPREPLY[@]}"
"""
#: What each script has of every leaf.
MARKS = {
    "bash": "complete ",
    "zsh": "#compdef vivialconnect\n",
    "fish": "complete -c vivialconnect",
}


@pytest.mark.parametrize("shell", MARKS)
def test_completion__script(call: Caller, shell: str) -> None:
    """The script has the mark of its shell, every verb, and options of every command."""
    text = call("completion", shell).out

    assert MARKS[shell] in text
    assert [leaf.name for leaf in leaves() if leaf.name.split()[-1] not in text] == []
    assert "area-code" in text
    assert "jsonl" in text


@pytest.fixture(scope="module")
def bash_script(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write the script for bash to a file."""
    path = tmp_path_factory.mktemp("completion") / "vivialconnect"
    path.write_bytes(
        subprocess.check_output([sys.executable, "-m", "vivialconnect", "completion", "bash"])
    )
    return str(path)


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (["mess"], ["messages"]),
        (["messages", "fi"], ["find-sent"]),
        (["--json", "numbers", "tag"], ["tag"]),
        (["numbers", "search", "--area"], ["--area-code"]),
        (["messages", "list", "--js"], ["--json", "--jsonl"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["sandbox", "--database", __file__[:-1]], [__file__]),
    ],
)
def test_completion__in_bash(bash_script: str, words: list[str], completed: list[str]) -> None:
    """Commands, verbs, options, choices and names of files are completed in bash."""
    found = subprocess.check_output(
        ["bash", "-c", TRY, bash_script, "vivialconnect", *words],  # noqa: S607 - the one on PATH
        text=True,
        cwd=Path(__file__).parent,
    )

    assert found.split() == completed


def test_completion__without_shtab(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without shtab, one line says what to install."""
    monkeypatch.setitem(sys.modules, "shtab", None)
    monkeypatch.delitem(sys.modules, "vivialconnect.command.completion_script", raising=False)
    result = call("completion bash", status=1)

    assert result.out == ""
    assert result.err == (
        "vivialconnect: completion needs shtab, which is not installed. Run: pip install "
        "'vivialconnect[cli]'\n"
    )


def test_completion__other_shell(call: Caller) -> None:
    """Another shell is misuse."""
    assert "invalid choice: 'tcsh'" in call("completion tcsh", status=2).err
