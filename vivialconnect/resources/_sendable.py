"""Resources that are charged on creation, and ``find_sent`` for requests with unknown outcome."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from vivialconnect.common import scopes
from vivialconnect.common.error import ACCEPTED, UNKNOWN, ResourceError, VivialConnectError
from vivialconnect.common.exchange import Call, Response
from vivialconnect.common.times import Moment, parse_http_date, to_datetime, utc_now
from vivialconnect.common.values import plain
from vivialconnect.resources._iteration import PageIterator
from vivialconnect.resources._lists import MAX_PAGE_SIZE, ResourceList
from vivialconnect.resources.resource import Resource

SendableT = TypeVar("SendableT", bound="Sendable")

#: The search begins this long before the request, because clocks may differ.
CLOCK_MARGIN = timedelta(minutes=1)
#: The service drops fractions of a second. An object that is more than this older than the request
#: probably existed before the request.
TIMESTAMP_PRECISION = timedelta(seconds=1)


class ServiceClock:
    """The clock of the service, estimated from the ``Date`` of its responses."""

    def __init__(self) -> None:
        self._offset = timedelta(0)

    def read(self, response: Response) -> None:
        """Set the clock from a new response."""
        moment = parse_http_date(response.header("date"))
        if moment is not None:
            self._offset = moment - utc_now()

    def time_at(self, moment: datetime) -> datetime:
        """Convert a time of this machine's clock to the clock of the service."""
        return moment + self._offset


class Sendable(Resource):
    """A resource that is charged on creation: a message, a number."""

    __slots__ = ("_unknown_since",)

    #: The start of the request with unknown outcome, by the clock of this machine.
    _unknown_since: datetime | None

    def find_sent(self: SendableT, since: Moment | None = None) -> SendableT | None:
        """Find the object that a request with unknown outcome created.

        A message matches if it has the same sender, recipient and text. A number matches if it has
        the same phone number. The search starts one minute before the request. A new object may
        appear with a short delay: call ``find_sent()`` several times before you send again.

        :param since: The start of the search by the clock of the service, a datetime or ISO 8601
            text. Required if another object sent the request, for example before a restart.
        :returns: The object on the service; ``None`` if it is not found.
        :raises ResourceError: If several objects match, or the only match may be older.
        """
        start = None if since is None else to_datetime(since, "since")
        self._check_searchable(start)
        clock = ServiceClock()
        with scopes.use_scopes(self._scopes):
            matches = self._find_matches(clock, start)
        return _only_match(matches, None if start else clock.time_at(self._request_began()))

    def _find_matches(
        self: SendableT, clock: ServiceClock, start: datetime | None
    ) -> list[SendableT]:
        matches, complete = self._read_matches(clock, start, MAX_PAGE_SIZE)
        if complete:
            return matches
        # The fields that the service searches are not documented, so a search may miss an object.
        # Its result counts only if it is the only match, including the newest objects.
        text = _as_sent(next(iter(self._identifying_fields().values())))
        found, complete = self._read_matches(clock, start, MAX_PAGE_SIZE, search=text)
        if complete and len({match.id for match in (*matches, *found)}) == len(found) == 1:
            return found
        return self._read_matches(clock, start)[0]

    def _read_matches(
        self: SendableT,
        clock: ServiceClock,
        start: datetime | None,
        limit: int | None = None,
        **query: str,
    ) -> tuple[list[SendableT], bool]:
        """Return the matches among the newest objects, and whether the search is complete.

        :param clock: The clock of the service.
        :param start: The start of the search; ``None`` for one minute before the request.
        :param limit: The maximum number of objects to read; ``None`` for no limit.
        :param query: Filters for the list.
        """
        identifying = self._identifying_fields()
        matches: list[SendableT] = []
        count = 0
        for found in PageIterator(partial(self._newest_first, clock, **query), limit):
            oldest = start or clock.time_at(self._request_began()) - CLOCK_MARGIN
            if found.created_at is not None and found.created_at < oldest:
                return matches, True
            if found._matches(identifying):
                matches.append(found)
            count += 1
        return matches, count != limit

    def _identifying_fields(self) -> dict[str, Any]:
        """Return the fields that identify the object on the service.

        :raises ValueError: If one of them is missing.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must define _identifying_fields() for find_sent()"
        )

    def _matches(self, identifying: dict[str, Any]) -> bool:
        data = self.attributes
        return all(
            _as_sent(data.get(name)) == _as_sent(value) for name, value in identifying.items()
        )

    def _request_began(self) -> datetime:
        return getattr(self, "_unknown_since", None) or utc_now()

    def _check_searchable(self, start: datetime | None) -> None:
        if getattr(self, "_unknown_since", None) is not None:
            return
        name = type(self).__name__
        if self.id is not None:
            raise ValueError(
                f"this {name} has the id {self.id!r}, so its outcome is known: use reload()"
            )
        if start is None:
            raise ValueError(
                f"this {name} has sent no request with an unknown outcome: pass since=, the start "
                "of the search (for send_bulk(), see Message.bulks())"
            )

    def _newest_first(
        self: SendableT, clock: ServiceClock, **query: Any
    ) -> ResourceList[SendableT]:
        requestor = type(self).request
        path = self._path(requestor, self._prefix)
        spec = Call("GET", path, {"order": "id desc", **query})
        read = partial(self._read_list, prefix=self._prefix)
        return requestor.perform(spec, read, on_response=clock.read)

    def _save_failed(self, method: str, began: datetime, failure: BaseException) -> None:
        if method != "POST" or isinstance(failure, ValueError):  # nothing was sent
            return
        if isinstance(failure, VivialConnectError):
            if failure.outcome not in (UNKNOWN, ACCEPTED):
                return
            failure._lookup_hint = ". Call find_sent() to look it up"
        # Other exceptions are raised by signal handlers. Keep the time and the scopes of the first
        # request with unknown outcome: it may have created the object.
        self._unknown_since = getattr(self, "_unknown_since", None) or began
        super()._update(None)

    def _update(self, saved: dict[str, Any] | None) -> None:
        super()._update(saved)
        self._unknown_since = None

    def _empty_copy(self: SendableT) -> SendableT:
        copied = super()._empty_copy()
        copied._unknown_since = getattr(self, "_unknown_since", None)
        return copied

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        # Keep the time: another process may call find_sent().
        began = getattr(self, "_unknown_since", None)
        state = () if began is None else ((None, {"_unknown_since": began}),)
        return (*super().__reduce_ex__(protocol), *state)


def _as_sent(value: Any) -> str:
    return str(plain(value, "a field") or "")


def _only_match(matches: list[SendableT], began: datetime | None) -> SendableT | None:
    """Return the only match, or ``None``.

    :param matches: The objects with the identifying fields.
    :param began: The start of the request by the clock of the service; ``None`` if unknown.
    :raises ResourceError: If several objects match, or the only match may be older.
    """
    if not matches:
        return None
    if len(matches) > 1:
        raise ResourceError(
            "{} objects match (ids {}): check in your records which of them this request created, "
            "before you send it again".format(
                len(matches), ", ".join(str(match.id) for match in matches[:5])
            )
        )
    created = matches[0].created_at
    if began is not None and created is not None and created < began - TIMESTAMP_PRECISION:
        seconds = (began - created).total_seconds()
        raise ResourceError(
            f"object {matches[0].id} matches, but was created {seconds:.0f} seconds before the "
            "request: check in your records whether an earlier request created it"
        )
    return matches[0]
