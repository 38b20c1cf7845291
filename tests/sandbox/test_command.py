"""The shell command, and the durability of a sandbox that is killed."""

from __future__ import annotations

import argparse
import contextlib
import http.client
import io
import os
import re
import shlex
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vivialconnect.sandbox import Sandbox, command
from vivialconnect.sandbox.routes.application import Application

from .client import Client
from .wire import request

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
            out, err = run.communicate(timeout=20)
        assert (out, run.returncode) == ("", 0)
        base = it.url.replace("/api/v1.0", "")
        first, page, how, line, last = err.splitlines()
        assert (first, page) == (f"Listening on {it.url}", f"Page: {base}/sandbox/")
        assert (how, last) == ("Press Ctrl+C to stop.", "Stopped.")
        assert re.fullmatch(r"GET /api/v1\.0/accounts/77/messages/count\.json 200 [0-9.]+ ms", line)


def test_command__quiet() -> None:
    """With --quiet, requests are not printed."""
    with started("--quiet") as (run, it):
        with Client(it) as client:
            client.call("GET", "messages/count.json")
        run.terminate()
        assert "GET" not in run.communicate(timeout=20)[1]


def test_report__refused_and_faulty(capsys: pytest.CaptureFixture[str]) -> None:
    """A line about a request says why it was refused, and shows no control character."""
    with Sandbox(on_request=command._report) as sandbox, Client(sandbox) as client:
        request(sandbox, "GET", "/\x9b31m")
        sandbox.chaos.add("close", times=1)
        client.call_once("GET", "messages.json")
        client.secret = "wrong"
        client.call("GET", "messages.json")
    lines = [re.sub(r"[0-9.]+ ms", "1 ms", each) for each in capsys.readouterr().err.splitlines()]
    path = "/api/v1.0/accounts/12345/messages.json"
    refusal = ": The signature does not match the request"
    assert lines[0].startswith("GET /\\x9b31m 401 1 ms: The Authorization header")
    assert lines[1:] == [f"GET {path} no response 1 ms [close]", f"GET {path} 401 1 ms{refusal}"]


def test_report__closed_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are served even if stderr is closed."""
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    with Sandbox(on_request=command._report) as sandbox, Client(sandbox) as client:
        assert client.call("GET", "messages/count.json").status == 200


@pytest.mark.parametrize("is_opened", [True, False])
def test_run__open(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, is_opened: bool
) -> None:
    """With --open, the page is opened in a browser."""
    opened: list[str] = []

    def open_page(url: str) -> bool:
        opened.append(url)
        signal.raise_signal(signal.SIGTERM)
        return is_opened

    monkeypatch.setattr(webbrowser, "open", open_page)
    assert command.run(arguments_of("--open", "--host", "0.0.0.0")) == 0  # noqa: S104
    lines = capsys.readouterr().err.splitlines()
    assert opened == [lines[1].partition(" ")[2]]
    assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+/sandbox/\?token=[\w-]+", opened[0])
    assert ("No browser was found. Open the page yourself." in lines) is not is_opened


#: Serves, and receives a signal just before it starts to wait for one.
SIGNALLED = """
import argparse, signal, sys
from vivialconnect.sandbox import command

class Tracer:
    left = 2  # lines of run()
    def trace(self, frame, event, _):
        self.left -= event == "line"
        if self.left == 0:
            sys.settrace(None)
            signal.raise_signal(signal.SIGTERM)
        return self.trace

def greet(_):
    trace = Tracer().trace
    sys.settrace(trace)
    sys._getframe(1).f_trace = trace
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

    with started("--quiet", "--database", file) as (run, it):
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


def test_run__port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    """If the port is in use, the command prints one line, exits with 2 and restores signals."""
    before = signal.getsignal(signal.SIGTERM)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert command.run(arguments_of("--port", port)) == 2
    check_one_line(capsys)
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
    check_one_line(capsys)


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
    assert capsys.readouterr().err.endswith(
        "\nThe sandbox could not save its final state at 127.0.0.1 port 0: database is locked\n"
    )


def check_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Check that the command printed one line to stderr."""
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("The sandbox cannot start at ")
    assert output.err.count("\n") == 1
