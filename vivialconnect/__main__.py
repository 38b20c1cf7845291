"""The commands of ``python -m vivialconnect``. What a command does stands in its own module."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import Optional

from vivialconnect.version import VERSION

#: Each command, the module that has its ``add_arguments`` and ``run``, and what it is for.
COMMANDS = (
    ("demo", "vivialconnect.demo", "buy a number and send messages, explained step by step"),
    ("sandbox", "vivialconnect.sandbox.command", "serve a local Vivial Connect until stopped"),
)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Run a command.

    :param arguments: The words after the program's name; those of the process by default.
    :returns: The exit status: 0 for success, 1 for a failure that was explained, 2 for no command.
    :raises SystemExit: After ``--help``, ``--version`` and for words that are not understood.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    parser = _parser_for(words)
    parsed = parser.parse_args(words)
    if parsed.command is None:
        parser.print_help(sys.stderr)
        return 2
    status: int = parsed.run(parsed)
    return status


def _parser_for(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vivialconnect", description="The SDK for the Vivial Connect SMS and MMS service."
    )
    parser.add_argument("--version", action="version", version="vivialconnect " + VERSION)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, module_name, purpose in COMMANDS:
        command = commands.add_parser(name, help=purpose, description=purpose)
        # Only the module of the command that was asked for is imported.
        if name in words:
            module = importlib.import_module(module_name)
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
