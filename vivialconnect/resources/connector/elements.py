"""The items in the lists of a connector: phone numbers and callbacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, TypeVar

from vivialconnect.common import settings
from vivialconnect.common.values import plain, shorten
from vivialconnect.resources._base import DEFAULT_LOCATION, ResourceBase, make_objects
from vivialconnect.resources._lists import merge_fields

__all__ = ("ConnectorCallback", "ConnectorNumber")

Data = dict[str, Any]
ElementT = TypeVar("ElementT", bound="Element")


class Element(ResourceBase):
    """An item in a list of a connector. It has fields, and sends no requests."""

    __slots__ = ()

    #: The fields that identify an item.
    _key_fields: ClassVar[tuple[str, ...]]
    #: The required fields and the accepted types, for error texts.
    _requires: ClassVar[str]
    _accepts: ClassVar[str]

    @classmethod
    def _to_objects(cls: type[ElementT], given: Any) -> list[ElementT]:
        """Return one or several items as a list of objects. Objects are not copied.

        :raises ValueError: If an item is invalid.
        """
        given = plain(given, cls.plural)
        if isinstance(given, (str, Mapping, ResourceBase)):
            given = [given]
        if not isinstance(given, Iterable):
            raise ValueError(f"{cls.plural} must be a list, got {shorten(given)}")
        items = [plain(each, cls.plural) for each in given]
        if {*map(type, items)} <= {dict}:
            # Converted together, which is faster: a page of connectors has many lists.
            return make_objects(cls, [*map(dict, items)], DEFAULT_LOCATION)
        return [
            each
            if isinstance(each, cls)
            else make_objects(cls, [cls._to_data(each)], DEFAULT_LOCATION)[0]
            for each in items
        ]

    @classmethod
    def _to_data(cls, given: Any) -> Data:
        """Return the fields of an item of any accepted type."""
        if isinstance(given, cls):
            return given._data()
        if isinstance(given, Mapping):
            return dict(given)
        # The value may be a URL with credentials.
        raise ValueError(f"a {cls.__name__} must be {cls._accepts}, got {type(given).__name__}")

    @classmethod
    def _validate_items(cls, items: Iterable[Data]) -> None:
        """Check that each item has the required fields.

        :raises ValueError: If a field is missing.
        """
        for position, data in enumerate(items):
            if not cls._is_identifiable(data):
                raise ValueError(f"{cls.plural}[{position}] must have {cls._requires}")

    @classmethod
    def _is_identifiable(cls, data: Data) -> bool:
        return all(plain(data.get(name), name) for name in cls._key_fields)

    def _load_given(self, attributes: Any, **fields: Any) -> None:
        given = {name: value for name, value in fields.items() if value is not None}
        attributes = plain(attributes, "attributes")
        self._load(merge_fields({} if attributes is None else self._to_data(attributes), given))


class ConnectorNumber(Element):
    """A phone number of a connector. It sends no requests.

    :param attributes: Its fields as a dict, a string such as ``"+19132597591"``, or a
        :class:`~vivialconnect.resources.number.Number`.
    :param phone_number: The phone number. Either this or the id is required.
    :param phone_number_id: The id of the number.
    :raises ValueError: If ``attributes`` has another type, or a field is given twice.

    ================= ==========================================================================
    phone_number      Phone number in E.164 format, ``"+1xxxyyyzzzz"`` (str).
    phone_number_id   Id of the number, also as ``id`` (int).
    ================= ==========================================================================

    Example:

        >>> from vivialconnect import ConnectorNumber
        >>> ConnectorNumber("+19132597591"), ConnectorNumber(phone_number_id=7)
        (<ConnectorNumber new phone_number='+19132597591'>, <ConnectorNumber 7>)

    .. versionadded:: 1.0
    """

    singular = "phone_number"
    plural = "phone_numbers"
    primary_key = "phone_number_id"

    _key_fields: ClassVar[tuple[str, ...]] = ("phone_number", "phone_number_id")
    _requires: ClassVar[str] = "phone_number or phone_number_id"
    _accepts: ClassVar[str] = "a Number, a dict of its fields or a string like '+19132597591'"
    _repr_fields: ClassVar[tuple[str, ...]] = ("phone_number",)

    phone_number: str
    phone_number_id: int

    def __init__(
        self,
        attributes: Mapping[str, Any] | ResourceBase | str | None = None,
        *,
        phone_number: str | None = None,
        phone_number_id: int | None = None,
    ) -> None:
        self._load_given(attributes, phone_number=phone_number, phone_number_id=phone_number_id)

    @classmethod
    def _to_data(cls, given: Any) -> Data:
        if isinstance(given, str):
            if not given.startswith("+"):
                raise ValueError(
                    f"a phone number must be in E.164 format (+19132597591), got {given!r}"
                )
            return {"phone_number": given}
        if isinstance(given, ResourceBase) and not isinstance(given, cls):
            # Duck typing, because resources do not import each other.
            phone_number = given.attributes.get("phone_number")
            if phone_number is not None:
                data = {"phone_number": phone_number, "phone_number_id": given.id}
                return {name: value for name, value in data.items() if value is not None}
        return super()._to_data(given)

    @classmethod
    def _is_identifiable(cls, data: Data) -> bool:
        return any(plain(data.get(name), name) for name in cls._key_fields)


class ConnectorCallback(Element):
    """A webhook of a connector for one type of event. It has no id, and sends no requests.

    :param attributes: The fields as a dict.
    :param message_type: This and the other parameters are the fields by name.
    :raises ValueError: If the attributes are not a mapping, or a field is given twice.

    A connector has at most one callback for each message type and event type.

    ================= ==========================================================================
    message_type      ``"text"`` or ``"voice"`` (str).
    event_type        ``"incoming"``, ``"incoming_fallback"`` or ``"status"`` (str).
    url               URL of the webhook, at most 256 characters (str).
    method            ``"GET"``, ``"POST"``, ``"PUT"`` or ``None``; for status ``"POST"`` (str).
    date_created      Creation time, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified     Time of the last change (str); as a datetime: ``modified_at``.
    ================= ==========================================================================

    Example:

        >>> from vivialconnect import ConnectorCallback
        >>> ConnectorCallback(
        ...     message_type="text", event_type="incoming", url="https://example.com/texts?key=7"
        ... )
        <ConnectorCallback text event_type='incoming' url='https://example.com/texts'>

    .. versionadded:: 1.0
    """

    singular = "callback"
    plural = "callbacks"

    _key_fields: ClassVar[tuple[str, ...]] = ("message_type", "event_type")
    _requires: ClassVar[str] = "message_type and event_type"
    _accepts: ClassVar[str] = "a dict of its fields"

    message_type: str
    event_type: str
    url: str
    method: str | None
    date_created: str
    date_modified: str

    def __init__(
        self,
        attributes: Mapping[str, Any] | None = None,
        *,
        message_type: str | None = None,
        event_type: str | None = None,
        url: str | None = None,
        method: str | None = None,
    ) -> None:
        self._load_given(
            attributes, message_type=message_type, event_type=event_type, url=url, method=method
        )

    def _fields_for_repr(self) -> dict[str, Any]:
        data = self.attributes
        shown = {name: data.get(name) for name in ("event_type", "url", "method")}
        if shown["url"] is not None:
            # The query and the user info of a URL may contain credentials.
            shown["url"] = settings.without_credentials(shown["url"]).partition("?")[0]
        fields = {name: value for name, value in shown.items() if value is not None}
        return {"message_type": data.get("message_type", "new"), **fields}
