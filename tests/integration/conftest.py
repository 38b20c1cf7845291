"""Fixtures of the tests over real sockets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.scripted_server import Authority

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Give a certificate authority that nobody but the test trusts."""
    folder: Path = tmp_path_factory.mktemp("authority")
    return Authority(folder)
