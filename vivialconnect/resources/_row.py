"""A row as a Python object: its data as attributes and as a mapping, equality, ``repr``, pickling.

And where its class stands on the service, and how answers about it are read. Nothing here calls.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from itertools import repeat
from typing import TYPE_CHECKING, Any, Callable, ClassVar, Optional, Union

from vivialconnect.common import paths, scopes, settings
from vivialconnect.common.error import ResourceError
from vivialconnect.common.redaction import masked
from vivialconnect.common.times import to_datetime
from vivialconnect.common.util import Util
from vivialconnect.resources._attributes import (
    Attributes,
    checked_fields,
    covered_data,
    explain_missing,
    plain_copy,
    warn_of_misspelling,
)
from vivialconnect.resources._lists import ResourceList, find_rows, unreadable
from vivialconnect.resources._meta import DEFAULT_KEY, ResourceMeta

if TYPE_CHECKING:
    from datetime import datetime
    from typing import TypeVar

    from vivialconnect.common.requestor import Requestor

    Id = Union[int, str]
    RowT = TypeVar("RowT", bound="Row")

    #: Where a row stands: the path between the account and the plural name; and in which scopes its
    #: calls are made: ``None`` while that is open, and those count that are in force at the call.
    Home = tuple[str, Optional[scopes.Scopes]]

LONGEST_SHOWN = 60  # characters of one value in a repr

#: What every call to a collection of an account needs.
CREDENTIALS = (*settings.CREDENTIALS, "api_account_id")
#: What rows stand under where they do not stand under the name of their class.
OTHER_ROOTS = ("items", "log_items")
#: Directly in the account, and outside every scope: where most rows stand.
NOWHERE: Home = ("", ())


class Identifier:
    """The value of the primary key; ``None`` in a new row."""

    # Without ``__set__``, so that where the key is ``id`` the row's own data is found first.
    def __get__(self, row: Row | None, class_: type | None = None) -> Any:
        if row is None:
            return self
        data, name = row.__dict__, row._key
        return data[name] if name in data else covered_data(row).get(name)


class Row(metaclass=ResourceMeta):
    """What every resource is before it knows any verb: data with an id and a place."""

    # The data is the dict of the instance, as it was parsed. What all rows of a page share is one
    # value, and what hardly any row has is a slot that stays unset: a row costs little more than
    # its data.
    __slots__ = ("__dict__", "__weakref__", "_covered", "_own_home")

    _class_names: ClassVar[frozenset[str]] = frozenset()
    _field_names: ClassVar[frozenset[str]] = frozenset()

    #: The primary key, which the metaclass reads and sets.
    _key: ClassVar[str] = DEFAULT_KEY
    #: The fields that ``repr`` shows, if the row has them.
    _shown: ClassVar[tuple[str, ...]] = ("name",)
    #: Where rows stand that are nowhere but below another: ``"messages/9"`` for an example.
    _below: ClassVar[str] = ""

    if TYPE_CHECKING:
        _covered: dict[str, Any]

    @classmethod
    def _row(cls: type[RowT], data: dict[str, Any], prefix: str) -> RowT:
        """Return a row that the service has, in the scopes that are in force."""
        return make_rows(cls, [data], (prefix, scopes.active_scopes()))[0]

    @property
    def _home(self) -> Home:
        try:
            home: Home = _get_home(self)
        except AttributeError:
            return NOWHERE
        return home

    @_home.setter
    def _home(self, home: Home) -> None:
        _set_home(self, home)

    @property
    def _prefix(self) -> str:
        return self._home[0]

    @property
    def _scopes(self) -> scopes.Scopes | None:
        return self._home[1]

    def _data(self) -> dict[str, Any]:
        """Return a copy of all data of the row."""
        return {**vars(self), **covered_data(self)}

    def _settle(self) -> None:
        """Make all further calls in the scopes of the last, for there the service has the row."""
        if self._scopes is None:
            self._home = (self._prefix, scopes.active_scopes())

    if TYPE_CHECKING:
        id: Any
    else:
        id = Identifier()

    @property
    def attributes(self) -> Attributes:
        """All data of the row as a mapping, also what is named like a method."""
        return Attributes(self)

    @attributes.setter
    def attributes(self, data: Mapping[str, Any]) -> None:
        self._load(checked_fields(data))

    @property
    def created_at(self) -> datetime | None:
        """When the row was made, as an aware datetime; ``date_created`` has the text."""
        return self._moment("date_created")

    @property
    def modified_at(self) -> datetime | None:
        """When the row was last changed, as an aware datetime; ``date_modified`` has the text."""
        return self._moment("date_modified")

    def to_dict(self) -> dict[str, Any]:
        """Return a copy of all data of the row, deep and plain: dicts, lists and what is in them.

        >>> from vivialconnect import Number
        >>> Number({"phone_number": "+19132597591", "tags": {"use": "demo"}}).to_dict()
        {'phone_number': '+19132597591', 'tags': {'use': 'demo'}}
        """
        copied: dict[str, Any] = plain_copy(self._data())
        return copied

    def to_json(self) -> str:
        """Return all data of the row as the text of one JSON object, moments as ISO 8601 in UTC.

        :raises ValueError: If something in it has no form in JSON.

        >>> from vivialconnect import Number
        >>> Number({"phone_number": "+19132597591"}).to_json()
        '{"phone_number":"+19132597591"}'
        """
        return Util.to_json(self._data(), root=None)

    def _shown_fields(self) -> dict[str, Any]:
        """Return the fields that ``repr`` and tables show, the id first."""
        data = self.attributes
        shown = {
            name: masked(name, data[name])
            for name in type(self)._shown
            if data.get(name) is not None
        }
        return {"id": "new" if self.id is None else self.id, **shown}

    if not TYPE_CHECKING:  # a checker that saw them would accept every misspelt field

        def __setattr__(self, name: str, value: Any) -> None:
            if name == "id":
                self.attributes[type(self).primary_key] = value
            elif name not in type(self)._class_names:
                if name not in type(self)._field_names and name not in vars(self):
                    warn_of_misspelling(type(self), [name])
                vars(self)[name] = value
            elif hasattr(_class_member(type(self), name), "__set__"):
                object.__setattr__(self, name, value)
            else:
                self.attributes[name] = value

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):  # what copying and inspection ask for, many times
                raise AttributeError("this {} has no {!r}".format(type(self).__name__, name))
            raise AttributeError(explain_missing(self, name))

    def __delattr__(self, name: str) -> None:
        if name not in self.attributes:
            raise AttributeError(explain_missing(self, name))
        del self.attributes[name]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *type(self)._field_names, *covered_data(self)})

    def __repr__(self) -> str:
        id_, *fields = self._shown_fields().items()
        words = ["{}={}".format(name, _short_repr(value)) for name, value in fields]
        text = str(id_[1])
        plain = text if text.isprintable() and len(text) <= LONGEST_SHOWN else _short_repr(text)
        return "<{}>".format(" ".join([type(self).__name__, plain, *words]))

    def _repr_html_(self) -> str:
        """Return the row as a table, for notebooks."""
        return ResourceList([self])._repr_html_()

    def __eq__(self, other: object) -> bool:
        if self is other or not isinstance(other, Row):
            return self is other
        same = type(self) is type(other) and self._prefix == other._prefix
        return same and self.id is not None and bool(self.id == other.id)

    def __hash__(self) -> int:
        if self.id is None:
            return object.__hash__(self)
        return hash((type(self), self._prefix, self.id))

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        # Without the scopes, for they hold credentials; elsewhere others are in force.
        return _rebuild, (type(self), self._data(), self._prefix)

    def __copy__(self: RowT) -> RowT:
        twin = self._twin()
        twin._load(self._data())
        return twin

    def __deepcopy__(self: RowT, memo: dict[int, Any]) -> RowT:
        twin = memo[id(self)] = self._twin()
        twin._load(deepcopy(self._data(), memo))
        return twin

    def _twin(self: RowT) -> RowT:
        """Return a row without data that is otherwise like this one."""
        return make_rows(type(self), [{}], self._home)[0]

    def _load(self, data: dict[str, Any]) -> None:
        names = type(self)._class_names
        if not names.isdisjoint(data):
            covered = {name: value for name, value in data.items() if name in names}
            object.__setattr__(self, "_covered", covered)
            data = {name: value for name, value in data.items() if name not in names}
        elif covered_data(self):
            object.__setattr__(self, "_covered", {})
        object.__setattr__(self, "__dict__", data)

    def _moment(
        self, name: str, read: Callable[[Any, str], datetime] = to_datetime
    ) -> datetime | None:
        value = self.attributes.get(name)
        if value is None:
            return None
        try:
            return read(value, name)
        except ValueError as cause:
            raise ResourceError("{} is no time: {!r}".format(name, value)) from cause

    # Where it stands

    # Each takes the Requestor of the call, so that path and signature are of one account.
    @classmethod
    def _account_path(cls, requestor: Requestor) -> str:
        if requestor.api_account_id is None:
            # All at once, so that nobody is sent back for the next.
            raise settings.missing(requestor._settings, *CREDENTIALS)
        return paths.account_path(requestor.api_account_id)

    @classmethod
    def _collection_path(cls, requestor: Requestor, prefix: str) -> str:
        return paths.collection_path(cls._parent_path(requestor, prefix), cls.plural)

    @classmethod
    def _element_path(cls, requestor: Requestor, prefix: str, id_: Any) -> str:
        return paths.element_path(cls._parent_path(requestor, prefix), cls.plural, id_)

    @classmethod
    def _custom_path(
        cls, requestor: Requestor, id_: Id | None, path: str | None, custom_path: str
    ) -> str:
        middle = cls.plural if id_ is None else "{}/{}".format(cls.plural, paths.quote_segment(id_))
        tail = middle + paths.quote_prefix(custom_path)
        return paths.collection_path(cls._parent_path(requestor, paths.quote_prefix(path)), tail)

    @classmethod
    def _parent_path(cls, requestor: Requestor, prefix: str) -> str:
        if cls._below and not prefix:
            raise ValueError(
                "each {} stands below another row: give its path, like path={!r}".format(
                    cls.__name__, cls._below
                )
            )
        return cls._account_path(requestor) + prefix

    def _inside(self) -> str:
        """Return the path that what is below this row has between account and plural."""
        return "/{}/{}".format(type(self).plural, paths.quote_segment(self.id))

    # Reading answers

    @classmethod
    def _rows(cls: type[RowT], answer: Any, prefix: str) -> ResourceList[RowT]:
        found, meta = find_rows(answer, cls._roots())
        root = cls.singular
        if found and len(found[0]) == 1:
            found = [
                data[root] if len(data) == 1 and type(data.get(root)) is dict else data
                for data in found
            ]
        return ResourceList(make_rows(cls, found, (prefix, scopes.active_scopes())), meta)

    @classmethod
    def _roots(cls) -> Iterator[str]:
        """Yield the keys under which the rows of an answer are looked for."""
        yield cls.plural
        yield Util.pluralize(cls.singular)
        yield from OTHER_ROOTS

    @classmethod
    def _fields(cls, answer: Any) -> dict[str, Any]:
        """Return the data of one row, out of its root if it has one; it must have an id."""
        if isinstance(answer, dict):
            only = next(iter(answer.values())) if len(answer) == 1 else None
            for fields in (answer.get(cls.singular), only, answer):
                if isinstance(fields, dict) and _is_id(fields.get(cls.primary_key)):
                    return fields
        raise unreadable("be one {}".format(cls.singular), answer)

    @classmethod
    def _fields_if_any(cls, answer: Any) -> dict[str, Any] | None:
        # The service may answer a save with nothing, and then the row stays as it was sent.
        return None if answer is None else cls._fields(answer)


_get_home = Row.__dict__["_own_home"].__get__
_set_data = Row.__dict__["__dict__"].__set__
_set_home = Row.__dict__["_own_home"].__set__
_exhaust = deque[Any](maxlen=0).extend


def make_rows(class_: type[RowT], found: Sequence[dict[str, Any]], home: Home) -> list[RowT]:
    """Return rows over parsed data, which becomes theirs.

    A page has many rows, so what is done for each is done by loops that are not Python's.

    :param class_: The class of the rows.
    :param found: The data of each.
    :param home: Where all of them stand.
    """
    rows: list[RowT] = list(map(class_.__new__, repeat(class_, len(found))))
    # A class with a _load() of its own loads each row by itself.
    if class_._load is Row._load and class_._class_names.isdisjoint(set().union(*found)):
        _exhaust(map(_set_data, rows, found))
    else:
        for row, data in zip(rows, found):
            row._load(data)
    if home != NOWHERE:
        _exhaust(map(_set_home, rows, repeat(home)))
    return rows


def identify(row: Row) -> str | None:
    """Return what tells a row from the others of a walk; ``None`` where nothing does."""
    return None if row.id is None else str(row.id)


def _rebuild(class_: type[RowT], data: dict[str, Any], prefix: str) -> RowT:
    return make_rows(class_, [data], (prefix, None))[0]


def _class_member(class_: type, name: str) -> Any:
    """Return what a class or its bases hold under a name, without asking any descriptor."""
    return next(base.__dict__[name] for base in class_.__mro__ if name in base.__dict__)


def _short_repr(value: Any) -> str:
    """Return a repr of one line and moderate length."""
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."


def _is_id(value: Any) -> bool:
    return isinstance(value, (int, str)) and not isinstance(value, bool) and value != ""
