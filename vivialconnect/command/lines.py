"""Command lines to show, which a user can copy into a shell."""

from __future__ import annotations

import argparse
import shlex

#: The global options that choose the account, and their names in the arguments.
GLOBAL_OPTIONS = {"--profile": "profile", "--account-id": "account_id", "--base-url": "base_url"}


def command_line(arguments: argparse.Namespace, *words: str) -> str:
    """Return a command line of ``vivialconnect``, for the same account.

    :param arguments: the arguments of the command that runs.
    :param words: the words of the command line.
    """
    given = [
        word
        for option, name in GLOBAL_OPTIONS.items()
        if getattr(arguments, name, None)
        for word in (option, getattr(arguments, name))
    ]
    return " ".join(map(quote, ("vivialconnect", *given, *words)))


def quote(word: str) -> str:
    r"""Quote a word for a POSIX shell, on one line.

    >>> quote("it's"), quote("two\nlines")
    ('\'it\'"\'"\'s\'', '"$(printf \'%b\' \'two\\0012lines\')"')
    """
    if word.isprintable():
        return shlex.quote(word)
    shown = "".join(_octal(each) for each in word)
    return f"\"$(printf '%b' {shlex.quote(shown)})\""


def _octal(character: str) -> str:
    if character.isprintable() and character != "\\":
        return character
    return "".join(f"\\0{byte:03o}" for byte in character.encode("utf-8", "surrogateescape"))
