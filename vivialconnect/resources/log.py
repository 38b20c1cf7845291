"""Logs: the events of an account, single or aggregated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, NoReturn, TypeVar

from vivialconnect.common.exchange import Call
from vivialconnect.common.times import Moment, format_basic, parse_iso, to_datetime
from vivialconnect.resources._iteration import KeyIterator, PageIterator
from vivialconnect.resources._lists import ResourceList, merge_query, unexpected_response
from vivialconnect.resources._readonly import ReadOnly
from vivialconnect.resources._typing import Id

LogT = TypeVar("LogT", bound="Log")


class Log(ReadOnly):
    """One event in the log of the account. Logs are read-only.

    ==================== =======================================================================
    log_id               Id of the event (str).
    log_type             Kind of event, ``"message.queued"`` (str).
    log_timestamp        Time, UTC: ``YYYYMMDDhhmmss`` and microseconds (int); as a datetime:
                         ``logged_at``.
    description          Description (str).
    item_type            Type of the item: ``"number"``, ``"msg_out_local_sms"`` ... (str).
    item_id              Id of the item (str).
    operator_type        Cause of the event: account, message, number, user or admin (str).
    operator_id          Id of the operator (str).
    origin               Origin: system, web or api (str).
    account_id           Id of the account (str).
    log_data             Additional data (dict).
    ==================== =======================================================================

    Times in queries are datetimes, dates, or text as ``YYYYMMDDThhmmssZ``.

    Example:

        >>> from datetime import datetime, timedelta, timezone
        >>> from vivialconnect import Log
        >>> now = datetime.now(timezone.utc)
        >>> logs = Log.find(start_time=now - timedelta(days=1), end_time=now + timedelta(hours=1))
        >>> sorted({log.log_type for log in logs})[:2]
        ['message.delivered', 'message.queued']
    """

    singular = "log"
    plural = "logs"
    primary_key = "log_id"

    _repr_fields: ClassVar[tuple[str, ...]] = ("log_type", "log_timestamp", "item_id")
    _alternatives: ClassVar[str] = (
        "Log.find(start_time=..., end_time=...), Log.find_each or Log.get_aggregated_logs"
    )
    _filters: ClassVar = (
        "end_time", "item_id", "limit", "log_type", "operator_id", "start_key", "start_time",
    )  # fmt: skip
    _iterator: ClassVar[type[PageIterator[Any]]] = KeyIterator

    log_id: str
    log_type: str
    log_timestamp: int
    description: str
    item_type: str
    item_id: str
    operator_type: str
    operator_id: str
    origin: str
    account_id: str
    log_data: dict[str, Any]

    @property
    def logged_at(self) -> datetime | None:
        """``log_timestamp`` as an aware datetime."""
        return self._datetime("log_timestamp", _parse_timestamp)

    # The overloads of the base return one log for an id. The service has no such request.
    @classmethod
    def find(  # type: ignore[override] # narrower on purpose: no find by id
        cls: type[LogT], id_: None = None, path: str | None = None, **kwargs: Any
    ) -> ResourceList[LogT]:
        """Find one page of events; ``last_key`` of the list is the key of the next page.

        :param id_: Must be ``None``: the service cannot find an event by its id.
        :param path: As for :meth:`.Resource.find`.
        :param kwargs: The query: ``start_time`` and ``end_time`` (required), ``log_type``,
            ``item_id``, ``operator_id``, ``limit`` (at most 150), ``start_key``. A time is a
            datetime (naive is UTC), a date (midnight UTC) or ISO 8601 text.
        :raises NotImplementedError: If an id is given.
        :raises ValueError: If a time is invalid.
        """
        if id_ is not None:
            cls._raise_unsupported("find one log by its id")
        return super().find(None, path, **kwargs)

    @classmethod
    def _checked_query(cls, query: Mapping[str, Any], id_: Id | None = None) -> dict[str, Any]:
        return _format_times(super()._checked_query(query, id_))

    @classmethod
    def get_aggregated_logs(
        cls,
        start_time: Moment,
        end_time: Moment,
        aggregator_type: str = "minutes",
        optional_query_parameters: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the number of events in each minute, hour, day, month or year.

        :param start_time: A datetime, a date, or ISO 8601 text.
        :param end_time: As ``start_time``.
        :param aggregator_type: ``"minutes"``, ``"hours"``, ``"days"``, ``"months"`` or ``"years"``.
        :param optional_query_parameters: ``log_type``, ``operator_id``, ``limit``, ``start_key``.
        :returns: A dict: ``log_items``, each with ``log_count``, and ``last_key``.
        :raises ValueError: If a time is invalid, or a parameter is given twice.

        Example:

            >>> from vivialconnect import Log
            >>> span = {"start_time": "20200101T000000Z", "end_time": "20990101T000000Z"}
            >>> counted = Log.get_aggregated_logs(**span, aggregator_type="years")
            >>> {item["log_type"]: item["log_count"] for item in counted["log_items"]}
            {'message.delivered': 2, ..., 'number.purchased': 1}
        """
        times = {"start_time": start_time, "end_time": end_time}
        asked = cls._checked_query(merge_query(optional_query_parameters, times))
        query = merge_query(asked, {"aggregator_type": aggregator_type})
        return cls._perform(Call("GET", "aggregate", query), _read_object)

    def reload(self) -> NoReturn:
        """Raise ``NotImplementedError``: an event never changes."""
        self._raise_unsupported("reload a log")


def _format_times(query: Mapping[str, Any]) -> dict[str, Any]:
    """Return a query with formatted times."""
    times = {
        name: format_basic(to_datetime(query[name], name))
        for name in ("start_time", "end_time")
        if query.get(name) is not None
    }
    return {**query, **times}


def _parse_timestamp(value: Any, _: str) -> datetime:
    text = str(value)
    return parse_iso(f"{text[:8]}T{text[8:14]}.{text[14:] or 0}")


def _read_object(parsed: Any) -> dict[str, Any]:
    if not isinstance(parsed, dict):
        raise unexpected_response("an object with log_items", parsed)
    return parsed
