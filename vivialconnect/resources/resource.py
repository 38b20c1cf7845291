"""The base of every noun: what a class is configured with, and what its rows can do.

:class:`ResourceMeta` configures the classes, :class:`Resource` is the row. Collections and paging,
the mapping of a row's data, and the lookup of settings stand in private neighbours.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, Mapping, Optional, Type, TypeVar, Union, overload

from vivialconnect.common import paths, settings
from vivialconnect.common.error import ResourceError
from vivialconnect.common.requestor import Call, Requestor, encode_body
from vivialconnect.common.util import Util
from vivialconnect.resources._collections import (
    LARGEST_PAGE,
    ResourceList,
    check_paging,
    describe_shape,
    find_rows,
    walk_pages,
)
from vivialconnect.resources._configuration import ResourceMeta
from vivialconnect.resources._row import Row, checked_fields

__all__ = ("Resource", "ResourceList", "ResourceMeta")

ResourceT = TypeVar("ResourceT", bound="Resource")
Id = Union[int, str]


class Resource(Row):
    """One row of the service: a message, a number, an account.

    :param attributes: The data of a new row; or a number or text, which is taken as its id.
    :param prefix_options: Where the row stands, as ``{"path": "messages/9"}`` for what is below
        message 9; the ``path`` that :meth:`find` takes.
    :raises ValueError: If the attributes are neither a mapping nor an id.

    Fields are attributes: ``message.body``. Nested objects are plain dicts and lists.
    A class of your own works with names that are derived from it:

        >>> from vivialconnect import Resource
        >>> class Gadget(Resource):
        ...     pass
        >>> Gadget.plural
        'gadgets'
        >>> Gadget({"name": "first"})
        <Gadget new name='first'>

    Attention: a row is not locked; do not change one row from several threads.
    """

    __slots__ = ()

    def __init__(
        self,
        attributes: Union[Mapping[str, Any], Id, None] = None,
        prefix_options: Optional[Mapping[str, Any]] = None,
    ) -> None:
        options = dict(prefix_options or {})
        self._prefix = paths.quote_prefix(options.pop("path", None))
        if options:
            raise ValueError(
                "prefix_options knows 'path' alone, not {}".format(", ".join(map(repr, options)))
            )
        if isinstance(attributes, (int, str)) and not isinstance(attributes, bool):
            attributes = {type(self).primary_key: attributes}
        self._load(checked_fields({} if attributes is None else attributes))

    # Finding

    @overload
    @classmethod
    def find(
        cls: Type[ResourceT], id_: None = None, path: Optional[str] = None, **kwargs: Any
    ) -> ResourceList[ResourceT]: ...

    @overload
    @classmethod
    def find(
        cls: Type[ResourceT], id_: Id, path: Optional[str] = None, **kwargs: Any
    ) -> ResourceT: ...

    @classmethod
    def find(
        cls: Type[ResourceT], id_: Optional[Id] = None, path: Optional[str] = None, **kwargs: Any
    ) -> Union[ResourceT, ResourceList[ResourceT]]:
        """Find one resource by its id, or one page of them.

        :param id_: The id of the one resource; ``None`` for a page.
        :param path: A prefix between the account and the plural name, ``"messages/9"``.
        :param kwargs: The query: ``page``, ``limit`` (50 unless given, at most 150), ``order``
            (``"id desc"``), ``search``, and whatever else the service knows.
        :returns: The resource, or a :class:`ResourceList`.
        :raises ValueError: If a setting is missing, or the id cannot stand in a path.
        :raises RequestorError: If the call fails; ``ResourceNotFound`` if there is no such id.
        :raises ResourceError: If the answer is not what was asked for.

        Example:

            >>> from vivialconnect import Number
            >>> Number.find(limit=1)
            [<Number 1 phone_number='+19132597591' name='(913) 259-7591'>]
        """
        if "id" in kwargs:
            raise ValueError("give the id by position: {}.find(7)".format(cls.__name__))
        prefix = paths.quote_prefix(path)
        requestor = cls.request
        if id_ is None:
            call = Call("GET", cls._collection_path(requestor, prefix), kwargs)
            return requestor.perform(call, lambda answer: cls._rows(answer, prefix))
        call = Call("GET", cls._element_path(requestor, prefix, id_), kwargs)
        return requestor.perform(call, lambda answer: cls._row(cls._fields(answer), prefix))

    @classmethod
    def find_first(
        cls: Type[ResourceT], path: Optional[str] = None, **kwargs: Any
    ) -> Optional[ResourceT]:
        """Find the first resource of the list that :meth:`find` would give.

        :param path: As for :meth:`find`.
        :param kwargs: As for :meth:`find`: search, order, limit, page.
        :returns: The first resource, or ``None`` if there is none.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is not what was asked for.
        """
        return next(iter(cls.find(None, path, **kwargs)), None)

    @classmethod
    def find_each(
        cls: Type[ResourceT],
        limit: Optional[int] = None,
        page_size: int = LARGEST_PAGE,
        *,
        path: Optional[str] = None,
        **query: Any,
    ) -> Iterator[ResourceT]:
        """Walk over all resources, page after page, each when it is needed.

        :param limit: How many in all; ``None`` for every one.
        :param page_size: How many to ask for at a time, 1 to 150.
        :param path: As for :meth:`find`.
        :param query: As for :meth:`find`.
        :raises ValueError: At once, if limit or page size cannot be.
        :raises RequestorError: While walking, if a call fails.

        .. versionadded:: 1.0
        """
        check_paging(limit, page_size)
        return cls._walk(limit, {**query, "limit": page_size}, path)

    @classmethod
    def _walk(
        cls: Type[ResourceT], limit: Optional[int], query: Dict[str, Any], path: Optional[str]
    ) -> Iterator[ResourceT]:
        def fetch(number: int) -> ResourceList[ResourceT]:
            return cls.find(None, path, **{**query, "page": number})

        return walk_pages(fetch, _identify, limit, query["limit"])

    # One row on the service

    @classmethod
    def create(cls: Type[ResourceT], attributes: Mapping[str, Any]) -> ResourceT:
        """Create and save a resource with the given attributes.

        :param attributes: The data of the new row.
        :returns: The saved resource.
        :raises ValueError: If they are no mapping, or a setting is missing.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is not what was asked for.
        """
        created = cls(checked_fields(attributes))
        created.save()
        return created

    def save(self) -> bool:
        """Save the resource: POST a new one, PUT a known one whole, and take over the answer.

        :returns: ``True``.
        :raises ValueError: If a setting is missing, or a value cannot be sent as JSON.
        :raises RequestorError: If the call fails; see its ``outcome`` before you repeat it.
        :raises ResourceError: If the answer is not the resource.
        """
        if self.is_new():
            return self._create()
        requestor = self._requestor()
        path = self._element_path(requestor, self._prefix, self.id)
        return self._store(requestor, Call("PUT", path), dict(self.attributes))

    def reload(self) -> None:
        """Replace the data of the row by what the service has now.

        :raises ValueError: If the row has no id.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is not the resource.
        """
        self._require_id("reload")
        requestor = self._requestor()
        call = Call("GET", self._element_path(requestor, self._prefix, self.id))
        self._load(requestor.perform(call, self._fields))

    def destroy(self) -> None:
        """Delete the resource from the service. The row keeps its data.

        :raises ValueError: If the row has no id.
        :raises RequestorError: If the call fails.
        """
        self._require_id("destroy")
        requestor = self._requestor()
        requestor.delete(self._element_path(requestor, self._prefix, self.id))

    def is_new(self) -> bool:
        """Return whether the resource has no id, and so has not been saved."""
        return self.id is None

    # Raw calls

    @classmethod
    def get(
        cls,
        id_: Optional[Id] = None,
        path: Optional[str] = None,
        custom_path: str = "",
        **query: Any,
    ) -> Any:
        """GET below this class's collection and return the parsed answer raw.

        :param id_: The row that the path goes through, if any.
        :param path: As for :meth:`find`.
        :param custom_path: What follows, ``"count"``.
        :param query: The query.
        :raises RequestorError: If the call fails.
        """
        requestor = cls.request
        return requestor.get(cls._custom_path(requestor, id_, path, custom_path), query)

    @classmethod
    def post(
        cls,
        id_: Optional[Id] = None,
        path: Optional[str] = None,
        custom_path: str = "",
        params: Any = None,
        **query: Any,
    ) -> Any:
        """POST below this class's collection and return the parsed answer raw.

        :param id_: The row that the path goes through, if any.
        :param path: As for :meth:`find`.
        :param custom_path: What follows.
        :param params: The JSON body, sent without a root.
        :param query: The query.
        :raises RequestorError: If the call fails.
        """
        requestor = cls.request
        target = cls._custom_path(requestor, id_, path, custom_path)
        return requestor.post(target, params, query=query)

    @classmethod
    def _rows(cls: Type[ResourceT], answer: Any, prefix: str) -> ResourceList[ResourceT]:
        roots = (cls.plural, Util.pluralize(cls.singular), "items", "log_items")
        found, meta = find_rows(answer, roots)
        root = cls.singular
        return ResourceList(
            [
                cls._row(
                    data[root] if len(data) == 1 and type(data.get(root)) is dict else data, prefix
                )
                for data in found
            ],
            meta,
        )

    @classmethod
    def _fields(cls, answer: Any) -> Dict[str, Any]:
        """Return the data of one row, out of its root if it has one; it must have an id."""
        if isinstance(answer, dict):
            only = next(iter(answer.values())) if len(answer) == 1 else None
            for fields in (answer.get(cls.singular), only, answer):
                if isinstance(fields, dict) and _is_id(fields.get(cls.primary_key)):
                    return fields
        raise ResourceError(
            "the answer should be one {}, and is {}".format(cls.singular, describe_shape(answer))
        )

    def _create(self) -> bool:
        requestor = self._requestor()
        data = dict(self.attributes)
        data.pop(type(self).primary_key, None)
        return self._store(
            requestor, Call("POST", self._collection_path(requestor, self._prefix)), data
        )

    def _store(self, requestor: Requestor, call: Call, data: Dict[str, Any]) -> bool:
        body = encode_body({type(self).singular: data})
        loaded = requestor.perform(call._replace(body=body), self._fields_if_any)
        if loaded is not None:
            self._load(loaded)
        return True

    @classmethod
    def _fields_if_any(cls, answer: Any) -> Optional[Dict[str, Any]]:
        # The service may answer a save with nothing, and then the row stays as it was sent.
        return None if answer is None else cls._fields(answer)

    def _requestor(self) -> Requestor:
        return type(self).request

    def _require_id(self, verb: str) -> None:
        if self.id is None:
            raise ValueError(
                "cannot {} this {}: it has no id; save it, or find it, first".format(
                    verb, type(self).__name__
                )
            )

    # Where a class stands

    # Each takes the Requestor of the call, so that path and signature are of one account.
    @classmethod
    def _account_path(cls, requestor: Requestor) -> str:
        if requestor.api_account_id is None:
            raise settings.missing("api_account_id")
        return paths.account_path(requestor.api_account_id)

    @classmethod
    def _collection_path(cls, requestor: Requestor, prefix: str) -> str:
        return paths.collection_path(cls._account_path(requestor), prefix, cls.plural)

    @classmethod
    def _element_path(cls, requestor: Requestor, prefix: str, id_: Any) -> str:
        return paths.element_path(cls._account_path(requestor), prefix, cls.plural, id_)

    @classmethod
    def _custom_path(
        cls, requestor: Requestor, id_: Optional[Id], path: Optional[str], custom_path: str
    ) -> str:
        middle = cls.plural if id_ is None else "{}/{}".format(cls.plural, paths.quote_segment(id_))
        tail = middle + paths.quote_prefix(custom_path)
        return paths.collection_path(cls._account_path(requestor), paths.quote_prefix(path), tail)


def _identify(row: Resource) -> Optional[str]:
    return None if row.id is None else str(row.id)


def _is_id(value: Any) -> bool:
    return isinstance(value, (int, str)) and not isinstance(value, bool) and value != ""
