"""What was charged to an account, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Union, overload

from vivialconnect.common.times import Moment, format_basic, to_datetime, utc_now
from vivialconnect.resources._lists import LARGEST_PAGE, ResourceList, merged_query
from vivialconnect.resources._readonly import ReadOnly

if TYPE_CHECKING:
    from typing import TypeVar

    from vivialconnect.resources._row import Id

    TransactionT = TypeVar("TransactionT", bound="Transaction")
    Types = Union[str, list[str], tuple[str, ...], set[str], frozenset[str]]


#: Times are sent without their fractions. So much later, the second that runs is within.
LESS_THAN_A_SECOND = timedelta(microseconds=999_999)


class Transaction(ReadOnly):
    """One entry of the account's statement. Transactions are read, never written.

    ================= ==========================================================================
    id                The transaction's id (int).
    account_id        The account (int).
    transaction_type  What was charged, see below (str).
    unit_count        How many units of it (int).
    cash_amount       What it cost (int, 1/100 cent).
    credit_amount     What it cost in credits (int).
    balances          What was left after it: ``cash_balance`` (1/100 cent), ``number_credits``,
                      ``subscription_balance``, ``usage_credits`` (dict of int).
    post_time         When it was charged, UTC, ISO 8601 (str); as a datetime: ``posted_at``.
    data              The messages or numbers that it was charged for (list of dict).
    ================= ==========================================================================

    The documented types are ``number_purchase``, ``number_renew`` and ``number_release``, the first
    two also with ``_tollfree``; ``sms_local_in`` and ``sms_local_out``, and the same with ``mms``
    for ``sms`` and with ``tollfree`` and ``shortcode`` for ``local``; ``sms_intl_out``;
    ``voice_forward`` and ``voice_forward_tollfree``. The service may get others, and each can be
    asked for: a type that it does not know is not refused here.

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

    _shown: ClassVar[tuple[str, ...]] = ("transaction_type", "cash_amount", "post_time")

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
        """When it was charged, as an aware datetime; ``post_time`` has the text."""
        return self._moment("post_time")

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
        """Find one transaction by its id, or one page of those of a stretch of time, newest first.

        :param id_: The id of the one transaction; ``None`` for a page.
        :param path: As for :meth:`.Resource.find`.
        :param start_time: From when on: a datetime (a naive one is UTC), a date, which is its
            midnight in UTC, or ISO 8601 text. Default: a year before ``end_time``.
        :param end_time: Until when, in the same form. Default: now.
        :param transaction_type: One type, or a list of several. Default: all.
        :param kwargs: The query: ``page``, ``limit`` (50 unless given, at most 150).
        :returns: The transaction; or a :class:`.ResourceList`, whose ``meta["count"]`` counts the
            rows of this page alone.
        :raises ValueError: If a time or type cannot be meant, the time ends before it begins, or
            an id is given along with them.
        :raises RequestorError: If the call fails; ``BadRequest`` if there is no such id.
        :raises ResourceError: If the answer is not what was asked for.
        """
        if id_ is None:
            asked = _query(start_time, end_time, transaction_type)
            return super().find(None, path, **merged_query(asked, kwargs))
        if (start_time, end_time, transaction_type) != (None, None, None):
            raise ValueError("give an id, or a time and types, but not both")
        return super().find(id_, path, **kwargs)

    @classmethod
    def find_each(
        cls: type[TransactionT],
        limit: int | None = None,
        page_size: int = LARGEST_PAGE,
        *,
        path: str | None = None,
        start_time: Moment | None = None,
        end_time: Moment | None = None,
        transaction_type: Types | None = None,
        **query: Any,
    ) -> Iterator[TransactionT]:
        """Walk over all transactions of a stretch of time, newest first, page after page.

        The time is fixed when the walk begins, so what is charged meanwhile is not in it, and each
        transaction is given once.

        :param limit: How many in all; ``None`` for every one.
        :param page_size: How many to ask for at a time, 1 to 150.
        :param path: As for :meth:`find`.
        :param start_time: As for :meth:`find`.
        :param end_time: As for :meth:`find`.
        :param transaction_type: As for :meth:`find`.
        :param query: As for :meth:`find`.
        :raises ValueError: At once, if something of this cannot be meant.
        :raises RequestorError: While walking, if a call fails.
        :raises ResourceError: While walking, if an answer is no list.
        """
        asked = merged_query(_query(start_time, end_time, transaction_type), query)
        return super().find_each(limit, page_size, path=path, **asked)


def _query(
    start_time: Moment | None, end_time: Moment | None, types: Types | None
) -> dict[str, Any]:
    span = _span(start_time, end_time, utc_now())
    return span if types is None else {**span, "include_types": _list_types(types)}


def _span(start_time: Moment | None, end_time: Moment | None, now: datetime) -> dict[str, str]:
    end = now + LESS_THAN_A_SECOND if end_time is None else to_datetime(end_time, "end_time")
    start = _year_before(end) if start_time is None else to_datetime(start_time, "start_time")
    if start > end:
        raise ValueError("start_time must not be after end_time: {} is after {}".format(start, end))
    return {"start_time": format_basic(start), "end_time": format_basic(end)}


def _year_before(moment: datetime) -> datetime:
    """Return the same day of the year before; for 29 February, which that has not, the day before.

    >>> _year_before(datetime(2024, 2, 29)), _year_before(datetime(2025, 2, 28))
    (datetime.datetime(2023, 2, 28, 0, 0), datetime.datetime(2024, 2, 28, 0, 0))
    """
    leap_day = (moment.month, moment.day) == (2, 29)
    return moment.replace(year=max(moment.year - 1, 1), day=28 if leap_day else moment.day)


def _list_types(types: Any) -> list[str]:
    listed = [types] if isinstance(types, str) else types
    if not isinstance(listed, (list, tuple, set, frozenset)) or not listed:
        raise ValueError(
            "transaction_type must be a type like 'sms_local_out', or a list of them, not {!r}; "
            "leave it out for all".format(types)
        )
    if not all(isinstance(one, str) and one for one in listed):
        raise ValueError("transaction_type must hold texts like 'sms_local_out' and nothing else")
    return list(listed)
