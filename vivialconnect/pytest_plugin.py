"""The pytest plugin: one fixture, a sandbox per test, imported only when it is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox


@pytest.fixture
def vivialconnect_sandbox() -> Iterator[Sandbox]:
    """Give a fresh local Vivial Connect that the client is configured for.

    Messages are delivered at the next read. Nothing breaks until the test asks for it, as with
    ``vivialconnect_sandbox.chaos.add("drop_answer", method="POST")``. When the test ends, the
    sandbox is stopped and the client's settings are what they were.
    """
    from vivialconnect.sandbox import Sandbox  # noqa: PLC0415 - most test runs never need it

    with Sandbox() as sandbox:
        sandbox.configure()
        yield sandbox
