"""Lists of elements inside a row: views of the plain dicts that the row's data holds.

The data is the one truth. An element is an object over one of its dicts and holds nothing else, so
what is changed through a list is in the data, and what is changed in the data shows in the list.
Elements are made when they are read, so that a row that is only listed costs no more for them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, MutableSequence, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, overload
from weakref import WeakValueDictionary

from vivialconnect.common.error import ResourceError
from vivialconnect.resources._lists import ResourceList, list_of_dicts
from vivialconnect.resources._meta import View
from vivialconnect.resources.connector._elements import Data, Element
from vivialconnect.resources.resource import Resource

__all__ = ("OwnedList",)

ElementT = TypeVar("ElementT", bound=Element)
OwnerT = TypeVar("OwnerT", bound="Owner")
#: What is taken for an element beside an element itself.
GivenT = TypeVar("GivenT")


class Owner(Resource):
    """A row that has lists of elements."""

    # The elements that somebody holds.
    __slots__ = ("_elements",)

    #: What stands in each list, by its name.
    _kinds: ClassVar[Mapping[str, type[Element]]] = {}

    def __copy__(self: OwnerT) -> OwnerT:
        # An element stands in one list.
        return deepcopy(self)

    if not TYPE_CHECKING:  # a checker that saw it would accept every misspelt field

        def __setattr__(self, name: str, value: Any) -> None:
            if name in type(self)._kinds:
                object.__setattr__(self, name, value)
            else:
                super().__setattr__(name, value)

    def _load(self, data: Data) -> None:
        lists: list[OwnedList[Any, Any]] = [OwnedList(self, kind) for kind in self._kinds.values()]
        held = [
            (own, element)
            for own in lists
            for element in self._held().values()
            if own._has(element)
        ]
        super()._load(data)
        self._held().clear()
        for own, element in held:
            own._rejoin(element)

    def _held(self) -> WeakValueDictionary[int, Element]:
        """Return the elements that somebody holds, each under the identity of its data."""
        try:
            held: WeakValueDictionary[int, Element] = _get_elements(self)
        except AttributeError:
            held = WeakValueDictionary()
            object.__setattr__(self, "_elements", held)
        return held


_get_elements = Owner.__dict__["_elements"].__get__


class OwnedList(MutableSequence[ElementT], Generic[ElementT, GivenT]):
    """A list in a row: ``connector.callbacks``. It is saved with the row.

    It is a mutable sequence, and takes dicts as well as objects, also for ``in``, ``index`` and
    ``remove``. Whatever is put in is one of its elements from then on, and an element is in one
    list: one that is in a list already is copied, and so is a dict.

    An element that you hold goes on with its row: after ``save()``, ``reload()`` and the row's
    other calls it has the data that the service has under its name. One that was taken out, or that
    the service no longer has, stands alone.

    Example:

        >>> from vivialconnect import Connector
        >>> connector = Connector({"name": "Reminders"})
        >>> connector.callbacks.append({"message_type": "text", "event_type": "incoming"})
        >>> connector.callbacks[0].url = "https://example.com/texts"
        >>> connector.attributes["callbacks"][0]["url"]
        'https://example.com/texts'

    .. versionadded:: 1.0
    """

    __slots__ = ("_kind", "_name", "_owner")
    __hash__ = None  # type: ignore[assignment] # as that of a list

    def __init__(self, owner: Owner, kind: type[ElementT]) -> None:
        self._owner = owner
        self._kind = kind
        self._name = kind.plural

    # Reading

    def __len__(self) -> int:
        return len(self._dicts())

    def __iter__(self) -> Iterator[ElementT]:
        return map(self._element, self._dicts())

    @overload
    def __getitem__(self, index: int) -> ElementT: ...

    @overload
    def __getitem__(self, index: slice) -> list[ElementT]: ...

    def __getitem__(self, index: int | slice) -> ElementT | list[ElementT]:
        if isinstance(index, slice):
            return [self._element(data) for data in self._dicts()[index]]
        return self._element(self._dicts()[index])

    def index(self, value: Any, start: int = 0, stop: int = sys.maxsize) -> int:
        """Return where something stands: the very element, or else the first of the same name.

        :param value: An element, or what would be taken for one.
        :param start: Where to begin.
        :param stop: Where to end.
        :raises ValueError: If it is not there.
        """
        dicts = self._dicts()
        places = range(len(dicts))[start:stop]
        found = self._position(self._kind._plain(value), [dicts[place] for place in places])
        if found is None:
            raise ValueError("{!r} is not in the list".format(value))
        return places[found]

    def __contains__(self, value: object) -> bool:
        try:
            return self.index(value) >= 0
        except ValueError:
            return False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (list, OwnedList)) and [*self] == [*other]

    def __repr__(self) -> str:
        return repr([*self])

    def _repr_html_(self) -> str:
        """Return the list as a table, for notebooks."""
        return ResourceList(self)._repr_html_()

    # Writing

    @overload
    def __setitem__(self, index: int, value: ElementT | GivenT) -> None: ...

    @overload
    def __setitem__(self, index: slice, value: Iterable[ElementT | GivenT]) -> None: ...

    def __setitem__(self, index: int | slice, value: Any) -> None:
        dicts = self._dicts()
        kept = list(dicts)
        del kept[index]
        if isinstance(index, slice):
            dicts[index] = self._taken(value, kept)
        else:
            (dicts[index],) = self._taken([value], kept)
        vars(self._owner)[self._name] = dicts

    def __delitem__(self, index: int | slice) -> None:
        del self._dicts()[index]

    def insert(self, index: int, value: ElementT | GivenT) -> None:
        """Put something before the element that stands at a place."""
        self[index:index] = [value]

    def append(self, value: ElementT | GivenT) -> None:
        """Put something at the end."""
        self.extend([value])

    def extend(self, values: Iterable[ElementT | GivenT]) -> None:
        """Put several at the end."""
        self[len(self) :] = values

    def __iadd__(self, values: Iterable[ElementT | GivenT]) -> OwnedList[ElementT, GivenT]:
        self.extend(values)
        return self

    def __add__(self, other: Iterable[ElementT | GivenT]) -> list[ElementT | GivenT]:
        return [*self, *other]

    def reverse(self) -> None:
        """Turn the order round."""
        self._dicts().reverse()

    # Underneath

    def _dicts(self) -> list[Data]:
        """Return the list in the data of the row; an empty one where there is none.

        :raises ResourceError: If something else stands there.
        """
        found = vars(self._owner).get(self._name)
        dicts = list_of_dicts([] if found is None else found)
        if dicts is None:
            raise ResourceError(
                "{} of this {} is no list of objects".format(self._name, type(self._owner).__name__)
            )
        return dicts

    def _any_dicts(self) -> list[Data]:
        """Return the list in the data of the row; an empty one where there is none that can be."""
        return list_of_dicts(vars(self._owner).get(self._name)) or []

    def _element(self, data: Data) -> ElementT:
        """Return the object over a dict of the list: the one that somebody holds, or a new one."""
        element: Any = self._owner._held().get(id(data))
        if element is None or vars(element) is not data:
            element = self._kind.__new__(self._kind)
            self._join(element, data)
        made: ElementT = element
        return made

    def _join(self, element: Element, data: Data) -> None:
        """Let an element be the object over a dict of the list."""
        object.__setattr__(element, "__dict__", data)
        object.__setattr__(element, "_owner", self._owner)
        self._owner._held()[id(data)] = element

    def _has(self, element: Element) -> bool:
        """Tell whether an element stands in the list."""
        return any(data is vars(element) for data in self._any_dicts())

    def _rejoin(self, element: Element) -> None:
        """Let an element be the object over the dict that is its own now, if there is one."""
        held = self._owner._held()
        free = [data for data in self._any_dicts() if id(data) not in held]
        place = self._position(vars(element), free)
        if place is not None:
            self._join(element, free[place])

    def _position(self, wanted: Data, dicts: Sequence[Data]) -> int | None:
        """Return where the very dict stands, or else the first of its name."""
        same = self._kind._same
        places = [place for place, data in enumerate(dicts) if data is wanted]
        places += [place for place, data in enumerate(dicts) if same(data, wanted)]
        return places[0] if places else None

    def _taken(self, given: Any, kept: list[Data]) -> list[Data]:
        """Return the data of what is put into the list.

        :param given: What is put in.
        :param kept: The data of what stays.
        """
        standing = {*map(id, kept)}
        taken: list[Data] = []
        for each in self._kind._several(given):
            data = self._kind._plain(each)
            if id(data) in standing or self._is_elsewhere(each):
                data = dict(data)
            elif isinstance(each, Element):
                self._join(each, data)
            standing.add(id(data))
            taken.append(data)
        return taken

    def _is(self, other: OwnedList[Any, Any]) -> bool:
        return self._owner is other._owner and self._kind is other._kind

    def _is_elsewhere(self, given: Any) -> bool:
        """Tell whether something stands in the list of another row."""
        owner = getattr(given, "_owner", None) if isinstance(given, Element) else None
        if owner is None or owner is self._owner:
            return False
        return OwnedList(owner, self._kind)._has(given)


class ListField(View, Generic[ElementT, GivenT]):
    """A field that is an :class:`OwnedList`; it has the name that the elements have in plural.

    :param kind: The class of the elements.
    :param documentation: What it is.
    """

    def __init__(self, kind: type[ElementT], documentation: str) -> None:
        self.kind = kind
        self.__doc__ = documentation

    @overload
    def __get__(self, row: None, class_: type) -> ListField[ElementT, GivenT]: ...

    @overload
    def __get__(self, row: Owner, class_: type) -> OwnedList[ElementT, GivenT]: ...

    def __get__(
        self, row: Owner | None, class_: type
    ) -> ListField[ElementT, GivenT] | OwnedList[ElementT, GivenT]:
        return self if row is None else OwnedList(row, self.kind)

    def __set__(self, row: Owner, values: Iterable[ElementT | GivenT]) -> None:
        mine: OwnedList[ElementT, GivenT] = OwnedList(row, self.kind)
        # ``+=`` ends in setting the list that was changed already.
        if not (isinstance(values, OwnedList) and values._is(mine)):
            vars(row)[mine._name] = mine._taken(values, [])
