"""The base class of all objects: fields as attributes, equality, ``repr`` and copies."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from itertools import repeat
from typing import TYPE_CHECKING, Any, Callable, ClassVar, Optional, TypeVar

from vivialconnect.common import scopes
from vivialconnect.common.error import ResourceError
from vivialconnect.common.redaction import mask
from vivialconnect.common.times import to_datetime
from vivialconnect.common.util import Util
from vivialconnect.common.values import MAX_SHOWN, shorten
from vivialconnect.resources._attributes import Attributes, plain_copy, validate_fields
from vivialconnect.resources._lists import ResourceList, find_list, unexpected_response
from vivialconnect.resources._meta import DEFAULT_KEY, ResourceMeta
from vivialconnect.resources._spelling import explain_missing, warn_about_misspelling

ObjectT = TypeVar("ObjectT", bound="ResourceBase")

#: The encoded path between the account and the plural name, and the scopes of later requests. If
#: the scopes are ``None``, the active scopes apply.
Location = tuple[str, Optional[scopes.Scopes]]
#: Directly below the account, without scopes. An object does not store this value.
DEFAULT_LOCATION: Location = ("", ())

#: Other keys of lists in responses.
OTHER_LIST_KEYS = ("items", "log_items")


class ResourceBase(metaclass=ResourceMeta):
    """An object of the service: it has fields, and sends no requests."""

    # The parsed dict becomes the __dict__ of the object, to save memory and time in long lists. The
    # slots stay unset in most objects.
    __slots__ = ("__dict__", "__weakref__", "_own_location", "_reserved_fields")

    #: The primary key. The metaclass reads and sets it.
    _key: ClassVar[str] = DEFAULT_KEY
    #: The fields that ``repr`` shows, if the object has them.
    _repr_fields: ClassVar[tuple[str, ...]] = ("name",)
    #: Fields by other names that people expect, for warnings.
    _other_names: ClassVar[Mapping[str, str]] = {}
    #: The documented parameters of queries; ``None`` if they are not declared.
    _filters: ClassVar[tuple[str, ...] | None] = None
    #: An example of a parent path, ``"messages/9"``, if the resource requires a parent.
    _parent_example: ClassVar[str] = ""

    _reserved_fields: dict[str, Any]

    # Fields

    @property
    def id(self) -> Any:
        """The value of the primary key; ``None`` in a new object."""
        key = type(self)._key
        return self._storage_for(key).get(key)

    @property
    def attributes(self) -> Attributes:
        """All fields as a live mapping, including fields with the names of methods."""
        return Attributes(self)

    @attributes.setter
    def attributes(self, data: Mapping[str, Any]) -> None:
        self._load(validate_fields(data))

    @property
    def created_at(self) -> datetime | None:
        """``date_created`` as an aware datetime."""
        return self._datetime("date_created")

    @property
    def modified_at(self) -> datetime | None:
        """``date_modified`` as an aware datetime."""
        return self._datetime("date_modified")

    def to_dict(self) -> dict[str, Any]:
        """Return a deep copy of all fields, as dicts and lists."""
        copied: dict[str, Any] = plain_copy(self._data())
        return copied

    def to_json(self) -> str:
        """Return all fields as a JSON object, datetimes as ISO 8601 in UTC.

        :raises ValueError: If a value cannot be written in JSON.
        """
        return Util.to_json(self._data(), root=None)

    def _storage_for(self, name: str) -> dict[str, Any]:
        """Return the dict that contains a field.

        Fields with the names of methods and properties have their own dict.
        """
        if name not in type(self)._reserved_names:
            return vars(self)
        if not hasattr(self, "_reserved_fields"):
            object.__setattr__(self, "_reserved_fields", {})
        return self._reserved_fields

    def _data(self) -> dict[str, Any]:
        """Return a copy of all fields."""
        return {**vars(self), **getattr(self, "_reserved_fields", {})}

    def _load(self, data: dict[str, Any]) -> None:
        """Replace all fields. The object keeps and changes the dict."""
        names = type(self)._reserved_names
        reserved = {name: data.pop(name) for name in [*data] if name in names}
        object.__setattr__(self, "_reserved_fields", reserved)
        object.__setattr__(self, "__dict__", data)

    def _datetime(
        self, name: str, parse: Callable[[Any, str], datetime] = to_datetime
    ) -> datetime | None:
        value = vars(self).get(name)
        if value is None:
            return None
        try:
            return parse(value, name)
        except ValueError as cause:
            raise ResourceError(f"{name} is not a time: {value!r}") from cause

    if not TYPE_CHECKING:  # with these, a type checker would accept misspelt fields

        def __setattr__(self, name: str, value: Any) -> None:
            class_ = type(self)
            if name == "id":
                self.attributes[class_._key] = value
            elif name not in class_._reserved_names:
                if name not in class_._field_names and name not in vars(self):
                    warn_about_misspelling(class_, [name])
                vars(self)[name] = value
            elif any(hasattr(base.__dict__.get(name), "__set__") for base in class_.__mro__):
                object.__setattr__(self, name, value)
            else:
                self.attributes[name] = value

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):  # fast path: copying and introspection read such names often
                raise AttributeError(f"this {type(self).__name__} has no {name!r}")
            raise AttributeError(explain_missing(self, name))

    def __delattr__(self, name: str) -> None:
        if name not in self.attributes:
            raise AttributeError(explain_missing(self, name))
        del self.attributes[name]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *type(self)._field_names, *self.attributes})

    # Location

    @property
    def _location(self) -> Location:
        try:
            location: Location = _get_location(self)
        except AttributeError:
            return DEFAULT_LOCATION
        return location

    @_location.setter
    def _location(self, location: Location) -> None:
        _set_location(self, location)

    @property
    def _prefix(self) -> str:
        return self._location[0]

    @property
    def _scopes(self) -> scopes.Scopes | None:
        return self._location[1]

    # Display and comparison

    def _fields_for_repr(self) -> dict[str, Any]:
        """Return the fields that ``repr`` and tables show, the id first."""
        data = self.attributes
        shown = {
            name: mask(name, data[name])
            for name in type(self)._repr_fields
            if data.get(name) is not None
        }
        return {"id": "new" if self.id is None else self.id, **shown}

    def __repr__(self) -> str:
        id_, *fields = self._fields_for_repr().items()
        words = [f"{name}={shorten(value)}" for name, value in fields]
        text = str(id_[1])
        shown = text if text.isprintable() and len(text) <= MAX_SHOWN else shorten(text)
        return "<{}>".format(" ".join([type(self).__name__, shown, *words]))

    def _repr_html_(self) -> str:
        """Return the object as a table, for notebooks."""
        return ResourceList([self])._repr_html_()

    def __eq__(self, other: object) -> bool:
        if self is other or not isinstance(other, ResourceBase):
            return self is other
        same = type(self) is type(other) and self._prefix == other._prefix
        return same and self.id is not None and bool(self.id == other.id)

    def __hash__(self) -> int:
        if self.id is None:
            return object.__hash__(self)
        return hash((type(self), self._prefix, self.id))

    # Copies

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        # Without the scopes, because they contain credentials.
        return _unpickle, (type(self), self._data(), self._prefix)

    def __copy__(self: ObjectT) -> ObjectT:
        copied = self._empty_copy()
        copied._load(self._data())
        return copied

    def __deepcopy__(self: ObjectT, memo: dict[int, Any]) -> ObjectT:
        copied = memo[id(self)] = self._empty_copy()
        copied._load(deepcopy(self._data(), memo))
        return copied

    def _empty_copy(self: ObjectT) -> ObjectT:
        """Return a copy without the fields."""
        return make_objects(type(self), [{}], self._location)[0]

    # Reading responses

    @classmethod
    def _from_data(cls: type[ObjectT], data: dict[str, Any], prefix: str = "") -> ObjectT:
        """Return an object in the active scopes."""
        return make_objects(cls, [data], (prefix, scopes.active_scopes()))[0]

    @classmethod
    def _read_object(cls: type[ObjectT], parsed: Any, prefix: str = "") -> ObjectT:
        """Return the object in a parsed response."""
        return cls._from_data(cls._read_data(parsed), prefix)

    @classmethod
    def _read_list(cls: type[ObjectT], parsed: Any, prefix: str = "") -> ResourceList[ObjectT]:
        """Return the objects in a parsed response, with the response metadata."""
        found, meta = find_list(parsed, cls._list_keys())
        root = cls.singular
        if found and len(found[0]) == 1:  # each object may have a root key
            found = [
                data[root] if len(data) == 1 and type(data.get(root)) is dict else data
                for data in found
            ]
        return ResourceList(make_objects(cls, found, (prefix, scopes.active_scopes())), meta)

    @classmethod
    def _list_keys(cls) -> Iterator[str]:
        """Yield the possible keys of a list, most likely first."""
        yield cls.plural
        yield Util.pluralize(cls.singular)
        yield from OTHER_LIST_KEYS

    @classmethod
    def _read_data(cls, parsed: Any) -> dict[str, Any]:
        """Return the fields of the object in a parsed response. The object must have an id."""
        if isinstance(parsed, dict):
            only = next(iter(parsed.values())) if len(parsed) == 1 else None
            for data in (parsed.get(cls.singular), only, parsed):
                if isinstance(data, dict) and _is_id(data.get(cls._key)):
                    return data
        raise unexpected_response(f"one {cls.singular}", parsed)


_get_location = ResourceBase.__dict__["_own_location"].__get__
_set_location = ResourceBase.__dict__["_own_location"].__set__
_set_data = ResourceBase.__dict__["__dict__"].__set__
_consume = deque[Any](maxlen=0).extend


def make_objects(
    class_: type[ObjectT], found: Sequence[dict[str, Any]], location: Location
) -> list[ObjectT]:
    """Create objects from parsed data. Each object keeps its dict.

    The loops run in C, which is almost twice as fast.

    :param class_: The class of the objects.
    :param found: The fields of each object.
    :param location: The location of all objects.
    """
    objects: list[ObjectT] = list(map(class_.__new__, repeat(class_, len(found))))
    # If a class overrides _load(), it is called for each object.
    simple = class_._load is ResourceBase._load
    if simple and class_._reserved_names.isdisjoint(set().union(*found)):
        _consume(map(_set_data, objects, found))
    else:
        for each, data in zip(objects, found):
            each._load(data)
    if location != DEFAULT_LOCATION:
        _consume(map(_set_location, objects, repeat(location)))
    return objects


def _unpickle(class_: type[ObjectT], data: dict[str, Any], prefix: str) -> ObjectT:
    return make_objects(class_, [data], (prefix, None))[0]


def _is_id(value: Any) -> bool:
    return isinstance(value, (int, str)) and not isinstance(value, bool) and value != ""
