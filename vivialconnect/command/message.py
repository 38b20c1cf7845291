"""``vivialconnect messages``: the messages of the account."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from vivialconnect import Message
from vivialconnect.command.delivery import add_timeout, check_delivered, wait_for
from vivialconnect.command.failures import DONE, Failure, Misuse
from vivialconnect.command.lines import command_line
from vivialconnect.command.lists import add_limit, with_little_memory, write_list
from vivialconnect.command.nouns import Noun, add_count, add_list, add_show, given
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import add_verb, add_verbs, parse_moment
from vivialconnect.command.progress import Progress
from vivialconnect.command.send import COLUMNS, add_sender, read_text, sender_fields

MESSAGES = Noun(
    "messages",
    "message",
    Message,
    ("id", "date_created", "status", "from_number", "to_number", "body"),
    written=("media_urls", "to_numbers"),
)
NEWEST_FIRST = "id desc"
ATTACHMENT_COLUMNS = ("id", "content_type", "size", "file_name")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs to a parser."""
    verbs = add_verbs(parser)
    _add_list(verbs)
    add_count(verbs, MESSAGES)
    add_show(verbs, MESSAGES)
    verb = add_verb(
        verbs, "redact", run_redact, "Delete the text of a message.", example="messages redact 1"
    )
    verb.add_argument("id", metavar="ID")
    verb = add_verb(
        verbs, "wait", run_wait, "Wait until a message has a status, or a final one.",
        example="messages wait 1 --status delivered",
    )  # fmt: skip
    verb.add_argument("id", metavar="ID")
    verb.add_argument("--status", default="delivered", help="default: %(default)s")
    add_timeout(verb)
    _add_find_sent(verbs)
    verb = add_verb(
        verbs, "segments", run_segments, "Count the segments of a text, without the service.",
        example='messages segments "Your table is ready"', offline=True,
    )  # fmt: skip
    verb.add_argument("text", metavar="TEXT", help="the text; - reads it from stdin")
    verb = add_verb(
        verbs, "attachments", run_attachments, "List the attachments of a message.",
        example="messages attachments 2",
    )  # fmt: skip
    verb.add_argument("id", metavar="ID")
    add_limit(verb)
    _add_download(verbs)


def _add_list(verbs: Any) -> None:
    verb = add_list(verbs, MESSAGES, run_list)
    verb.description = "List messages, the newest first."
    for option, text in (("--since", "only messages since then"), ("--until", "and until then")):
        verb.add_argument(
            option, type=parse_moment, metavar="TIME",
            help=f"{text}: a time ago such as 2h, or ISO 8601",
        )  # fmt: skip


def run_list(arguments: argparse.Namespace) -> int:
    """Write a list of messages."""
    since, until = arguments.since, arguments.until
    if arguments.order and (since or until):
        raise Misuse("--since and --until list the newest first: omit --order")
    query = {"order": NEWEST_FIRST, **given(arguments, MESSAGES.filters())}
    find_each = partial(Message.find_each, **query)
    if since or until:
        write_list(
            arguments, partial(_between, since, until, find_each), MESSAGES.columns,
            MESSAGES.fields(),
        )  # fmt: skip
    else:
        count = partial(Message.count, **given(arguments, ["search"]))
        write_list(arguments, find_each, MESSAGES.columns, MESSAGES.fields(), count)
    return DONE


def _between(
    since: datetime | None, until: datetime | None, find_each: Any, **_: Any
) -> Iterator[Message]:
    """Yield the messages of a period; the service has no filter for it."""
    for message in with_little_memory(find_each()):
        created = message.created_at
        if since and created and created < since:
            return
        if not (until and created and created >= until):
            yield message


def run_redact(arguments: argparse.Namespace) -> int:
    """Delete the text of a message."""
    message = Message(arguments.id)
    arguments.find_out = command_line(arguments, "messages", "show", arguments.id)
    message.redact()
    Output(arguments).row(message.to_dict(), COLUMNS)
    return DONE


def run_wait(arguments: argparse.Namespace) -> int:
    """Wait for the status of a message."""
    message = Message.find(arguments.id)
    wait_for(message, arguments.status, arguments.timeout)
    Output(arguments).row(message.to_dict(), COLUMNS)
    check_delivered(message, arguments.status)
    return DONE


def _add_find_sent(verbs: Any) -> None:
    verb = add_verb(
        verbs, "find-sent", run_find_sent,
        "Find a message whose response was lost, before you send it again.",
        example='messages find-sent --from +19132597591 --to +15154469790 --since 1h "A text"',
    )  # fmt: skip
    add_sender(verb)
    verb.add_argument("--to", dest="to_number", metavar="N", required=True, help="recipient")
    verb.add_argument(
        "--since", type=parse_moment, metavar="TIME", required=True,
        help="the time before the request: a time ago such as 2h, or ISO 8601",
    )  # fmt: skip
    verb.add_argument("text", metavar="TEXT", help="the text; - reads it from stdin")


def run_find_sent(arguments: argparse.Namespace) -> int:
    """Find a message by what was sent."""
    text = read_text(arguments.text)
    message = Message(to_number=arguments.to_number, body=text, **sender_fields(arguments))
    found = message.find_sent(since=arguments.since)
    if found is None:
        raise Failure(f"no such message since {arguments.since.isoformat()}: it was not sent")
    Output(arguments).row(found.to_dict(), COLUMNS)
    return DONE


def run_segments(arguments: argparse.Namespace) -> int:
    """Write the encoding and the number of segments of a text."""
    Output(arguments).fields(Message.segments(read_text(arguments.text))._asdict())
    return DONE


def run_attachments(arguments: argparse.Namespace) -> int:
    """Write a list of the attachments of a message."""
    message = Message(arguments.id)
    write_list(
        arguments, message.find_each_attachment, ATTACHMENT_COLUMNS, count=message.attachments_count
    )
    return DONE


def _add_download(verbs: Any) -> None:
    verb = add_verb(
        verbs, "download", run_download, "Download an attachment to a file.",
        example="messages download 2 1 --output picture.png",
    )  # fmt: skip
    verb.add_argument("id", metavar="ID")
    verb.add_argument("attachment", metavar="ATTACHMENT", help="id of the attachment")
    verb.add_argument(
        "-o", "--output", metavar="PATH", default=".",
        help="file or folder; - writes to stdout (default: the current folder)",
    )  # fmt: skip


def run_download(arguments: argparse.Namespace) -> int:
    """Download an attachment, and write the path of the file."""
    attachment = Message(arguments.id).attachment(arguments.attachment)
    to_stdout = arguments.output == "-"
    target = sys.stdout.buffer if to_stdout else arguments.output
    with Progress() as progress:
        download = attachment.download(target, progress=progress.update)
    if not to_stdout:
        Output(arguments).row(download._asdict(), ["path", "size", "content_type"])
    return DONE
