"""``vivialconnect send``: sends a message to one number, or to several as a bulk send."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from typing import Any

from vivialconnect import Message, VivialConnectError
from vivialconnect.command.delivery import check_delivered, find_lost
from vivialconnect.command.failures import DONE, Misuse
from vivialconnect.command.lines import command_line
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import complete
from vivialconnect.command.reporting import is_outcome_unknown
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
        'send --from +19132597591 --to +15154469790 "Your table is ready"',
    )
    sender = parser.add_mutually_exclusive_group(required=True)
    sender.add_argument("--from", dest="from_number", metavar="N", help="a number of the account")
    sender.add_argument(
        "--connector-id", type=int, metavar="ID", help="connector that picks the sender"
    )
    parser.add_argument(
        "--to", dest="to_numbers", metavar="N", action="append", required=True,
        help="recipient; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--media", dest="media_urls", metavar="URL", action="append",
        help="URL of a picture or another file; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--wait", metavar="STATUS", help="wait until the message has this status, or a final one"
    )
    parser.add_argument(
        "--timeout", type=float, default=60, metavar="SECONDS",
        help="how long to wait (default: %(default)s)",
    )  # fmt: skip
    add_yes(parser)
    parser.add_argument("text", metavar="TEXT", help="the text; - reads it from stdin")


def run(arguments: argparse.Namespace) -> int:
    """Send the message, and write its id and status."""
    text = read_text(arguments.text)
    with connect(arguments):
        if len(arguments.to_numbers) > 1:
            return _send_bulk(text, arguments)
        return _send_one(text, arguments)


def read_text(text: str) -> str:
    """Return a text of the command line; ``-`` is stdin, without its last line break.

    :raises Misuse: if stdin is closed.
    """
    if text != "-":
        return text
    if sys.stdin is None or sys.stdin.closed:
        raise Misuse("the text - is read from stdin, but stdin is closed")
    return sys.stdin.read().removesuffix("\n")


def _send_one(text: str, arguments: argparse.Namespace) -> int:
    message = Message({**_fields(text, arguments), "to_number": arguments.to_numbers[0]})
    arguments.find_out = _find_out_line(text, arguments)
    try:
        message.send()
    except VivialConnectError as error:
        if not is_outcome_unknown(error):
            raise
        message = find_lost(message, error)
    arguments.find_out = command_line(arguments, "messages", "show", str(message.id))
    if arguments.wait:
        message.wait_until(arguments.wait, arguments.timeout)
    Output(arguments).row(message.to_dict(), COLUMNS)
    check_delivered(message, arguments.wait)
    return DONE


def _send_bulk(text: str, arguments: argparse.Namespace) -> int:
    if arguments.wait:
        raise Misuse("--wait needs a single --to")
    numbers = arguments.to_numbers
    confirm(f"Send {len(numbers)} messages?", arguments)
    message = Message({**_fields(text, arguments), "to_numbers": numbers})
    arguments.find_out = command_line(arguments, "bulks", "list")
    bulk_id = message.send_bulk()
    Output(arguments).row({"bulk_id": bulk_id, "total_messages": len(numbers)}, BULK_COLUMNS)
    return DONE


def _fields(text: str, arguments: argparse.Namespace) -> dict[str, Any]:
    names = ("from_number", "connector_id", "media_urls")
    given = {name: getattr(arguments, name) for name in names}
    return {"body": text, **{name: value for name, value in given.items() if value}}


def _find_out_line(text: str, arguments: argparse.Namespace) -> str:
    """Return the command that finds the message if the response is lost."""
    sender = ("--from", arguments.from_number)
    if arguments.connector_id:
        sender = ("--connector-id", str(arguments.connector_id))
    since = format_basic(utc_now() - CLOCK_MARGIN)
    recipient = ("--to", arguments.to_numbers[0])
    words = (*sender, *recipient, "--since", since, "--", text)
    return command_line(arguments, "messages", "find-sent", *words)
