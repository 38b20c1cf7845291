"""The terminal: notes on stderr, and questions."""

from __future__ import annotations

import argparse
import os
import sys
from typing import IO, Any

from vivialconnect.command.failures import Failure, Misuse
from vivialconnect.command.text import escape_controls


def note(text: str) -> None:
    """Write a line to stderr, unless it is closed. Control characters are escaped."""
    if sys.stderr is not None:
        sys.stderr.write(escape_controls(text) + "\n")
        sys.stderr.flush()


def is_terminal(stream: IO[Any] | None) -> bool:
    """Return whether a standard stream is a terminal; a closed stream is not."""
    return stream is not None and not stream.closed and stream.isatty()


def has_color(arguments: argparse.Namespace) -> bool:
    """Return whether the output may have colors: not with NO_COLOR, TERM=dumb or --no-color."""
    disabled = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return is_terminal(sys.stdout) and not disabled and not arguments.no_color


def add_yes(parser: argparse.ArgumentParser) -> None:
    """Add the option ``--yes``, for :func:`confirm`."""
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")


def confirm(question: str, arguments: argparse.Namespace) -> None:
    """Ask before money is spent, unless ``--yes`` is given.

    :param question: the question, such as ``"Buy +19132597591?"``.
    :param arguments: the arguments, with ``yes``.
    :raises Misuse: if stdin or stderr is not a terminal, and ``--yes`` is missing.
    :raises Failure: if the answer is not yes.
    """
    if arguments.yes:
        return
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise Misuse(f"{question} There is no terminal to ask on", "Pass --yes")
    if ask(question + " [y/N] ").strip().lower() not in ("y", "yes"):
        raise Failure("nothing was done")


def ask(prompt: str) -> str:
    """Ask on stderr, and return the line that was typed; empty at the end of the input."""
    sys.stderr.write(escape_controls(prompt))
    sys.stderr.flush()
    return sys.stdin.readline()
