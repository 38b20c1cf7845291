"""``vivialconnect connectors``: groups of numbers that share callbacks."""

from __future__ import annotations

import argparse
from functools import partial
from typing import Any

from vivialconnect import Connector, ConnectorCallback
from vivialconnect.command.failures import DONE
from vivialconnect.command.lines import command_line
from vivialconnect.command.lists import add_limit, write_list
from vivialconnect.command.nouns import (
    Noun,
    add_count,
    add_create,
    add_delete,
    add_list,
    add_set,
    add_show,
)
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import add_verb, add_verbs

CONNECTORS = Noun("connectors", "connector", Connector, ("id", "name", "active", "more_numbers"))
NUMBER_COLUMNS = ("phone_number_id", "phone_number")
CALLBACK_COLUMNS = ("message_type", "event_type", "method", "url")
#: The options of the verbs that change callbacks.
CALLBACK_KEYS = {
    "message_type": "text or voice",
    "event_type": "incoming, incoming_fallback or status",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs to a parser."""
    verbs = add_verbs(parser)
    add_list(verbs, CONNECTORS)
    add_count(verbs, CONNECTORS)
    add_show(verbs, CONNECTORS)
    add_create(verbs, CONNECTORS, "name=Reminders")
    add_set(verbs, CONNECTORS, "name=Alerts")
    add_delete(verbs, CONNECTORS)
    _add_numbers(verbs)
    _add_callbacks(verbs)


def _add_numbers(verbs: Any) -> None:
    verb = add_verb(
        verbs, "numbers", run_numbers, "List the numbers of a connector.",
        example="connectors numbers 1",
    )  # fmt: skip
    verb.add_argument("id", metavar="ID")
    add_limit(verb)
    for name, summary in (
        ("add-numbers", "Add numbers of the account to a connector."),
        ("remove-numbers", "Remove numbers from a connector; the account keeps them."),
    ):
        verb = add_verb(
            verbs, name, partial(run_change_numbers, name.replace("-", "_")), summary,
            example=f"connectors {name} 1 +19132597591",
        )  # fmt: skip
        verb.add_argument("id", metavar="ID")
        verb.add_argument("numbers", metavar="NUMBER", nargs="+")


def run_numbers(arguments: argparse.Namespace) -> int:
    """Write the numbers of a connector."""
    connector = Connector(arguments.id)
    write_list(arguments, connector.find_each_number, NUMBER_COLUMNS, count=connector.count_numbers)
    return DONE


def run_change_numbers(method: str, arguments: argparse.Namespace) -> int:
    """Add or remove numbers, and write those that the connector has."""
    connector = Connector(arguments.id)
    arguments.find_out = command_line(arguments, "connectors", "numbers", arguments.id)
    getattr(connector, method)(arguments.numbers)
    rows = [number.to_dict() for number in connector.phone_numbers]
    Output(arguments).rows(rows, NUMBER_COLUMNS)
    return DONE


def _add_callbacks(verbs: Any) -> None:
    verb = add_verb(
        verbs, "callbacks", run_callbacks, "List the callbacks of a connector.",
        example="connectors callbacks 1",
    )  # fmt: skip
    verb.add_argument("id", metavar="ID")
    options = "--message-type text --event-type status"
    verb = add_verb(
        verbs, "add-callback", partial(run_change_callback, "add_callbacks"),
        "Add a callback to a connector. It replaces one with the same types.",
        example=f"connectors add-callback 1 {options} --url https://example.com/status",
    )  # fmt: skip
    _add_callback_keys(verb)
    verb.add_argument("--url", required=True, help="URL of the webhook")
    verb.add_argument("--method", help="GET or POST")
    verb = add_verb(
        verbs, "remove-callback", partial(run_change_callback, "remove_callbacks"),
        "Remove a callback from a connector.", example=f"connectors remove-callback 1 {options}",
    )  # fmt: skip
    _add_callback_keys(verb)
    verb.set_defaults(url=None, method=None)


def _add_callback_keys(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("id", metavar="ID")
    for name, text in CALLBACK_KEYS.items():
        verb.add_argument("--" + name.replace("_", "-"), required=True, metavar="TYPE", help=text)


def run_callbacks(arguments: argparse.Namespace) -> int:
    """Write the callbacks of a connector."""
    Output(arguments).rows(Connector(arguments.id).find_callbacks().to_dicts(), CALLBACK_COLUMNS)
    return DONE


def run_change_callback(method: str, arguments: argparse.Namespace) -> int:
    """Add or remove a callback, and write those that the connector has."""
    names = ("message_type", "event_type", "url", "method")
    callback = ConnectorCallback(**{name: getattr(arguments, name) for name in names})
    connector = Connector(arguments.id)
    arguments.find_out = command_line(arguments, "connectors", "callbacks", arguments.id)
    getattr(connector, method)(callback)
    Output(arguments).rows([each.to_dict() for each in connector.callbacks], CALLBACK_COLUMNS)
    return DONE
