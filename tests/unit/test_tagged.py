"""Tags in a query: what is written can be read back, and what could not is refused."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vivialconnect.resources.number.tags import format_tags

PAIRS = st.lists(st.tuples(st.text("ab:, ", max_size=3), st.text("ab:, ", max_size=3)), max_size=3)


@given(PAIRS)
def test_format_tags__can_be_told_apart(pairs: list[tuple[str, str]]) -> None:
    """Tags that are written are those that a reader splits at the commas and the first colons."""
    try:
        text = format_tags("contains", pairs)
    except ValueError as refusal:
        unclear = [key for key, value in pairs if not key or ":" in key or "," in key + value]
        assert unclear != []
        assert "contains cannot contain the tag" in str(refusal)  # noqa: PT017 - one of two outcomes
    else:
        read = [tuple(tag.split(":", 1)) for tag in text.split(",")] if text else []
        assert read == pairs
