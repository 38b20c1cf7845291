"""Nouns whose creation costs money, and the look-up of one that the service may have taken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from vivialconnect.common import scopes
from vivialconnect.common.error import ACCEPTED, UNKNOWN, ResourceError, VivialConnectError
from vivialconnect.common.exchange import Call
from vivialconnect.common.times import Moment, parse_http_date, to_datetime, utc_now
from vivialconnect.resources._lists import LARGEST_PAGE, ResourceList, walk_pages
from vivialconnect.resources._row import identify
from vivialconnect.resources.resource import Countable

if TYPE_CHECKING:
    from typing import TypeVar

    from vivialconnect.common.exchange import Response

    SendableT = TypeVar("SendableT", bound="Sendable")


#: How far before the call the look-up goes back, for the service's own clocks may differ a little.
MARGIN = timedelta(minutes=1)
#: What the fractions of a second that the service cuts off may hide. A row that is older than the
#: call by more than that was there before it, or a clock is off; nobody can say which.
PRECISION = timedelta(seconds=1)


class ServiceClock:
    """The service's clock, as far as its answers tell it."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def look(self, response: Response) -> None:
        """Learn from the ``Date`` of an answer that has just come."""
        moment = parse_http_date(response.header("date"))
        if moment is not None:
            self._ahead = moment - utc_now()

    def reading_at(self, moment: datetime) -> datetime:
        """Return what the service's clock showed at a moment of ours."""
        return moment + self._ahead


class Sendable(Countable):
    """A noun of which a second one must not be made by mistake: a message, a number."""

    __slots__ = ("_unsettled",)

    if TYPE_CHECKING:
        #: When the call began whose outcome is unknown, by the clock of this machine.
        _unsettled: datetime | None

    def find_sent(self: SendableT, since: Moment | None = None) -> SendableT | None:
        """Look up what a call of unknown outcome has left on the service, if anything.

        Where the answer to :meth:`.Message.send` or :meth:`.Number.buy` was lost, the error's
        ``outcome`` is ``"unknown"``. This looks for what the call would have created: a message
        with the same sender, recipient and text, or the number with the same digits. It takes the
        newest first, back to a minute before the call by the service's clock.

        :param since: From when on to look instead: a datetime (a naive one is UTC) or ISO 8601
            text, by the service's clock. Needed where the row remembers no such call, for example
            after a restart.
        :returns: What the service has, as a row of its own; ``None`` if it is not seen yet. What
            was accepted shows within moments, so look again before you send again.
        :raises ValueError: If there is nothing to look up, or no time to look from.
        :raises ResourceError: If two are alike, or the only one may be older than the call, so
            that it cannot be told.
        :raises RequestorError: If the look-up fails.

        .. versionadded:: 1.0
        """
        edge = None if since is None else to_datetime(since, "since")
        self._check_unsettled(edge)
        marks = self._marks()
        clock = ServiceClock()
        alike: list[SendableT] = []
        with scopes.use_scopes(self._scopes):
            for row in self._newest_first(clock):
                began = edge or clock.reading_at(self._began()) - MARGIN
                if row.created_at is not None and row.created_at < began:
                    break
                if row._bears(marks):
                    alike.append(row)
        return _the_only(alike, None if edge else clock.reading_at(self._began()))

    def _marks(self) -> dict[str, Any]:
        """Return the data by which the service's row is recognised.

        :raises ValueError: If the row has too little to be recognised by.
        """
        raise NotImplementedError(
            "{} does not say in _marks() what its rows are recognised by".format(
                type(self).__name__
            )
        )

    def _bears(self, marks: dict[str, Any]) -> bool:
        data = self.attributes
        return all(_written(data.get(name)) == _written(mark) for name, mark in marks.items())

    def _leave_open(self, began: datetime) -> None:
        # What was sent first may be there too, and stands in the scope that it was sent in.
        self._unsettled = self._open_since or began
        self._settle()

    @property
    def _open_since(self) -> datetime | None:
        return getattr(self, "_unsettled", None)

    def _began(self) -> datetime:
        return self._open_since or utc_now()

    def _check_unsettled(self, edge: datetime | None) -> None:
        if self._open_since is not None:
            return
        name = type(self).__name__
        if self.id is not None:
            raise ValueError(
                "this {} has the id {!r}, so its outcome is known; reload() tells how it is".format(
                    name, self.id
                )
            )
        if edge is None:
            raise ValueError(
                "this {} remembers no call of unknown outcome; give since=, the time from which "
                "on to look (what send_bulk() has left is in Message.bulks())".format(name)
            )

    def _newest_first(self: SendableT, clock: ServiceClock) -> Iterator[SendableT]:
        class_ = type(self)
        requestor = class_.request
        path = self._collection_path(requestor, self._prefix)

        def fetch(number: int) -> ResourceList[SendableT]:
            query = {"order": "id desc", "limit": LARGEST_PAGE, "page": number}
            return requestor.perform(
                Call("GET", path, query),
                lambda answer: class_._rows(answer, self._prefix),
                on_response=clock.look,
            )

        return walk_pages(fetch, identify, None, LARGEST_PAGE)

    def _create(self) -> bool:
        began = utc_now()
        try:
            created = super()._create()
        except ValueError:  # nothing was sent
            raise
        except VivialConnectError as failure:
            if failure.outcome in (UNKNOWN, ACCEPTED):
                failure._look_up = "; find_sent() looks it up"
                self._leave_open(began)
            raise
        except BaseException:  # a signal, in the middle of it
            self._leave_open(began)
            raise
        self._unsettled = None
        return created

    def _twin(self: SendableT) -> SendableT:
        twin = super()._twin()
        twin._unsettled = self._open_since
        return twin

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        # What was not settled in one process may be looked up in another.
        began = self._open_since
        state = () if began is None else ((None, {"_unsettled": began}),)
        return (*super().__reduce_ex__(protocol), *state)


def _written(value: Any) -> str:
    """Return a value as it was sent: an enumeration is its value."""
    return str.__str__(value) if isinstance(value, str) else str(value or "")


def _the_only(alike: list[SendableT], called: datetime | None) -> SendableT | None:
    """Return the only row there is.

    :param alike: The rows that bear the marks.
    :param called: When the call began, by the service's clock; ``None`` if nobody knows.
    :raises ResourceError: If it cannot be told whether it is the one.
    """
    if not alike:
        return None
    if len(alike) > 1:
        raise ResourceError(
            "{} rows are alike, with the ids {}: it cannot be told which of them this call "
            "created, if any; compare them with your own records before you send again".format(
                len(alike), ", ".join(str(row.id) for row in alike[:5])
            )
        )
    created = alike[0].created_at
    if called is not None and created is not None and created < called - PRECISION:
        raise ResourceError(
            "the row with the id {} is alike, but was created {:.0f} seconds before the call: it "
            "cannot be told whether it is the one; if your records know it, this call has created "
            "none".format(alike[0].id, (called - created).total_seconds())
        )
    return alike[0]
