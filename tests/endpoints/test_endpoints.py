"""The page of endpoints is complete, and says what the tests that it names do."""

from __future__ import annotations

from tests.endpoints.table import PAGE, known, read, record, render
from vivialconnect.sandbox.routes.application import ROUTES


def test_endpoints__all_are_answered_and_called() -> None:
    """What the service has, the sandbox answers and a method of ours calls, and nothing beside."""
    served = {endpoint[:2] for endpoint in known() if not endpoint.withdrawn}

    assert {(route.method, route.pattern) for route in ROUTES} == served
    assert {(call.method, call.path) for call in read()} == served


def test_endpoints__page_is_what_was_recorded() -> None:
    """Made anew from the calls that are kept, the page is the same."""
    assert PAGE.read_text(encoding="utf-8") == render(read())


def test_endpoints__tests_do_what_the_page_says() -> None:
    """The tests that the page names pass, and make the calls that it tells of."""
    kept = read()
    assert set(kept) - set(record(sorted({call.test for call in kept}))) == set()
