"""``vivialconnect bulks``: messages that were sent to several numbers at once."""

from __future__ import annotations

import argparse
from functools import partial

from vivialconnect import Message
from vivialconnect.command.failures import DONE, Failure
from vivialconnect.command.lists import add_limit, write_list
from vivialconnect.command.message import MESSAGES
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import add_verb, add_verbs

COLUMNS = ("bulk_id", "date_created", "total_messages", "processed", "errors")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs to a parser."""
    verbs = add_verbs(parser)
    verb = add_verb(verbs, "list", run_list, "List bulk sends.", example="bulks list --limit 5")
    add_limit(verb)
    for name, run, summary in (
        ("show", run_show, "Show the counts of a bulk send."),
        ("messages", run_messages, "List the messages of a bulk send."),
    ):
        verb = add_verb(
            verbs, name, run, summary, example=f"bulks {name} 7c0a3e8e-8d10-4c64-a0a1-6d3b7d1f4b5e"
        )
        verb.add_argument("id", metavar="ID")
    add_limit(verb)


def run_list(arguments: argparse.Namespace) -> int:
    """Write a list of bulk sends."""
    write_list(arguments, Message.find_each_bulk, COLUMNS)
    return DONE


def run_show(arguments: argparse.Namespace) -> int:
    """Write a bulk send. The service only lists them."""
    for bulk in Message.find_each_bulk():
        if bulk.bulk_id == arguments.id:
            Output(arguments).fields(bulk.to_dict())
            return DONE
    raise Failure(f"there is no bulk send {arguments.id}", "Run: vivialconnect bulks list")


def run_messages(arguments: argparse.Namespace) -> int:
    """Write the messages of a bulk send."""
    find_each = partial(Message.find_each_bulk_message, arguments.id)
    write_list(arguments, find_each, MESSAGES.columns, MESSAGES.fields())
    return DONE
