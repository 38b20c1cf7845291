"""What stands in a list of a row, as an object over its dict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from vivialconnect.resources._attributes import checked_fields, join_fields
from vivialconnect.resources._base import ResourceBase
from vivialconnect.resources._lists import list_of_dicts

if TYPE_CHECKING:
    from vivialconnect.resources.resource import Resource

Data = dict[str, Any]


class Element(ResourceBase):
    """What stands in a list of a row. It has data and no calls of its own."""

    # The row in whose list it was put.
    __slots__ = ("_owner",)

    #: The fields that tell one from another.
    _names: ClassVar[tuple[str, ...]] = ()
    #: What one can be made of.
    _made_of: ClassVar[str] = "a dict of its fields"

    if TYPE_CHECKING:
        _owner: Resource

    @classmethod
    def _plain(cls, given: Any) -> Data:
        """Return the data of what is taken for an element; a copy, unless it is one.

        :raises ValueError: If it is not taken for one.
        """
        if isinstance(given, cls):
            return vars(given)
        if isinstance(given, Mapping):
            return checked_fields(given)
        raise ValueError(
            "a {} is made of {}, not of {!r}".format(cls.__name__, cls._made_of, given)
        )

    @classmethod
    def _several(cls, given: Any) -> list[Any]:
        """Return as a list what a caller gives as one; one that stands alone is a list of one.

        :raises ValueError: If it is no list.
        """
        if isinstance(given, (str, Mapping, ResourceBase)):
            return [given]
        if not isinstance(given, Iterable):
            raise ValueError(
                "{} are given as a list, not as {!r}".format(cls.plural.replace("_", " "), given)
            )
        return list(given)

    @classmethod
    def _is_named(cls, data: Data) -> bool:
        """Tell whether it says which one it is."""
        return all(data.get(name) for name in cls._names)

    @classmethod
    def _same(cls, one: Data, other: Data) -> bool:
        """Tell whether two have the same name."""
        return cls._is_named(one) and all(one.get(name) == other.get(name) for name in cls._names)

    @classmethod
    def _checked(cls, found: Any) -> list[Data]:
        """Return a list that is to be sent.

        :raises ValueError: If it is none, or what stands in it does not say which one it is.
        """
        dicts = list_of_dicts(found)
        if dicts is None or not all(map(cls._is_named, dicts)):
            raise ValueError(
                "{} must be a list of dicts, and each needs {}".format(cls.plural, cls._need())
            )
        return dicts

    @classmethod
    def _need(cls) -> str:
        return " and ".join(cls._names)

    def _fill(self, attributes: Any, **fields: Any) -> None:
        """Take what a new element is made of; a field that is ``None`` was not given."""
        given = {name: value for name, value in fields.items() if value is not None}
        self._load(join_fields({} if attributes is None else self._plain(attributes), given))

    def _store(self, name: str) -> Data:  # noqa: ARG002 - of the base
        return vars(self)

    def _load(self, data: Data) -> None:
        # In place, for the dict may stand in the data of a row.
        own = vars(self)
        own.clear()
        own.update(data)
