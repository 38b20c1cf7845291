"""The Python class: start, stop, reset, several sandboxes, and configuring the client."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from vivialconnect import sandbox as package
from vivialconnect.sandbox import Sandbox

from .client import Client


def open_files() -> int:
    """Return how many files this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_start__formats(sandbox: Sandbox) -> None:
    """URL, key and secret have the service's formats, and the repr has no secret."""
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api/v1\.0", sandbox.url)
    assert re.fullmatch(r"MTK[A-Z0-9]{32}", sandbox.api_key)
    assert re.fullmatch(r"[A-Za-z0-9]{48}", sandbox.api_secret)
    assert sandbox.api_secret not in repr(sandbox)
    assert sandbox.url in repr(sandbox)


def test_start__twice(sandbox: Sandbox) -> None:
    """A running sandbox cannot be started again."""
    with pytest.raises(RuntimeError, match="already running"):
        sandbox.start()


def test_start__without_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """If a thread cannot be started, nothing stays open, and the sandbox can be started later."""

    def fail(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    files = open_files()
    stopped = Sandbox()
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", fail)
        with pytest.raises(RuntimeError, match="new thread"):
            stopped.start()
    assert open_files() == files
    assert repr(stopped) == "<Sandbox stopped account 12345>"
    with stopped:
        assert stopped.balance > 0


def test_stop__nothing_left() -> None:
    """After stop() no thread and no open file is left, even with connected clients."""
    threads, files = threading.active_count(), open_files()
    running = Sandbox().start()
    with Client(running) as client:
        client.call("GET", "messages.json")
        running.stop()
        running.stop()
    assert threading.active_count() == threads
    assert open_files() == files
    assert repr(running) == "<Sandbox stopped account 12345>"


# Python warns of forking a process with threads, and the sandbox has some.
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_stop__in_a_forked_child() -> None:
    """A child that leaves the block restores its client, and the parent's sandbox goes on."""
    from vivialconnect import Resource  # noqa: PLC0415 - the rest of these tests works without it

    with Sandbox() as running, Client(running) as client:
        running.configure()
        client.call("GET", "messages.json")
        child = os.fork()
        if not child:
            try:
                running.stop()
                os._exit(7 if Resource.api_base_url != running.url else 1)
            finally:
                os._exit(2)
        _, status = os.waitpid(child, 0)

        assert os.WEXITSTATUS(status) == 7
        # Over the existing connection.
        assert client.call("GET", "messages.json").status == 200


def test_stop__database_is_locked(tmp_path: Path) -> None:
    """If the last changes cannot be saved, stop() raises, and the sandbox is stopped."""
    path = str(tmp_path / "state.sqlite3")
    threads = threading.active_count()
    running = Sandbox(database=path).start()
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            running.stop()
    running.stop()

    assert threading.active_count() == threads
    assert repr(running) == "<Sandbox stopped account 12345>"
    with running:
        assert running.balance > 0


@pytest.mark.parametrize("use", ["url", "balance"])
def test_stopped__error(use: str) -> None:
    """Methods that need a running sandbox say so."""
    with pytest.raises(RuntimeError, match="not running"):
        getattr(Sandbox(), use)


def test_sandboxes__share_nothing() -> None:
    """Several sandboxes share nothing, not even the key."""
    with Sandbox() as one, Sandbox() as two, Client(one) as client, Client(two) as other:
        client.buy()
        assert other.call("GET", "numbers/count.json").json == {"count": 0}
        other.key, other.secret = client.key, client.secret
        assert other.call("GET", "numbers.json").status == 401


def test_reset__fresh_state(client: Client, sandbox: Sandbox) -> None:
    """A reset clears everything except the key, and ids start at 1 again."""
    client.buy()
    client.text()
    sandbox.advance(3600)
    sandbox.reset()
    assert sandbox.requests == []
    assert sandbox.balance == 1_000_000
    assert client.call("GET", "messages.json").json == {"messages": []}
    assert client.buy()["id"] == 1


def test_requests__recorded(client: Client, sandbox: Sandbox) -> None:
    """Each request is recorded as it was sent, with the status of its response."""
    client.call("POST", "numbers.json", {}, **{"a b": "c"})
    request = sandbox.requests[-1]
    assert (request.method, request.status, request.body) == ("POST", 400, b"{}")
    assert request.target == "/api/v1.0/accounts/12345/numbers.json?a%20b=c"
    assert (request.path, request.query) == ("/api/v1.0/accounts/12345/numbers.json", "a%20b=c")
    assert request.headers["content-type"] == "application/json"


def test_requests__bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the latest requests are kept."""
    monkeypatch.setattr(package, "KEPT_REQUESTS", 2)
    with Sandbox() as running, Client(running) as client:
        for name in ("users", "numbers", "messages"):
            client.call("GET", f"{name}.json")
        paths = [request.path.rpartition("/")[2] for request in running.requests]
        assert paths == ["numbers.json", "messages.json"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"port": -1}, {"port": 65_536}, {"host": ""}, {"database": ""}, {"account_id": 0},
        {"account_id": 10**18},
        {"delays": (1, 2)}, {"delays": (3, 2, 1)}, {"delays": (-1, 0, 0)}, {"api_key": "a b"},
        {"api_key": "a:b"}, {"api_key": ""}, {"api_key": "\u00e9"}, {"api_secret": ""},
        {"api_secret": "a\nb"},
    ],
)  # fmt: skip
def test_arguments__refused(arguments: dict[str, Any]) -> None:
    """An invalid argument is refused before anything is opened."""
    with pytest.raises(ValueError, match=next(iter(arguments))):
        Sandbox(**arguments)


def test_host__ipv6() -> None:
    """A sandbox can listen on an IPv6 address, which is in brackets in its URL."""
    with Sandbox(host="::1") as running, Client(running) as client:
        assert running.url.startswith("http://[::1]:")
        assert client.call("GET", "messages.json").status == 200


def test_port__in_use(sandbox: Sandbox, client: Client) -> None:
    """A port that is in use raises an OSError, and nothing stays open."""
    client.call("GET", "messages.json")  # All that is opened from here on counts.
    port = int(sandbox.url.split(":")[2].split("/")[0])
    before = open_files()
    stopped = Sandbox(port=port)
    with pytest.raises(OSError, match=r"[Aa]ddress already in use"):
        stopped.start()
    assert open_files() == before
    with pytest.raises(RuntimeError, match="not running"):
        stopped.receive(from_number="+15154469790", to_number="+19132597591")


def test_database__kept_between_runs(tmp_path: Path) -> None:
    """A sandbox on an existing file continues with its state and its key."""
    file = str(tmp_path / "sandbox.db")
    with Sandbox(database=file) as first, Client(first) as client:
        client.buy()
        client.text()
    with Sandbox(database=file) as second, Client(second) as client:
        assert (second.api_key, second.api_secret) == (first.api_key, first.api_secret)
        assert client.call("GET", "messages/count.json").json == {"count": 1}
    third = Sandbox(database=file, api_key="MTKNEW", api_secret="new")
    with third, Client(third) as client:
        assert client.call("GET", "numbers/count.json").json == {"count": 1}
    with Sandbox(database=file, api_key="MTKNEW") as fourth:
        assert fourth.api_secret == "new"
    with Sandbox(database=file, account_id=777) as other, Client(other) as client:
        assert client.call("GET", "numbers/count.json").json == {"count": 0}
    with pytest.raises(ValueError, match="another account"):
        Sandbox(database=file, account_id=777, api_key="MTKNEW").start()


def test_database__no_database(tmp_path: Path) -> None:
    """A file that is not a database is not changed."""
    file = tmp_path / "notes.txt"
    file.write_text("these are notes, not a database " * 100)
    with pytest.raises(sqlite3.DatabaseError):
        Sandbox(database=str(file)).start()
    assert file.read_text().startswith("these are notes")


def test_database__other_schema(tmp_path: Path) -> None:
    """A database with another schema is refused and not changed."""
    file = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(str(file))) as other:
        other.execute("CREATE TABLE messages (id INTEGER)")
    before = file.read_bytes()
    with pytest.raises(sqlite3.DatabaseError, match="not created by this release of the sandbox"):
        Sandbox(database=str(file)).start()

    assert file.read_bytes() == before
    assert [*tmp_path.iterdir()] == [file]


def test_reset__while_others_read(sandbox: Sandbox) -> None:
    """The sandbox is never empty during a reset."""
    ended = threading.Event()

    def look() -> set[int]:
        found = set()
        while not ended.is_set():
            found.add(sandbox.balance)
        return found

    with ThreadPoolExecutor(2) as pool:
        looks = [pool.submit(look) for _ in range(2)]
        for _ in range(60):
            sandbox.reset()
        ended.set()
    assert [found.result() for found in looks] == [{1_000_000}] * 2


def test_configure__and_restore(monkeypatch: pytest.MonkeyPatch) -> None:
    """configure() points the client to the sandbox; stop() restores its settings."""
    from vivialconnect import Resource  # noqa: PLC0415 - the rest of these tests works without it

    monkeypatch.setenv("VIVIALCONNECT_API_KEY", "from the environment")
    monkeypatch.setenv("VIVIALCONNECT_API_SECRET", "from there too")
    Resource.api_account_id = 7
    with Sandbox() as running:
        running.configure()
        running.configure()
        assert Resource.api_key == running.api_key
        assert Resource.api_secret == running.api_secret
        assert Resource.api_account_id == 12345
        assert Resource.api_base_url == running.url
    assert Resource.api_account_id == 7
    assert Resource.api_key == "from the environment"
    monkeypatch.delenv("VIVIALCONNECT_API_KEY")
    assert Resource.api_key is None
    assert Resource.api_base_url == "https://api.vivialconnect.net/api/v1.0"
    del Resource.api_account_id


def test_configure__several() -> None:
    """With several sandboxes, the last one configured counts, in whatever order they stop."""
    from vivialconnect import Resource  # noqa: PLC0415 - the rest of these tests works without it

    before = Resource.api_base_url
    with Sandbox() as first, Sandbox() as second, Sandbox() as third:
        for each in (first, second, third):
            each.configure()
        first.stop()
        assert Resource.api_base_url == third.url
        third.stop()
        assert (Resource.api_base_url, Resource.api_key) == (second.url, second.api_key)
        second.stop()
        assert Resource.api_base_url == before


def test_import__without_requests() -> None:
    """Importing the sandbox does not import requests."""
    code = "import sys, vivialconnect.sandbox; sys.exit('requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_port__free_after_stop() -> None:
    """The port of a stopped sandbox can be used at once."""
    with Sandbox() as running:
        port = int(running.url.split(":")[2].split("/")[0])
    socket.create_server(("127.0.0.1", port)).close()


TEST_WITH_FIXTURE = """
def test_fixture(vivialconnect_sandbox):
    from vivialconnect import Resource
    assert Resource.api_base_url == vivialconnect_sandbox.url
"""


def test_plugin__fixture(tmp_path: Path) -> None:
    """The plugin's fixture is a running sandbox that the client is configured for."""
    (tmp_path / "test_it.py").write_text(TEST_WITH_FIXTURE)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "vivialconnect.pytest_plugin"]
    command += ["-p", "no:cacheprovider", str(tmp_path)]
    # If the package is installed, its entry point would load the plugin a second time.
    environment = dict(os.environ, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    ended = subprocess.run(
        command, cwd=str(Path(__file__).parents[2]), capture_output=True, text=True, check=False,
        timeout=60, env=environment,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_advance__before_the_start() -> None:
    """The clock can be advanced before the sandbox starts."""
    sandbox = Sandbox(delays=(10, 20, 30))
    sandbox.advance(5)
    with sandbox, Client(sandbox) as client:
        client.buy()
        client.text()
        sandbox.advance(35)
        assert client.call("GET", "messages/1.json").json["message"]["status"] == "delivered"
