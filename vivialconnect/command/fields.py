"""``field=value`` on the command line: values of the types that a class declares."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from vivialconnect import Resource
from vivialconnect.command.failures import Misuse
from vivialconnect.command.parsing import parse_assignment

#: The fields that the service sets.
READ_ONLY = ("account_id", "date_created", "date_modified", "id")
#: How to write a value of a type that is not a string.
EXPECTED = {
    bool: "true or false",
    int: "an integer",
    dict: 'a JSON object, {"name": "value"}',
    list: "a JSON array, [1, 2]",
}


def add_assignments(verb: argparse.ArgumentParser, class_: type[Resource]) -> None:
    """Add the arguments ``FIELD=VALUE``, and list the fields in the help."""
    verb.add_argument(
        "assignments",
        metavar="FIELD=VALUE",
        nargs="+",
        type=parse_assignment,
        help="fields: " + ", ".join(writable_fields(class_)),
    )


def declared_types(class_: type[Resource]) -> dict[str, str]:
    """Return the type of each declared field of a class, in order."""
    return {
        name: annotation
        for base in reversed(class_.__mro__)
        for name, annotation in base.__dict__.get("__annotations__", {}).items()  # noqa: RUF063 - as in field_names()
        if name in class_._field_names
    }


def writable_fields(class_: type[Resource]) -> list[str]:
    """Return the fields that a user may set."""
    return [name for name in declared_types(class_) if name not in READ_ONLY]


def read_fields(class_: type[Resource], assignments: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the values of fields.

    :param class_: the class that declares them.
    :param assignments: names and texts. Text is taken as it is; other types are written as JSON,
        and ``null`` is the empty value of a field that may be empty.
    :raises Misuse: if a field is unknown or given twice, or a value has the wrong type.
    """
    known = writable_fields(class_)
    fields: dict[str, Any] = {}
    for name, text in assignments:
        if name not in known:
            raise Misuse(f"unknown field {name!r}", "The fields are: " + ", ".join(known))
        if name in fields:
            raise Misuse(f"the field {name} is given twice")
        fields[name] = read_value(name, declared_types(class_)[name], text)
    return fields


def read_value(name: str, annotation: str, text: str) -> Any:
    """Return a text as a value of a type.

    :param name: the name of the field, for the error.
    :param annotation: the type, as the class declares it.
    :param text: the text.
    :raises Misuse: if it is not of that type.
    """
    types = [part.partition("[")[0].strip() for part in annotation.split("|")]
    if text == "null" and "None" in types:
        return None
    if "str" in types:
        return text
    type_ = next(each for each in EXPECTED if each.__name__ in types)
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if type(value) is not type_:
        raise Misuse(f"{name} must be {EXPECTED[type_]}, got {text!r}")
    return value
