"""``vivialconnect users``: the users of the account, and their passwords."""

from __future__ import annotations

import argparse

from vivialconnect import User
from vivialconnect.command.failures import DONE
from vivialconnect.command.nouns import (
    Noun,
    add_count,
    add_create,
    add_delete,
    add_list,
    add_set,
    add_show,
)
from vivialconnect.command.parsing import add_verb, add_verbs
from vivialconnect.command.secret_input import read_secrets
from vivialconnect.command.terminal import note

USERS = Noun(
    "users",
    "user",
    User,
    ("id", "username", "email", "first_name", "last_name", "active"),
    written=("role",),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs to a parser."""
    verbs = add_verbs(parser)
    add_list(verbs, USERS)
    add_count(verbs, USERS)
    add_show(verbs, USERS)
    add_create(verbs, USERS, "username=ada email=ada@example.com first_name=Ada role=User")
    add_set(verbs, USERS, "timezone=US/Central")
    add_delete(verbs, USERS)
    verb = add_verb(
        verbs, "change-password", run_change_password,
        "Change the password of a user. A terminal asks for both passwords; with -, the first two "
        "lines of stdin are the current and the new one.",
        example="users change-password 1 - < passwords.txt",
    )  # fmt: skip
    verb.add_argument("id", metavar="ID")
    verb.add_argument("source", metavar="-", nargs="?", choices=["-"], help="read stdin")


def run_change_password(arguments: argparse.Namespace) -> int:
    """Change the password of a user."""
    old, new = read_secrets(
        ("Current password: ", "New password: "), from_stdin=arguments.source == "-"
    )
    User(arguments.id).change_password(old, new)
    note(f"the password of user {arguments.id} is changed")
    return DONE
