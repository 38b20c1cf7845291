"""Phone numbers: those on sale, and those of the account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn

from vivialconnect.common import paths
from vivialconnect.common.exchange import Call
from vivialconnect.resources._attributes import check_spelling
from vivialconnect.resources._lists import merged_query
from vivialconnect.resources.number.lookup import NumberInfo, read_number_info
from vivialconnect.resources.number.tags import Tagged

if TYPE_CHECKING:
    from typing import TypeVar

    from vivialconnect.common.requestor import Requestor
    from vivialconnect.resources._row import Id
    from vivialconnect.resources.resource import ResourceList

    NumberT = TypeVar("NumberT", bound="Number")


#: What numbers on sale are looked for by.
SOUGHT = (
    "country_code", "number_type", "in_region", "area_code", "in_postal_code", "in_city",
    "local_number", "contains", "limit", "page",
)  # fmt: skip


class Number(Tagged):
    """A phone number, on sale or of the account.

    Numbers on sale have name, phone_number, phone_number_type, city, region, lata and rate_center.

    ============================= ==============================================================
    id                            The number's id; ``None`` on sale (int).
    date_created                  When it was bought, UTC, ISO 8601 (str); ``created_at``.
    date_modified                 When it was last changed (str); ``modified_at``.
    account_id                    The account (int).
    name                          As people see it; by default ``"(xxx) yyy-zzzz"`` (str).
    phone_number                  In E.164 format, ``"+1xxxyyyzzzz"`` (str).
    phone_number_type             ``"local"`` or ``"tollfree"`` (str).
    area_code                     Written only: buy any number of this area code (str).
    status_text_url               Where the status of messages is posted to (str).
    status_text_method            How (str).
    incoming_text_url             Where incoming texts are sent, at most 256 characters (str).
    incoming_text_method          ``"GET"`` or ``"POST"``, which is the default (str).
    incoming_text_fallback_url    Where they are sent if that fails (str).
    incoming_text_fallback_method ``"GET"`` or ``"POST"``, which is the default (str).
    capabilities                  What it can do: sms, mms, voice, each a bool (dict).
    city, region, lata            Where it is; region is a US state's two letters (str).
    rate_center                   The centre that calls are charged from, often the city (str).
    sms_configuration_id          The callback configuration (int).
    connector_id                  The connector that it belongs to (int).
    tags                          Words of your own, name to value (dict).
    active                        Whether it can be used (bool).
    voice_forwarding_number       Where calls are forwarded to (str).
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

    _shown: ClassVar[tuple[str, ...]] = ("phone_number", "name")

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

    @classmethod
    def available(
        cls: type[NumberT],
        opts: Mapping[str, Any] | None = None,
        *,
        number_type: Literal["local", "tollfree"] | None = None,
        **kwargs: Any,
    ) -> ResourceList[NumberT]:
        """List numbers on sale.

        :param opts: The query, merged with the keywords.
        :param number_type: ``"local"``, the default, or ``"tollfree"``.
        :param kwargs: ``country_code`` (default ``"US"``), and of local numbers exactly one of
            ``in_region`` (``"KS"``), ``area_code`` (``"913"``), ``in_postal_code``; besides
            ``in_city``, ``local_number`` (how it goes on after its area code, three digits or
            more), ``contains`` (digits, letters as on a keypad, ``?`` for one digit, ``*`` for
            any), ``limit``, ``page``. What is ``None`` or empty is left out.
        :returns: A list of numbers that :meth:`buy` can buy.
        :raises ValueError: If a key stands in both, is nearly one of these or a word of it, or a
            setting is missing.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no list of numbers.

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
        given = merged_query(opts, kwargs)
        check_spelling(given, SOUGHT)
        # The encoder leaves out what is None or an empty list, and keeps an empty text.
        query = {name: value for name, value in given.items() if value not in ("", None)}
        country = paths.quote_segment(query.pop("country_code", "US"), "country_code")
        kind = paths.quote_segment(query.pop("number_type", "local"), "number_type")
        place = "available/{}/{}".format(country.upper(), kind.lower())
        return cls._make_call(Call("GET", place, query), lambda answer: cls._rows(answer, ""))

    def buy(self) -> bool:
        """Buy the number that the row describes, and take over what the service says of it.

        It always creates: an id that the row has is not sent.

        :returns: ``True``.
        :raises RequestorError: If the call fails. Where its ``outcome`` is ``"unknown"``, the
            number may have been bought: :meth:`.find_sent` looks, before you buy again.
        :raises ResourceError: If the answer is no number.
        """
        return self._create()

    def buy_local(self) -> bool:
        """Buy the number as a local one; see :meth:`buy`.

        Example:

            >>> from vivialconnect import Number
            >>> Number({"area_code": "913"}).buy_local()
            True
        """
        self.phone_number_type = "local"
        return self.buy()

    @classmethod
    def lookup(cls, phone_number: str) -> NumberInfo:
        """Look up who carries a phone number, anybody's, and what kind of device it rings.

        :param phone_number: The number in E.164 format; sent as it is.
        :returns: A row with phone_number, carrier and device.
        :raises ValueError: If it is no text, or empty.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer says nothing about a number.

        Example:

            >>> from vivialconnect import Number
            >>> info = Number.lookup("+15154469790")
            >>> info.phone_number, info.carrier["name"], info.device["model"]
            ('+15154469790', 'Sandbox Wireless', 'APL iPhone6')

        .. versionadded:: 1.0
        """
        _require_number(phone_number)
        call = Call("GET", "lookup", {"phone_number": phone_number})
        return cls._make_call(call, read_number_info)

    def _marks(self) -> dict[str, Any]:
        phone_number = self.attributes.get("phone_number")
        if not phone_number:
            raise ValueError("only a number that was bought by its phone_number can be looked up")
        return {"phone_number": phone_number}


def _require_number(phone_number: Any) -> None:
    if not isinstance(phone_number, str) or not phone_number.strip():
        raise ValueError(
            "phone_number must be a text like '+19132597591', not {!r}".format(phone_number)
        )


class LocalNumber(Number):
    """A local number of the account.

    The service has a collection of local numbers alone, ``numbers/local``. This class stands there:
    it finds, walks, counts, buys, saves, reloads and releases as :class:`.Number` does, and sees no
    toll-free number. It has the fields of :class:`.Number`. A row of it is never equal to a row of
    that class.

    What the service has for numbers of every type alone works as there: :meth:`.Number.available`,
    :meth:`.Number.lookup`, and the tags of one number. To find numbers by tags, ask
    ``Number.tagged_numbers``.

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
    def _custom_path(
        cls, requestor: Requestor, id_: Id | None, path: str | None, custom_path: str
    ) -> str:
        # Of what stands below numbers, there is nothing but the count for local ones.
        if custom_path in ("", "count"):
            return super()._custom_path(requestor, id_, path, custom_path)
        return Number._custom_path(requestor, id_, path, custom_path)

    @classmethod
    def _tag_query(cls, contains: Any, notcontains: Any) -> NoReturn:
        raise NotImplementedError(
            "the service looks for tags among numbers of every type: use Number.tagged_numbers or "
            "Number.find_each_tagged"
        )
