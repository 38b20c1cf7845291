"""Connectors: groups of phone numbers that share callbacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any, ClassVar, TypeVar, Union

from vivialconnect.common.error import VivialConnectError
from vivialconnect.common.exchange import Call
from vivialconnect.common.util import encode_body
from vivialconnect.resources._iteration import PageIterator
from vivialconnect.resources._lists import MAX_PAGE_SIZE, ResourceList, read_count
from vivialconnect.resources._typing import CommonFields, Id, Unpack
from vivialconnect.resources.connector.elements import (
    ConnectorCallback,
    ConnectorNumber,
    Data,
    Element,
    ElementT,
)
from vivialconnect.resources.connector.lists import (
    LISTS,
    ROOT,
    convert_lists,
    invalid_response,
    read_items,
)
from vivialconnect.resources.resource import Resource

__all__ = ("Connector",)

ConnectorT = TypeVar("ConnectorT", bound="Connector")

NumberForm = Union[Resource, Mapping[str, Any], str]
NumbersGiven = Union[ConnectorNumber, NumberForm, Iterable[Union[ConnectorNumber, NumberForm]]]
CallbacksGiven = Union[
    ConnectorCallback, Mapping[str, Any], Iterable[Union[ConnectorCallback, Mapping[str, Any]]]
]

#: The maximum length of ``phone_numbers`` in a connector.
SHOWN_NUMBERS = 50


class ConnectorFields(CommonFields, total=False):
    """The fields of a connector, for type checkers."""

    account_id: int
    name: str | None
    active: bool
    more_numbers: bool
    callbacks: list[ConnectorCallback | Any]
    phone_numbers: list[ConnectorNumber | Any]


class Connector(Resource):
    """A group of phone numbers that share callbacks.

    A message with ``connector_id`` instead of ``from_number`` is sent from one of these numbers.

    ================= ==========================================================================
    id                Id of the connector (int).
    date_created      Creation time, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified     Time of the last change (str); as a datetime: ``modified_at``.
    account_id        Id of the account (int).
    name              Name of your choice (str or ``None``).
    active            Whether it can be used (bool).
    callbacks         Webhooks, a list of :class:`.ConnectorCallback`.
    phone_numbers     Its first 50 phone numbers, a list of :class:`.ConnectorNumber`.
    more_numbers      Whether there are more phone numbers than these (bool).
    ================= ==========================================================================

    ``callbacks`` and ``phone_numbers`` are lists, empty in a new connector. Both accept objects and
    dicts. ``phone_numbers`` also accepts strings and :class:`.Number` objects. ``save()`` sends
    both lists and updates them from the response. ``to_dict()`` contains dicts.

    If ``more_numbers`` is true, ``phone_numbers`` is incomplete, and ``save()`` does not send it.
    If you change ``phone_numbers`` then, ``save()`` raises ``ValueError``. Use :meth:`add_numbers`,
    :meth:`remove_numbers` or :meth:`replace_numbers`.

    Example:

        >>> from vivialconnect import Connector
        >>> connector = Connector({"name": "Reminders"})
        >>> connector.phone_numbers.append("+19132597591")
        >>> connector.callbacks.append(
        ...     {
        ...         "message_type": "text",
        ...         "event_type": "incoming",
        ...         "url": "https://example.com/texts",
        ...     }
        ... )
        >>> connector.save()
        True
        >>> connector.phone_numbers
        [<ConnectorNumber 1 phone_number='+19132597591'>]

    .. versionadded:: 1.0
    """

    # The loaded phone numbers, to detect changes; None if the list is complete.
    __slots__ = ("_loaded_numbers",)

    singular = ROOT
    plural = "connectors"

    _filters: ClassVar = ("limit", "order", "page", "search")
    _repr_fields: ClassVar[tuple[str, ...]] = ("name", "active")

    date_created: str
    date_modified: str
    account_id: int
    name: str | None
    active: bool
    more_numbers: bool
    # With Any, type checkers accept dicts and strings too, and still know the fields of the items.
    callbacks: list[ConnectorCallback | Any]
    phone_numbers: list[ConnectorNumber | Any]

    _loaded_numbers: list[Data] | None

    def __init__(
        self,
        attributes: Mapping[str, Any] | Id | None = None,
        prefix_options: Mapping[str, Any] | None = None,
        **fields: Unpack[ConnectorFields],
    ) -> None:
        super().__init__(attributes, prefix_options, **fields)
        self._loaded_numbers = None
        if self.is_new():
            for name in LISTS:
                self.attributes.setdefault(name, [])

    # Phone numbers

    def find_numbers(
        self, *, page: int | None = None, limit: int | None = None, **query: Any
    ) -> ResourceList[ConnectorNumber]:
        """Find one page of the connector's phone numbers; :meth:`find_each_number` finds all.

        :param page: Page number, from 1, which is the default.
        :param limit: Numbers per page, at most 150; default 50.
        :param query: Other query parameters.
        :returns: A list with ``count``, ``pages``, ``next`` and ``previous`` in its ``meta``.
        :raises ValueError: If the connector has no id.
        :raises RequestorError: If the request fails.
        :raises ResourceError: If the response is not a list of numbers.
        """
        asked = self._checked_query({"page": page, "limit": limit, **query})
        return self._find_items(ConnectorNumber, asked)

    def find_each_number(
        self, limit: int | None = None, page_size: int = MAX_PAGE_SIZE
    ) -> Iterator[ConnectorNumber]:
        """Iterate over all phone numbers of the connector, and request each page when it is needed.

        :param limit: The maximum number of phone numbers; ``None`` for no limit.
        :param page_size: Numbers per page, 1 to 150.
        :raises ValueError: At once, if the connector has no id, or limit or page size is invalid.
        :raises RequestorError: While iterating, if a request fails.
        :raises ResourceError: While iterating, if a response is not a list.

        Example:

            >>> from vivialconnect import Connector
            >>> connector = Connector.create({"phone_numbers": ["+19132597591"]})
            >>> [number.phone_number for number in connector.find_each_number()]
            ['+19132597591']
        """
        self._require_id()
        return PageIterator(self.find_numbers, limit, page_size)

    def count_numbers(self) -> int:
        """Return the number of phone numbers of the connector.

        :raises ValueError: If the connector has no id.
        :raises RequestorError: If the request fails.
        :raises ResourceError: If the response is not a count.
        """
        return self._count_items(ConnectorNumber)

    def add_numbers(self, numbers: NumbersGiven) -> None:
        """Add phone numbers to the connector.

        ``phone_numbers`` and ``more_numbers`` are updated from the response. Unsaved changes of
        ``phone_numbers`` are lost.

        :param numbers: One or several: an object, a dict, a string such as ``"+19132597591"``, or
            a :class:`~vivialconnect.resources.number.Number`.
        :raises ValueError: If the connector has no id, there are no numbers, or one is invalid.
        :raises RequestorError: If the request fails.
        :raises ResourceError: If the response is not a list of numbers.

        Example:

            >>> from vivialconnect import Connector, Number
            >>> connector = Connector.create({"name": "Reminders"})
            >>> connector.add_numbers(Number.find())
            >>> connector.phone_numbers
            [<ConnectorNumber 1 phone_number='+19132597591'>]
            >>> connector.remove_numbers("+19132597591")
            >>> connector.phone_numbers
            []
        """
        self._change_items("PUT", ConnectorNumber, numbers)

    def replace_numbers(self, numbers: NumbersGiven) -> None:
        """Replace all phone numbers of the connector.

        It raises the same errors as :meth:`add_numbers`.

        :param numbers: As for :meth:`add_numbers`; an empty list removes all.
        """
        self._change_items("POST", ConnectorNumber, numbers)

    def remove_numbers(self, numbers: NumbersGiven) -> None:
        """Remove phone numbers from the connector, not from the account.

        It raises the same errors as :meth:`add_numbers`.

        :param numbers: As for :meth:`add_numbers`.
        """
        self._change_items("DELETE", ConnectorNumber, numbers)

    # Callbacks

    def find_callbacks(self) -> ResourceList[ConnectorCallback]:
        """Find all callbacks of the connector.

        :raises ValueError: If the connector has no id.
        :raises RequestorError: If the request fails.
        :raises ResourceError: If the response is not a list of callbacks.
        """
        return self._find_items(ConnectorCallback, {})

    def count_callbacks(self) -> int:
        """Return the number of callbacks; it raises the same errors as :meth:`count_numbers`."""
        return self._count_items(ConnectorCallback)

    def add_callbacks(self, callbacks: CallbacksGiven) -> None:
        """Add callbacks to the connector.

        A callback replaces a callback with the same ``message_type`` and ``event_type``. The field
        ``callbacks`` is updated from the response. Unsaved changes of it are lost.

        :param callbacks: One or several, as objects or dicts.
        :raises ValueError: If the connector has no id, there are no callbacks, or one has no
            ``message_type`` or ``event_type``.
        :raises RequestorError: If the request fails.
        :raises ResourceError: If the response is not a list of callbacks.

        Example:

            >>> from vivialconnect import Connector, ConnectorCallback
            >>> connector = Connector.create({"name": "Reminders"})
            >>> status = ConnectorCallback(message_type="text", event_type="status")
            >>> status.url = "https://example.com/status"
            >>> connector.add_callbacks(status)
            >>> connector.callbacks
            [<ConnectorCallback text event_type='status' url='https://example.com/status' ...>]
            >>> connector.remove_callbacks(status)
            >>> connector.count_callbacks()
            0
        """
        self._change_items("PUT", ConnectorCallback, callbacks)

    def replace_callbacks(self, callbacks: CallbacksGiven) -> None:
        """Replace all callbacks of the connector.

        It raises the same errors as :meth:`add_callbacks`.

        :param callbacks: As for :meth:`add_callbacks`; an empty list removes all.
        """
        self._change_items("POST", ConnectorCallback, callbacks)

    def remove_callbacks(self, callbacks: CallbacksGiven) -> None:
        """Remove the callbacks with the same ``message_type`` and ``event_type``.

        It raises the same errors as :meth:`add_callbacks`.

        :param callbacks: As for :meth:`add_callbacks`.
        """
        self._change_items("DELETE", ConnectorCallback, callbacks)

    # Requests for one list

    def _find_items(
        self, class_: type[ElementT], query: Mapping[str, Any]
    ) -> ResourceList[ElementT]:
        call = Call("GET", class_.plural, query)
        return self._perform_below(call, lambda parsed: read_items(class_, parsed))

    def _count_items(self, class_: type[Element]) -> int:
        return self._perform_below(Call("GET", class_.plural + "/count"), read_count)

    def _change_items(self, method: str, class_: type[Element], given: Any) -> None:
        """Change a list on the service, and update the field from the response."""
        name = class_.plural
        items = [item._data() for item in class_._to_objects(given)]
        class_._validate_items(items)
        if method == "DELETE":
            items = [
                {key: data[key] for key in class_._key_fields if key in data} for data in items
            ]
        if not items and method != "POST":
            raise ValueError("no {} given: pass at least one".format(name.replace("_", " ")))
        call = Call(method, name, body=encode_body({ROOT: {name: items}}))
        # A POST is never answered with nothing.
        empty: tuple[Any, ...] = () if method == "POST" else (None, {})
        changed = self._perform_below(
            call, lambda parsed: None if parsed in empty else read_items(class_, parsed)
        )
        self._update_items(class_, self._find_after_change(class_) if changed is None else changed)

    def _find_after_change(self, class_: type[ElementT]) -> ResourceList[ElementT]:
        try:
            return self._find_items(class_, {})
        except VivialConnectError as failure:
            failure._hint = "the change was made: call reload() to see the result"
            raise

    def _update_items(self, class_: type[Element], items: ResourceList[Any]) -> None:
        """Update a list field and dependent fields from the response."""
        fields = self.attributes
        fields[class_.plural] = [*items]
        if "date_modified" in items.meta:
            fields["date_modified"] = items.meta["date_modified"]
        if class_ is ConnectorNumber:
            is_full = len(items) >= SHOWN_NUMBERS
            fields["more_numbers"] = bool(items.meta.get("next", is_full))
            self._remember_numbers()

    # Fields: _load() converts the items of the lists to objects, and _data() to dicts

    def _load(self, data: Data) -> None:
        super()._load(convert_lists(data))
        self._remember_numbers()

    def _data(self) -> Data:
        data = convert_lists(super()._data())
        for name in LISTS.keys() & data.keys():
            data[name] = [item._data() for item in data[name]]
        return data

    def _remember_numbers(self) -> None:
        """Remember the phone numbers of an incomplete list, to detect changes."""
        fields = self.attributes
        shown = fields.get("phone_numbers") if fields.get("more_numbers") else None
        self._loaded_numbers = None if shown is None else [number._data() for number in shown]

    def _data_to_save(self, method: str) -> Data:
        data = super()._data_to_save(method)
        for name, class_ in LISTS.items():
            class_._validate_items(data.get(name, ()))
            if method == "POST" and not data.get(name):
                data.pop(name, None)
        if data.get("more_numbers") and "phone_numbers" in data:
            numbers = data.pop("phone_numbers")
            if method == "POST" or numbers != self._loaded_numbers:
                raise ValueError(
                    f"phone_numbers contains only the first {SHOWN_NUMBERS} numbers, and saving it "
                    "would remove the others: use add_numbers, remove_numbers or "
                    "replace_numbers, or discard the change with reload()"
                )
        return data

    @classmethod
    def _read_data(cls, parsed: Any) -> Data:
        with invalid_response():
            return convert_lists(super()._read_data(parsed))

    @classmethod
    def _read_list(
        cls: type[ConnectorT], parsed: Any, prefix: str = ""
    ) -> ResourceList[ConnectorT]:
        with invalid_response():
            return super()._read_list(parsed, prefix)

    # Copies and pickles include the loaded phone numbers

    def __copy__(self: ConnectorT) -> ConnectorT:
        return deepcopy(self)

    def __deepcopy__(self: ConnectorT, memo: dict[int, Any]) -> ConnectorT:
        copied = super().__deepcopy__(memo)
        copied._loaded_numbers = self._loaded_numbers
        return copied

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        state = None, {"_loaded_numbers": self._loaded_numbers}
        return (*super().__reduce_ex__(protocol), state)
