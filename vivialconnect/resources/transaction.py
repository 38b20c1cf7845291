"""Transactions: the charges of an account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar, Union, overload

from vivialconnect.common.times import Moment, format_basic, to_datetime, utc_now
from vivialconnect.common.values import plain, shorten
from vivialconnect.resources._lists import MAX_PAGE_SIZE, ResourceList, merge_query
from vivialconnect.resources._readonly import ReadOnly
from vivialconnect.resources._typing import Id

TransactionT = TypeVar("TransactionT", bound="Transaction")
Types = Union[str, list[str], tuple[str, ...], set[str], frozenset[str]]

#: Added to the current time, because times are sent without fractions of a second.
LESS_THAN_A_SECOND = timedelta(microseconds=999_999)


class Transaction(ReadOnly):
    """One charge of the account. Transactions are read-only.

    ================= ==========================================================================
    id                Id of the transaction (int).
    account_id        Id of the account (int).
    transaction_type  Type of the charge, see below (str).
    unit_count        Number of units (int).
    cash_amount       Price (int, 1/100 cent).
    credit_amount     Price in credits (int).
    balances          The balances after it: ``cash_balance`` (1/100 cent), ``number_credits``,
                      ``subscription_balance``, ``usage_credits`` (dict of int).
    post_time         Time of the charge, UTC, ISO 8601 (str); as a datetime: ``posted_at``.
    data              Charged messages or numbers (list of dict).
    ================= ==========================================================================

    The documented types are:

    - ``number_purchase``, ``number_purchase_tollfree``, ``number_renew``,
      ``number_renew_tollfree``, ``number_release``
    - ``sms_local_in``, ``sms_local_out``, also with ``mms`` instead of ``sms``, and with
      ``tollfree`` or ``shortcode`` instead of ``local``
    - ``sms_intl_out``
    - ``voice_forward``, ``voice_forward_tollfree``

    The service may have more types, so other types are accepted.

    Example:

        >>> from vivialconnect import Transaction
        >>> for transaction in Transaction.find(transaction_type="number_purchase"):
        ...     print(transaction.transaction_type, transaction.cash_amount / 10_000, "dollars")
        number_purchase 0.5 dollars

    .. versionadded:: 1.0
    """

    __slots__ = ()

    singular = "transaction"
    plural = "transactions"

    _filters: ClassVar = (
        "end_time", "include_types", "limit", "order", "page", "search", "start_time",
        "transaction_type",
    )  # fmt: skip
    _repr_fields: ClassVar[tuple[str, ...]] = ("transaction_type", "cash_amount", "post_time")

    account_id: int
    transaction_type: str
    unit_count: int
    cash_amount: int
    credit_amount: int
    balances: dict[str, int]
    post_time: str
    data: list[dict[str, Any]]

    @property
    def posted_at(self) -> datetime | None:
        """``post_time`` as an aware datetime."""
        return self._datetime("post_time")

    @overload
    @classmethod
    def find(
        cls: type[TransactionT],
        id_: None = None,
        path: str | None = None,
        *,
        start_time: Moment | None = None,
        end_time: Moment | None = None,
        transaction_type: Types | None = None,
        **kwargs: Any,
    ) -> ResourceList[TransactionT]: ...

    @overload
    @classmethod
    def find(
        cls: type[TransactionT], id_: Id, path: str | None = None, **kwargs: Any
    ) -> TransactionT: ...

    @classmethod
    def find(
        cls: type[TransactionT],
        id_: Id | None = None,
        path: str | None = None,
        *,
        start_time: Moment | None = None,
        end_time: Moment | None = None,
        transaction_type: Types | None = None,
        **kwargs: Any,
    ) -> TransactionT | ResourceList[TransactionT]:
        """Find one transaction by its id, or one page of a period, newest first.

        :param id_: The id; ``None`` for a page.
        :param path: As for :meth:`.Resource.find`.
        :param start_time: The start: a datetime (naive is UTC), a date (midnight UTC), or ISO 8601
            text. Default: one year before ``end_time``.
        :param end_time: The end, of the same types. Default: now.
        :param transaction_type: One type, or a list of types. Default: all.
        :param kwargs: The query: ``page``, ``limit`` (default 50, at most 150).
        :returns: The transaction, or a :class:`.ResourceList`. Its ``meta["count"]`` is the number
            of transactions on the page.
        :raises ValueError: If a time or type is invalid, the period ends before it begins, or both
            an id and a time or type are given.
        :raises BadRequest: If there is no transaction with this id.
        """
        if id_ is None:
            asked = _query(start_time, end_time, transaction_type)
            return super().find(None, path, **merge_query(asked, kwargs))
        if any(given is not None for given in (start_time, end_time, transaction_type)):
            raise ValueError("pass either an id, or times and types")
        return super().find(id_, path, **kwargs)

    @classmethod
    def find_each(
        cls: type[TransactionT],
        limit: int | None = None,
        page_size: int = MAX_PAGE_SIZE,
        *,
        path: str | None = None,
        start_time: Moment | None = None,
        end_time: Moment | None = None,
        transaction_type: Types | None = None,
        **query: Any,
    ) -> Iterator[TransactionT]:
        """Iterate over all transactions of a period, newest first.

        The default ``end_time`` is the time of this call: later charges are not included.

        :param limit: The maximum number of transactions; ``None`` for no limit.
        :param page_size: The number of transactions per page, 1 to 150.
        :param path: As for :meth:`find`.
        :param start_time: As for :meth:`find`.
        :param end_time: As for :meth:`find`.
        :param transaction_type: As for :meth:`find`.
        :param query: As for :meth:`find`.
        :raises ValueError: At once, if an argument is invalid.
        """
        asked = merge_query(_query(start_time, end_time, transaction_type), query)
        return super().find_each(limit, page_size, path=path, **asked)


def _query(
    start_time: Moment | None, end_time: Moment | None, types: Types | None
) -> dict[str, Any]:
    span = _period(start_time, end_time, utc_now())
    return span if types is None else {**span, "include_types": _list_types(types)}


def _period(start_time: Moment | None, end_time: Moment | None, now: datetime) -> dict[str, str]:
    end = now + LESS_THAN_A_SECOND if end_time is None else to_datetime(end_time, "end_time")
    start = _year_before(end) if start_time is None else to_datetime(start_time, "start_time")
    if start > end:
        raise ValueError("start_time must not be after end_time: {} is after {}".format(start, end))
    return {"start_time": format_basic(start), "end_time": format_basic(end)}


def _year_before(moment: datetime) -> datetime:
    """Return the same day of the previous year; 28 February for 29 February.

    >>> _year_before(datetime(2024, 2, 29)), _year_before(datetime(2025, 2, 28))
    (datetime.datetime(2023, 2, 28, 0, 0), datetime.datetime(2024, 2, 28, 0, 0))
    """
    leap_day = (moment.month, moment.day) == (2, 29)
    return moment.replace(year=max(moment.year - 1, 1), day=28 if leap_day else moment.day)


def _list_types(types: Any) -> list[str]:
    types = plain(types, "transaction_type")
    listed = [types] if isinstance(types, str) else types
    if not isinstance(listed, (list, tuple, set, frozenset)) or not listed:
        raise ValueError(
            "transaction_type must be a type like 'sms_local_out', or a list of types, got {}; "
            "omit it for all types".format(shorten(types))
        )
    listed = [plain(one, "transaction_type") for one in listed]
    if not all(isinstance(one, str) and one for one in listed):
        raise ValueError("transaction_type must contain only types like 'sms_local_out'")
    return listed
