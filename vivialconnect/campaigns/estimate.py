"""Estimates: the number of texts and segments of a campaign, and their cost."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple, Union

from vivialconnect.common import segments
from vivialconnect.common.values import shorten

#: A price of one segment, in any currency.
Price = Union[Decimal, int, float, str]
_SINGLE_SEGMENT = segments.CAPACITY[segments.GSM][0]


class Estimate(NamedTuple):
    """What a run of a campaign would send now. ``print()`` shows a line for each count."""

    #: The number of texts to send.
    texts: int
    #: The number of their segments.
    segments: int
    #: The number of texts that are not sent because their recipient is suppressed.
    suppressed: int = 0
    #: The number of rows that were ignored because an earlier row has the same sender, recipient
    #: and body.
    duplicates: int = 0
    #: The number of rows that could not be planned.
    invalid: int = 0
    #: The price of all segments, in the currency of ``price_per_segment``; ``None`` without it.
    cost: Decimal | None = None

    def __str__(self) -> str:
        counts = self._asdict()
        cost = counts.pop("cost")
        lines = [f"{name:<10}  {count:,}" for name, count in counts.items()]
        return "\n".join(lines if cost is None else [*lines, f"{'cost':<10}  {cost:,f}"])


def estimate_texts(
    bodies: Iterable[str],
    *,
    suppressed: int = 0,
    duplicates: int = 0,
    invalid: int = 0,
    price_per_segment: Price | None = None,
) -> Estimate:
    """Count the segments of texts, and compute their cost. This makes no request.

    :param bodies: The bodies of the texts to send.
    :param suppressed: The number of texts whose recipient is suppressed.
    :param duplicates: The number of rows that were ignored.
    :param invalid: The number of rows that could not be planned.
    :param price_per_segment: The price of one segment; a ``float`` is taken as it is displayed.
    :raises ValueError: If the price is not a number, or negative.

    Example:

        >>> from vivialconnect.campaigns.estimate import estimate_texts
        >>> print(estimate_texts(["Hi Ann", "x" * 200], invalid=1, price_per_segment="0.0075"))
        texts       2
        segments    3
        suppressed  0
        duplicates  0
        invalid     1
        cost        0.0225
    """
    price = None if price_per_segment is None else _to_decimal(price_per_segment)
    texts = total = 0
    for body in bodies:
        texts += 1
        total += _count_segments(body)
    cost = None if price is None else price * total
    return Estimate(texts, total, suppressed, duplicates, invalid, cost)


def _count_segments(body: str) -> int:
    # This is faster than counting the units of each character.
    if len(body) <= _SINGLE_SEGMENT and segments.DEFAULT_ALPHABET.issuperset(body):
        return 1
    return segments.count(body).segments


def _to_decimal(price: Price) -> Decimal:
    try:
        found = Decimal(str(price))
    except ArithmeticError:
        found = Decimal("NaN")
    if found.is_finite() and found >= 0:
        return found
    raise ValueError(f"price_per_segment must be a number of at least 0, got {shorten(price)}.")
