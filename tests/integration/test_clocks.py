"""Clocks that a test replaces: nothing keeps another one, and nothing waits forever."""

from __future__ import annotations

import inspect
import pkgutil
import random
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from datetime import datetime, timezone
from importlib import import_module
from typing import TYPE_CHECKING, Any

import freezegun
import pytest
import time_machine

import vivialconnect
from tests.integration.scripted_server import ScriptedServer, answer, use
from vivialconnect import Message, Requestor, Timeout
from vivialconnect.common import retries
from vivialconnect.common.exchange import Response
from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.service.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.scripted_server import Peer

#: Modules that cannot be imported without the extras of their names.
NEED_EXTRAS = ("campaigns.postgresql", "campaigns.procrastinate")
MOMENT = datetime(2021, 3, 4, 5, 6, 7, tzinfo=timezone.utc)

SUITE = """
import {first}
import {second}
from datetime import datetime, timezone
import {library} as library
from vivialconnect import Message, Number

def check():
    number = Number.available(area_code=515)[0]
    number.buy()
    message = Message(from_number=number.phone_number, to_number="+15154469790", body="hello")
    assert message.send()
    assert message.date_created.startswith("2021-03-04T05:06:")
    assert Message.find(message.id).status == "delivered"

def test_fixture_first(vivialconnect_sandbox):
    with library.{freeze}("2021-03-04T05:06:07Z", tick={tick}):
        check()
    Message.count()

with library.{freeze}("2021-03-04T05:06:07Z", tick={tick}):
    import vivialconnect.sandbox as sandbox_of_a_frozen_import

@library.{freeze}("2021-03-04T05:06:07Z", tick={tick})
def test_clock_first(vivialconnect_sandbox):
    check()

def test_only_the_client(vivialconnect_sandbox):
    Message.count()
"""


@pytest.mark.parametrize("tick", [True, False], ids=["ticking", "frozen"])
@pytest.mark.parametrize("order", [1, -1], ids=["library first", "sandbox first"])
@pytest.mark.parametrize(
    ("library", "freeze"), [("freezegun", "freeze_time"), ("time_machine", "travel")]
)
def test_fixture__under_a_frozen_clock(
    library: str, freeze: str, order: int, tick: bool, pytester: pytest.Pytester
) -> None:
    """The fixture works in a cold process, whatever is imported, frozen or started first."""
    first, second = [library, "vivialconnect.sandbox"][::order]
    pytester.makepyfile(
        SUITE.format(library=library, freeze=freeze, first=first, second=second, tick=tick)
    )
    result = pytester.runpytest_subprocess("-p", "no:randomly", "-q")

    result.assert_outcomes(passed=3)


def clock_functions() -> set[Any]:
    """Return the functions that a module must look up when it needs them."""
    return {
        time.time, time.monotonic, time.sleep, time.perf_counter, time.time_ns, time.gmtime,
        datetime.now, random.random, random.uniform,
    }  # fmt: skip


def bound(module: Any) -> Iterator[str]:
    """Yield where a module keeps a clock: a default of a parameter, or a name of its own."""
    clocks = clock_functions()
    for name, value in vars(module).items():
        if getattr(value, "__hash__", None) and callable(value) and value in clocks:
            yield f"{module.__name__}.{name}"
        members = [value, *vars(value).values()] if inspect.isclass(value) else [value]
        for member in members:
            function = getattr(member, "__func__", member)
            if not inspect.isfunction(function):
                continue
            defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
            if any(callable(default) and default in clocks for default in defaults):
                yield f"{module.__name__}.{function.__qualname__}"


def test_clocks__are_bound_nowhere() -> None:
    """No module of the package binds a clock when it is imported."""
    names = [
        module.name
        for module in pkgutil.walk_packages(vivialconnect.__path__, "vivialconnect.")
        if not module.name.endswith(("__main__", *NEED_EXTRAS))
    ]
    found = [place for name in names for place in bound(import_module(name))]

    assert len(names) > 80
    assert found == []


def test_clock__of_the_sandbox_in_a_thread_of_its_own() -> None:
    """Freezegun freezes the sandbox's clock also near the start of a thread, as webhooks run."""
    with freezegun.freeze_time(MOMENT):
        script = Clock()
        read: list[float] = []
        thread = threading.Thread(target=lambda: read.append(script.now()))
        thread.start()
        thread.join()

    assert read == [MOMENT.timestamp()]


def test_draw__is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The random number of a delay is drawn by what ``random.random`` is at the moment."""
    monkeypatch.setattr("random.random", lambda: 0.5)

    assert retries.backoff(1) == 0.25


@pytest.mark.parametrize("made_before", [True, False])
def test_sleep__is_looked_up(made_before: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Requestor waits by what ``time.sleep`` is at the moment, whenever it was made."""
    slept: list[float] = []
    with ScriptedServer(answer({"message": "busy"}, 503), answer({"count": 1})) as server:
        use(server, max_retries=1)
        requestor = Message.request if made_before else None
        monkeypatch.setattr("time.sleep", slept.append)
        (requestor or Message.request).get("/x.json")

    assert len(slept) == 1


class Stopped:
    """A transport that always asks for a delay, and a clock that stands still."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.slept: list[float] = []
        monkeypatch.setattr("time.monotonic", lambda: 1000.0)
        monkeypatch.setattr("time.sleep", self.slept.append)

    def send(self, *_: Any) -> Response:
        """Return 429."""
        return Response(429, {"Retry-After": "4"}, b"{}")


def test_retries__while_the_clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was slept counts against ``request_timeout``."""
    stopped = Stopped(monkeypatch)
    requestor = Requestor("k", "secret", request_timeout=10, max_retries=1000, transport=stopped)
    with pytest.raises(vivialconnect.RateLimit):
        requestor.get("/x.json")

    assert stopped.slept == [4, 4]


@pytest.mark.parametrize("library", ["monkeypatch", "freezegun", "time_machine"])
def test_polling__while_the_clock_stands_still(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``wait_until`` ends, because it counts what it slept."""
    slept: list[float] = []
    with ScriptedServer(answer({"message": {"id": 7, "status": "queued"}})) as server:
        use(server)
        monkeypatch.setattr("time.sleep", slept.append)
        clock: Any = {
            "freezegun": lambda: freezegun.freeze_time(MOMENT),
            "time_machine": lambda: time_machine.travel(MOMENT, tick=False),
            "monkeypatch": nullcontext,
        }[library]()
        with clock:
            monkeypatch.setattr("time.monotonic", lambda: 1000.0)
            with pytest.raises(Timeout):
                Message({"id": 7}).wait_until("delivered", timeout=12)

    assert sum(slept) == pytest.approx(12)


def test_webhooks__while_the_clock_stands_still() -> None:
    """The sandbox's wait for webhooks ends too."""
    with Sandbox() as sandbox:
        application: Any = sandbox._application
        delivery = application._delivery if hasattr(application, "_delivery") else None
        waiter = delivery or next(
            value for value in vars(application).values() if hasattr(value, "_is_done")
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(waiter, "_is_done", lambda _: False)
            patch.setattr("time.monotonic", lambda: 1000.0)

            assert not waiter.wait(0.2)


def test_read__under_a_frozen_clock() -> None:
    """Each read is bounded by ``request_timeout``, so that a silent service is a Timeout."""
    with ScriptedServer(lambda peer: peer.stall()) as server:
        use(server, request_timeout=0.5, max_retries=0)
        with freezegun.freeze_time(MOMENT), pytest.raises(Timeout):
            Message.count()

    assert len(server.requests) == 1


@pytest.mark.parametrize("step", [-1e9, 1e9], ids=["back", "ahead"])
def test_read__while_the_clock_is_set(step: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is set back in the middle of a request does not lengthen a read."""
    real = time.monotonic
    moved: list[float] = []

    def move_and_stall(peer: Peer) -> None:
        moved.append(step)
        peer.stall()

    with ScriptedServer(move_and_stall) as server:
        use(server, request_timeout=0.5, max_retries=0)
        monkeypatch.setattr("time.monotonic", lambda: real() + sum(moved))
        with pytest.raises(Timeout):
            Message.count()


def test_post__on_a_connection_from_a_frozen_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection whose idle time is unknown, as the clock was set back, gets no POST."""
    real = time.monotonic
    with ScriptedServer(answer({"message": {"id": 7}})) as server:
        use(server)
        with monkeypatch.context() as frozen:
            frozen.setattr("time.monotonic", lambda: real() + 1e9)
            Message.find(7)
        Message({"body": "x"}).send()

    assert [request.connection for request in server.requests] == [1, 2]


COLD = """
import sys, time
from datetime import datetime
{imports}
with {freeze}:
    from vivialconnect import Log, Message, Resource, Transaction
    Resource.api_key, Resource.api_secret, Resource.api_account_id = "MTKTEST", "secret", 12345
    Resource.api_base_url = sys.argv[1]
    Message.find(7).created_at
message = Message.find(7)
assert type(message.created_at) is datetime, type(message.created_at)
from vivialconnect.common.times import utc_now
assert abs(utc_now().timestamp() - time.time()) < 60
print("ok")
"""


@pytest.mark.parametrize(
    ("imports", "freeze"),
    [
        ("import freezegun", "freezegun.freeze_time('2021-03-04')"),
        ("import time_machine", "time_machine.travel('2021-03-04T00:00Z', tick=False)"),
    ],
)
def test_first_request__under_a_frozen_clock(imports: str, freeze: str) -> None:
    """A process whose first request was frozen has the right time afterwards."""
    body = {"message": {"id": 7, "date_created": "2020-07-02T10:11:12"}}
    with ScriptedServer(answer(body)) as server:
        process = subprocess.run(
            [sys.executable, "-c", COLD.format(imports=imports, freeze=freeze),
             server.url + "/api/v1.0"],
            check=False, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    assert process.stdout == "ok\n", process.stderr
