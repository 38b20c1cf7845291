"""Connectors: several numbers that share their callbacks and send as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Union

from vivialconnect.common.error import ResourceError, VivialConnectError
from vivialconnect.common.exchange import Call
from vivialconnect.common.util import encode_body
from vivialconnect.resources._base import DEFAULT_LOCATION, make_objects
from vivialconnect.resources._iteration import PageIterator
from vivialconnect.resources._lists import LARGEST_PAGE, ResourceList, list_of_dicts, read_count
from vivialconnect.resources.connector._connector_lists import (
    ROOT,
    SHOWN_NUMBERS,
    Shown,
    noted,
    read_list,
)
from vivialconnect.resources.connector.elements import ConnectorCallback, ConnectorNumber
from vivialconnect.resources.connector.owned_list import ElementT, ListField, Owner
from vivialconnect.resources.resource import Resource

if TYPE_CHECKING:
    from typing import TypeVar

    from vivialconnect.resources._typing import Id
    from vivialconnect.resources.connector._elements import Data, Element

    ConnectorT = TypeVar("ConnectorT", bound="Connector")

__all__ = ("Connector",)

#: What is taken for an element beside one.
NumberForm = Union[Resource, Mapping[str, Any], str]
CallbackForm = Mapping[str, Any]
NumbersGiven = Union[ConnectorNumber, NumberForm, Iterable[Union[ConnectorNumber, NumberForm]]]
CallbacksGiven = Union[
    ConnectorCallback, CallbackForm, Iterable[Union[ConnectorCallback, CallbackForm]]
]


class Connector(Owner):
    """Several numbers that share their callbacks and send as one.

    A message that names a connector instead of a ``from_number`` is sent from one of its numbers.

    ================= ==========================================================================
    id                The connector's id (int).
    date_created      When it was made, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified     When it was last changed (str); as a datetime: ``modified_at``.
    account_id        The account (int).
    name              The name that you gave it (str or ``None``).
    active            Whether it can be used (bool).
    callbacks         What happens when texts and calls come, see :class:`.ConnectorCallback`.
    phone_numbers     Its numbers, at most the first 50, see :class:`.ConnectorNumber`.
    more_numbers      Whether it has more numbers than these (bool).
    ================= ==========================================================================

    ``callbacks`` and ``phone_numbers`` are lists of their own kind, see :class:`.OwnedList`, and
    are saved with the connector. In ``attributes`` and ``to_dict()`` they are plain lists of dicts.
    Where ``more_numbers`` is true, ``save()`` leaves ``phone_numbers`` out, for it would take the
    numbers that are not shown off the connector; if they were changed it is a ``ValueError``, and
    :meth:`add_numbers`, :meth:`remove_numbers` and :meth:`replace_numbers` do it.

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

    singular = ROOT
    plural = "connectors"

    _repr_fields: ClassVar[tuple[str, ...]] = ("name", "active")
    _kinds: ClassVar[Mapping[str, type[Element]]] = {
        kind.plural: kind for kind in (ConnectorCallback, ConnectorNumber)
    }

    date_created: str
    date_modified: str
    account_id: int
    name: str | None
    active: bool
    more_numbers: bool

    callbacks = ListField[ConnectorCallback, CallbackForm](
        ConnectorCallback, "The callbacks, as a list of their own kind."
    )
    phone_numbers = ListField[ConnectorNumber, NumberForm](
        ConnectorNumber, "The numbers, at most the first 50, as a list of their own kind."
    )

    def __init__(
        self,
        attributes: Mapping[str, Any] | Id | None = None,
        prefix_options: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        super().__init__(attributes, prefix_options, **fields)
        for name in self._kinds:
            given = vars(self).get(name)
            if given is not None:
                setattr(self, name, given)

    # Numbers

    def find_numbers(
        self, *, page: int | None = None, limit: int | None = None, **query: Any
    ) -> ResourceList[ConnectorNumber]:
        """Find one page of the connector's numbers; :meth:`find_each_number` gives all.

        :param page: Which page, from 1, which is the default.
        :param limit: How many a page has; default 50, at most 150.
        :param query: What else the service knows.
        :returns: A list that no row owns, with ``count``, ``pages``, ``next`` and ``previous`` in
            its ``meta``.
        :raises ValueError: If the connector has no id.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no list of numbers.
        """
        return self._find_below(ConnectorNumber, {"page": page, "limit": limit, **query})

    def find_each_number(
        self, limit: int | None = None, page_size: int = LARGEST_PAGE
    ) -> Iterator[ConnectorNumber]:
        """Walk over all numbers of the connector, page after page, each when it is needed.

        :param limit: How many in all; ``None`` for every one.
        :param page_size: How many to ask for at a time, 1 to 150.
        :raises ValueError: At once, if the connector has no id, or limit or page size cannot be.
        :raises RequestorError: While walking, if a call fails.
        :raises ResourceError: While walking, if an answer is no list.

        Example:

            >>> from vivialconnect import Connector
            >>> connector = Connector.create({"phone_numbers": ["+19132597591"]})
            >>> [number.phone_number for number in connector.find_each_number()]
            ['+19132597591']
        """
        self._require_id()
        return PageIterator(self.find_numbers, limit, page_size)

    def count_numbers(self) -> int:
        """Return how many numbers the connector has.

        :raises ValueError: If the connector has no id.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no count.
        """
        return self._perform_below(Call("GET", "phone_numbers/count"), read_count)

    def add_numbers(self, numbers: NumbersGiven) -> None:
        """Give the connector numbers beside those that it has.

        The row follows: ``phone_numbers`` and ``more_numbers`` are then what the service says, and
        changes of ``phone_numbers`` that were not saved are gone.

        :param numbers: One or several of what is taken for a number: an object, a dict, a text like
            ``"+19132597591"``, or a :class:`~vivialconnect.resources.number.Number`.
        :raises ValueError: If the connector has no id, or there is no number among them, or
            something else.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no list of numbers.

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
        self._change_below("PUT", ConnectorNumber, numbers)

    def replace_numbers(self, numbers: NumbersGiven) -> None:
        """Give the connector these numbers and no others; errors as of :meth:`add_numbers`.

        :param numbers: What :meth:`add_numbers` takes; an empty list takes all numbers off it.
        """
        self._change_below("POST", ConnectorNumber, numbers)

    def remove_numbers(self, numbers: NumbersGiven) -> None:
        """Take numbers off the connector, not the account; errors as of :meth:`add_numbers`.

        :param numbers: What :meth:`add_numbers` takes.
        """
        self._change_below("DELETE", ConnectorNumber, numbers)

    # Callbacks

    def find_callbacks(self) -> ResourceList[ConnectorCallback]:
        """Find the callbacks that the connector has on the service.

        :returns: All of them, in a list that no row owns.
        :raises ValueError: If the connector has no id.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no list of callbacks.
        """
        return self._find_below(ConnectorCallback, {})

    def count_callbacks(self) -> int:
        """Return how many callbacks the connector has; errors as of :meth:`count_numbers`."""
        return self._perform_below(Call("GET", "callbacks/count"), read_count)

    def add_callbacks(self, callbacks: CallbacksGiven) -> None:
        """Give the connector callbacks; one of the same types is replaced, the others stay.

        The row follows: ``callbacks`` is then what the service says, and changes of it that were
        not saved are gone.

        :param callbacks: One or several, as objects or dicts.
        :raises ValueError: If the connector has no id, or there is no callback among them, or one
            without its ``message_type`` and ``event_type``.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no list of callbacks.

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
        self._change_below("PUT", ConnectorCallback, callbacks)

    def replace_callbacks(self, callbacks: CallbacksGiven) -> None:
        """Give the connector these callbacks and no others; errors as of :meth:`add_callbacks`.

        :param callbacks: What :meth:`add_callbacks` takes; an empty list takes all away.
        """
        self._change_below("POST", ConnectorCallback, callbacks)

    def remove_callbacks(self, callbacks: CallbacksGiven) -> None:
        """Take callbacks away; errors as of :meth:`add_callbacks`.

        :param callbacks: What :meth:`add_callbacks` takes; ``message_type`` and ``event_type`` say
            which.
        """
        self._change_below("DELETE", ConnectorCallback, callbacks)

    # Underneath

    def _find_below(self, kind: type[ElementT], query: Mapping[str, Any]) -> ResourceList[ElementT]:
        call = Call("GET", kind.plural, query)
        found, meta = self._perform_below(call, lambda answer: read_list(answer, kind.plural))
        return ResourceList(make_objects(kind, found, DEFAULT_LOCATION), meta)

    def _change_below(self, method: str, kind: type[Element], given: Any) -> None:
        """Change a list of the connector on the service, and then here."""
        name = kind.plural
        named = kind._checked([kind._plain(each) for each in kind._several(given)])
        if method == "DELETE":
            named = [{key: data[key] for key in kind._names if key in data} for data in named]
        if not named and method != "POST":
            raise ValueError("name one of the {} at least".format(name.replace("_", " ")))
        call = Call(method, name, body=encode_body({ROOT: {name: named}}))
        answer = self._perform_below(
            call, lambda answer: None if answer in (None, {}) else read_list(answer, name)
        )
        found, meta = answer or self._ask_after_change(name)
        self._follow(name, found, meta)

    def _ask_after_change(self, name: str) -> tuple[list[Data], dict[str, Any]]:
        """Ask for a list that was changed, where the service has said no more than that."""
        try:
            return self._perform_below(Call("GET", name), lambda answer: read_list(answer, name))
        except VivialConnectError as failure:
            failure._hint = "the change itself was made, and reload() shows what came of it"
            raise

    def _follow(self, name: str, found: list[Data], meta: Mapping[str, Any]) -> None:
        """Take over a list that the service has after a change."""
        data = {**self._data(), name: found}
        if "date_modified" in meta:
            data["date_modified"] = meta["date_modified"]
        if name == ConnectorNumber.plural:
            full = len(found) >= SHOWN_NUMBERS
            data["more_numbers"] = bool(meta["next"]) if "next" in meta else full
            data = noted(data)
        self._load(data)

    def _data_to_save(self, method: str) -> dict[str, Any]:
        data = super()._data_to_save(method)
        for name, kind in self._kinds.items():
            if data.get(name) is not None:
                kind._checked(data[name])
        if data.get("more_numbers"):
            numbers = data.pop("phone_numbers", None)
            kept = isinstance(numbers, Shown) and numbers == numbers.before
            if numbers is not None and (not kept or method == "POST"):
                raise ValueError(
                    "phone_numbers has the first {} of more, and saving them would take the others "
                    "off the connector; change them with add_numbers, remove_numbers or "
                    "replace_numbers, or reload() to drop the change".format(SHOWN_NUMBERS)
                )
        return data

    @classmethod
    def _read_data(cls, parsed: Any) -> dict[str, Any]:
        data = super()._read_data(parsed)
        for name in cls._kinds:
            found = data.get(name)
            if found is not None and list_of_dicts(found) is None:
                raise ResourceError("{} of the response is no list of objects".format(name))
        return noted(data)

    @classmethod
    def _read_list(
        cls: type[ConnectorT], parsed: Any, prefix: str = ""
    ) -> ResourceList[ConnectorT]:
        rows = super()._read_list(parsed, prefix)
        for row in rows:
            noted(vars(row))
        return rows
