"""The file of a sandbox: its mode, its layout, and what a killed process has left in it."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from http.client import HTTPException
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from vivialconnect.sandbox import Sandbox

from .client import Client

if TYPE_CHECKING:
    from pathlib import Path

SPAN = {"start_time": "20200101T000000Z", "end_time": "20400101T000000Z"}


def mode(path: Path) -> int:
    """Return the permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def _no_umask() -> Any:
    """Let new files have all permissions that their program asks for."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.usefixtures("_no_umask")
def test_database__readable_by_its_owner_alone(tmp_path: Path) -> None:
    """A new file can be read and written by its owner alone, and so can its journal."""
    file, seen = tmp_path / "sandbox.sqlite3", []
    with Sandbox(database=str(file)) as sandbox:
        assert mode(file) == 0o600
        assert sandbox._store is not None

        def look(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE accounts SET balance = 0")
            seen.extend([*map(mode, tmp_path.iterdir())])

        sandbox._store.transaction(look)
    assert seen == [0o600, 0o600]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_database__existing_file_keeps_its_mode(tmp_path: Path) -> None:
    """The mode of a file that exists is its owner's choice."""
    file = tmp_path / "sandbox.sqlite3"
    file.touch()
    file.chmod(0o640)
    with Sandbox(database=str(file)):
        assert mode(file) == 0o640


def test_database__in_memory_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's name for a database in memory makes no file."""
    monkeypatch.chdir(tmp_path)
    with Sandbox(database=":memory:"):
        assert [*tmp_path.iterdir()] == []


def test_database__missing_directory(tmp_path: Path) -> None:
    """A file that cannot be created is an error of the database."""
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        Sandbox(database=str(tmp_path / "missing" / "sandbox.sqlite3")).start()


def test_database__older_layout(tmp_path: Path) -> None:
    """A database of an older layout is refused with what to do, and not changed."""
    file = tmp_path / "sandbox.sqlite3"
    with Sandbox(database=str(file)) as sandbox, Client(sandbox) as client:
        client.buy()
    with closing(sqlite3.connect(str(file))) as connection:
        connection.execute("PRAGMA user_version = 1234")
    before = file.read_bytes()
    text = f"{re.escape(repr(str(file)))} was not created by this release.*Move or delete the file"
    with pytest.raises(sqlite3.DatabaseError, match=text):
        Sandbox(database=str(file)).start()

    assert file.read_bytes() == before
    command = [sys.executable, "-m", "vivialconnect", "sandbox", "--database", str(file)]
    finished = subprocess.run(command, capture_output=True, check=False, timeout=60, text=True)
    assert finished.returncode == 2
    assert "Move or delete the file" in finished.stderr


def serve(file: Path) -> tuple[subprocess.Popen[str], SimpleNamespace]:
    """Start the command, and return its process and what a client needs."""
    command = [sys.executable, "-m", "vivialconnect", "sandbox", "--database", str(file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(4)]
    values = dict(line.split()[1].split("=", 1) for line in lines)
    return process, SimpleNamespace(
        api_key=values["VIVIALCONNECT_API_KEY"],
        api_secret=values["VIVIALCONNECT_API_SECRET"],
        account_id=int(values["VIVIALCONNECT_ACCOUNT_ID"]),
        url=values["VIVIALCONNECT_BASE_URL"],
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_database__killed_while_sending(tmp_path: Path) -> None:
    """A process that is killed while threads send loses no message that it has acknowledged."""
    file = tmp_path / "sandbox.sqlite3"
    process, server = serve(file)
    acknowledged: list[int] = []
    enough = threading.Event()

    def send() -> None:
        with Client(server) as client:
            try:
                while True:
                    acknowledged.append(client.text()["id"])
                    if len(acknowledged) >= 200:
                        enough.set()
            except (OSError, HTTPException):
                return

    with Client(server) as client:
        client.buy()
    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert enough.wait(30)
    process.send_signal(signal.SIGKILL)
    for thread in threads:
        thread.join()
    process.communicate()

    with Sandbox(database=str(file)) as sandbox, Client(sandbox) as client:
        with closing(sqlite3.connect(str(file))) as connection:
            stored = [row[0] for row in connection.execute("SELECT id FROM messages ORDER BY id")]
            (charged,) = connection.execute("SELECT sum(cash_amount) FROM transactions").fetchone()
        assert sandbox.balance == 1_000_000 - charged
        assert len(acknowledged) == len({*acknowledged})
        assert {*acknowledged} <= {*stored}
        assert stored == [*range(1, len(stored) + 1)]
        sandbox.advance(60)
        query = {**SPAN, "log_type": "message.delivered", "item_id": acknowledged[-1]}
        assert len(client.call("GET", "logs.json", **query).json["log_items"]) == 1
