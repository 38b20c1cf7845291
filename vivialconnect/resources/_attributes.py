"""A row's data as a mapping, and what can be said of a name in it.

A name that the class has taken is data all the same: it stands apart, in ``_covered``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from vivialconnect.common import loading
from vivialconnect.common.secret import masked


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


def explain_missing(row: Any, name: str) -> str:
    """Return the words for an attribute that the row does not have, with the likeliest meant."""
    with loading.lock:
        from difflib import get_close_matches  # noqa: PLC0415 - only where something went wrong

    known: list[str] = sorted(set(dir(row)) - {name})
    near = get_close_matches(name, [other for other in known if other[0] != "_"], n=1, cutoff=0.7)
    words = "this {} has no {!r}".format(type(row).__name__, name)
    if name in type(row)._field_names:
        return words + ": it is a field of the class, but the service has not sent it"
    return "{}; did you mean {!r}?".format(words, near[0]) if near else words
