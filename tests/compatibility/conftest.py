"""Leaves this folder out of a test run that does not name it.

Its tests install a release from the package index and need Python 3.9, so that they have a command
of their own: ``pytest tests/compatibility``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

HERE = Path(__file__).parent.resolve()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Ignore the tests in here unless an argument of the command lies in here."""
    if HERE not in collection_path.resolve().parents and collection_path.resolve() != HERE:
        return None
    named = [
        (config.invocation_params.dir / str(argument).partition("::")[0]).resolve()
        for argument in config.invocation_params.args
    ]
    inside = any(path == HERE or HERE in path.parents for path in named)
    return None if inside else True
