"""``vivialconnect contacts``: the people whom the service contacts about the account."""

from __future__ import annotations

import argparse

from vivialconnect import Contact
from vivialconnect.command.nouns import (
    Noun,
    add_count,
    add_create,
    add_delete,
    add_list,
    add_set,
    add_show,
)
from vivialconnect.command.parsing import add_verbs

CONTACTS = Noun(
    "contacts", "contact", Contact, ("id", "contact_type", "first_name", "last_name", "email")
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs to a parser."""
    verbs = add_verbs(parser)
    add_list(verbs, CONTACTS)
    add_count(verbs, CONTACTS)
    add_show(verbs, CONTACTS)
    add_create(
        verbs, CONTACTS, "first_name=Ada last_name=Byron email=ada@example.com contact_type=main"
    )
    add_set(verbs, CONTACTS, "title=Countess")
    add_delete(verbs, CONTACTS)
