"""Logs: what happened in an account, entry by entry or counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Callable, ClassVar, NoReturn

from vivialconnect.common.exchange import Call
from vivialconnect.common.times import Moment, format_basic, parse_iso, to_datetime
from vivialconnect.resources._lists import merged_query, unreadable, walk_keys
from vivialconnect.resources._readonly import ReadOnly

if TYPE_CHECKING:
    from datetime import datetime
    from typing import TypeVar

    from vivialconnect.resources._lists import ResourceList
    from vivialconnect.resources._row import RowT

    LogT = TypeVar("LogT", bound="Log")


class Log(ReadOnly):
    """One entry of the account's log. Entries are read, never written.

    ==================== =======================================================================
    log_id               The entry's id (str).
    log_type             What happened to what, ``"message.queued"`` (str).
    log_timestamp        When, UTC: ``YYYYMMDDhhmmss`` and six digits of the second (int); as a
                         datetime: ``logged_at``.
    description          In words (str).
    item_type            What it happened to: ``"number"``, ``"msg_out_local_sms"`` ... (str).
    item_id              The id of that (str).
    operator_type        Who caused it: account, message, number, user or admin (str).
    operator_id          The id of that (str).
    origin               Where it came from: system, web or api (str).
    account_id           The account (str).
    log_data             What else there is to know (dict).
    ==================== =======================================================================

    Times of queries are datetimes, dates, or text as ``YYYYMMDDThhmmssZ``.

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

    _shown: ClassVar[tuple[str, ...]] = ("log_type", "log_timestamp", "item_id")
    _offered: ClassVar[str] = (
        "Log.find(start_time=..., end_time=...), Log.find_each or Log.get_aggregated_logs"
    )

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
        """When it happened, as an aware datetime; ``log_timestamp`` has the figure.

        .. versionadded:: 1.0
        """
        return self._moment("log_timestamp", _read_timestamp)

    # The base's overloads promise one log for an id, and the service has no such call.
    @classmethod
    def find(  # type: ignore[override] # narrower on purpose: no find by id
        cls: type[LogT], id_: None = None, path: str | None = None, **kwargs: Any
    ) -> ResourceList[LogT]:
        """Find one page of entries; its ``last_key`` is where the next page starts.

        :param id_: Must be ``None``: the service does not give entries one by one.
        :param path: As for :meth:`.Resource.find`.
        :param kwargs: The query: ``start_time`` and ``end_time`` (both needed: a datetime, of which
            a naive one is UTC, a date, which is its midnight, or ISO 8601 text), ``log_type``,
            ``item_id``, ``operator_id``, ``limit`` (at most 150), ``start_key``.
        :raises NotImplementedError: If an id is given.
        :raises ValueError: If a time names no moment, or a setting is missing.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no list of entries.
        """
        if id_ is not None:
            cls._refuse("find one log by its id")
        return super().find(None, path, **_timed(kwargs))

    @staticmethod
    def _walk(
        fetch: Callable[..., ResourceList[RowT]],
        limit: int | None,
        page_size: int,  # noqa: ARG004 - of the base
    ) -> Iterator[RowT]:
        # The pages of logs have no numbers: each names the key that the next one starts with.
        return walk_keys(lambda key: fetch(**({} if key is None else {"start_key": key})), limit)

    @classmethod
    def get_aggregated_logs(
        cls,
        start_time: Moment,
        end_time: Moment,
        aggregator_type: str = "minutes",
        optional_query_parameters: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return how many entries there were in each minute, hour, day, month or year.

        :param start_time: A datetime, a date, or ISO 8601 text.
        :param end_time: The same.
        :param aggregator_type: ``"minutes"``, ``"hours"``, ``"days"``, ``"months"`` or ``"years"``.
        :param optional_query_parameters: log_type, operator_id, limit, start_key.
        :returns: The answer: ``log_items``, each with ``log_count``, and ``last_key``.
        :raises ValueError: If a time names no moment, or a parameter is given twice.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is no object.

        Example:

            >>> from vivialconnect import Log
            >>> span = {"start_time": "20200101T000000Z", "end_time": "20990101T000000Z"}
            >>> counted = Log.get_aggregated_logs(**span, aggregator_type="years")
            >>> {item["log_type"]: item["log_count"] for item in counted["log_items"]}
            {'message.delivered': 2, ..., 'number.purchased': 1}
        """
        asked = {
            "start_time": start_time,
            "end_time": end_time,
            "aggregator_type": aggregator_type,
        }
        query = merged_query(optional_query_parameters, asked)
        return cls._make_call(Call("GET", "aggregate", _timed(query)), _read_object)

    def reload(self) -> NoReturn:
        """Refuse: an entry never changes.

        :raises NotImplementedError: Always.
        """
        self._refuse("reload a log")


def _timed(query: Mapping[str, Any]) -> dict[str, Any]:
    """Return a query with its times as the service takes them, however they were given."""
    times = {
        name: format_basic(to_datetime(query[name], name))
        for name in ("start_time", "end_time")
        if query.get(name) is not None
    }
    return {**query, **times}


def _read_timestamp(figure: Any, _: str) -> datetime:
    text = str(figure)
    return parse_iso("{}T{}.{}".format(text[:8], text[8:14], text[14:] or 0))


def _read_object(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise unreadable("be an object with log_items", answer)
    return answer
