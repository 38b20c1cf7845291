"""The shell command, and the durability of a sandbox that is killed."""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import shlex
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vivialconnect.sandbox import Sandbox, command
from vivialconnect.sandbox.routes.application import Application

from .client import Client

PROGRAM = (
    "import argparse, sys\n"
    "from vivialconnect.sandbox import command\n"
    "parser = argparse.ArgumentParser()\n"
    "command.add_arguments(parser)\n"
    "sys.exit(command.run(parser.parse_args()))\n"
)


def read_exports(lines: list[str]) -> Any:
    """Parse the printed lines as a shell would."""
    values: dict[str, str] = {}
    for line in lines:
        word, assignment = shlex.split(line)
        assert word == "export"
        name, _, value = assignment.partition("=")
        values[name] = value
    assert len(values) == 4
    return SimpleNamespace(
        api_key=values["VIVIALCONNECT_API_KEY"],
        api_secret=values["VIVIALCONNECT_API_SECRET"],
        account_id=int(values["VIVIALCONNECT_ACCOUNT_ID"]),
        url=values["VIVIALCONNECT_BASE_URL"],
    )


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """Start the command in a process; return it and what it printed."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=str(Path(__file__).parents[2]),
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
    )
    try:
        assert process.stdout
        yield process, read_exports([process.stdout.readline() for _ in range(4)])
    finally:
        process.kill()
        process.communicate()


def test_export_lines__for_powershell() -> None:
    """In PowerShell, a quote inside quotes is doubled."""
    with Sandbox(api_key="MTKMINE", api_secret="it's") as sandbox:
        assert command.export_lines(sandbox, powershell=True).splitlines() == [
            "$env:VIVIALCONNECT_API_KEY = 'MTKMINE'",
            "$env:VIVIALCONNECT_API_SECRET = 'it''s'",
            "$env:VIVIALCONNECT_ACCOUNT_ID = '12345'",
            f"$env:VIVIALCONNECT_BASE_URL = '{sandbox.url}'",
        ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_command__until_a_signal(number: int) -> None:
    """The command serves until a signal arrives, then exits with status 0."""
    with started("--account-id", "77", "--api-key", "MTKMINE", "--api-secret", "it's") as (run, it):
        assert (it.account_id, it.api_key, it.api_secret) == (77, "MTKMINE", "it's")
        with Client(it) as client:
            assert client.call("GET", "messages/count.json").json == {"count": 0}
            run.send_signal(number)
            assert run.communicate(timeout=20) == ("", "")
        assert run.returncode == 0


#: Serves, and receives a signal just before it starts to wait for one.
SIGNALLED = """
import argparse, signal, sys
from vivialconnect.sandbox import command

class Tracer:
    left = 8  # lines of code
    def trace(self, frame, event, _):
        self.left -= event == "line"
        if self.left == 0:
            sys.settrace(None)
            signal.raise_signal(signal.SIGTERM)
        return self.trace

def greet(_):
    sys.settrace(Tracer().trace)
    return "ready"

command.export_lines = greet
parser = argparse.ArgumentParser()
command.add_arguments(parser)
sys.exit(command.run(parser.parse_args([])))
"""


def test_command__signal_just_before_it_waits() -> None:
    """A signal ends the command whenever it arrives."""
    with subprocess.Popen(
        [sys.executable, "-c", SIGNALLED],
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)),
    ) as running:
        try:
            assert running.stdout
            assert running.stdout.readline() == "ready\n"
            running.terminate()
            assert running.wait(20) == 0
        finally:
            running.kill()


def test_kill__keeps_acknowledged_changes(tmp_path: Path) -> None:
    """A sandbox with a file that is killed keeps everything that it acknowledged."""
    file = str(tmp_path / "sandbox.db")
    acknowledged: list[tuple[int, str]] = []

    def write(it: Any, name: int) -> None:
        # The server dies at any point of a response.
        with contextlib.suppress(OSError, http.client.HTTPException), Client(it) as own:
            for index in range(10_000):
                made = own.text(body=f"{name}/{index}")
                acknowledged.append((made["id"], made["body"]))

    with started("--database", file) as (run, it):
        with Client(it) as client:
            client.buy()
        threads = [threading.Thread(target=write, args=(it, name)) for name in range(4)]
        for thread in threads:
            thread.start()
        while len(acknowledged) < 50:
            assert run.poll() is None
            threads[0].join(0.01)
        run.kill()
        for thread in threads:
            thread.join()
    with started("--database", file) as (_, again), Client(again) as client:
        assert (again.api_key, again.api_secret) == (it.api_key, it.api_secret)
        for row_id, body in acknowledged:
            assert client.call("GET", f"messages/{row_id}.json").json["message"]["body"] == body
        assert client.call("GET", "numbers/count.json").json == {"count": 1}
        count = client.call("GET", "messages/count.json").json["count"]
        # Each writer had at most one response on the way.
        assert len(acknowledged) <= count <= len(acknowledged) + 4


def arguments_of(*words: str) -> argparse.Namespace:
    """Parse arguments as the command does."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(words)


def credentials_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[str, str] | None:
    """Run the command and return the credentials of its sandbox; ``None`` if it does not start."""
    found = []
    capsys.readouterr()

    def tell(sandbox: Sandbox) -> str:
        found.append((sandbox.api_key, sandbox.api_secret))
        signal.raise_signal(signal.SIGTERM)
        return "ready"

    monkeypatch.setattr(command, "export_lines", tell)
    status = command.run(arguments_of(*words))
    if not found:
        assert status == 2
        _check_one_line(capsys)
        return None
    return found[0]


FROM_ENVIRONMENT = ("MTKENV", "secret of the environment")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the variables of the credentials."""
    monkeypatch.setenv("VIVIALCONNECT_SANDBOX_API_KEY", FROM_ENVIRONMENT[0])
    monkeypatch.setenv("VIVIALCONNECT_SANDBOX_API_SECRET", FROM_ENVIRONMENT[1])


@pytest.mark.usefixtures("environment")
def test_credentials__from_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Key and secret come from the environment; options come first, and both from one source."""
    assert credentials_of(monkeypatch, capsys) == FROM_ENVIRONMENT
    options = ("--api-key", "MTKOPTION", "--api-secret", "s")
    assert credentials_of(monkeypatch, capsys, *options) == ("MTKOPTION", "s")
    key, secret = credentials_of(monkeypatch, capsys, "--api-key", "MTKOPTION") or ("", "")
    assert key == "MTKOPTION"
    assert secret != FROM_ENVIRONMENT[1]
    monkeypatch.setenv("VIVIALCONNECT_SANDBOX_API_KEY", "")
    key, secret = credentials_of(monkeypatch, capsys) or ("", "")
    assert key.startswith("MTK")
    assert secret == FROM_ENVIRONMENT[1]
    monkeypatch.setenv("VIVIALCONNECT_SANDBOX_API_KEY", "a b")
    assert credentials_of(monkeypatch, capsys) is None


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    "content",
    [b"MTKFILE\ns3cret", b"MTKFILE\ns3cret\n", b"MTKFILE\r\ns3cret\r\n",
     b"\xef\xbb\xbfMTKFILE\ns3cret\n"],
    ids=["two lines", "line end", "CRLF", "byte order mark"],
)  # fmt: skip
def test_credentials__from_a_file(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    content: bytes,
) -> None:
    """Key and secret come from the two lines of a file."""
    (tmp_path / "file").write_bytes(content)
    words = ("--credentials-file", str(tmp_path / "file"))
    assert credentials_of(monkeypatch, capsys, *words) == ("MTKFILE", "s3cret")
    assert credentials_of(monkeypatch, capsys, *words, "--api-key", "MTKOPTION") is None
    assert credentials_of(monkeypatch, capsys, *words, "--api-secret", "s") is None


@pytest.mark.parametrize(
    "content",
    [b"", b"MTKFILE", b"MTKFILE\n", b"MTKFILE\ns3cret\nmore", b"\n\n", b"MTKFILE\n\n",
     b"\ns3cret\n", b"a b\ns3cret\n", b"MTKFILE\ns3cret\xff\n", b"MTKFILE\n" + b"x" * 20_000,
     None],
)  # fmt: skip
def test_credentials__invalid_file(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    content: bytes | None,
) -> None:
    """A missing file, or one without two valid lines, is an error that does not show the lines."""
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setattr(command, "export_lines", lambda _: pytest.fail("It has started."))
    assert command.run(arguments_of("--credentials-file", str(file))) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "s3cret" not in error
    for name in (str(tmp_path), "/dev/zero"):
        assert command.run(arguments_of("--credentials-file", name)) == 2


def test_arguments__hosts_and_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    """--allow-host and --allow-origin can be repeated."""
    given: dict[str, Any] = {}
    monkeypatch.setattr(command, "Sandbox", lambda **options: given.update(options))
    words = ["--allow-host", "a.test", "--allow-host", "b.test", "--allow-origin", "http://c.test"]
    command._sandbox(arguments_of(*words))
    assert given["allow_hosts"] == ["a.test", "b.test"]
    assert given["allow_origins"] == ["http://c.test"]
    command._sandbox(arguments_of())
    assert (given["allow_hosts"], given["allow_origins"]) == ([], [])


@pytest.mark.parametrize("words", [["--allow-host", "http://a"], ["--allow-origin", "a.test"]])
def test_arguments__invalid_hosts_and_origins(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """An invalid host or origin is one line on stderr."""
    assert command.run(arguments_of(*words)) == 2
    _check_one_line(capsys)


def test_export_lines__token() -> None:
    """A sandbox that other machines reach prints the token of its controls."""
    with Sandbox(host="0.0.0.0") as sandbox:  # noqa: S104 - that is what it tests
        last = command.export_lines(sandbox, powershell=False).splitlines()[-1]
        assert last == f"export VIVIALCONNECT_SANDBOX_TOKEN={shlex.quote(sandbox.token or '')}"
    with Sandbox() as sandbox:
        assert "TOKEN" not in command.export_lines(sandbox)


def test_run__port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    """If the port is in use, the command prints one line, exits with 2 and restores signals."""
    before = signal.getsignal(signal.SIGTERM)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert command.run(arguments_of("--port", port)) == 2
    _check_one_line(capsys)
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize(
    "words",
    [
        ["--host", "no.such.host.invalid"],
        ["--port", "99999"],
        ["--account-id", "-5"],
        ["--database", "/nowhere/at/all.db"],
        ["--api-key", "a b"],
    ],
)
def test_run__cannot_start(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A sandbox that cannot start prints one line to stderr and exits with 2."""
    assert command.run(arguments_of(*words)) == 2
    _check_one_line(capsys)


def test_run__database_that_fails_at_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A failure at the end has another message than one at the start."""

    def fail(_: Application) -> None:
        raise sqlite3.OperationalError("database is locked")

    def tell(_: Sandbox) -> str:
        signal.raise_signal(signal.SIGTERM)
        return "ready"

    monkeypatch.setattr(Application, "apply_due_changes", fail)
    monkeypatch.setattr(command, "export_lines", tell)

    assert command.run(arguments_of()) == 2
    assert capsys.readouterr().err == (
        "The sandbox could not save its final state at 127.0.0.1 port 0: database is locked\n"
    )


def _check_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("The sandbox cannot start at ")
    assert output.err.count("\n") == 1
