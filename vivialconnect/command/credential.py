"""``vivialconnect credentials``: the API keys of a user."""

from __future__ import annotations

import argparse

from vivialconnect import Credential, User
from vivialconnect.command.failures import DONE
from vivialconnect.command.lines import command_line
from vivialconnect.command.nouns import (
    Noun,
    add_count,
    add_delete,
    add_list,
    add_parent,
    add_set,
    add_show,
)
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import add_verb, add_verbs

CREDENTIALS = Noun(
    "credentials",
    "credential",
    Credential,
    ("id", "name", "active", "api_key"),
    parent="users/{user}/profile",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs to a parser."""
    verbs = add_verbs(parser)
    add_list(verbs, CREDENTIALS)
    add_count(verbs, CREDENTIALS)
    add_show(verbs, CREDENTIALS)
    verb = add_verb(
        verbs,
        "create",
        run_create,
        "Create an API key, and write its secret, which is shown only once.",
        example="credentials create reports --user 1",
    )
    verb.add_argument("name", metavar="NAME", nargs="?", help="name of the credential")
    add_parent(verb, CREDENTIALS)
    add_set(verbs, CREDENTIALS, "active=false")
    add_delete(verbs, CREDENTIALS)


def run_create(arguments: argparse.Namespace) -> int:
    """Create an API key, and write its secret."""
    user = ("--user", arguments.user)
    arguments.find_out = command_line(arguments, "credentials", "list", *user)
    created = User(arguments.user).create_credential(arguments.name)
    fields = {**created.to_dict(), "api_secret": str(created.api_secret)}
    Output(arguments).row(fields, (*CREDENTIALS.columns, "api_secret"))
    return DONE
