"""IPython as the shell of the command."""

from __future__ import annotations

from typing import Any

from IPython import start_ipython
from IPython.terminal.interactiveshell import TerminalInteractiveShell
from traitlets.config import Config

from vivialconnect.command.shell_errors import describe
from vivialconnect.command.terminal import note


class Shell(TerminalInteractiveShell):
    """A shell in which an error is one line."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:  # noqa: ARG002
        note(describe(evalue))


def start(banner: str, names: dict[str, Any], *, debug: bool) -> None:
    """Run the shell until the user leaves it.

    :param banner: what it says first.
    :param names: the names that are there.
    :param debug: whether an error has its traceback.
    """
    config = Config()
    config.TerminalInteractiveShell.banner1 = banner + "\n"
    config.TerminalInteractiveShell.confirm_exit = False
    # Completes the fields that an object has, not those that its source declares.
    config.Completer.use_jedi = False
    if not debug:
        config.TerminalIPythonApp.interactive_shell_class = Shell
    start_ipython(argv=[], user_ns=names, config=config)
