"""Running ``vivialconnect`` in this process. No tests here."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, NamedTuple

from vivialconnect.command.main import main

if TYPE_CHECKING:
    import pytest

    from vivialconnect.sandbox import Sandbox


class Finished(NamedTuple):
    """What a command returned and wrote."""

    status: int
    stdout: str
    stderr: str


class Runner:
    """Runs commands with the settings of the environment.

    :param monkeypatch: sets stdin and the environment.
    :param capsys: reads what a command writes.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, *words: str, stdin: bytes | None = b"") -> Finished:
        """Run a command; ``stdin=None`` closes stdin."""
        stream = None if stdin is None else io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
        self.monkeypatch.setattr(sys, "stdin", stream)
        self._capsys.readouterr()
        status = main(words)
        return Finished(status, *self._capsys.readouterr())

    def configure(self, sandbox: Sandbox, **changes: str) -> None:
        """Set the environment for a sandbox, with changes such as ``API_SECRET="guessed"``."""
        values = {
            "API_KEY": sandbox.api_key,
            "API_SECRET": sandbox.api_secret,
            "ACCOUNT_ID": str(sandbox.account_id),
            "BASE_URL": sandbox.url,
            **changes,
        }
        for name, value in values.items():
            self.monkeypatch.setenv("VIVIALCONNECT_" + name, value)
