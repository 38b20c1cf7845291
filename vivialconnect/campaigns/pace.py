"""Pace: the moments at which texts are sent. Pure functions of the journal's moments.

Two texts of a sender are at least ``1 / per_sender`` seconds apart, and any two texts at least
``1 / rate`` seconds. So no second, wherever it begins, has more texts than that.
"""

from __future__ import annotations

import math

from vivialconnect.campaigns.options import SECOND, Options


def interval(rate: float) -> int:
    """Return the microseconds between two texts at a rate a second.

    >>> interval(20), interval(3)
    (50000, 333334)
    """
    return math.ceil(SECOND / rate)


class Pace:
    """The next moments of a campaign and of its senders.

    :param now: The moment of the transaction.
    :param next_of_all: The next moment of the campaign.
    :param next_of: The next moment of each sender.
    :param options: The rates.
    """

    def __init__(
        self, now: int, next_of_all: int, next_of: dict[str, int], options: Options
    ) -> None:
        self._now = now
        self.next_of_all = next_of_all
        self.next_of = next_of
        self._interval = interval(options.rate)
        self._sender_interval = interval(options.per_sender)

    def moment(self, sender: str) -> int:
        """Return the first moment at which a sender may send, from now on."""
        return max(self._now, self.next_of_all, self.next_of.get(sender, 0))

    def take(self, sender: str) -> int:
        """Grant this moment to a text."""
        moment = self.moment(sender)
        self.next_of_all = moment + self._interval
        self.next_of[sender] = moment + self._sender_interval
        return moment
