"""What stands in the lists of a connector: its numbers and its callbacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from vivialconnect.common import settings
from vivialconnect.resources._base import ResourceBase
from vivialconnect.resources.connector._elements import Element

__all__ = ("ConnectorCallback", "ConnectorNumber")


class ConnectorNumber(Element):
    """A number of a connector. It has no calls of its own.

    :param attributes: Its fields as a dict; a text like ``"+19132597591"``; or a
        :class:`~vivialconnect.resources.number.Number`.
    :param phone_number: The number; one of the two is enough.
    :param phone_number_id: The id of the number.
    :raises ValueError: If the attributes are something else.

    ================= ==========================================================================
    phone_number      The number in E.164 format, ``"+1xxxyyyzzzz"`` (str).
    phone_number_id   The number's id, which is the ``id`` of this row too (int).
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

    _names: ClassVar[tuple[str, ...]] = ("phone_number", "phone_number_id")
    _made_of: ClassVar[str] = "a dict of its fields, a text like '+19132597591' or a Number"
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
        self._fill(attributes, phone_number=phone_number, phone_number_id=phone_number_id)

    @classmethod
    def _plain(cls, given: Any) -> dict[str, Any]:
        if isinstance(given, str) and given.startswith("+"):
            return {"phone_number": given}
        if isinstance(given, ResourceBase) and not isinstance(given, cls):
            fields = {
                "phone_number": given.attributes.get("phone_number"),
                "phone_number_id": given.id,
            }
            if fields["phone_number"] is not None:
                return {name: value for name, value in fields.items() if value is not None}
        return super()._plain(given)

    # The service lets either do.
    @classmethod
    def _is_named(cls, data: dict[str, Any]) -> bool:
        return any(data.get(name) for name in cls._names)

    @classmethod
    def _same(cls, one: dict[str, Any], other: dict[str, Any]) -> bool:
        return any(one.get(name) and one.get(name) == other.get(name) for name in cls._names)

    @classmethod
    def _need(cls) -> str:
        return " or ".join(cls._names)


class ConnectorCallback(Element):
    """What a connector does when something happens. It has no id and no calls of its own.

    :param attributes: Its fields as a dict.
    :param message_type: The fields themselves.
    :raises ValueError: If the attributes are no mapping, or a field is given twice.

    A connector has at most one for each message type and event type.

    ================= ==========================================================================
    message_type      ``"text"`` or ``"voice"`` (str).
    event_type        ``"incoming"``, ``"incoming_fallback"`` or ``"status"`` (str).
    url               Where it is posted to, at most 256 characters (str).
    method            ``"GET"``, ``"POST"``, ``"PUT"`` or ``None``; of status ``"POST"`` (str).
    date_created      When it was made, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified     When it was last changed (str); as a datetime: ``modified_at``.
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

    _names: ClassVar[tuple[str, ...]] = ("message_type", "event_type")

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
        self._fill(
            attributes, message_type=message_type, event_type=event_type, url=url, method=method
        )

    def _fields_for_repr(self) -> dict[str, Any]:
        data = self.attributes
        fields = {name: data.get(name) for name in ("event_type", "url", "method")}
        if fields["url"] is not None:
            # What only those who were told the URL know stands in its query, or before its host.
            fields["url"] = settings.without_credentials(fields["url"]).partition("?")[0]
        shown = {name: value for name, value in fields.items() if value is not None}
        return {"message_type": data.get("message_type", "new"), **shown}
