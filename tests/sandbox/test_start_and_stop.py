"""Starting, stopping, advancing: by several threads, interrupted, while others look on."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.clock import Clock
from vivialconnect.sandbox.store import NOT_RUNNING

from .client import Client
from .test_sandbox import open_files


def test_start__and_stop_by_several() -> None:
    """However many threads start it one does, and however many stop it nothing is left."""
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
    """What the handler of a signal raises."""


def test_stop__interrupted() -> None:
    """What interrupts stop() while a call is still being answered leaves nothing running."""
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
        running.stop()  # it is being stopped already
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


def test_stop__while_others_look() -> None:
    """Who looks while it is stopped is told that it does not run, and nothing else."""
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
                pass
        ended.set()
    told = set().union(*(found.result() for found in looks))
    assert told - {""} == {NOT_RUNNING}


def test_stop__before_a_child_that_has_its_socket() -> None:
    """A process that was forked meanwhile, and lives on, does not keep the port."""
    running = Sandbox().start()
    assert running._server
    port = running._server.server_port
    shared = running._server.fileno()
    until_told = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(until_told, stdin=subprocess.PIPE, pass_fds=[shared]):
        running.stop()
        with Sandbox(port=port) as again:
            assert again.balance > 0


def test_advance__by_two_at_once() -> None:
    """Of two threads that advance the clock at the same time, neither is forgotten."""
    clock = Clock(lambda: 0.0)
    other = threading.Thread(target=clock.advance, args=(1,))

    class Met(float):
        """A number of seconds that meets the other thread as it is added."""

        def __radd__(self, before: float) -> float:
            other.start()
            other.join(0.1)
            return before + float(self)

    clock.advance(Met(2))
    other.join()
    assert clock.now() == 3


def test_stop__thread_that_takes_its_time_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is also waited for the thread of a connection that has ended by itself."""
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
