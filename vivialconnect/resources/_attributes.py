"""The fields of an object as a mapping, and validation of the fields of a new object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

from vivialconnect.common.redaction import mask
from vivialconnect.common.values import plain, shorten
from vivialconnect.resources._lists import merge_fields


class Attributes(MutableMapping[str, Any]):
    """All fields of an object as a live mapping: changing it changes the object.

    It includes fields whose names are also method names: ``message.attributes["count"]``.
    """

    __slots__ = ("_resource",)

    def __init__(self, resource: Any) -> None:
        self._resource = resource

    def __getitem__(self, name: str) -> Any:
        return self._resource._storage_for(name)[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._resource._storage_for(name)[name] = value

    def __delitem__(self, name: str) -> None:
        del self._resource._storage_for(name)[name]

    def __iter__(self) -> Iterator[str]:
        yield from vars(self._resource)
        yield from getattr(self._resource, "_reserved_fields", ())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr({name: mask(name, value) for name, value in self.items()})


def validate_fields(data: Any) -> dict[str, Any]:
    """Validate the fields of a new object, and return a copy.

    :raises ValueError: If it is not a mapping, or a key is not a string.
    """
    if not isinstance(data, Mapping):
        # The value is not shown: it may contain a password.
        kind = type(data).__name__
        raise ValueError(f"attributes must be a mapping of fields, or an id, got {kind}")
    wrong = [key for key in data if not isinstance(key, str)]
    if wrong:
        raise ValueError(f"field names must be strings, got {shorten(wrong[0])}")
    return dict(data)


def initial_fields(class_: Any, attributes: Any, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a new object from the arguments of its constructor.

    :param class_: The class of the object.
    :param attributes: A mapping, an id, or ``None``.
    :param keywords: Fields by name.
    :raises ValueError: If ``attributes`` has another type, a field is given twice, or ``path`` is
        given as a field.
    """
    if class_._parent_example and "path" in keywords:
        raise ValueError(
            f"path is not a field: pass prefix_options={{'path': {class_._parent_example!r}}}"
        )
    id_ = plain(attributes, class_._key)
    if isinstance(id_, (int, str)) and not isinstance(id_, bool):
        attributes = {class_._key: id_}
    return merge_fields(validate_fields({} if attributes is None else attributes), keywords)


def plain_copy(value: Any) -> Any:
    """Return a deep copy of a value, as dicts and lists.

    >>> plain_copy({"a": ({"b": 1},)})
    {'a': [{'b': 1}]}
    """
    if isinstance(value, Mapping):
        return {name: plain_copy(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_copy(inner) for inner in value]
    return value
