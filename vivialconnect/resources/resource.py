"""The base of every noun: what a class is configured with, and what its rows can do.

:class:`ResourceMeta` configures the classes, :class:`Resource` is the row; nearly all nouns are
:class:`Countable` too. Paging, paths, reading answers, the mapping of a row's data, and the lookup
of settings stand in private neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Callable, overload

from vivialconnect.common import paths, scopes
from vivialconnect.common.exchange import Call
from vivialconnect.common.util import encode_body
from vivialconnect.resources._attributes import checked_fields, given_fields, warn_of_misspelling
from vivialconnect.resources._lists import (
    LARGEST_PAGE,
    ResourceList,
    check_paging,
    merged_query,
    read_count,
    walk_pages,
)
from vivialconnect.resources._meta import ResourceMeta
from vivialconnect.resources._row import Row, identify

if TYPE_CHECKING:
    from typing import TypeVar

    from vivialconnect.common.responses import ResultT
    from vivialconnect.resources._row import Id, RowT

    ResourceT = TypeVar("ResourceT", bound="Resource")

__all__ = ("Countable", "Resource", "ResourceList", "ResourceMeta")


class Resource(Row):
    """One row of the service: a message, a number, an account.

    :param attributes: The data of a new row; or a number or text, which is taken as its id.
    :param prefix_options: Where the row stands, as ``{"path": "messages/9"}`` for what is below
        message 9; the ``path`` that :meth:`find` takes.
    :param fields: Data of the row too, by name: ``Message(body="Hi")``.
    :raises ValueError: If the attributes are neither a mapping nor an id, a field is given twice,
        or ``prefix_options`` is something else.

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
        attributes: Mapping[str, Any] | Id | None = None,
        prefix_options: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        # A row that is new waits for the scope that it is saved in, unless it is made in one.
        self._home = (paths.prefix_of(prefix_options), scopes.active_scopes() or None)
        data = given_fields(type(self), attributes, fields)
        warn_of_misspelling(type(self), data)
        self._load(data)

    # Finding

    @overload
    @classmethod
    def find(
        cls: type[ResourceT], id_: None = None, path: str | None = None, **kwargs: Any
    ) -> ResourceList[ResourceT]: ...

    @overload
    @classmethod
    def find(
        cls: type[ResourceT], id_: Id, path: str | None = None, **kwargs: Any
    ) -> ResourceT: ...

    @classmethod
    def find(
        cls: type[ResourceT], id_: Id | None = None, path: str | None = None, **kwargs: Any
    ) -> ResourceT | ResourceList[ResourceT]:
        """Find one resource by its id, or one page of them; :meth:`find_each` gives all.

        :param id_: The id of the one resource; ``None`` for a page.
        :param path: A prefix between the account and the plural name, ``"messages/9"``.
        :param kwargs: The query: ``page``, ``limit`` (50 unless given, at most 150), ``order``
            (``"id desc"``), ``search``, and whatever else the service knows. What it does not know
            it ignores: a filter that is misspelt finds everything.
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
            raise ValueError(
                "give the id by position: {}.find({!r})".format(cls.__name__, kwargs["id"])
            )
        prefix = paths.quote_prefix(path)
        requestor = cls.request
        if id_ is None:
            call = Call("GET", cls._collection_path(requestor, prefix), kwargs)
            return requestor.perform(call, lambda answer: cls._rows(answer, prefix))
        call = Call("GET", cls._element_path(requestor, prefix, id_), kwargs)
        return requestor.perform(call, lambda answer: cls._row(cls._fields(answer), prefix))

    @classmethod
    def find_first(
        cls: type[ResourceT], path: str | None = None, **kwargs: Any
    ) -> ResourceT | None:
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
        cls: type[ResourceT],
        limit: int | None = None,
        page_size: int = LARGEST_PAGE,
        *,
        path: str | None = None,
        **query: Any,
    ) -> Iterator[ResourceT]:
        """Walk over all resources, page after page, each when it is needed.

        A row that is added meanwhile is given once, or not at all if it comes before those that
        were given. Where one is removed that was given, those behind it move up, and the next page
        misses one: to remove while you walk, make a list of the walk first.

        :param limit: How many in all; ``None`` for every one.
        :param page_size: How many to ask for at a time, 1 to 150.
        :param path: As for :meth:`find`.
        :param query: As for :meth:`find`, but for ``page``.
        :raises ValueError: At once, if limit or page size cannot be, or a page is asked for.
        :raises RequestorError: While walking, if a call fails.
        :raises ResourceError: While walking, if an answer is no list, or the same page for ever.

        .. versionadded:: 1.0
        """
        if "page" in query:
            raise ValueError("a walk reads every page; leave page out, or use find")
        return cls._each(
            lambda **further: cls.find(None, path, **{**query, **further}), limit, page_size
        )

    @classmethod
    def _each(
        cls, fetch: Callable[..., ResourceList[RowT]], limit: int | None, page_size: int
    ) -> Iterator[RowT]:
        """Walk over all pages of a list, in the scopes in which the walk began.

        :param fetch: Gives the page that its keywords, ``limit`` among them, ask for.
        """
        check_paging(limit, page_size)
        here = scopes.active_scopes()

        def fetch_there(**further: Any) -> ResourceList[RowT]:
            # Whoever goes on with the walk, and wherever.
            with scopes.use_scopes(here):
                return fetch(**{"limit": page_size, **further})

        return cls._walk(fetch_there, limit, page_size)

    @staticmethod
    def _walk(
        fetch: Callable[..., ResourceList[RowT]], limit: int | None, page_size: int
    ) -> Iterator[RowT]:
        """Walk over the pages that ``fetch`` gives for what names them in the query."""
        return walk_pages(lambda number: fetch(page=number), identify, limit, page_size)

    # One row on the service

    @classmethod
    def create(
        cls: type[ResourceT], attributes: Mapping[str, Any] | None = None, **fields: Any
    ) -> ResourceT:
        """Create and save a resource with the given attributes.

        Data with an id is that of a resource that there is already, which is saved over.

        :param attributes: The data of the new row; at least one of the two is needed.
        :param fields: The same by name, as for the constructor.
        :returns: The saved resource.
        :raises ValueError: If they are no mapping, a field is given twice, or a setting is missing.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is not what was asked for.
        """
        created = cls({} if attributes is None and fields else checked_fields(attributes), **fields)
        created.save()
        return created

    def save(self) -> bool:
        """Save the resource: POST a new one, PUT a known one whole, and take over the answer.

        :returns: ``True``.
        :raises ValueError: If a setting is missing, or a value cannot be sent as JSON.
        :raises RequestorError: If the call fails; see its ``outcome`` before you repeat it.
        :raises ResourceError: If the answer is not the resource.
        """
        return self._create() if self.is_new() else self._store("PUT", self._data())

    def reload(self) -> None:
        """Replace the data of the row by what the service has now.

        :raises ValueError: If the row has no id.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is not the resource.
        """
        self._require_id("reload")
        self._load(self._call_below(Call("GET", ""), self._fields))

    def destroy(self) -> None:
        """Delete the resource from the service. The row keeps its data.

        :raises ValueError: If the row has no id.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is not JSON.
        """
        self._require_id("destroy")
        self._call_below(Call("DELETE", ""), lambda _: None)

    def is_new(self) -> bool:
        """Return whether the resource has no id, and so has not been saved.

        >>> from vivialconnect import Message
        >>> Message({"body": "Hi"}).is_new(), Message.find(1).is_new()
        (True, False)
        """
        return self.id is None

    # Raw calls

    @classmethod
    def get(
        cls,
        id_: Id | None = None,
        path: str | None = None,
        custom_path: str = "",
        **query: Any,
    ) -> Any:
        """GET below this class's collection and return the parsed answer raw.

        :param id_: The row that the path goes through, if any.
        :param path: As for :meth:`find`.
        :param custom_path: What follows, ``"count"``.
        :param query: The query.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is not JSON.
        """
        return cls._make_call(Call("GET", custom_path, query), lambda answer: answer, id_, path)

    @classmethod
    def post(
        cls,
        id_: Id | None = None,
        path: str | None = None,
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
        :raises ResourceError: If the answer is not JSON.
        """
        call = Call("POST", custom_path, query, encode_body(params))
        return cls._make_call(call, lambda answer: answer, id_, path)

    def _create(self) -> bool:
        data = self._data()
        data.pop(type(self).primary_key, None)
        return self._store("POST", data)

    def _store(self, method: str, data: dict[str, Any]) -> bool:
        id_ = None if method == "POST" else self.id
        loaded = self._call_here(id_, Call(method, "", body=self._body(data)), self._fields_if_any)
        if loaded is not None:
            self._load(loaded)
            self._settle()
        return True

    def _body(self, data: dict[str, Any]) -> bytes:
        """Return what is sent to save this data."""
        return encode_body({type(self).singular: data})

    def _call_below(self, call: Call, read: Callable[[Any], ResultT]) -> ResultT:
        """Make a call about the row, or below it, with the row's own settings and scopes.

        :param call: Its path is what follows the row's own: nothing, or ``"attachments/count"``.
        :param read: Makes the result of the parsed answer.
        """
        self._require_id("make a call about")
        return self._call_here(self.id, call, read)

    def _call_here(self, id_: Id | None, call: Call, read: Callable[[Any], ResultT]) -> ResultT:
        """Make a call where the row stands: about that id, or about the collection itself."""
        with scopes.use_scopes(self._scopes):
            return self._make_call(call, read, id_, self._prefix)

    @classmethod
    def _make_call(
        cls,
        call: Call,
        read: Callable[[Any], ResultT],
        id_: Id | None = None,
        path: str | None = None,
    ) -> ResultT:
        """Make a call below this class's collection.

        :param call: Its path is what follows the plural name, or the id if there is one.
        :param read: Makes the result of the parsed answer.
        :param id_: The row that the path goes through, if any.
        :param path: As for :meth:`find`.
        """
        requestor = cls.request
        target = cls._custom_path(requestor, id_, path, call.path)
        return requestor.perform(call._replace(path=target), read)

    def _require_id(self, verb: str) -> None:
        if self.id is None:
            raise ValueError(
                "cannot {} this {}: it has no id; save it, or find it, first".format(
                    verb, type(self).__name__
                )
            )


class Countable(Resource):
    """A resource that the service counts."""

    @classmethod
    def count(
        cls,
        opts: Mapping[str, Any] | None = None,
        *,
        path: str | None = None,
        **kwargs: Any,
    ) -> int:
        """Return how many there are on the service.

        :param opts: The query, merged with the keywords.
        :param path: As for :meth:`.Resource.find`.
        :param kwargs: The query; the filters of the list.
        :returns: The count as the service reports it.
        :raises ValueError: If a key stands in both, or a setting is missing.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no count.

        Example:

            >>> from vivialconnect import Number
            >>> Number.count()
            1
        """
        call = Call("GET", "count", merged_query(opts, kwargs))
        return cls._make_call(call, read_count, path=path)
