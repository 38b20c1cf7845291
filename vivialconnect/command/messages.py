"""``vivialconnect messages``: the messages of the account."""

from __future__ import annotations

import argparse

from vivialconnect import Message
from vivialconnect.command.nouns import Noun, add_list, add_show
from vivialconnect.command.parsing import add_verbs

MESSAGES = Noun(
    "messages",
    Message,
    ("id", "date_created", "direction", "status", "from_number", "to_number", "body"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs to a parser."""
    verbs = add_verbs(parser)
    add_list(verbs, MESSAGES)
    add_show(verbs, MESSAGES)
