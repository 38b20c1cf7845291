"""Start, stop and advance: concurrent, interrupted, and observed."""

from __future__ import annotations

import errno
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.client_settings import ClientSettings
from vivialconnect.sandbox.http.server import PAUSE
from vivialconnect.sandbox.service.clock import Clock
from vivialconnect.sandbox.service.store import NOT_RUNNING

from .client import Client
from .test_sandbox import open_files

if TYPE_CHECKING:
    from collections.abc import Mapping


def test_start__and_stop_by_several() -> None:
    """With many threads, one starts the sandbox, and nothing is left after all stop it."""
    threads, files = threading.active_count(), open_files()
    begin = threading.Barrier(3)

    def start(shared: Sandbox) -> bool:
        begin.wait(10)
        try:
            shared.start()
        except RuntimeError:
            return False
        return True

    def stop(shared: Sandbox) -> bool:
        begin.wait(10)
        shared.stop()
        return repr(shared) == "<Sandbox stopped account 12345>"

    with ThreadPoolExecutor(3) as pool:
        for _ in range(10):
            shared = Sandbox()
            assert sorted(pool.map(start, [shared] * 3)) == [False, False, True]
            assert [*pool.map(stop, [shared] * 3)] == [True, True, True]
    assert threading.active_count() == threads
    assert open_files() == files


class Interrupted(Exception):
    """Raised by the signal handler."""


def test_stop__interrupted() -> None:
    """An interrupt of stop() during a request leaves nothing running."""
    in_call, may_go_on = threading.Event(), threading.Event()
    stopping = threading.get_ident()

    def clock() -> float:
        in_connection = threading.current_thread().name == "vivialconnect-sandbox-connection"
        if in_connection and not in_call.is_set():
            in_call.set()
            while not (running._server and running._server._stopping):
                time.sleep(0.001)
            signal.pthread_kill(stopping, signal.SIGUSR1)
            may_go_on.wait(10)
        return time.time()

    def interrupt(*_: object) -> None:
        running.stop()  # It is already being stopped.
        raise Interrupted

    running = Sandbox(clock=clock).start()
    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with Client(running) as client, ThreadPoolExecutor(1) as pool:
            lost = pool.submit(client.call, "GET", "messages.json")
            assert in_call.wait(10)
            with pytest.raises(Interrupted):
                running.stop()
            shown = repr(running)
            may_go_on.set()
            assert isinstance(lost.exception(), OSError)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert shown == "<Sandbox stopped account 12345>"
    running.stop()
    with running:
        assert running.balance > 0


def test_stop__while_others_read() -> None:
    """Reading a sandbox while it stops raises only the error that it is not running."""
    shared = Sandbox()
    ended = threading.Event()

    def look() -> str:
        try:
            shared.advance(0)
            shared.wait_for_webhooks()
        except RuntimeError as error:
            return str(error)
        return ""

    def look_on() -> set[str]:
        told = set()
        while not ended.is_set():
            told.add(look())
        return told

    with ThreadPoolExecutor(2) as pool:
        looks = [pool.submit(look_on) for _ in range(2)]
        for _ in range(8):
            with shared:
                pass  # Stopped at once.
        ended.set()
    told = set().union(*(found.result() for found in looks))
    assert told - {""} == {NOT_RUNNING}


def test_stop__before_a_child_that_has_its_socket() -> None:
    """A forked process that lives on does not keep the port."""
    running = Sandbox().start()
    assert running._server
    port = running._server.server_port
    shared = running._server.fileno()
    until_told = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(until_told, stdin=subprocess.PIPE, pass_fds=[shared]):
        running.stop()
        with Sandbox(port=port) as again:
            assert again.balance > 0


def test_configure__during_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client is not configured for a stopped sandbox."""
    from vivialconnect import Resource  # noqa: PLC0415 - the rest of these tests works without it

    before = Resource.api_base_url
    running = Sandbox().start()
    configuring, stopped = threading.Event(), threading.Event()
    configure = ClientSettings.configure

    def configure_late(self: ClientSettings, settings: Mapping[str, Any]) -> None:
        configuring.set()
        stopped.wait(0.2)  # It is not, because stop() waits for this.
        configure(self, settings)

    monkeypatch.setattr(ClientSettings, "configure", configure_late)
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(running.configure)
        assert configuring.wait(10)
        running.stop()
        stopped.set()
        ended.result()

    assert Resource.api_base_url == before


def test_configure__within_a_scope() -> None:
    """stop() restores the settings of the class, not those of a scope."""
    from vivialconnect import Resource, configured  # noqa: PLC0415 - see above

    Resource.api_key, Resource.api_secret, Resource.api_account_id = "mine", "hidden", 7
    with configured(api_key="other", api_secret="other", api_account_id=9), Sandbox() as sandbox:
        sandbox.configure()

    assert (Resource.api_key, Resource.api_secret, Resource.api_account_id) == ("mine", "hidden", 7)


def test_stop__closes_what_the_client_keeps_open() -> None:
    """The client keeps no connection to a stopped sandbox."""
    from vivialconnect import Account  # noqa: PLC0415 - see above

    files = []
    for _ in range(4):
        with Sandbox() as sandbox:
            sandbox.configure()
            Account.find(12345)
        files.append(open_files())

    assert files[-1] == files[0]


def test_start__again() -> None:
    """The requests of an earlier run are cleared."""
    sandbox = Sandbox()
    with sandbox, Client(sandbox) as client:
        client.call("GET", "messages.json")
        assert len(sandbox.requests) == 1
    with sandbox:
        assert sandbox.requests == []


def test_accept__no_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    """If no connection can be accepted for a while, the server waits between attempts."""
    tries = []
    accept = socket.socket.accept

    def fail_at_first(self: socket.socket) -> Any:
        tries.append(self)
        if len(tries) < 3:
            raise OSError(errno.EMFILE, "Too many open files")
        return accept(self)

    with Sandbox() as sandbox, Client(sandbox) as client:
        monkeypatch.setattr(socket.socket, "accept", fail_at_first)
        started = time.monotonic()
        assert client.call("GET", "messages/count.json").status == 200
        monkeypatch.undo()

    assert time.monotonic() - started >= 2 * PAUSE
    assert len(tries) == 3


def test_advance__concurrently() -> None:
    """Two threads that advance the clock at the same time both count."""
    clock = Clock(lambda: 0.0)
    other = threading.Thread(target=clock.advance, args=(1,))

    class Met(float):
        """A number of seconds that waits for the other thread while it is added."""

        def __radd__(self, before: float) -> float:
            other.start()
            other.join(0.1)
            return before + float(self)

    clock.advance(Met(2))
    other.join()
    assert clock.now() == 3


def test_stop__waits_for_an_ended_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """stop() also waits for the thread of a connection that has ended."""
    before, run, done = {*threading.enumerate()}, threading.Thread.run, threading.Event()

    def run_and_linger(self: threading.Thread) -> None:
        run(self)
        done.set()
        time.sleep(0.1)

    with Sandbox() as running:
        monkeypatch.setattr(threading.Thread, "run", run_and_linger)
        with Client(running) as client:
            client.call("GET", "messages.json")
        assert done.wait(10)

    assert {*threading.enumerate()} <= before
