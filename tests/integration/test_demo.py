"""The demo as a person starts it: its output, its database, what it refuses."""

from __future__ import annotations

import argparse
import io
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import vivialconnect
from vivialconnect import Message, Number, Resource, demo
from vivialconnect.__main__ import main
from vivialconnect.sandbox import FAILS, Sandbox

ROOT = Path(vivialconnect.__file__).parent.parent
RECIPIENT = demo.SANDBOX_RECIPIENT


#: Starts the package without what only Unix has.
WITHOUT_UNIX = """
import os, runpy, signal, socket, sys, time
for name in ('fork', 'forkpty', 'register_at_fork', 'geteuid', 'getuid', 'pread'):
    delattr(os, name)
for name in ('SIGALRM', 'SIGHUP', 'SIGKILL', 'SIGUSR1', 'pthread_sigmask', 'setitimer'):
    delattr(signal, name)
del socket.MSG_DONTWAIT, time.clock_gettime, time.tzset
sys.modules.update(dict.fromkeys(('fcntl', 'grp', 'pwd', 'resource', 'termios')))
runpy.run_module('vivialconnect', run_name='__main__')
"""


def run_module(
    *words: str,
    folder: Path,
    environment: dict[str, str] | None = None,
    start: Iterable[str] = ("-m", "vivialconnect"),
) -> Any:
    """Run the package, without standard input and with warnings as errors."""
    return subprocess.run(
        [sys.executable, "-W", "error", *start, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
        text=True,
    )


def select(database: Path, statement: str) -> list[tuple[Any, ...]]:
    """Read the database as somebody who knows nothing of the sandbox would."""
    with closing(sqlite3.connect(str(database))) as connection:
        return connection.execute(statement).fetchall()


def options(*words: str) -> argparse.Namespace:
    """Parse the demo's options."""
    parser = argparse.ArgumentParser()
    demo.add_arguments(parser)
    return parser.parse_args(words)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sandbox of the demo deliver at once."""
    monkeypatch.setattr(demo, "SANDBOX_DELAYS", (0, 0, 0))


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the environment name a sandbox, which stands for the real service."""
    with Sandbox() as service:
        monkeypatch.setenv("VIVIALCONNECT_API_KEY", service.api_key)
        monkeypatch.setenv("VIVIALCONNECT_API_SECRET", service.api_secret)
        monkeypatch.setenv("VIVIALCONNECT_ACCOUNT_ID", str(service.account_id))
        monkeypatch.setenv("VIVIALCONNECT_BASE_URL", service.url)
        yield service


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Put a terminal in the place of standard input, on which somebody has typed an answer."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal(text))


def test_demo__database_holds_what_was_done(tmp_path: Path) -> None:
    """A run leaves the number, both messages as delivered, the logs and debits in the file."""
    finished = run_module("demo", "--database", "demo.sqlite3", folder=tmp_path)
    database = tmp_path / "demo.sqlite3"

    assert (finished.returncode, finished.stderr) == (0, "")
    assert select(database, "SELECT phone_number FROM numbers") == [("+19132597591",)]
    sent = "SELECT message_type, status, to_number FROM messages WHERE direction != 'inbound'"
    assert select(database, sent + " ORDER BY id") == [
        ("local_sms", "delivered", RECIPIENT),
        ("local_mms", "delivered", RECIPIENT),
    ]
    logged = select(database, "SELECT log_type, count(*) FROM logs GROUP BY log_type")
    assert dict(logged)["message.delivered"] == 2
    assert dict(logged)["number.purchased"] == 1
    assert len(select(database, "SELECT * FROM attachments")) == 1
    debits = select(database, "SELECT transaction_type FROM transactions WHERE cash_amount > 0")
    assert {("number_purchase",), ("sms_local_out",), ("mms_local_out",)} <= set(debits)


def test_demo__where_nothing_forks(tmp_path: Path) -> None:
    """All of it works without what Windows does not have."""
    ran = run_module("demo", folder=tmp_path, start=("-c", WITHOUT_UNIX))

    assert ran.stderr == ""
    assert ran.returncode == 0
    assert "delivered" in ran.stdout


def test_demo__shows_what_it_runs(tmp_path: Path) -> None:
    """Its output is a session at the prompt: statements, results, both deliveries and the error."""
    finished = run_module("demo", folder=tmp_path)
    lines = finished.stdout.splitlines()

    assert (finished.returncode, finished.stderr) == (0, "")
    assert lines[lines.index(">>> sms.status, mms.status") + 1] == "('delivered', 'delivered')"
    assert ">>> number.buy()" in lines
    assert "BadRequest 400 10008 refused" in lines
    assert "message.delivered message status updated" in lines
    assert f"('inbound', '{RECIPIENT}', 'On my way')" in lines
    assert list(tmp_path.iterdir()) == []


def test_demo__same_database_again(quick: None, tmp_path: Path) -> None:
    """A second run goes on with the state of the first, and buys another number."""
    database = tmp_path / "demo.sqlite3"
    statuses = [demo.run(options("--database", str(database))) for _ in range(2)]

    assert statuses == [0, 0]
    assert select(database, "SELECT count(DISTINCT phone_number) FROM numbers") == [(2,)]
    assert select(database, "SELECT count(*) FROM messages WHERE status = 'delivered'") == [(4,)]


def test_demo__settings_of_the_program(quick: None) -> None:
    """What the program has set on Resource is the same after the demo as before it."""
    Resource.api_key, Resource.api_base_url = "mine", "https://example.com/api"
    status = demo.run(options())

    assert status == 0
    assert (Resource.api_key, Resource.api_base_url) == ("mine", "https://example.com/api")


def test_demo__message_not_delivered(quick: None, capsys: pytest.CaptureFixture[str]) -> None:
    """A message that fails ends the demo with status 1 and the reason, after all of its steps."""
    status = demo.run(options("--number", FAILS))
    output = capsys.readouterr()

    assert status == 1
    assert "message 1 was not delivered: failed Vendor error" in output.err
    assert "BadRequest 400" in output.out


def test_demo__no_number_on_sale(quick: None, capsys: pytest.CaptureFixture[str]) -> None:
    """An area code without numbers ends the demo with status 1 and says what to do."""
    status = demo.run(options("--area-code", "999"))

    assert status == 1
    assert "area code 999. Use another one with --area-code" in capsys.readouterr().err


def test_demo__file_is_no_database(tmp_path: Path) -> None:
    """A file that is no database is told in one line and left as it was."""
    file = tmp_path / "notes.txt"
    file.write_text("These are my notes, not a database. " * 100)
    finished = run_module("demo", "--database", "notes.txt", folder=tmp_path)

    assert finished.returncode == 1
    assert re.fullmatch("vivialconnect demo: cannot run a sandbox: .*\n", finished.stderr)
    assert file.read_text() == "These are my notes, not a database. " * 100


def test_demo__folder_is_missing(tmp_path: Path) -> None:
    """A database in a folder that does not exist is told in one line."""
    finished = run_module("demo", "--database", "no/such/demo.sqlite3", folder=tmp_path)

    assert finished.returncode == 1
    assert finished.stderr.count("\n") == 1


def test_demo__interrupted(
    quick: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C ends it with status 1, one line, and the settings as they were."""

    def interrupt(_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Number, "buy", interrupt)
    status = demo.run(options())

    assert status == 1
    assert "interrupted" in capsys.readouterr().err
    assert Resource.api_key is None


def test_live_demo__agreed(
    live: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a yes it buys and sends at the service of the environment, and tells how to release."""
    answer(monkeypatch, "y\n")
    status = demo.run(options("--live", "--number", RECIPIENT))
    output = capsys.readouterr()

    assert (status, output.err) == (0, "")
    assert "buy a local number" in output.out
    assert "Number.find(1).destroy()" in output.out
    assert "sandbox" not in output.out.lower()
    assert [number.phone_number for number in Number.find()] == ["+19132597591"]
    assert Message.count() == 2


@pytest.mark.parametrize("typed", ["", "\n", "n\n", "yesterday\n"])
def test_live_demo__not_agreed(
    live: Sandbox, typed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Anything but a yes, and the end of input too, means that nothing is sent."""
    answer(monkeypatch, typed)
    status = demo.run(options("--live", "--number", RECIPIENT))

    assert status == 1
    assert capsys.readouterr().err == "vivialconnect demo: nothing was done\n"
    assert live.requests == []


def test_live_demo__no_terminal(live: Sandbox, tmp_path: Path) -> None:
    """Without a terminal nobody can agree, so that nothing is sent."""
    finished = run_module("demo", "--live", "--number", RECIPIENT, folder=tmp_path)

    assert finished.returncode == 1
    assert "needs a terminal for the confirmation" in finished.stderr
    assert live.requests == []


def test_live_demo__no_recipient(live: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a number to send to, it does not even ask."""
    status = demo.run(options("--live"))

    assert status == 1
    assert "--live needs --number" in capsys.readouterr().err
    assert live.requests == []


def test_live_demo__no_credentials(capsys: pytest.CaptureFixture[str]) -> None:
    """Without credentials it names the variables, and never falls back on the sandbox."""
    status = demo.run(options("--live", "--number", RECIPIENT))

    assert status == 1
    assert "VIVIALCONNECT_API_SECRET" in capsys.readouterr().err


def test_live_demo__refused_by_the_service(
    live: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong secret ends it with the service's words, not with a traceback."""
    monkeypatch.setenv("VIVIALCONNECT_API_SECRET", "guessed")
    answer(monkeypatch, "yes\n")
    status = demo.run(options("--live", "--number", RECIPIENT))

    assert status == 1
    assert "401 Unauthorized" in capsys.readouterr().err


def test_command__version(tmp_path: Path) -> None:
    """--version prints the name and the version."""
    finished = run_module("--version", folder=tmp_path)

    assert finished.stdout == f"vivialconnect {vivialconnect.__version__}\n"


def test_demo__nobody_reads_on(tmp_path: Path) -> None:
    """Where its output goes to has been closed: that is told, with status 1."""
    reading, writing = os.pipe()
    os.close(reading)
    finished = subprocess.run(
        [sys.executable, "-u", "-m", "vivialconnect", "demo"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
        text=True,
    )
    os.close(writing)

    assert finished.returncode == 1
    assert finished.stderr == (
        "vivialconnect demo: the output was closed; the steps printed above were carried out\n"
    )


def test_command__none(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a command the help goes to standard error, with status 2."""
    status = main([])

    assert status == 2
    assert {"demo", "sandbox"} <= set(capsys.readouterr().err.split())


def test_command__words_of_the_process(
    quick: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without arguments, those of the process count."""
    monkeypatch.setattr(sys, "argv", ["vivialconnect", "demo"])
    status = main()

    assert status == 0
    assert "Both messages were delivered." in capsys.readouterr().out


def test_command__sandbox_is_not_imported_for_the_version() -> None:
    """Asking for the version imports neither the demo nor the sandbox."""
    program = (
        "import sys, vivialconnect.__main__ as command\n"
        "try:\n    command.main(['--version'])\nexcept SystemExit:\n    pass\n"
        "sys.exit('vivialconnect.sandbox' in sys.modules or 'vivialconnect.demo' in sys.modules)"
    )
    finished = subprocess.run([sys.executable, "-c", program], cwd=str(ROOT), check=False)

    assert finished.returncode == 0


def test_error__is_raised_by_no_step(quick: None) -> None:
    """The provoked error is the only one: the sandbox refused exactly one request."""
    refused: list[int] = []

    class Watched(Sandbox):
        def stop(self) -> None:
            refused.extend(request.status for request in self.requests if request.status >= 400)
            super().stop()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "Sandbox", Watched)
        status = demo.run(options())

    assert (status, refused) == (0, [400])
