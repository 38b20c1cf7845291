"""``vivialconnect numbers``: the numbers of the account, and numbers to buy."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

from vivialconnect import Number, VivialConnectError
from vivialconnect.command.delivery import look_up_if_lost
from vivialconnect.command.failures import DONE, Misuse
from vivialconnect.command.fields import read_fields
from vivialconnect.command.lines import command_line
from vivialconnect.command.lists import write_list
from vivialconnect.command.nouns import (
    Noun,
    add_count,
    add_list,
    add_set,
    add_show,
    flag,
    given,
    run_list,
)
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import add_verb, add_verbs, parse_assignment, positive
from vivialconnect.command.terminal import add_yes, confirm, note
from vivialconnect.resources.number import AVAILABLE_PARAMETERS

NUMBERS = Noun(
    "numbers",
    "number",
    Number,
    ("id", "phone_number", "name", "phone_number_type", "tags"),
    written=("area_code",),
)
AVAILABLE_COLUMNS = ("phone_number", "phone_number_type", "city", "region", "rate_center")
AVAILABLE_HELP = {
    "area_code": "three digits, such as 913",
    "contains": "digits, letters as on a keypad, ? for one digit, * for any",
    "country_code": "default: US",
    "in_city": "city",
    "in_postal_code": "postal code",
    "in_region": "two letters, such as KS",
    "limit": "how many to write",
    "local_number": "digits after the area code, three or more",
    "number_type": "local (default) or tollfree",
    "page": "page number, from 1",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs to a parser."""
    verbs = add_verbs(parser)
    verb = add_list(verbs, NUMBERS, run_list_numbers)
    verb.add_argument(
        "--tag", metavar="KEY=VALUE", action="append", type=parse_assignment,
        help="only numbers with this tag; may be repeated",
    )  # fmt: skip
    add_count(verbs, NUMBERS)
    _add_search(verbs)
    _add_purchases(verbs)
    add_show(verbs, NUMBERS)
    add_set(verbs, NUMBERS, "name=Reservations")
    verb = add_verb(
        verbs, "lookup", run_lookup, "Look up the carrier and the device of any number.",
        example="numbers lookup +15154469790",
    )  # fmt: skip
    verb.add_argument("number", metavar="NUMBER")
    _add_tags(verbs)


def run_list_numbers(arguments: argparse.Namespace) -> int:
    """Write a list of numbers, all or those with tags."""
    if not arguments.tag:
        return run_list(NUMBERS, arguments)
    if given(arguments, NUMBERS.filters()):
        raise Misuse("--tag cannot be combined with other filters: the service ignores them")
    find_each = partial(Number.find_each_tagged_number, arguments.tag)
    write_list(arguments, find_each, NUMBERS.columns, NUMBERS.fields())
    return DONE


def _add_search(verbs: Any) -> None:
    verb = add_verb(
        verbs, "search", run_search, "Search for numbers to buy.",
        example="numbers search --area-code 913 --limit 5",
    )  # fmt: skip
    for name in AVAILABLE_PARAMETERS:
        is_number = name in ("limit", "page")
        verb.add_argument(
            flag(name), type=positive if is_number else str,
            help=AVAILABLE_HELP.get(name, name.replace("_", " ")),
        )  # fmt: skip


def run_search(arguments: argparse.Namespace) -> int:
    """Write a list of numbers to buy."""
    found = Number.available(given(arguments, AVAILABLE_PARAMETERS))
    Output(arguments).rows(found.to_dicts(), AVAILABLE_COLUMNS)
    return DONE


def _add_purchases(verbs: Any) -> None:
    verb = add_verb(
        verbs, "buy", run_buy, "Buy a number, which is billed until you release it.",
        example="numbers buy +19132593260 --yes",
    )  # fmt: skip
    verb.add_argument("number", metavar="NUMBER")
    verb.add_argument(
        "--set",
        dest="assignments",
        metavar="FIELD=VALUE",
        action="append",
        default=[],
        type=parse_assignment,
        help="field of the new number, such as name=Reservations; may be repeated",
    )
    add_yes(verb)
    verb = add_verb(
        verbs, "release", run_release, "Release a number. It may be sold to others.",
        example="numbers release 1 --yes",
    )  # fmt: skip
    verb.add_argument("id", metavar="ID")
    add_yes(verb)


def run_buy(arguments: argparse.Namespace) -> int:
    """Buy a number."""
    fields = read_fields(Number, arguments.assignments)
    number = Number({"phone_number": arguments.number, **fields})
    confirm(f"Buy {arguments.number}, billed until it is released?", arguments)
    digits = arguments.number.lstrip("+")
    arguments.find_out = command_line(arguments, "numbers", "list", "--contains", digits)
    try:
        number.buy()
    except VivialConnectError as error:
        number = look_up_if_lost(number, error)
    Output(arguments).row(number.to_dict(), NUMBERS.columns)
    return DONE


def run_release(arguments: argparse.Namespace) -> int:
    """Release a number."""
    number = Number(arguments.id)
    if not arguments.yes:
        number.reload()
    confirm(
        f"Release {number.attributes.get('phone_number')}? It may be sold to others.", arguments
    )
    arguments.find_out = command_line(arguments, "numbers", "show", arguments.id)
    number.destroy()
    note(f"number {arguments.id} is released")
    return DONE


def run_lookup(arguments: argparse.Namespace) -> int:
    """Write what is known of a number."""
    Output(arguments).fields(Number.lookup(arguments.number).to_dict())
    return DONE


def _add_tags(verbs: Any) -> None:
    verb = add_verb(
        verbs, "tag", run_tag, "Add tags to a number, or change them.",
        example="numbers tag 1 table=4 area=terrace",
    )  # fmt: skip
    verb.add_argument("id", metavar="ID")
    verb.add_argument("tags", metavar="KEY=VALUE", nargs="+", type=parse_assignment)
    verb = add_verb(
        verbs, "untag", run_untag, "Remove tags from a number.", example="numbers untag 1 area"
    )
    verb.add_argument("id", metavar="ID")
    verb.add_argument("keys", metavar="KEY", nargs="+")


def run_tag(arguments: argparse.Namespace) -> int:
    """Add tags, and write all tags of the number."""
    number = Number(arguments.id)
    tags = {**number.reload_tags(), **dict(arguments.tags)}
    arguments.find_out = command_line(arguments, "numbers", "show", arguments.id)
    Output(arguments).fields(number.replace_tags(tags))
    return DONE


def run_untag(arguments: argparse.Namespace) -> int:
    """Remove tags, and write those that the number still has."""
    number = Number(arguments.id)
    arguments.find_out = command_line(arguments, "numbers", "show", arguments.id)
    for key in arguments.keys:
        number.remove_tag(key)
    Output(arguments).fields(number.tags)
    return DONE
