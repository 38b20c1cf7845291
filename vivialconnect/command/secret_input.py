"""Secrets from a terminal, without echo, or from stdin: never from the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from vivialconnect.command.failures import Misuse
from vivialconnect.command.terminal import is_terminal
from vivialconnect.common.redaction import Secret


def read_secrets(prompts: Sequence[str], *, from_stdin: bool) -> list[Secret]:
    """Return secrets, one for each prompt.

    :param prompts: what a terminal asks.
    :param from_stdin: whether they are the first lines of stdin.
    :raises Misuse: if there is no terminal to ask on, or a secret is empty.
    """
    if from_stdin:
        lines = [] if sys.stdin is None else [sys.stdin.readline() for _ in prompts]
        found = [Secret(line.rstrip("\r\n")) for line in lines]
    elif is_terminal(sys.stdin) and is_terminal(sys.stderr):
        import getpass  # noqa: PLC0415 - rarely needed

        found = [Secret(getpass.getpass(prompt)) for prompt in prompts]
    else:
        raise Misuse("there is no terminal to ask for a secret on: pass it on stdin")
    if len(found) < len(prompts) or not all(found):
        names = ", ".join(prompt.strip(" :").lower() for prompt in prompts)
        raise Misuse(f"a secret is empty or missing: {names}")
    return found
