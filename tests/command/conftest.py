"""Fixtures of the tests of the command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.command.running import Runner
from vivialconnect.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Runner:
    """Run commands in this process, without the profiles of the user."""
    monkeypatch.setenv("VIVIALCONNECT_CONFIG_FILE", str(tmp_path / "config.ini"))
    return Runner(monkeypatch, capsys)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Start a sandbox."""
    with Sandbox() as started:
        yield started
