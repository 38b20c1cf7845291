"""Lists of objects, and parsing of lists and counts in responses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, TypeVar, cast

from vivialconnect.common.error import ResourceError
from vivialconnect.common.values import shorten

ObjectT = TypeVar("ObjectT")

#: The largest page that the service sends.
MAX_PAGE_SIZE = 150
MOST_SHOWN = 10  # objects in the repr of a list


class ResourceList(list[ObjectT]):
    """One page of objects: a ``list`` with the metadata of the response.

    Example:

        >>> from vivialconnect import Message
        >>> messages = Message.find(limit=2)
        >>> len(messages), messages.meta
        (2, {})
    """

    #: The response metadata: count, pages, next, previous, last_key. Often empty.
    meta: dict[str, Any]

    def __init__(self, objects: Iterable[ObjectT] = (), meta: dict[str, Any] | None = None) -> None:
        super().__init__(objects)
        self.meta = {} if meta is None else meta

    @property
    def last_key(self) -> str | None:
        """The key of the next page of logs; ``None`` on the last page and for other resources."""
        return self.meta.get("last_key") or None

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return the fields of each object as a dict, deep copies."""
        return [each.to_dict() for each in cast("list[Any]", self)]

    def __repr__(self) -> str:
        shown = [*map(repr, self[:MOST_SHOWN])]
        if len(self) > MOST_SHOWN:
            shown.append(f"... {len(self)} in all")
        return "[{}]".format(",\n ".join(shown))

    def _repr_html_(self) -> str:
        """Return the objects as a table, for notebooks."""
        from html import escape  # noqa: PLC0415 - slow to import, for notebooks only

        shown = [each._fields_for_repr() for each in cast("list[Any]", self)]
        names = list(dict.fromkeys(name for fields in shown for name in fields))
        head = "".join(f"<th>{escape(name)}</th>" for name in names)
        lines = "".join(
            "<tr>{}</tr>".format(
                "".join("<td>{}</td>".format(escape(str(fields.get(name, "")))) for name in names)
            )
            for fields in shown
        )
        return f"<table><tr>{head}</tr>{lines}</table>"


def find_list(parsed: Any, names: Iterable[str]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the list in a response, and the response metadata.

    :param parsed: The parsed response.
    :param names: The possible keys of the list, most likely first. A list under another key is
        accepted if it is the only list.
    :raises ResourceError: If there is no list of objects.

    >>> find_list({"messages": [], "count": 0}, ["messages"])
    ([], {'count': 0})
    """
    names = iter(names)
    likeliest = next(names)
    # A list without a key is not accepted: an empty list would look like "nothing found".
    envelope = parsed if isinstance(parsed, dict) else {}
    root = _root_of_list(envelope, chain((likeliest,), names))
    objects = list_of_dicts(envelope.get(root))
    if objects is None:
        raise unexpected_response(f"a list of objects under {likeliest!r}", parsed)
    return objects, {key: value for key, value in envelope.items() if key != root}


def _root_of_list(envelope: dict[str, Any], names: Iterable[str]) -> str | None:
    """Return the first of these keys that has a list, or the key of the only list."""
    lists = [key for key, value in envelope.items() if isinstance(value, list)]
    named = next((name for name in names if name in lists), None)
    return lists[0] if named is None and len(lists) == 1 else named


def list_of_dicts(found: Any) -> list[dict[str, Any]] | None:
    """Return a value if it is a list of dicts, or else ``None``.

    >>> list_of_dicts([{"url": "https://example.com"}]), list_of_dicts([1])
    ([{'url': 'https://example.com'}], None)
    """
    return found if isinstance(found, list) and {*map(type, found)} <= {dict} else None


def unexpected_response(expected: str, parsed: Any) -> ResourceError:
    """Return the error for an unexpected response.

    :param expected: The expected response, for example ``"one message"``.
    :param parsed: The parsed response.
    """
    return ResourceError(f"expected {expected} in the response, got {describe_shape(parsed)}")


def describe_shape(parsed: Any) -> str:
    """Describe the type of a parsed response, without its values.

    >>> describe_shape({"id": 1}), describe_shape(None), describe_shape([1])
    ("an object with 'id'", 'nothing', 'a list')
    """
    if isinstance(parsed, dict):
        keys = ", ".join(repr(key) for key in list(parsed)[:5])
        return f"an object with {keys}" if keys else "an empty object"
    kinds = {type(None): "nothing", list: "a list", str: "a string", bool: "a boolean"}
    return kinds.get(type(parsed), "a number")


def read_count(parsed: Any) -> int:
    """Return the count in a response.

    :raises ResourceError: If there is none.

    >>> read_count({"count": 2})
    2
    """
    count = parsed.get("count") if isinstance(parsed, dict) else None
    if isinstance(count, bool) or not isinstance(count, int):
        raise unexpected_response("an integer under 'count'", parsed)
    return count


def merge_query(opts: Mapping[str, Any] | None, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Merge the query parameters of ``opts`` and of keywords.

    :raises ValueError: If ``opts`` is not a mapping, or both have the same parameter.

    >>> merge_query({"page": 1}, {"limit": 5})
    {'page': 1, 'limit': 5}
    """
    opts = {} if opts is None else opts
    if not isinstance(opts, Mapping):
        raise ValueError(f"opts must be a mapping of query parameters, got {shorten(opts)}")
    return merge_fields(opts, keywords)


def merge_fields(data: Mapping[str, Any], keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields or parameters of a mapping and of keywords together.

    :raises ValueError: If a name is in both.

    >>> merge_fields({"body": "Hi"}, {"to_number": "+15154469790"})
    {'body': 'Hi', 'to_number': '+15154469790'}
    """
    both = sorted(data.keys() & keywords.keys(), key=str)
    if both:
        raise ValueError("given twice: {}; pass each once".format(", ".join(map(str, both))))
    return {**data, **keywords}
