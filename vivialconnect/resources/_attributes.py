"""A row's data as a mapping, and what can be said of a name in it.

A name that the class has taken is data all the same: it stands apart, in ``_covered``.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping
from typing import Any

from vivialconnect.common.redaction import masked

#: How like a declared field a name must be to be a misspelling of it. The service has fields that
#: nobody documents, and their names are less like those that somebody does.
ALIKE = 0.86


class Attributes(MutableMapping[str, Any]):
    """All data of a row, live: what is written here is the row's, and the other way round.

    A key that is the name of a method is read and written here, for as an attribute it is the
    method.
    """

    __slots__ = ("_row",)

    def __init__(self, row: Any) -> None:
        self._row = row

    def __getitem__(self, name: str) -> Any:
        return self._holder(name)[name]

    def __setitem__(self, name: str, value: Any) -> None:
        row = self._row
        if self._is_covered(name):
            object.__setattr__(row, "_covered", {**covered_data(row), name: value})
        else:
            vars(row)[name] = value

    def __delitem__(self, name: str) -> None:
        del self._holder(name)[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._row.__dict__
        yield from covered_data(self._row)

    def __len__(self) -> int:
        return len(self._row.__dict__) + len(covered_data(self._row))

    def __repr__(self) -> str:
        return repr({name: masked(name, value) for name, value in self.items()})

    def _holder(self, name: str) -> dict[str, Any]:
        return covered_data(self._row) if self._is_covered(name) else vars(self._row)

    def _is_covered(self, name: str) -> bool:
        # What has its data within that of another row has all of it there.
        return name in type(self._row)._class_names and name not in vars(self._row)


def checked_fields(data: Any) -> dict[str, Any]:
    """Return a copy of what a caller gives as the data of a row.

    :raises ValueError: If it is no mapping, or a key of it is no text.
    """
    if not isinstance(data, Mapping):
        # Not shown itself, for there may be a password in it.
        kind = type(data).__name__
        raise ValueError("attributes must be a mapping of fields, or an id, not {}".format(kind))
    wrong = [key for key in data if not isinstance(key, str)]
    if wrong:
        raise ValueError("the names of fields must be texts, not {!r}".format(wrong[0]))
    return dict(data)


def given_fields(class_: Any, attributes: Any, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a new row is made of: a mapping, an id or nothing, and keywords beside it.

    :param class_: The class of the row.
    :raises ValueError: If it is something else, a field is given twice, or the place as a field.
    """
    if class_._below and "path" in keywords:
        raise ValueError(
            "path is no field: give prefix_options={{'path': {!r}}}".format(class_._below)
        )
    if isinstance(attributes, (int, str)) and not isinstance(attributes, bool):
        attributes = {class_.primary_key: attributes}
    return joined(checked_fields({} if attributes is None else attributes), keywords)


def joined(data: Mapping[str, Any], keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a mapping and those that are given as keywords as one.

    :raises ValueError: If a field is in both.

    >>> joined({"body": "Hi"}, {"to_number": "+15154469790"})
    {'body': 'Hi', 'to_number': '+15154469790'}
    """
    both = sorted(data.keys() & keywords.keys())
    if both:
        raise ValueError("given twice: {}; give each once".format(", ".join(both)))
    return {**data, **keywords}


def covered_data(row: Any) -> dict[str, Any]:
    """Return the data of a row whose names its class has taken; nearly always there are none."""
    covered: dict[str, Any] = getattr(row, "_covered", None) or {}
    return covered


def plain_copy(value: Any) -> Any:
    """Return a value whose mappings, lists and tuples are dicts and lists of its own.

    >>> plain_copy({"a": ({"b": 1},)})
    {'a': [{'b': 1}]}
    """
    if isinstance(value, Mapping):
        return {name: plain_copy(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_copy(inner) for inner in value]
    return value


def nearest(name: str, known: Iterable[str], likeness: float) -> str | None:
    """Return the known name that another is most like; ``None`` if it is like none.

    :param likeness: How alike two names must be, 1 for the same but for case and underscores.

    >>> nearest("toNmber", ["body", "to_number"], 0.8)
    'to_number'
    """
    from difflib import get_close_matches  # noqa: PLC0415 - slow to import, rarely needed

    letters = {_letters(other): other for other in known}
    found = get_close_matches(_letters(name), [*letters], n=1, cutoff=likeness)
    return letters[found[0]] if found else None


def _letters(name: str) -> str:
    return name.replace("_", "").lower()


def check_spelling(given: Iterable[Any], known: Collection[str]) -> None:
    """Refuse a parameter that is nearly called like one there is: the service would ignore it.

    A word of a name, as ``country`` of ``country_code``, is near it too.

    :param given: The names that were given. One that is like none may be new on the service.
    :param known: The names that there are.
    :raises ValueError: If one is misspelt.
    """
    for name in set(map(str, given)).difference(known):
        longer = (other for other in known if name in other.split("_"))
        near = nearest(name, known, 0.8) or next(longer, None)
        if near:
            raise ValueError("there is no parameter {!r}; did you mean {!r}?".format(name, near))


def warn_of_misspelling(class_: Any, given: Iterable[str]) -> None:
    """Warn of fields that are nearly called like one of the class: the service passes them over.

    The first word of one name alone, as ``to`` of ``to_number``, is near it too.

    :param class_: The class of the row that is given them, by whoever has called the caller.
    :param given: The names of the fields.
    """
    known = class_._field_names
    for name in set(given).difference(known, class_._class_names, (class_._key,)):
        near = nearest(name, known, ALIKE) or _only_one_with(name.rstrip("_") + "_", known)
        if near:
            text = "{} has no field {!r}, so the service will pass it over; did you mean {!r}?"
            warnings.warn(text.format(class_.__name__, name, near), stacklevel=3)


def _only_one_with(beginning: str, known: Iterable[str]) -> str | None:
    """Return the name that begins so, if all others that do are longer forms of it."""
    found = sorted(name for name in known if name.startswith(beginning))
    return found[0] if found and all(name.startswith(found[0]) for name in found) else None


def explain_missing(row: Any, name: str) -> str:
    """Return the words for an attribute that the row does not have, with the likeliest meant."""
    known: list[str] = sorted(set(dir(row)) - {name})
    near = nearest(name, [other for other in known if other[0] != "_"], 0.7)
    words = "this {} has no {!r}".format(type(row).__name__, name)
    if name in type(row)._field_names:
        return words + ": it is a field of the class, but the service has not sent it"
    return "{}; did you mean {!r}?".format(words, near) if near else words
