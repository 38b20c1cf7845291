"""The base class of all resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, ClassVar, TypeVar, overload

from vivialconnect.common import paths, scopes, settings
from vivialconnect.common.exchange import Call
from vivialconnect.common.redaction import is_secret
from vivialconnect.common.requestor import Requestor
from vivialconnect.common.responses import ResultT
from vivialconnect.common.times import utc_now
from vivialconnect.common.util import encode_body
from vivialconnect.resources._attributes import initial_fields, validate_fields
from vivialconnect.resources._base import ResourceBase
from vivialconnect.resources._iteration import PageIterator
from vivialconnect.resources._lists import MAX_PAGE_SIZE, ResourceList, merge_query, read_count
from vivialconnect.resources._meta import ResourceMeta
from vivialconnect.resources._spelling import check_filters, warn_about_misspelling
from vivialconnect.resources._typing import Concatenate, Id, ParamSpec

if TYPE_CHECKING:
    FieldsP = ParamSpec("FieldsP")

__all__ = ("Resource", "ResourceList", "ResourceMeta")

ResourceT = TypeVar("ResourceT", bound="Resource")

#: The required settings of a request below an account.
CREDENTIALS = (*settings.CREDENTIALS, "api_account_id")


class Resource(ResourceBase):
    """An object of the service: a message, a number, an account.

    :param attributes: The fields of a new object as a mapping, or an id.
    :param prefix_options: The path of the parent, ``{"path": "messages/9"}``, as for :meth:`find`.
    :param fields: Fields by name: ``Message(body="Hi")``.
    :raises ValueError: If an argument is invalid, or a field is given twice.

    Fields are attributes: ``message.body``. Nested objects are dicts and lists.

    Every method that sends a request raises ``RequestorError`` if the request fails, and
    ``ResourceError`` if the response is not the expected one. It raises ``ValueError`` before
    anything is sent if an argument is invalid, a setting is missing, or the object has no id.

    For your own classes, ``singular`` and ``plural`` are derived from the class name:

        >>> from vivialconnect import Resource
        >>> class Gadget(Resource):
        ...     pass
        >>> Gadget.plural
        'gadgets'
        >>> gadget = Gadget({"name": "first"})
        >>> gadget, gadget.is_new()
        (<Gadget new name='first'>, True)

    Attention: objects are not locked. Do not change one object from several threads.
    """

    __slots__ = ()

    #: The iterator over the pages of a list.
    _iterator: ClassVar[type[PageIterator[Any]]] = PageIterator
    #: Other keys that an object may have in a response, beside the singular name.
    _other_roots: ClassVar[tuple[str, ...]] = ()
    #: Whether the response to a save may contain a secret, which errors must omit.
    _shows_secret: ClassVar[bool] = False

    def __init__(
        self,
        attributes: Mapping[str, Any] | Id | None = None,
        prefix_options: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        # Without an active scope, the object keeps the scopes of its first successful save().
        self._location = (paths.read_prefix_options(prefix_options), scopes.active_scopes() or None)
        data = initial_fields(type(self), attributes, fields)
        warn_about_misspelling(type(self), data)
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
        """Find one object by its id, or one page of a list.

        :param id_: The id; ``None`` for a page.
        :param path: The path of the parent, ``"messages/9"``.
        :param kwargs: The query: ``page``, ``limit`` (default 50, at most 150), ``order``
            (``"id desc"``), ``search`` and the other filters of the class. The service ignores
            unknown filters, so they are a ``UserWarning``.
        :returns: The object, or a :class:`ResourceList`.
        :raises ResourceNotFound: If there is no object with this id.
        """
        if "id" in kwargs:
            raise ValueError(
                "pass the id by position: {}.find({!r})".format(cls.__name__, kwargs["id"])
            )
        found: ResourceT | ResourceList[ResourceT] = cls._find(
            id_, path, **cls._checked_query(kwargs, id_)
        )
        return found

    @classmethod
    def _find(cls, id_: Id | None, path: str | None, **query: Any) -> Any:
        prefix = paths.quote_prefix(path)
        read: Callable[..., Any] = cls._read_list if id_ is None else cls._read_object
        return cls._perform(Call("GET", "", query), partial(read, prefix=prefix), prefix, id_)

    @classmethod
    def _checked_query(cls, query: Mapping[str, Any], id_: Id | None = None) -> dict[str, Any]:  # noqa: ARG003 - for subclasses
        """Return a query, and warn of parameters that the class does not declare."""
        if cls._filters is not None:
            check_filters(cls.__name__, cls._filters, query)
        return dict(query)

    @classmethod
    def find_first(
        cls: type[ResourceT], path: str | None = None, **kwargs: Any
    ) -> ResourceT | None:
        """Find the first object of the list that :meth:`find` returns, or ``None``."""
        return next(iter(cls.find(None, path, **kwargs)), None)

    @classmethod
    def find_each(
        cls: type[ResourceT],
        limit: int | None = None,
        page_size: int = MAX_PAGE_SIZE,
        *,
        path: str | None = None,
        **query: Any,
    ) -> Iterator[ResourceT]:
        """Iterate over the objects of all pages, and request each page when it is needed.

        An object that is created during the iteration is yielded once or not at all. If you delete
        objects during the iteration, others are skipped: make a list first.

        :param limit: The maximum number of objects; ``None`` for no limit.
        :param page_size: The number of objects to request at a time, 1 to 150.
        :param query: As for :meth:`find`, with ``path`` and without ``page``.
        """
        if "page" in query:
            raise ValueError("find_each reads every page: omit page, or use find")
        checked = cls._checked_query(query)
        return cls._iterator(partial(cls._find, None, path, **checked), limit, page_size)

    @classmethod
    def count(
        cls, opts: Mapping[str, Any] | None = None, *, path: str | None = None, **kwargs: Any
    ) -> int:
        """Return the number of objects. ``opts`` and the keywords are the query."""
        query = cls._checked_query(merge_query(opts, kwargs))
        return cls._perform(Call("GET", "count", query), read_count, path)

    # One object

    if TYPE_CHECKING:

        @classmethod
        def create(
            cls: Callable[Concatenate[Mapping[str, Any] | None, None, FieldsP], ResultT],
            attributes: Mapping[str, Any] | None = None,
            *args: FieldsP.args,
            **fields: FieldsP.kwargs,
        ) -> ResultT:
            """Accept the same fields as the constructor of the class."""
            ...

    else:

        @classmethod
        def create(
            cls: type[ResourceT], attributes: Mapping[str, Any] | None = None, **fields: Any
        ) -> ResourceT:
            """Create an object on the service, and return it.

            Pass the fields as a mapping, as keywords, or both. With an id, the object that has this
            id is replaced.
            """
            given = {} if attributes is None and fields else validate_fields(attributes)
            created = cls(given, **fields)
            created.save()
            return created

    def save(self) -> bool:
        """Save the object, and update it from the response.

        A new object is created with POST. An object with an id is replaced with PUT, all fields.

        :raises RequestorError: If the request fails. Check its ``outcome`` before you retry.
        """
        return self._save("POST" if self.is_new() else "PUT")

    def reload(self) -> None:
        """Replace all fields with the current fields from the service."""
        self._load(self._perform_below(Call("GET", ""), self._read_data))

    def destroy(self) -> None:
        """Delete the object from the service. Its fields stay unchanged."""
        self._perform_below(Call("DELETE", ""), lambda _: None)

    def is_new(self) -> bool:
        """Return whether the object has no id, because it was not saved yet."""
        return self.id is None

    # Requests

    @classmethod
    def get(
        cls, id_: Id | None = None, path: str | None = None, custom_path: str = "", **query: Any
    ) -> Any:
        """Send a GET request below the collection, and return the parsed response.

        :param id_: The id of an object, to send the request below this object.
        :param custom_path: The rest of the path, ``"count"``.
        """
        return cls._perform(Call("GET", custom_path, query), lambda parsed: parsed, path, id_)

    @classmethod
    def post(
        cls,
        id_: Id | None = None,
        path: str | None = None,
        custom_path: str = "",
        params: Any = None,
        **query: Any,
    ) -> Any:
        """Send a POST request, as :meth:`get` does; ``params`` is the JSON body, without a root."""
        call = Call("POST", custom_path, query, encode_body(params))
        return cls._perform(call, lambda parsed: parsed, path, id_)

    @classmethod
    def _perform(
        cls,
        call: Call,
        read: Callable[[Any], ResultT],
        prefix: str | None = None,
        id_: Id | None = None,
    ) -> ResultT:
        """Send a request below the collection, or below one object of it.

        :param call: The request. Its path follows the plural name or the id.
        :param read: Returns the result for the parsed response.
        :param prefix: The path of the parent, if any.
        :param id_: The id of the object, if any.
        """
        requestor = cls.request
        path = cls._path(requestor, paths.quote_prefix(prefix), id_, call.path)
        return requestor.perform(call._replace(path=path, roots=call.roots or cls._roots()), read)

    @classmethod
    def _roots(cls) -> tuple[str, ...]:
        """Return the keys that an object may have in a response."""
        return (cls.singular, *cls._other_roots)

    def _perform_below(self, call: Call, read: Callable[[Any], ResultT]) -> ResultT:
        """Send a request below the object, in the scopes of the object.

        :param call: The request. Its path follows the id: ``"attachments"``, or ``""``.
        :param read: Returns the result for the parsed response.
        """
        self._require_id()
        with scopes.use_scopes(self._scopes):
            return self._perform(call, read, self._prefix, self.id)

    def _save(self, method: str) -> bool:
        """Create the object with POST, or replace it with PUT."""
        data = self._data_to_save(method)
        began = utc_now()
        with scopes.use_scopes(self._scopes):
            try:
                requestor = type(self).request
                id_ = None if method == "POST" else self.id
                path = self._path(requestor, self._prefix, id_)
                body = self._body(data)
                call = Call(method, path, body=body, roots=self._roots(), secret=self._shows_secret)
                saved = requestor.perform(call, self._read_saved)
            except BaseException as failure:
                self._save_failed(method, began, failure)
                raise
        self._update(saved)
        return True

    def _data_to_save(self, method: str) -> dict[str, Any]:
        """Return the fields to send. A POST never sends an id."""
        data = self._data()
        if method == "POST":
            data.pop(type(self)._key, None)
        return data

    def _body(self, data: dict[str, Any]) -> bytes:
        """Return the request body that saves these fields."""
        return encode_body({type(self).singular: data})

    @classmethod
    def _read_saved(cls, parsed: Any) -> dict[str, Any] | None:
        # The response to a PUT may be empty. The fields then stay unchanged.
        return None if parsed is None else cls._read_data(parsed)

    def _save_failed(self, method: str, began: datetime, failure: BaseException) -> None:
        """Handle a failed save. A subclass may override this method."""

    def _update(self, saved: dict[str, Any] | None) -> None:
        """Update the fields from the response to a save, and keep other fields.

        Secrets are removed.
        """
        if saved is not None:
            sent = {name: value for name, value in self._data().items() if not is_secret(name)}
            self._load({**sent, **saved})
        if self._scopes is None:  # later requests use the scopes of the first save
            self._location = (self._prefix, scopes.active_scopes())

    def _require_id(self) -> None:
        if self.id is None:
            raise ValueError(f"this {type(self).__name__} has no id: save or find it first")

    # Paths. The Requestor is a parameter, so that path and signature use the same settings

    @classmethod
    def _path(
        cls, requestor: Requestor, prefix: str = "", id_: Id | None = None, below: str = ""
    ) -> str:
        """Return the path of the collection or of one object, or a path below it.

        :param requestor: The Requestor, for its account id.
        :param prefix: The encoded path of the parent.
        :param id_: The id of the object; ``None`` for the collection.
        :param below: The rest of the path, ``"count"``.
        """
        if cls._parent_example and not prefix:
            raise ValueError(
                f"{cls.__name__} requires the path of its parent: pass it, like "
                f"path={cls._parent_example!r}"
            )
        name = cls.plural if id_ is None else f"{cls.plural}/{paths.quote_segment(id_)}"
        parent = cls._account_path(requestor) + prefix
        return paths.collection_path(parent, name + paths.quote_prefix(below))

    @classmethod
    def _account_path(cls, requestor: Requestor) -> str:
        if requestor.api_account_id is None:
            # One error for all missing settings.
            raise settings.missing_error(requestor._settings, *CREDENTIALS)
        return paths.account_path(requestor.api_account_id)

    def _path_inside(self) -> str:
        """Return the path of this object as a parent, ``"/messages/9"``."""
        return f"/{type(self).plural}/{paths.quote_segment(self.id)}"
