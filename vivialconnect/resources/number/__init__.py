"""Phone numbers: available numbers, and numbers of the account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, NoReturn, TypeVar

from vivialconnect.common import paths
from vivialconnect.common.exchange import Call
from vivialconnect.common.requestor import Requestor
from vivialconnect.common.values import is_empty, plain, shorten
from vivialconnect.resources._lists import ResourceList, merge_query
from vivialconnect.resources._spelling import check_single_values, check_spelling
from vivialconnect.resources._typing import CommonFields, Id, Unpack
from vivialconnect.resources.number.lookup import NumberInfo, read_number_info
from vivialconnect.resources.number.tags import Tagged

NumberT = TypeVar("NumberT", bound="Number")

#: The query parameters of :meth:`Number.available`.
AVAILABLE_PARAMETERS = (
    "country_code", "number_type", "in_region", "area_code", "in_postal_code", "in_city",
    "local_number", "contains", "limit", "page",
)  # fmt: skip


class NumberFields(CommonFields, total=False):
    """The fields of a phone number, for type checkers."""

    account_id: int
    name: str
    phone_number: str
    phone_number_type: str
    area_code: str | None
    status_text_url: str | None
    status_text_method: str | None
    incoming_text_url: str | None
    incoming_text_method: str | None
    incoming_text_fallback_url: str | None
    incoming_text_fallback_method: str | None
    capabilities: dict[str, bool] | None
    city: str | None
    region: str | None
    lata: str | None
    rate_center: str | None
    sms_configuration_id: int | None
    connector_id: int | None
    tags: dict[str, str]
    active: bool
    voice_forwarding_number: str | None


class Number(Tagged):
    """A phone number: an available number, or a number of the account.

    Available numbers have ``name``, ``phone_number``, ``phone_number_type``, ``city``, ``region``,
    ``lata`` and ``rate_center``.

    ============================= ==============================================================
    id                            Id of the number; ``None`` for available numbers (int).
    date_created                  Purchase time, UTC, ISO 8601 (str); ``created_at``.
    date_modified                 Time of the last change (str); ``modified_at``.
    account_id                    Id of the account (int).
    name                          Its name; default ``"(xxx) yyy-zzzz"`` (str).
    phone_number                  In E.164 format, ``"+1xxxyyyzzzz"`` (str).
    phone_number_type             ``"local"`` or ``"tollfree"`` (str).
    area_code                     Write-only: buy any number of this area code (str).
    status_text_url               The webhook for the status of messages (str).
    status_text_method            The HTTP method for it (str).
    incoming_text_url             The webhook for incoming texts, at most 256 characters (str).
    incoming_text_method          ``"GET"`` or ``"POST"``, which is the default (str).
    incoming_text_fallback_url    The webhook to use if that fails (str).
    incoming_text_fallback_method ``"GET"`` or ``"POST"``, which is the default (str).
    capabilities                  sms, mms, voice, each a bool (dict).
    city, region, lata            The location; region is a US state's two letters (str).
    rate_center                   Rate center, often the city (str).
    sms_configuration_id          The callback configuration (int).
    connector_id                  The connector that it belongs to (int).
    tags                          Names of your own, each with a value (dict).
    active                        Whether it can be used (bool).
    voice_forwarding_number       The number that calls are forwarded to (str).
    ============================= ==============================================================

    Example:

        >>> from vivialconnect import Number
        >>> number = Number.available(area_code="515", limit=1)[0]
        >>> number.buy()
        True
        >>> number.id is None
        False
    """

    singular = "phone_number"
    plural = "numbers"

    _filters: ClassVar = ("contains", "limit", "name", "order", "page", "search")
    _other_roots: ClassVar[tuple[str, ...]] = ("number",)
    _repr_fields: ClassVar[tuple[str, ...]] = ("phone_number", "name")

    date_created: str
    date_modified: str
    account_id: int
    name: str
    phone_number: str
    phone_number_type: str
    area_code: str | None
    status_text_url: str | None
    status_text_method: str | None
    incoming_text_url: str | None
    incoming_text_method: str | None
    incoming_text_fallback_url: str | None
    incoming_text_fallback_method: str | None
    capabilities: dict[str, bool] | None
    city: str | None
    region: str | None
    lata: str | None
    rate_center: str | None
    sms_configuration_id: int | None
    connector_id: int | None
    tags: dict[str, str]
    active: bool
    voice_forwarding_number: str | None

    def __init__(
        self,
        attributes: Mapping[str, Any] | Id | None = None,
        prefix_options: Mapping[str, Any] | None = None,
        **fields: Unpack[NumberFields],
    ) -> None:
        super().__init__(attributes, prefix_options, **fields)

    @classmethod
    def available(
        cls: type[NumberT],
        opts: Mapping[str, Any] | None = None,
        *,
        number_type: Literal["local", "tollfree"] | None = None,
        **kwargs: Any,
    ) -> ResourceList[NumberT]:
        """List available numbers.

        :param opts: The query, merged with the keywords.
        :param number_type: ``"local"``, the default, or ``"tollfree"``.
        :param kwargs: ``country_code`` (default ``"US"``); for local numbers exactly one of
            ``in_region`` (``"KS"``), ``area_code`` (``"913"``), ``in_postal_code``; and
            ``in_city``, ``local_number`` (the digits after the area code, three or more),
            ``contains`` (digits, letters as on a keypad, ``?`` for one digit, ``*`` for any),
            ``limit``, ``page``. Empty values are ignored.
        :returns: A list of numbers for :meth:`buy`.
        :raises ValueError: If a parameter is given twice or misspelt.

        Example:

            >>> from vivialconnect import Number
            >>> for number in Number.available(area_code="913", limit=3):
            ...     print(number.name, number.city, number.region)
            (913) ... KANSAS CITY KS
            (913) ... KANSAS CITY KS
            (913) ... KANSAS CITY KS
        """
        if number_type is not None:
            kwargs["number_type"] = number_type
        given = merge_query(opts, kwargs)
        check_spelling(given, AVAILABLE_PARAMETERS)
        query = {name: value for name, value in given.items() if not is_empty(value)}
        check_single_values(AVAILABLE_PARAMETERS, query)
        country = paths.quote_segment(query.pop("country_code", "US"), "country_code")
        kind = paths.quote_segment(query.pop("number_type", "local"), "number_type")
        below = f"available/{country.upper()}/{kind.lower()}"
        return cls._perform(Call("GET", below, query), cls._read_list)

    def buy(self) -> bool:
        """Buy the number, and update the object from the response.

        The id of the object is not sent.

        :returns: ``True``.
        :raises RequestorError: If the request fails. If its ``outcome`` is ``"unknown"``, the
            number may have been bought: use :meth:`.find_sent` before you buy again.
        """
        return self._save("POST")

    def buy_local(self) -> bool:
        """Buy the number as a local number; see :meth:`buy`.

        Example:

            >>> from vivialconnect import Number
            >>> Number({"area_code": "913"}).buy_local()
            True
        """
        self.phone_number_type = "local"
        return self._save("POST")

    @classmethod
    def lookup(cls, phone_number: str) -> NumberInfo:
        """Look up the carrier and the device of any phone number.

        :param phone_number: The number in E.164 format. It is sent unchanged.
        :returns: An object with phone_number, carrier and device.
        :raises ValueError: If the number is empty or not a string.

        Example:

            >>> from vivialconnect import Number
            >>> info = Number.lookup("+15154469790")
            >>> info.phone_number, info.carrier["name"], info.device["model"]
            ('+15154469790', 'Sandbox Wireless', 'APL iPhone6')

        .. versionadded:: 1.0
        """
        query = {"phone_number": _checked_number(phone_number)}
        return cls._perform(Call("GET", "lookup", query), read_number_info)

    def _identifying_fields(self) -> dict[str, Any]:
        phone_number = self.attributes.get("phone_number")
        if not phone_number:
            raise ValueError("find_sent() requires a number that was bought with phone_number")
        return {"phone_number": phone_number}


def _checked_number(phone_number: Any) -> str:
    number = plain(phone_number, "phone_number")
    if isinstance(number, str) and number.strip():
        return number
    shown = shorten(number)
    raise ValueError(f"phone_number must be a string like '+19132597591', got {shown}")


class LocalNumber(Number):
    """A local number of the account.

    This class has the fields and methods of :class:`.Number`. It uses the collection
    ``numbers/local``, which has no toll-free numbers. A ``LocalNumber`` is never equal to a
    ``Number``. To find numbers by tags, use ``Number.tagged_numbers``.

    Example:

        >>> from vivialconnect import LocalNumber, Number
        >>> Number.available(number_type="tollfree", limit=1)[0].buy()
        True
        >>> Number.count(), LocalNumber.count()
        (2, 1)
        >>> LocalNumber.find()
        [<LocalNumber 1 phone_number='+19132597591' name='(913) 259-7591'>]

    .. versionadded:: 1.0
    """

    singular = "phone_number"
    plural = "numbers/local"

    @classmethod
    def _path(
        cls, requestor: Requestor, prefix: str = "", id_: Id | None = None, below: str = ""
    ) -> str:
        # The collection numbers/local supports no other path below it.
        if below in ("", "count"):
            return super()._path(requestor, prefix, id_, below)
        return Number._path(requestor, prefix, id_, below)

    @classmethod
    def _tag_query(cls, contains: Any, notcontains: Any) -> NoReturn:
        raise NotImplementedError(
            "the service cannot find local numbers by tags: use Number.tagged_numbers or "
            "Number.find_each_tagged_number"
        )
