"""Python's own interactive shell, with completion of names."""

from __future__ import annotations

import code
import importlib
import rlcompleter
import sys
from contextlib import suppress
from typing import Any

from vivialconnect.command.shell_errors import describe
from vivialconnect.command.terminal import note


class PlainShell(code.InteractiveConsole):
    """A shell in which an error is one line."""

    def showtraceback(self) -> None:
        """Write the error that was raised."""
        note(describe(sys.exc_info()[1]))

    def showsyntaxerror(self, filename: str | None = None, **_: Any) -> None:  # noqa: ARG002
        """Write the syntax error that was raised."""
        note(describe(sys.exc_info()[1]))


class Completer(rlcompleter.Completer):
    """Completes names, without a parenthesis after those of classes: ``Message.find``."""

    def _callable_postfix(self, val: Any, word: str) -> str:  # noqa: ARG002
        return word


def start(banner: str, names: dict[str, Any], *, debug: bool) -> None:
    """Run the shell until the user leaves it.

    :param banner: what it says first.
    :param names: the names that are there.
    :param debug: whether an error has its traceback.
    """
    with suppress(ImportError):  # Windows has no readline
        _complete(names)
    class_ = code.InteractiveConsole if debug else PlainShell
    with suppress(SystemExit):
        class_(names).interact(banner, exitmsg="")


def _complete(names: dict[str, Any]) -> None:
    readline: Any = importlib.import_module("readline")
    readline.set_completer(Completer(names).complete)
    is_libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if is_libedit else "tab: complete")
