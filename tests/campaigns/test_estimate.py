"""Estimates: texts, segments and cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from vivialconnect.campaigns.estimate import Estimate, estimate_texts


def test_estimate__counts_segments() -> None:
    """Every text has the segments of its encoding; the other counts are as they were given."""
    bodies = iter(["", "a" * 160, "a" * 161, "[" * 81, "í" * 70, "í" * 71])
    found = estimate_texts(bodies, suppressed=3, duplicates=2, invalid=1)

    assert found == Estimate(6, 1 + 1 + 2 + 2 + 1 + 2, 3, 2, 1, None)
    assert "cost" not in str(found)


@pytest.mark.parametrize("price", [0.0075, "0.0075", Decimal("0.0075")])
def test_estimate__cost_is_exact(price: Any) -> None:
    """The cost is a decimal, also if the price is a float."""
    found = estimate_texts(["Hi"] * 1200, price_per_segment=price)

    assert found.cost == Decimal("9.0000")
    assert str(found).splitlines()[-1] == "cost        9.0000"
    assert str(found).splitlines()[0] == "texts       1,200"


@pytest.mark.parametrize("price", [-1, "much", float("nan"), float("inf"), ""])
def test_estimate__price_that_is_none(price: Any) -> None:
    """A price that is no number, or negative, is refused."""
    with pytest.raises(ValueError, match="price_per_segment must be a number of at least 0"):
        estimate_texts([], price_per_segment=price)
