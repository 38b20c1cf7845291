"""The scripts of ``vivialconnect completion``, which shtab writes."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping

import shtab

from vivialconnect.command.main import COMMANDS, parser_for


def script(shell: str) -> str:
    """Return the script for a shell.

    :param shell: ``bash``, ``zsh`` or ``fish``.
    """
    root = parser_for([name for name, *_ in COMMANDS])
    texts = {option: action.help for action in root._actions for option in action.option_strings}
    for parser in _parsers(root):
        for action in parser._actions:
            _describe(action, texts)
    return shtab.complete(root, shell)


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _parsers(below)


def _describe(action: argparse.Action, texts: Mapping[str, str | None]) -> None:
    """Show a global option in every command, and complete names of files."""
    if action.help == argparse.SUPPRESS and action.option_strings:
        action.help = texts.get(action.option_strings[-1], argparse.SUPPRESS)
    # The PATH of ``api`` is one of the service.
    if action.metavar == "FILE" or (action.metavar == "PATH" and action.option_strings):
        action.complete = shtab.FILE  # type: ignore[attr-defined] # shtab reads it
