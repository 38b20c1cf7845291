"""Transactions: the charges of an account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar, Union, overload

from vivialconnect.common.times import Moment, format_basic, to_datetime, utc_now
from vivialconnect.resources._lists import MAX_PAGE_SIZE, ResourceList, merge_query
from vivialconnect.resources._readonly import ReadOnly
from vivialconnect.resources._typing import Id

TransactionT = TypeVar("TransactionT", bound="Transaction")
Types = Union[str, list[str], tuple[str, ...], set[str], frozenset[str]]

#: Times are sent without fractions of a second; this includes the current second.
LESS_THAN_A_SECOND = timedelta(microseconds=999_999)


class Transaction(ReadOnly):
    """One charge of the account. Transactions are read-only.

    ================= ==========================================================================
    id                The id of the transaction (int).
    account_id        The account (int).
    transaction_type  What was charged, see below (str).
    unit_count        The number of units (int).
    cash_amount       The price (int, 1/100 cent).
    credit_amount     The price in credits (int).
    balances          The balances after it: ``cash_balance`` (1/100 cent), ``number_credits``,
                      ``subscription_balance``, ``usage_credits`` (dict of int).
    post_time         When it was charged, UTC, ISO 8601 (str); as a datetime: ``posted_at``.
    data              The messages or numbers that were charged (list of dict).
    ================= ==========================================================================

    The documented types are ``number_purchase``, ``number_renew`` and ``number_release``, the first
    two also with ``_tollfree``; ``sms_local_in`` and ``sms_local_out``, and the same with ``mms``
    for ``sms`` and with ``tollfree`` and ``shortcode`` for ``local``; ``sms_intl_out``;
    ``voice_forward`` and ``voice_forward_tollfree``. Other types are accepted: the service may have
    more.

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
        """Find one transaction by its id, or one page of those of a period, the newest first.

        :param id_: The id; ``None`` for a page.
        :param path: As for :meth:`.Resource.find`.
        :param start_time: The start: a datetime (naive is UTC), a date, which is its midnight in
            UTC, or ISO 8601 text. Default: a year before ``end_time``.
        :param end_time: The end, in the same form. Default: now.
        :param transaction_type: One type, or a list of types. Default: all.
        :param kwargs: The query: ``page``, ``limit`` (default 50, at most 150).
        :returns: The transaction; or a :class:`.ResourceList`, whose ``meta["count"]`` counts only
            the transactions of this page.
        :raises ValueError: If a time or type is invalid, the period ends before it begins, or an id
            is given with any of them.
        :raises BadRequest: If there is no transaction with this id.
        """
        if id_ is None:
            asked = _query(start_time, end_time, transaction_type)
            return super().find(None, path, **merge_query(asked, kwargs))
        if (start_time, end_time, transaction_type) != (None, None, None):
            raise ValueError("give either an id, or times and types")
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
        """Iterate over all transactions of a period, the newest first.

        The period is fixed at the start, so later charges are not included.

        :param limit: The number of transactions in all; ``None`` for all.
        :param page_size: The number of transactions to request at a time, 1 to 150.
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
    """Return the same day of the year before; for 29 February that is 28 February.

    >>> _year_before(datetime(2024, 2, 29)), _year_before(datetime(2025, 2, 28))
    (datetime.datetime(2023, 2, 28, 0, 0), datetime.datetime(2024, 2, 28, 0, 0))
    """
    leap_day = (moment.month, moment.day) == (2, 29)
    return moment.replace(year=max(moment.year - 1, 1), day=28 if leap_day else moment.day)


def _list_types(types: Any) -> list[str]:
    listed = [types] if isinstance(types, str) else types
    if not isinstance(listed, (list, tuple, set, frozenset)) or not listed:
        raise ValueError(
            "transaction_type must be a type like 'sms_local_out', or a list of types, got {!r}; "
            "leave it out for all".format(types)
        )
    if not all(isinstance(one, str) and one for one in listed):
        raise ValueError("transaction_type must contain only types like 'sms_local_out'")
    return list(listed)
