"""The pytest plugin: the fixture ``vivialconnect_sandbox``, a sandbox for each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vivialconnect.sandbox import Sandbox


@pytest.fixture
def vivialconnect_sandbox() -> Iterator[Sandbox]:
    """Start a sandbox, and configure the client for it until the test ends.

    Messages are delivered at the next request. A test adds faults with
    ``vivialconnect_sandbox.chaos.add("drop_answer", method="POST")``.
    """
    # Here, because pytest loads the plugin in every project that has the package.
    from vivialconnect.sandbox import Sandbox  # noqa: PLC0415

    with Sandbox() as sandbox:
        sandbox.configure()
        yield sandbox
