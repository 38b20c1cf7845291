"""The ``vivialconnect`` command: finds the command of the command line, and runs it."""

from __future__ import annotations

import argparse
import importlib
import io
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from vivialconnect.command.failures import DONE, MISUSED
from vivialconnect.command.parsing import Parser, add_global_options, words_before
from vivialconnect.command.terminal import is_terminal, note
from vivialconnect.version import VERSION

#: The name of each command, the module with its ``add_arguments`` and ``run``, and its help.
COMMANDS = (
    ("send", "vivialconnect.command.send", "send a message"),
    ("messages", "vivialconnect.command.message", "list, show, find and redact messages"),
    ("numbers", "vivialconnect.command.number", "search, buy, change and release numbers"),
    ("connectors", "vivialconnect.command.connector", "groups of numbers that share callbacks"),
    ("bulks", "vivialconnect.command.bulk", "messages that were sent to several numbers"),
    ("users", "vivialconnect.command.user", "users of the account"),
    ("credentials", "vivialconnect.command.credential", "API keys of a user"),
    ("contacts", "vivialconnect.command.contact", "contacts of the account"),
    ("transactions", "vivialconnect.command.transaction", "charges of the account"),
    ("account", "vivialconnect.command.account", "the account itself"),
    ("logs", "vivialconnect.command.log", "events of the account"),
    ("api", "vivialconnect.command.api", "send any request of the API"),
    ("sign", "vivialconnect.command.sign", "show how a request is signed, or check a signature"),
    ("doctor", "vivialconnect.command.doctor", "find out why requests fail"),
    ("shell", "vivialconnect.command.shell", "explore the API in a Python shell"),
    ("profile", "vivialconnect.command.profiles", "settings by name, in a file"),
    ("sandbox", "vivialconnect.command.sandbox", "run a local Vivial Connect, and control it"),
    ("completion", "vivialconnect.command.completion", "write a script for bash, zsh or fish"),
    ("demo", "vivialconnect.demo", "buy a number and send messages, step by step"),
)  # fmt: skip


def main(words: Sequence[str] | None = None) -> int:
    """Run a command.

    :param words: the command line without the program's name; ``sys.argv`` by default.
    :returns: the exit status: 0 done, 1 failed, 2 misuse, 3 the outcome is unknown, 4 bad settings,
        130 interrupted.
    :raises SystemExit: after ``--help`` and ``--version``.
    """
    words = sys.argv[1:] if words is None else list(words)
    _prepare_stdout()
    arguments = words_before(words)
    try:
        arguments = parser_for(words).parse_args(words)
        with _logging(arguments):
            status: int = arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_stdout()
        return DONE
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - reported as one line
        from vivialconnect.command.reporting import report  # noqa: PLC0415 - for errors alone

        status = report(error, arguments)
        with suppress(OSError):
            sys.stdout.flush()
            return status
        _drop_stdout()
    return status


def parser_for(words: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser, with the arguments of those commands that are among the words."""
    parser = Parser(
        prog="vivialconnect",
        description="Send and receive messages with Vivial Connect, and manage the account.",
        epilog="Run 'vivialconnect COMMAND --help' for a command.",
    )
    parser.add_argument("--version", action="version", version="vivialconnect " + VERSION)
    add_global_options(parser)

    def show_help(_: argparse.Namespace) -> int:
        parser.print_help(sys.stderr)
        return MISUSED

    parser.set_defaults(run=show_help)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", prog=parser.prog)
    # Only the command that runs is built and imported. The help and an error need all names.
    named = [command for command in COMMANDS if command[0] in words]
    for name, module_name, summary in named or COMMANDS:
        command = commands.add_parser(name, help=summary, description=summary)
        if named:
            module = importlib.import_module(module_name)
            command.set_defaults(run=getattr(module, "run", None))
            add_global_options(command, in_command=True)
            module.add_arguments(command)
    return parser


@contextmanager
def _logging(arguments: argparse.Namespace) -> Iterator[None]:
    """Write the log of the SDK to stderr, if ``--debug`` is given."""
    if not arguments.debug:
        yield
        return
    logger = logging.getLogger("vivialconnect")
    before, handler = logger.level, _NoteHandler()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        logger.setLevel(before)
        logger.removeHandler(handler)


class _NoteHandler(logging.Handler):
    """Writes each record to stderr, as one line."""

    def emit(self, record: logging.LogRecord) -> None:
        note(record.getMessage())


def _prepare_stdout() -> None:
    """Write UTF-8 to pipes and files, and what a terminal can show to a terminal."""
    if sys.stdout is None:  # closed by the caller
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")
    elif isinstance(sys.stdout, io.TextIOWrapper):
        encoding = None if is_terminal(sys.stdout) else "utf-8"
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")


def _drop_stdout() -> None:
    """Drop what is buffered for stdout: Python would write it again when it exits."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
