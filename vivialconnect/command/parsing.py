"""The arguments of commands: verbs, global options, and help."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Callable, NoReturn

from vivialconnect.command.failures import MISUSED, Misuse

Run = Callable[[argparse.Namespace], int]

_AGO = re.compile(r"(\d{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Formatter(argparse.HelpFormatter):
    """Formats help in the same words on every Python: ``-o, --output PATH``.

    A text of several lines, such as an example, keeps its lines.
    """

    def __init__(self, prog: str) -> None:
        # Without a width, argparse imports a slow module for each parser.
        super().__init__(prog, width=_terminal_width() - 2)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if "\n" in text else super()._fill_text(text, width, indent)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        if not action.option_strings or action.nargs == 0:
            return super()._format_action_invocation(action)
        value = self._format_args(action, self._get_default_metavar_for_optional(action))
        return ", ".join(action.option_strings) + " " + value


def _terminal_width() -> int:
    """Return the width of the terminal, as ``shutil.get_terminal_size()`` does."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(1).columns
    except OSError:
        return 80


class Parser(argparse.ArgumentParser):
    """An argument parser that raises :class:`.Misuse` instead of writing its usage and exiting."""

    def __init__(self, **keywords: Any) -> None:
        keywords.setdefault("formatter_class", Formatter)
        if sys.version_info >= (3, 14):  # pragma: no cover - colors are for data
            keywords.setdefault("color", False)
        # A command may replace a global option: the sandbox has its own --account-id.
        super().__init__(allow_abbrev=False, conflict_handler="resolve", **keywords)
        self._optionals.title = "options"  # as later Pythons say

    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride] # overloaded
        self, args: Any = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        """Parse arguments, and refuse unknown ones here, so that the error names this command."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            from difflib import get_close_matches  # noqa: PLC0415 - for errors alone

            near = get_close_matches(unknown[0].partition("=")[0], self._option_string_actions, 1)
            guess = f"; did you mean {near[0]}?" if near else ""
            self.error("unrecognized arguments: " + " ".join(unknown) + guess)
        return found, []

    def error(self, message: str) -> NoReturn:
        """Raise :class:`.Misuse`."""
        raise Misuse(message, f"Run: {self.prog} --help")


def add_verbs(parser: argparse.ArgumentParser) -> Any:
    """Return the verbs of a command, for :func:`add_verb`. Without a verb, it shows its help."""

    def show_help(_: argparse.Namespace) -> int:
        parser.print_help(sys.stderr)
        return MISUSED

    parser.set_defaults(run=show_help)
    return parser.add_subparsers(title="verbs", metavar="VERB", prog=parser.prog)


def add_verb(
    verbs: Any, name: str, run: Run, summary: str, *, example: str, offline: bool = False
) -> argparse.ArgumentParser:
    """Add a verb to a command, and return its parser.

    :param verbs: what :func:`add_verbs` returned.
    :param name: the name of the verb.
    :param run: does the work, and returns the exit status.
    :param summary: what it does, one sentence.
    :param example: a command line, without ``vivialconnect``.
    :param offline: whether it needs no service. If false, the settings are applied before it runs.
    """
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=summary)
    add_global_options(parser, in_command=True)
    complete(parser, summary, example=example)
    parser.set_defaults(run=run if offline else _connected(run))
    return parser


def complete(parser: argparse.ArgumentParser, summary: str, example: str) -> None:
    """Add the description and an example to a command without verbs."""
    parser.description = summary
    parser.epilog = (
        f"example:\n  vivialconnect {example}\n\n"
        "Options of every command (--json, --csv, --fields, --profile and others):\n"
        "  vivialconnect --help"
    )


def _connected(run: Run) -> Run:
    def run_connected(arguments: argparse.Namespace) -> int:
        from vivialconnect.command.settings import connect  # noqa: PLC0415 - slow, not for help

        with connect(arguments):
            return run(arguments)

    return run_connected


def add_global_options(parser: argparse.ArgumentParser, *, in_command: bool = False) -> None:
    """Add the options that every command has.

    :param parser: the parser of ``vivialconnect``, or of a command.
    :param in_command: whether it is the parser of a command. If the option is not given there, the
        value from before the name of the command is kept.
    """
    settings = parser.add_argument_group("settings")
    output = parser.add_argument_group("output")

    def add(group: Any, *flags: str, text: str, **keywords: Any) -> None:
        if in_command:
            keywords["default"] = argparse.SUPPRESS
            text = argparse.SUPPRESS
        group.add_argument(*flags, help=text, **keywords)

    add(settings, "--profile", metavar="NAME", text="profile with the key, secret and account")
    add(settings, "--account-id", metavar="N", text="account, instead of the one of the settings")
    add(settings, "--base-url", metavar="URL", text="base URL, instead of the one of the settings")
    add(output, "--json", dest="format", action="store_const", const="json",
        text="write one JSON array or object; errors too")  # fmt: skip
    add(output, "--jsonl", dest="format", action="store_const", const="jsonl",
        text="write one JSON object a line")  # fmt: skip
    add(output, "--csv", dest="format", action="store_const", const="csv",
        text="write CSV with a header")  # fmt: skip
    add(output, "--fields", metavar="A,B.C", type=parse_fields, text="write only these fields")
    add(output, "--no-color", action="store_true", text="write no colors")
    add(output, "--debug", action="store_true",
        text="write settings, requests and tracebacks to stderr")  # fmt: skip


def parse_fields(text: str) -> list[str]:
    """Parse ``--fields``.

    :raises argparse.ArgumentTypeError: if a name is missing.
    """
    fields = text.split(",")
    if not all(fields):
        raise argparse.ArgumentTypeError(f"{text!r} must be names with commas between them")
    return fields


def parse_moment(text: str) -> datetime:
    """Parse a time: ``2h`` or ``3d`` ago, or ISO 8601.

    :returns: an aware datetime.
    :raises argparse.ArgumentTypeError: if it is neither.
    """
    from vivialconnect.common.times import parse_iso, to_utc, utc_now  # noqa: PLC0415 - slow

    ago = _AGO.fullmatch(text)
    try:
        if ago:
            return utc_now() - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        return to_utc(parse_iso(text))
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"{text!r} must be a time ago (30m, 2h, 3d) or ISO 8601 (2020-07-02T10:11:12Z)"
        ) from None


def parse_assignment(text: str) -> tuple[str, str]:
    """Parse ``name=value``.

    :raises argparse.ArgumentTypeError: if there is no name or no equals sign.
    """
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} must be name=value")
    return name, value


def positive(text: str) -> int:
    """Parse a positive integer.

    :raises argparse.ArgumentTypeError: if it is none.
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} must be an integer, 1 or more")
    return int(text)


def words_before(words: Sequence[str]) -> argparse.Namespace:
    """Return the global options among the words of an invalid command line, for its error."""
    found = argparse.Namespace(format=None, debug="--debug" in words)
    if "--json" in words or "--jsonl" in words:
        found.format = "json"
    return found
