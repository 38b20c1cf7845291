"""``vivialconnect logs``: the events of the account."""

from __future__ import annotations

import argparse
import sys
import time
from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from vivialconnect import Log
from vivialconnect.command.failures import DONE, Misuse
from vivialconnect.command.lists import RecentIds, add_limit, fields_of, write_list
from vivialconnect.command.nouns import Noun, add_list, flag, given
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import add_verb, add_verbs, parse_moment, positive
from vivialconnect.common.times import utc_now
from vivialconnect.resources._iteration import KeyIterator
from vivialconnect.resources._lists import ResourceList

LOGS = Noun(
    "logs", "log", Log, ("log_timestamp", "log_type", "item_type", "item_id", "description")
)
COUNT_COLUMNS = ("log_timestamp", "log_type", "log_count")
AGGREGATORS = ("minutes", "hours", "days", "months", "years")
#: The period of a list by default.
DEFAULT_PERIOD = timedelta(days=1)
#: Added to the current time, because clocks may differ.
CLOCK_MARGIN = timedelta(minutes=5)
#: Seconds between two requests of ``tail -f``.
INTERVAL = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs to a parser."""
    verbs = add_verbs(parser)
    verb = add_list(verbs, LOGS, run_list)
    verb.description = "List events of a period, the oldest first. By default, of the last day."
    verb = add_verb(
        verbs, "tail", run_tail, "Write the newest events, and with -f those that follow.",
        example="logs tail",
    )  # fmt: skip
    verb.add_argument("-f", "--follow", action="store_true", help="wait for further events")
    verb.add_argument(
        "-n", "--lines", type=positive, default=10, metavar="N",
        help="how many of the last day (default: %(default)s)",
    )  # fmt: skip
    verb.add_argument("--log-type", metavar="TYPE", help="type of the events")
    verb = add_verb(
        verbs, "aggregate", run_aggregate, "Count the events of each type and period.",
        example="logs aggregate --start-time 30d --aggregator-type days",
    )  # fmt: skip
    for name in ("start_time", "end_time"):
        verb.add_argument(flag(name), type=parse_moment, metavar="TIME")
    verb.add_argument("--aggregator-type", choices=AGGREGATORS, default="hours",
                      help="default: %(default)s")  # fmt: skip
    for name in ("log_type", "operator_id"):
        verb.add_argument(flag(name))
    add_limit(verb)


def period(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the period of the arguments: by default the last day."""
    end = arguments.end_time or utc_now() + CLOCK_MARGIN
    start = arguments.start_time or end - DEFAULT_PERIOD
    return {"start_time": start, "end_time": end}


def run_list(arguments: argparse.Namespace) -> int:
    """Write a list of events."""
    query = {**given(arguments, LOGS.filters()), **period(arguments)}
    write_list(arguments, partial(Log.find_each, **query), LOGS.columns, LOGS.fields())
    return DONE


def run_tail(arguments: argparse.Namespace) -> int:
    """Write the newest events, and those that follow."""
    if arguments.follow and arguments.format == "json":
        raise Misuse("-f never ends, and --json is one array: use --jsonl")
    Output(arguments).rows(map(fields_of, _tail(arguments)), LOGS.columns, table=False)
    return DONE


def _tail(arguments: argparse.Namespace) -> Iterator[Log]:
    """Yield the newest events, and those that follow until the command is interrupted."""
    query = given(arguments, ["log_type"])
    seen = RecentIds()
    start = utc_now() - DEFAULT_PERIOD
    newest: deque[Log] = deque(maxlen=arguments.lines)
    for event in Log.find_each(start_time=start, end_time=utc_now() + CLOCK_MARGIN, **query):
        seen.add(event.log_id)
        newest.append(event)
    yield from newest
    while arguments.follow:
        sys.stdout.flush()
        time.sleep(INTERVAL)
        start = (newest[-1].logged_at if newest else None) or start
        # Events of the same second are found again.
        for event in Log.find_each(start_time=start, end_time=utc_now() + CLOCK_MARGIN, **query):
            if event.log_id not in seen:
                seen.add(event.log_id)
                newest.append(event)
                yield event


def run_aggregate(arguments: argparse.Namespace) -> int:
    """Write the counts of events."""
    span = period(arguments)
    options = given(arguments, ["log_type", "operator_id"])

    def fetch(**paging: Any) -> ResourceList[Log]:
        found = Log.get_aggregated_logs(
            span["start_time"], span["end_time"], arguments.aggregator_type, {**options, **paging}
        )
        return Log._read_list(found)

    write_list(arguments, partial(KeyIterator, fetch), COUNT_COLUMNS)
    return DONE
