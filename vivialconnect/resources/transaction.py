"""Transactions: the charges of an account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Union

from vivialconnect.common.times import Moment, format_basic, to_datetime, utc_now
from vivialconnect.common.values import plain, shorten
from vivialconnect.resources._lists import merge_query
from vivialconnect.resources._readonly import ReadOnly
from vivialconnect.resources._typing import Id

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

    ``find()``, ``find_first()`` and ``find_each()`` return the transactions of a period, the newest
    first:

    * ``start_time``: the start, a datetime (a naive one is UTC), a date, which is midnight UTC, or
      ISO 8601 text. Default: a year before ``end_time``.
    * ``end_time``: the end, in the same form. Default: now. ``find_each()`` fixes it at the start.
    * ``transaction_type``: one type, or a list of types. Default: all.

    An invalid time or type, a period that ends before it begins, and an id together with any of
    these are a ``ValueError``. ``meta["count"]`` of a list counts the transactions of this page.

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

    @classmethod
    def _checked_query(cls, query: Mapping[str, Any], id_: Id | None = None) -> dict[str, Any]:
        checked = super()._checked_query(query, id_)
        names = ("start_time", "end_time", "transaction_type")
        start_time, end_time, types = (checked.pop(name, None) for name in names)
        if id_ is None:
            return merge_query(_query(start_time, end_time, types), checked)
        if any(given is not None for given in (start_time, end_time, types)):
            raise ValueError("pass either an id, or times and types")
        return checked


def _query(
    start_time: Moment | None, end_time: Moment | None, types: Types | None
) -> dict[str, Any]:
    span = _period(start_time, end_time, utc_now())
    return span if types is None else {**span, "include_types": _list_types(types)}


def _period(start_time: Moment | None, end_time: Moment | None, now: datetime) -> dict[str, str]:
    end = now + LESS_THAN_A_SECOND if end_time is None else to_datetime(end_time, "end_time")
    start = _year_before(end) if start_time is None else to_datetime(start_time, "start_time")
    if start > end:
        raise ValueError(f"start_time must not be after end_time: {start} is after {end}")
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
            "transaction_type must be a type like 'sms_local_out', or a list of types, got "
            f"{shorten(types)}; omit it for all types"
        )
    listed = [plain(one, "transaction_type") for one in listed]
    if not all(isinstance(one, str) and one for one in listed):
        raise ValueError("transaction_type must contain only types like 'sms_local_out'")
    return listed
