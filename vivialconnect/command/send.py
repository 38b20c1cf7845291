"""``vivialconnect send``: sends a message to one number, or to several as a bulk send."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from typing import Any

from vivialconnect import Message, VivialConnectError
from vivialconnect.command.delivery import add_timeout, check_delivered, look_up_if_lost, wait_for
from vivialconnect.command.failures import DONE, Misuse
from vivialconnect.command.lines import command_line
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import complete
from vivialconnect.command.settings import connect
from vivialconnect.command.terminal import add_yes, confirm
from vivialconnect.common.times import format_basic, utc_now

COLUMNS = ("id", "status", "from_number", "to_number")
BULK_COLUMNS = ("bulk_id", "total_messages")
#: A search begins this long before the request, because clocks may differ.
CLOCK_MARGIN = timedelta(minutes=1)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to a parser."""
    complete(
        parser,
        "Send a message. Several --to are one bulk send.",
        example='send --from +19132597591 --to +15154469790 "Your table is ready"',
    )
    add_sender(parser)
    parser.add_argument(
        "--to",
        dest="to_numbers",
        metavar="N",
        action="append",
        required=True,
        help="recipient; may be repeated",
    )
    parser.add_argument(
        "--media",
        dest="media_urls",
        metavar="URL",
        action="append",
        help="URL of a picture or another file; may be repeated",
    )
    parser.add_argument(
        "--wait", metavar="STATUS", help="wait until the message has this status, or a final one"
    )
    add_timeout(parser)
    add_yes(parser)
    parser.add_argument("text", metavar="TEXT", help="the text; - reads it from stdin")


def add_sender(parser: argparse.ArgumentParser) -> None:
    """Add the options ``--from`` and ``--connector-id``, of which one is required."""
    sender = parser.add_mutually_exclusive_group(required=True)
    sender.add_argument("--from", dest="from_number", metavar="N", help="a number of the account")
    sender.add_argument(
        "--connector-id", type=int, metavar="ID", help="connector that picks the sender"
    )


def sender_fields(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the sender as a field of the message."""
    if arguments.connector_id is not None:
        return {"connector_id": arguments.connector_id}
    return {"from_number": arguments.from_number}


def run(arguments: argparse.Namespace) -> int:
    """Send the message, and write its id and status."""
    if len(arguments.to_numbers) > 1 and arguments.wait:
        raise Misuse("--wait needs a single --to")
    text = read_text(arguments.text)
    message = Message({"body": text, **sender_fields(arguments)})
    if arguments.media_urls:
        message.media_urls = arguments.media_urls
    with connect(arguments):
        if len(arguments.to_numbers) > 1:
            return _send_bulk(message, arguments)
        return _send_one(message, arguments)


def read_text(text: str) -> str:
    """Return a text of the command line; ``-`` is stdin, without its last line break.

    :raises Misuse: if stdin is closed, or not UTF-8.
    """
    if text != "-":
        return text
    if sys.stdin is None:
        raise Misuse("the text - is read from stdin, but stdin is closed")
    return sys.stdin.read().removesuffix("\n")


def _send_one(message: Message, arguments: argparse.Namespace) -> int:
    message.to_number = arguments.to_numbers[0]
    arguments.find_out = _find_sent_line(message, arguments)
    try:
        message.send()
    except VivialConnectError as error:
        message = look_up_if_lost(message, error)
    arguments.find_out = command_line(arguments, "messages", "show", str(message.id))
    if arguments.wait:
        wait_for(message, arguments.wait, arguments.timeout)
    Output(arguments).row(message.to_dict(), COLUMNS)
    check_delivered(message, arguments.wait)
    return DONE


def _send_bulk(message: Message, arguments: argparse.Namespace) -> int:
    numbers = arguments.to_numbers
    confirm(f"Send {len(numbers)} messages?", arguments)
    message.to_numbers = numbers
    arguments.find_out = command_line(arguments, "bulks", "list")
    bulk_id = message.send_bulk()
    Output(arguments).row({"bulk_id": bulk_id, "total_messages": len(numbers)}, BULK_COLUMNS)
    return DONE


def _find_sent_line(message: Message, arguments: argparse.Namespace) -> str:
    """Return the command that finds the message if the response is lost."""
    sender = ("--from", arguments.from_number)
    if arguments.connector_id is not None:
        sender = ("--connector-id", str(arguments.connector_id))
    since = format_basic(utc_now() - CLOCK_MARGIN)
    words = (*sender, "--to", str(message.to_number), "--since", since, "--", message.body)
    return command_line(arguments, "messages", "find-sent", *words)
