"""Resources that cost money to create, and ``find_sent`` for those with an unknown outcome."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from vivialconnect.common import scopes
from vivialconnect.common.error import ACCEPTED, UNKNOWN, ResourceError, VivialConnectError
from vivialconnect.common.exchange import Call, Response
from vivialconnect.common.times import Moment, parse_http_date, to_datetime, utc_now
from vivialconnect.resources._iteration import PageIterator
from vivialconnect.resources._lists import LARGEST_PAGE, ResourceList
from vivialconnect.resources.resource import Resource

SendableT = TypeVar("SendableT", bound="Sendable")

#: How long before the request the search begins: the clocks of the service may differ a little.
MARGIN = timedelta(minutes=1)
#: The service drops fractions of a second. An object that is older than the request by more than
#: this existed before it, or a clock is off.
PRECISION = timedelta(seconds=1)


class ServiceClock:
    """The clock of the service, estimated from the ``Date`` of its responses."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def read(self, response: Response) -> None:
        """Set the clock from a response that has just arrived."""
        moment = parse_http_date(response.header("date"))
        if moment is not None:
            self._ahead = moment - utc_now()

    def time_at(self, moment: datetime) -> datetime:
        """Return the time of the service at a moment of this machine's clock."""
        return moment + self._ahead


class Sendable(Resource):
    """A resource that must not be created twice by mistake: a message, a number."""

    __slots__ = ("_unknown_since",)

    if TYPE_CHECKING:
        #: When the request began whose outcome is unknown, by the clock of this machine.
        _unknown_since: datetime | None

    def find_sent(self: SendableT, since: Moment | None = None) -> SendableT | None:
        """Find what a request with an unknown outcome created.

        It finds a message with the same sender, recipient and text, or the same phone number,
        created since a minute before the request. A new object appears within moments, so try
        again before you send again.

        If more than a page of objects is that new, one request searches for the object. Unless
        that finds exactly one, all of them are read.

        :param since: The time to search from, by the clock of the service, if this object made no
            such request, for example after a restart: a datetime or ISO 8601 text.
        :returns: The object on the service; ``None`` if it is not there.
        :raises ResourceError: If there are duplicates, or the only match may be older.
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
        matches, complete = self._read_matches(clock, start, LARGEST_PAGE)
        if complete:
            return matches
        # What the service searches is not documented, so a search may miss an object. It decides
        # only if it finds exactly one, and the newest objects have no other.
        text = _as_sent(next(iter(self._identifying_fields().values())))
        found, complete = self._read_matches(clock, start, LARGEST_PAGE, search=text)
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
        """Return the matches among the newest objects, and whether all new ones were read.

        :param clock: The clock of the service.
        :param start: The time to search from; ``None`` for a minute before the request.
        :param limit: The number of objects to read; ``None`` for all new ones.
        :param query: Filters of the list.
        """
        identifying = self._identifying_fields()
        matches: list[SendableT] = []
        count = 0
        for found in PageIterator(partial(self._newest_first, clock, **query), limit):
            oldest = start or clock.time_at(self._request_began()) - MARGIN
            if found.created_at is not None and found.created_at < oldest:
                return matches, True
            if found._matches(identifying):
                matches.append(found)
            count += 1
        return matches, count != limit

    def _identifying_fields(self) -> dict[str, Any]:
        """Return the fields that identify the object on the service.

        :raises ValueError: If the object has too few.
        """
        raise NotImplementedError(
            "{} must define _identifying_fields() for find_sent()".format(type(self).__name__)
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
                "this {} has the id {!r}, so its outcome is known: use reload()".format(
                    name, self.id
                )
            )
        if start is None:
            raise ValueError(
                "this {} has made no request with an unknown outcome: give since=, the time to "
                "search from (for send_bulk(), see Message.bulks())".format(name)
            )

    def _newest_first(
        self: SendableT, clock: ServiceClock, **query: Any
    ) -> ResourceList[SendableT]:
        requestor = type(self).request
        path = self._path(requestor, self._prefix)
        call = Call("GET", path, {"order": "id desc", **query})
        read = partial(self._read_list, prefix=self._prefix)
        return requestor.perform(call, read, on_response=clock.read)

    def _save_failed(self, method: str, began: datetime, failure: BaseException) -> None:
        if method != "POST" or isinstance(failure, ValueError):  # nothing was sent
            return
        if isinstance(failure, VivialConnectError):
            if failure.outcome not in (UNKNOWN, ACCEPTED):
                return
            failure._look_up = "; find_sent() looks it up"
        # Another exception is that of a signal handler. An earlier request may have been received
        # too, and the service has the object in the scope of the first.
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
        # The outcome may be looked up in another process.
        began = getattr(self, "_unknown_since", None)
        state = () if began is None else ((None, {"_unknown_since": began}),)
        return (*super().__reduce_ex__(protocol), *state)


def _as_sent(value: Any) -> str:
    """Return a value as it was sent: for an enumeration that is its value."""
    return str.__str__(value) if isinstance(value, str) else str(value or "")


def _only_match(matches: list[SendableT], began: datetime | None) -> SendableT | None:
    """Return the only match, or ``None``.

    :param matches: The objects with the identifying fields.
    :param began: When the request began, by the clock of the service; ``None`` if not known.
    :raises ResourceError: If there are several, or the only one may be older than the request.
    """
    if not matches:
        return None
    if len(matches) > 1:
        raise ResourceError(
            "{} objects match, with the ids {}: check in your own records which of them this "
            "request created, if any, before you send again".format(
                len(matches), ", ".join(str(match.id) for match in matches[:5])
            )
        )
    created = matches[0].created_at
    if began is not None and created is not None and created < began - PRECISION:
        raise ResourceError(
            "the object with the id {} matches, but was created {:.0f} seconds before the request: "
            "if your records have it from before, this request created nothing".format(
                matches[0].id, (began - created).total_seconds()
            )
        )
    return matches[0]
