"""Calls of several processes at once: forked with warm pools, spawned, and of a prefork server."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Callable

import pytest

from tests.integration.scripted_server import Peer, ScriptedServer, answer, use
from tests.integration.tenants import THOROUGH, Tenants, Values, work
from vivialconnect import ConnectionError, Message, Number, configured  # noqa: A004 - documented name
from vivialconnect.common import fork_lock

PROCESSES = 4
#: Calls that each process, or each thread of the parent, makes.
CALLS = 200 if THOROUGH else 8
PATIENCE = 300 if THOROUGH else 60  # seconds after which a process that does not end is an error
ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system may not fork"),
    # Python warns of forking a process that has threads, which is the case here.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]


@pytest.fixture
def tenants() -> Iterator[Tenants]:
    """Give two accounts, and a pool that is warm."""
    with Tenants() as both:
        assert work(both.accounts, 4) == []
        yield both


def fork(task: Callable[[], bool]) -> int:
    """Do something in a forked child, and return the child's id."""
    child = os.fork()
    if child:
        return child
    # A thread of the parent may have held the stream of a log handler, which stays locked here.
    logging.disable(logging.CRITICAL)
    signal.alarm(PATIENCE)
    try:
        os._exit(0 if task() else 1)
    finally:
        os._exit(2)


def statuses_of(children: list[int]) -> list[int]:
    """Wait for children, and return how each ended."""
    return [os.waitpid(child, 0)[1] for child in children]


@contextmanager
def busy_parent(accounts: list[Values]) -> Iterator[list[str]]:
    """Let threads of this process make calls until the block ends; give what they did wrong."""
    wrong: list[str] = []
    enough = threading.Event()
    started = threading.Barrier(5)

    def run() -> None:
        started.wait(PATIENCE)
        while not enough.is_set():
            wrong.extend(work(accounts, 4))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    started.wait(PATIENCE)
    try:
        yield wrong
    finally:
        enough.set()
        for thread in threads:
            thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)


def call_as_threads(accounts: list[Values], calls: int) -> list[str]:
    """Work in 4 threads at once; return what went wrong."""
    with ThreadPoolExecutor(4) as pool:
        return [
            mistake for found in pool.map(work, [accounts] * 4, [calls] * 4) for mistake in found
        ]


def test_fork__parent_and_children_at_once(tenants: Tenants) -> None:
    """Children that are forked from amid calls make their own, while the parent's go on."""
    with busy_parent(tenants.accounts) as wrong:
        children = [
            fork(lambda: call_as_threads(tenants.accounts, CALLS) == []) for _ in range(PROCESSES)
        ]
        statuses = statuses_of(children)

    assert statuses == [0] * PROCESSES
    assert wrong == []
    assert tenants.mistakes() == []
    assert len(tenants.requests) > PROCESSES * 4 * CALLS
    assert tenants.connections <= 64


def test_fork__within_a_scope(tenants: Tenants) -> None:
    """A child goes on in the scopes that were in force where it was forked, and so do its rows."""
    with configured(**tenants.accounts[1]):
        number = Number.find()[0]

        def reload() -> bool:
            number.reload()
            return number.account_id == 67890 and Message.api_account_id is None

        inside = fork(lambda: Number.find()[0].account_id == 67890)
    outside = fork(reload)

    assert statuses_of([inside, outside]) == [0, 0]
    assert [request.path.split("/")[4] for request in tenants.requests[-3:]] == ["67890"] * 3
    assert tenants.mistakes() == []


def test_fork__while_a_thread_waits() -> None:
    """A child calls the service that a thread of its parent just waits for."""
    asked = threading.Event()

    def hold(peer: Peer) -> None:
        asked.set()
        peer.stall()

    def wait_in_vain() -> None:
        with suppress(ConnectionError):  # how it ends is not the case here, the fork is
            Message.count()

    thread = threading.Thread(target=wait_in_vain)
    with ScriptedServer(hold, answer({"count": 1})) as server:
        use(server)
        thread.start()
        assert asked.wait(PATIENCE)
        statuses = statuses_of([fork(lambda: Message.count() == 1)])
    thread.join(PATIENCE)

    assert statuses == [0]
    assert [request.connection for request in server.requests] == [1, 2]


def test_fork__while_a_thread_imports_or_configures() -> None:
    """A fork waits until no thread does either, so that the child can do both."""
    held, enough = threading.Event(), threading.Event()

    def hold() -> None:
        with fork_lock:
            held.set()
            enough.wait(PATIENCE)

    def configure() -> bool:
        Message.request_timeout = 7
        return Message.request_timeout == 7

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(PATIENCE)
    timer = threading.Timer(0.1, enough.set)
    timer.start()
    statuses = statuses_of([fork(lambda: fork_lock.acquire(blocking=False)), fork(configure)])
    timer.join(PATIENCE)
    thread.join(PATIENCE)

    assert enough.is_set()
    assert statuses == [0, 0]
    assert Message.request_timeout == 30


@pytest.mark.parametrize(
    ("module", "code"), [("dateutil.parser", "Message({'sent': '2020-07-02'}).sent_at")]
)
def test_fork__while_a_thread_imports_what_is_rarely_needed(module: str, code: str) -> None:
    """A fork waits for every import that is made late, and so a child never waits for ever."""
    # The thread finds the module slowly, and is at it when the process forks.
    told = run_python(
        "import contextlib, importlib.abc, os, signal, sys, threading, time, warnings\n"
        "warnings.simplefilter('ignore')  # a process of several threads that forks\n"
        "from vivialconnect import Message, Util\n"
        "from vivialconnect.common import retries\n"
        "begun = threading.Event()\n"
        "class Slow(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        f"        if name == {module!r}: begun.set(); time.sleep(0.3)\n"
        "def ask():\n"
        f"    with contextlib.suppress(ValueError): {code}  # what it gives is not the case\n"
        f"sys.modules.pop({module!r}, None)\n"
        "sys.meta_path.insert(0, Slow())\n"
        "thread = threading.Thread(target=ask); thread.start()\n"
        "begun.wait()\n"
        "child = os.fork()\n"
        "if child == 0: signal.alarm(20); ask(); os._exit(0)\n"
        "thread.join(); print(os.waitpid(child, 0)[1])\n",
        "",
        {},
    )

    assert told == 0


def test_descriptors__none_left(tenants: Tenants) -> None:
    """Without a free descriptor a call says so, and needs none to say it; afterwards it works."""
    told = run_python(
        "import json, os, resource, vivialconnect\n"
        "from vivialconnect import Message, Resource\n"
        "from vivialconnect.common import transport\n"
        "for name, value in json.loads(input()).items(): setattr(Resource, name, value)\n"
        "said = [Message.count()]\n"
        "transport.shared.close()\n"
        "least, most = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "free = os.dup(0); os.close(free)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (free, most))\n"
        "message = Message({'from_number': '+19132597591', 'to_number': '+15154469790'})\n"
        "for call in (Message.count, message.send):\n"
        "    try: call()\n"
        "    except vivialconnect.ConnectionError as failure:\n"
        "        said.append(['open files' in str(failure), failure.attempts, failure.outcome])\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (least, most))\n"
        "print(json.dumps([*said, Message.count()]))\n",
        json.dumps({**tenants.accounts[0], "max_retries": 1}),
        {},
    )

    assert told == [0, [True, 2, "not sent"], [True, 2, "not sent"], 0]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing__two_accounts(method: str, tenants: Tenants) -> None:
    """The processes of a pool, forked or spawned, each make their calls for whom they should."""
    context = multiprocessing.get_context(method)
    processes = PROCESSES if method == "fork" or THOROUGH else 2
    # The pool first: what measures coverage may not survive a fork from amid busy threads.
    with context.Pool(processes) as pool, busy_parent(tenants.accounts) as wrong:
        jobs = [(tenants.accounts, CALLS)] * processes
        found = pool.starmap_async(call_as_threads, jobs).get(PATIENCE)
        # Else they would be killed, maybe while they write down what they have covered.
        pool.close()
        pool.join()

    assert found == [[]] * processes
    assert wrong == []
    assert tenants.mistakes() == []
    assert len(tenants.requests) > processes * 4 * CALLS
    assert tenants.connections <= 64


def test_row__sent_to_another_process(tenants: Tenants) -> None:
    """A row that travels is without credentials, and works with those that are in force there."""
    with configured(**tenants.accounts[1]):
        number = Number.find()[0]
    data = pickle.dumps(number)
    told = run_python(
        "import json, pickle, sys\n"
        "number = pickle.loads(bytes.fromhex(sys.stdin.read()))\n"
        "number.reload()\n"
        "print(json.dumps(number.account_id))\n",
        data.hex(),
        {
            "VIVIALCONNECT_API_KEY": tenants.accounts[1]["api_key"],
            "VIVIALCONNECT_API_SECRET": tenants.accounts[1]["api_secret"],
            "VIVIALCONNECT_ACCOUNT_ID": "67890",
            "VIVIALCONNECT_BASE_URL": tenants.sandbox.url,
        },
    )

    assert tenants.accounts[1]["api_secret"].encode("ascii") not in data
    assert told == 67890
    assert tenants.mistakes() == []


def run_python(program: str, given: str, environment: dict[str, str]) -> Any:
    """Run a program in a process of its own, and return the JSON that it prints."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        input=given,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.stderr == ""
    return json.loads(ran.stdout)


@contextmanager
def prefork_server(accounts: list[Values], folder: Path) -> Iterator[str]:
    """Serve ``prefork`` by two processes with four threads each, and give the URL."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        descriptor = listener.fileno()
        command = [sys.executable, "-m", "gunicorn", "--preload", "--log-level", "error"]
        command += ["--workers", "2", "--threads", "4", "--bind", f"fd://{descriptor}"]
        changes = {"TENANTS": json.dumps(accounts), "CALLS": str(CALLS), "HOME": str(folder)}
        server = subprocess.Popen(
            [*command, "tests.integration.prefork:application"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **changes},
            pass_fds=[descriptor],
        )
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            server.terminate()
            server.wait(PATIENCE)


def test_prefork_server__two_accounts(tenants: Tenants, tmp_path: Path) -> None:
    """The workers of a prefork server whose master has made calls already make their own."""

    def ask(url: str) -> Any:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            return json.load(answer)

    with prefork_server(tenants.accounts, tmp_path) as url, ThreadPoolExecutor(8) as pool:
        told = list(pool.map(ask, [url] * 16))

    assert told == [{"forked": True, "wrong": []}] * 16
    assert tenants.mistakes() == []
    # What the fixture and the master did, and then the workers.
    assert len(tenants.requests) == 2 + 4 + 4 + 16 * CALLS
    assert tenants.connections <= 64
