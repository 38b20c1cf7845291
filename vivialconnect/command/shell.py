"""``vivialconnect shell``: a Python shell with the SDK in it, for an account or a sandbox."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import vivialconnect
from vivialconnect import Resource
from vivialconnect.command.failures import DONE
from vivialconnect.command.parsing import complete
from vivialconnect.command.settings import connect
from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.command import DELAYS

HINT = "Message, Number and the other classes are there: try Message.find(). exit() leaves."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments to a parser."""
    complete(
        parser,
        "Start a Python shell with the classes of the SDK, for the account or a sandbox.",
        example="shell --sandbox",
    )
    parser.add_argument(
        "--sandbox",
        action="store_true",
        help="start a sandbox for the shell, and stop it at the end; it is there as sandbox",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run a shell until the user leaves it."""
    names = {"vivialconnect": vivialconnect}
    for name in vivialconnect.__all__:
        names.setdefault(name, getattr(vivialconnect, name))
    start = _find_shell()
    with _account(arguments, names) as account:
        start(f"{account}\n{HINT}", names, debug=arguments.debug)
    return DONE


@contextmanager
def _account(arguments: argparse.Namespace, names: dict[str, Any]) -> Iterator[str]:
    """Set the account of the shell, and say which it is."""
    if arguments.sandbox:
        with Sandbox(delays=DELAYS) as sandbox:
            sandbox.configure()
            names["sandbox"] = sandbox
            yield f"Account {sandbox.account_id} of a sandbox at {sandbox.url}"
        return
    with connect(arguments) as found:
        values = found.values()
    # Not a scope, which would hide what the user assigns to Resource.
    for name, value in values.items():
        setattr(Resource, name, value)
    base_url = Resource.request._validated().api_base_url
    yield f"Account {Resource.api_account_id} at {base_url} (from {found.source})"


def _find_shell() -> Any:
    try:
        module = importlib.import_module("vivialconnect.command.ipython_shell")
    except ImportError:
        module = importlib.import_module("vivialconnect.command.plain_shell")
    return module.start
