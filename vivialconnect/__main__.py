"""The commands of ``python -m vivialconnect``. Each command has its own module."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from vivialconnect.version import VERSION

#: The name of each command, the module with its ``add_arguments`` and ``run``, and its help.
COMMANDS = (
    ("demo", "vivialconnect.demo", "buy a number and send messages, step by step"),
    (
        "sandbox",
        "vivialconnect.sandbox.command",
        "run a local Vivial Connect until it is interrupted",
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    :param arguments: the command line without the program's name; ``sys.argv`` by default.
    :returns: the exit status: 0 on success, 1 on failure, 2 without a command.
    :raises SystemExit: after ``--help``, ``--version`` and invalid arguments.
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
        # Import only the module of the command that runs.
        if name in words:
            module = importlib.import_module(module_name)
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
