"""``vivialconnect completion``: a script that completes command lines in a shell."""

from __future__ import annotations

import argparse
import importlib
import sys

from vivialconnect.command.failures import DONE, Failure
from vivialconnect.command.parsing import complete

SHELLS = ("bash", "zsh", "fish")
#: Where the shells look for scripts.
PLACES = """\
The shell reads the script from this file:
  bash  ~/.local/share/bash-completion/completions/vivialconnect
  fish  ~/.config/fish/completions/vivialconnect.fish
  zsh   _vivialconnect in a folder of $fpath
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments to a parser."""
    complete(
        parser,
        "Write a script that completes commands and options in a shell.",
        example="completion bash",
    )
    parser.epilog = f"{PLACES}\n{parser.epilog}"
    parser.add_argument("shell", choices=SHELLS, help="shell of the script")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the script."""
    try:
        module = importlib.import_module("vivialconnect.command.completion_script")
    except ImportError as error:
        raise Failure(
            "completion needs shtab, which is not installed",
            "Run: pip install 'vivialconnect[cli]'",
        ) from error
    sys.stdout.write(module.script(arguments.shell) + "\n")
    return DONE
