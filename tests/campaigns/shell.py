"""The command, run in this process, with the settings of a sandbox in the environment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from vivialconnect import Number
from vivialconnect.command.main import main
from vivialconnect.sandbox import Sandbox

SENDER = "+19132597591"


def settings_of(sandbox: Sandbox) -> dict[str, str]:
    """Return the environment that points the command at a sandbox."""
    return {
        "VIVIALCONNECT_API_KEY": sandbox.api_key,
        "VIVIALCONNECT_API_SECRET": sandbox.api_secret,
        "VIVIALCONNECT_ACCOUNT_ID": str(sandbox.account_id),
        "VIVIALCONNECT_BASE_URL": sandbox.url,
    }


class Done(NamedTuple):
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def fields(self) -> dict[str, str]:
        """Return what it wrote as lines of name and value."""
        return dict(line.split("\t") for line in self.out.splitlines())

    @property
    def data(self) -> Any:
        """Return the JSON that it wrote."""
        return json.loads(self.out)


class Shell:
    """Runs ``vivialconnect campaign VERB june.db ...``."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, verb: str, *words: str) -> Done:
        """Run a verb."""
        self._capsys.readouterr()
        status = main(["campaign", verb, "june.db", *words])
        return Done(status, *self._capsys.readouterr())

    def plan(self, *words: str, body: str = "Hi {name}") -> Done:
        """Plan list.csv."""
        columns = ("--to-column", "phone", "--key-column", "id")
        return self("plan", "list.csv", "--from", SENDER, *columns, "--body", body, *words)

    def states(self) -> list[tuple[str, str]]:
        """Return the key and the state of each text."""
        texts = self("report", "--json").data
        return [(text["key"], text["state"]) for text in texts]


def write_list(count: int) -> None:
    """Write a list of valid rows."""
    rows = (f"{n},+1515446{n:04d},Ann {n}\n" for n in range(1, count + 1))
    Path("list.csv").write_text("id,phone,name\n" + "".join(rows), encoding="utf-8")


@pytest.fixture
def shell(
    vivialconnect_sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Shell:
    """Return a shell in an empty folder, for an account with one number."""
    Number({"phone_number": SENDER, "phone_number_type": "local"}).buy()
    monkeypatch.chdir(tmp_path)
    for name, value in settings_of(vivialconnect_sandbox).items():
        monkeypatch.setenv(name, value)
    return Shell(capsys)
