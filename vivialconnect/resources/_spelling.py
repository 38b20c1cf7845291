"""Misspelt names of fields, parameters and attributes: the nearest known name, as a suggestion."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from vivialconnect.common.values import plain, shorten

#: The filters that take a list of values.
FILTERS_WITH_LISTS = ("include_types", "transaction_type")

SEVERAL_VALUES = (list, tuple, set, frozenset, Mapping)

#: How similar a name must be to a declared field to count as its misspelling, 1 for equal. The
#: service has fields that are not documented; their names are less similar.
MISSPELT = 0.85


def nearest(name: str, known: Iterable[str], similarity: float) -> str | None:
    """Return the most similar known name, or ``None``.

    :param similarity: The least similarity that counts; 1 is equal but for case and underscores.

    >>> nearest("toNmber", ["body", "to_number"], 0.8)
    'to_number'
    """
    from difflib import get_close_matches  # noqa: PLC0415 - slow to import, rarely needed

    names = {_letters(other): other for other in known}
    found = get_close_matches(_letters(name), [*names], n=1, cutoff=similarity)
    return names[found[0]] if found else None


def _letters(name: str) -> str:
    return name.replace("_", "").lower()


def check_spelling(given: Iterable[Any], known: Collection[str]) -> None:
    """Refuse misspelt query parameters, which the service would ignore.

    A single word of a name (``country`` of ``country_code``) counts as misspelt. Other unknown
    names are accepted: the service may know them.

    :param given: The names that were given.
    :param known: The documented names.
    :raises ValueError: If a name is misspelt.
    """
    for name in set(map(str, given)).difference(known):
        longer = (other for other in known if name in other.split("_"))
        near = nearest(name, known, 0.8) or next(longer, None)
        if near:
            raise ValueError("unknown parameter {!r}; did you mean {!r}?".format(name, near))


def check_filters(class_name: str, known: Collection[str], query: Mapping[str, Any]) -> None:
    """Warn of query parameters that are not filters, and refuse a list instead of one value.

    :param class_name: The name of the class, for the warning.
    :param known: The documented filters.
    :param query: The query.
    :raises ValueError: If a filter has several values and the service takes one.
    """
    check_single_values(known, query)
    for name in (name for name in query if name not in known):
        text = "{} has no filter {!r}, so the service ignores it. The filters are {}"
        message = text.format(class_name, name, ", ".join(sorted(known)))
        warnings.warn(message, stacklevel=_level_of_caller())


def check_single_values(known: Collection[str], query: Mapping[str, Any]) -> None:
    """Refuse a list for a parameter that has one value.

    :raises ValueError: If a known parameter has several values and the service takes one.
    """
    for name, value in query.items():
        is_single = name in known and name not in FILTERS_WITH_LISTS
        if is_single and isinstance(plain(value, name), SEVERAL_VALUES):
            raise ValueError("{} must be one value, got {}".format(name, shorten(value)))


def warn_of_misspelling(class_: Any, given: Iterable[str]) -> None:
    """Warn of misspelt fields, which the service would ignore.

    The first word of a name (``to`` of ``to_number``) counts as misspelt if only one field, or
    longer forms of it, begin with it.

    :param class_: The class of the object that is given the fields.
    :param given: The names of the fields.
    """
    known = class_._field_names
    for name in set(given).difference(known, class_._reserved_names, ("id", class_._key)):
        near = (
            class_._other_names.get(name)
            or nearest(name, known, MISSPELT)
            or _only_beginning(name.rstrip("_") + "_", known)
        )
        if near:
            text = "{} has no field {!r}, so the service will ignore it; did you mean {!r}?"
            message = text.format(class_.__name__, name, near)
            warnings.warn(message, stacklevel=_level_of_caller())


def _only_beginning(beginning: str, known: Iterable[str]) -> str | None:
    """Return the field that begins like this, if all others that do are longer forms of it."""
    found = sorted(name for name in known if name.startswith(beginning))
    return found[0] if found and all(name.startswith(found[0]) for name in found) else None


def _level_of_caller() -> int:
    """Return the ``stacklevel`` of the code that called this package."""
    level = 1
    while sys._getframe(level).f_globals.get("__name__", "").startswith("vivialconnect."):
        level += 1
    return level


def explain_missing(resource: Any, name: str) -> str:
    """Return the message for an attribute that an object does not have.

    :param resource: The object.
    :param name: The name of the attribute.
    """
    class_ = type(resource)
    text = "this {} has no {!r}".format(class_.__name__, name)
    if name in class_._field_names:
        return text + ": it is a field of the class, but the service has not sent it"
    known = [other for other in sorted(dir(resource)) if other[0] != "_" and other != name]
    near = nearest(name, known, 0.7)
    return "{}; did you mean {!r}?".format(text, near) if near else text
