"""The verbs that are generated from what a resource class declares.

The options of ``list`` are the filters of the class, and the arguments of ``create`` and ``set``
its fields. A field or filter that the class gains is there at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from vivialconnect import Resource
from vivialconnect.command.failures import DONE
from vivialconnect.command.fields import add_assignments, declared_types, read_fields
from vivialconnect.command.lines import command_line
from vivialconnect.command.lists import add_limit, write_list
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import Run, add_verb, parse_moment
from vivialconnect.command.terminal import note

#: The filters that are no options: those of pages, and the service's own name of another filter.
HIDDEN_FILTERS = ("include_types", "limit", "page", "start_key")
#: The help of filters; another filter has its name as help.
FILTER_HELP = {
    "contains": "digits that the phone number contains",
    "end_time": "end: a time ago such as 2h, or ISO 8601 (default: now)",
    "item_id": "id of the item",
    "log_type": "type of the events, such as message.queued",
    "name": "name of the number",
    "operator_id": "id of the operator",
    "order": "field to sort by, such as 'id desc'",
    "search": "text to search for",
    "start_time": "start: a time ago such as 2h, or ISO 8601",
    "transaction_type": "type, such as sms_local_out; may be repeated",
}
METAVARS = {"end_time": "TIME", "start_time": "TIME"}


class Noun(NamedTuple):
    """A resource class, as a command shows it.

    :param name: the name of the command.
    :param singular: the name of one object.
    :param class_: the class.
    :param columns: the columns of a table.
    :param written: the fields that the service does not send.
    :param parent: the path of the parent, ``"users/{user}/profile"``, if the class requires one.
        Its id is an option, ``--user``.
    """

    name: str
    singular: str
    class_: type[Resource]
    columns: tuple[str, ...]
    written: tuple[str, ...] = ()
    parent: str | None = None

    def fields(self) -> list[str]:
        """Return the fields that the service sends, the primary key first."""
        known = dict.fromkeys((self.class_.primary_key, *declared_types(self.class_)))
        return [name for name in known if name not in self.written]

    def path(self, arguments: argparse.Namespace) -> str | None:
        """Return the path of the parent; ``None`` if there is none."""
        return self.parent and self.parent.format_map(vars(arguments))

    def one(self, arguments: argparse.Namespace) -> Resource:
        """Return an object with the id of the arguments, without its fields."""
        path = self.path(arguments)
        return self.class_(arguments.id, None if path is None else {"path": path})

    def filters(self) -> list[str]:
        """Return the filters of the lists that are options."""
        return [name for name in self.class_._filters or () if name not in HIDDEN_FILTERS]


def flag(name: str) -> str:
    """Return the option of a parameter: ``--area-code`` for ``area_code``."""
    return "--" + name.replace("_", "-")


def given(arguments: argparse.Namespace, names: Sequence[str]) -> dict[str, Any]:
    """Return the arguments with these names that were given."""
    found = {name: getattr(arguments, name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def add_parent(verb: argparse.ArgumentParser, noun: Noun) -> None:
    """Add the option for the id of the parent, if the class requires one."""
    if noun.parent:
        name = noun.parent.partition("{")[2].partition("}")[0]
        verb.add_argument("--" + name, metavar="ID", required=True, help=f"id of the {name}")


def parent_words(noun: Noun) -> str:
    """Return the option for the parent, for an example."""
    return " --user 1" if noun.parent else ""


def add_list(verbs: Any, noun: Noun, run: Run | None = None) -> argparse.ArgumentParser:
    """Add the verb ``list``, with an option for each filter of the class.

    :param verbs: the verbs of the command.
    :param noun: the class.
    :param run: writes the list; :func:`run_list` by default.
    """
    verb = add_verb(
        verbs,
        "list",
        run or partial(run_list, noun),
        f"List {noun.name}.",
        example=f"{noun.name} list{parent_words(noun)} --limit 5",
    )
    add_parent(verb, noun)
    for name in noun.filters():
        verb.add_argument(
            flag(name),
            action="append" if name == "transaction_type" else "store",
            type=parse_moment if name.endswith("_time") else str,
            metavar=METAVARS.get(name),
            help=FILTER_HELP.get(name, name.replace("_", " ")),
        )
    add_limit(verb)
    return verb


def run_list(noun: Noun, arguments: argparse.Namespace) -> int:
    """Write a list of objects."""
    query = given(arguments, noun.filters())
    path = noun.path(arguments)
    find_each = partial(noun.class_.find_each, path=path, **query)
    query.pop("order", None)
    count = partial(noun.class_.count, path=path, **query) if counts(noun.class_) else None
    write_list(arguments, find_each, noun.columns, noun.fields(), count)
    return DONE


def counts(class_: type[Resource]) -> bool:
    """Return whether the service counts the objects of a class."""
    return class_.count.__func__ is Resource.count.__func__  # type: ignore[attr-defined] # a class method


def add_count(verbs: Any, noun: Noun) -> None:
    """Add the verb ``count``, with the filters of ``list``."""
    verb = add_verb(
        verbs, "count", partial(run_count, noun), f"Count {noun.name}.",
        example=f"{noun.name} count{parent_words(noun)}",
    )  # fmt: skip
    add_parent(verb, noun)
    for name in noun.filters():
        if name != "order":
            verb.add_argument(flag(name), help=FILTER_HELP.get(name, name.replace("_", " ")))


def run_count(noun: Noun, arguments: argparse.Namespace) -> int:
    """Write the number of objects."""
    names = [name for name in noun.filters() if name != "order"]
    count = noun.class_.count(path=noun.path(arguments), **given(arguments, names))
    Output(arguments).row({"count": count}, ["count"])
    return DONE


def add_show(verbs: Any, noun: Noun) -> None:
    """Add the verb ``show ID``."""
    verb = add_verb(
        verbs,
        "show",
        partial(run_show, noun),
        f"Show the fields of a {noun.singular}.",
        example=f"{noun.name} show 1{parent_words(noun)}",
    )
    add_parent(verb, noun)
    verb.add_argument("id", metavar="ID")


def run_show(noun: Noun, arguments: argparse.Namespace) -> int:
    """Write the fields of an object."""
    found = noun.class_.find(arguments.id, noun.path(arguments))
    Output(arguments).fields(found.to_dict())
    return DONE


def add_create(verbs: Any, noun: Noun, example: str) -> None:
    """Add the verb ``create FIELD=VALUE ...``."""
    verb = add_verb(
        verbs,
        "create",
        partial(run_create, noun),
        f"Create a {noun.singular}.",
        example=f"{noun.name} create {example}",
    )
    add_assignments(verb, noun.class_)


def run_create(noun: Noun, arguments: argparse.Namespace) -> int:
    """Create an object."""
    found = noun.class_(read_fields(noun.class_, arguments.assignments))
    arguments.find_out = command_line(arguments, noun.name, "list", "--order", "id desc")
    found.save()
    Output(arguments).row(found.to_dict(), noun.columns)
    return DONE


def add_set(verbs: Any, noun: Noun, example: str) -> None:
    """Add the verb ``set ID FIELD=VALUE ...``."""
    verb = add_verb(
        verbs,
        "set",
        partial(run_set, noun),
        f"Change fields of a {noun.singular}.",
        example=f"{noun.name} set 1 {example}{parent_words(noun)}",
    )
    add_parent(verb, noun)
    verb.add_argument("id", metavar="ID")
    add_assignments(verb, noun.class_)


def run_set(noun: Noun, arguments: argparse.Namespace) -> int:
    """Change fields of an object."""
    fields = read_fields(noun.class_, arguments.assignments)
    found = noun.class_.find(arguments.id, noun.path(arguments))
    found.attributes.update(fields)
    arguments.find_out = show_line(arguments, noun)
    found.save()
    Output(arguments).row(found.to_dict(), noun.columns)
    return DONE


def show_line(arguments: argparse.Namespace, noun: Noun) -> str:
    """Return the command that shows the object again."""
    parent = ("--user", arguments.user) if noun.parent else ()
    return command_line(arguments, noun.name, "show", arguments.id, *parent)


def add_delete(verbs: Any, noun: Noun) -> None:
    """Add the verb ``delete ID``."""
    verb = add_verb(
        verbs,
        "delete",
        partial(run_delete, noun),
        f"Delete a {noun.singular}.",
        example=f"{noun.name} delete 1{parent_words(noun)}",
    )
    add_parent(verb, noun)
    verb.add_argument("id", metavar="ID")


def run_delete(noun: Noun, arguments: argparse.Namespace) -> int:
    """Delete an object."""
    arguments.find_out = show_line(arguments, noun)
    noun.one(arguments).destroy()
    note(f"{noun.singular} {arguments.id} is deleted")
    return DONE
