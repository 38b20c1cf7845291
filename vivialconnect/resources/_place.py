"""Where a class stands on the service, and how its answers are read. Nothing here calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Optional, Union

from vivialconnect.common import paths, scopes, settings
from vivialconnect.common.util import Util
from vivialconnect.resources._collections import ResourceList, find_rows, unreadable
from vivialconnect.resources._row import Row, make_rows

if TYPE_CHECKING:
    from typing import TypeVar

    from vivialconnect.common.requestor import Requestor

    PlacedT = TypeVar("PlacedT", bound="Placed")
    Id = Union[int, str]

#: What every call to a collection of an account needs.
CREDENTIALS = (*settings.PAIR, "api_account_id")


#: What rows stand under where they do not stand under the name of their class.
OTHER_ROOTS = ("items", "log_items")


class Placed(Row):
    """A row that stands in a collection of the account."""

    __slots__ = ()

    #: Where rows stand that are nowhere but below another: ``"messages/9"`` for an example.
    _below: ClassVar[str] = ""

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
        cls, requestor: Requestor, id_: Optional[Id], path: Optional[str], custom_path: str
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

    # Reading

    @classmethod
    def _rows(cls: type[PlacedT], answer: Any, prefix: str) -> ResourceList[PlacedT]:
        found, meta = find_rows(answer, cls._roots())
        root = cls.singular
        if found and len(found[0]) == 1:
            found = [
                data[root] if len(data) == 1 and type(data.get(root)) is dict else data
                for data in found
            ]
        return ResourceList(make_rows(cls, found, (prefix, scopes.current())), meta)

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
    def _fields_if_any(cls, answer: Any) -> Optional[dict[str, Any]]:
        # The service may answer a save with nothing, and then the row stays as it was sent.
        return None if answer is None else cls._fields(answer)


def _is_id(value: Any) -> bool:
    return isinstance(value, (int, str)) and not isinstance(value, bool) and value != ""
