"""Release 0.2.4, as the package index has it, driven through its documented calls here.

It is a client that nobody here wrote. It is installed into an environment of its own, on Python
3.9, the newest that it runs on, and makes its calls against the sandbox. ``CALLS`` says what each
must give, and what the sandbox must then hold or have been asked. ``ALLOWED`` are the
defects of that release which show: an unlisted failure fails its test, and so does a listed one
that does not come.

It is run by its own command alone: ``pytest tests/compatibility``.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any, Callable, NamedTuple, cast

import pytest

from tests.compatibility.expected import (
    ACCOUNT,
    ALLOWED,
    CALL_OF_NAME,
    CALLS,
    CANNED,
    DEFECTS,
    DOCUMENTED,
    WRONG_EFFECT,
    Asked,
    Call,
    get,
)
from vivialconnect.sandbox import Request, Sandbox
from vivialconnect.sandbox.http.response import Response

DRIVER = Path(__file__).with_name("drive_0_2_4.py")
RELEASE = "vivialconnect==0.2.4"
LONGEST_INSTALL = 300  # seconds
LONGEST_CALL = 60  # seconds


class Outcome(NamedTuple):
    """What came of a call."""

    answer: dict[str, Any]
    asked: list[Asked]
    body: bytes
    state: list[tuple[Any, ...]]


def find_python_39() -> str:
    """Return the path of a Python 3.9, or fail the tests that need it."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    candidates = [
        sys.executable,
        shutil.which("python3.9"),
        *map(str, sorted(root.glob("versions/3.9*/bin/python"))),
    ]
    for candidate in filter(None, candidates):
        program = "import sys; print(sys.version_info[:2] == (3, 9))"
        # A shim of pyenv is found without a version behind it, so that each is tried.
        found = subprocess.run(
            [candidate, "-c", program], check=False, capture_output=True, timeout=LONGEST_CALL
        )
        if found.stdout.strip() == b"True":
            return candidate
    pytest.fail("release 0.2.4 needs Python 3.9: there is none as python3.9 nor under pyenv")


def run(command: list[str]) -> None:
    """Run a command, and fail the tests that need it, with what it said, if it fails."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    finished = subprocess.run(
        command,
        check=False,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=LONGEST_INSTALL,
    )
    if finished.returncode:
        pytest.fail("{} failed:\n{}".format(command, finished.stdout.decode("utf-8", "replace")))


@pytest.fixture(scope="module")
def python_with_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the Python of a new environment that has release 0.2.4 from the package index."""
    place = tmp_path_factory.mktemp("release") / "environment"
    run([find_python_39(), "-m", "venv", str(place)])
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    run([*pip, "install", "--quiet", RELEASE])
    return python


@pytest.fixture(scope="module")
def outcomes(
    python_with_release: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Outcome]:
    """Make all calls in their order, for later ones stand on earlier ones, and keep what came."""
    database = str(tmp_path_factory.mktemp("sandbox") / "sandbox.db")
    with Sandbox(database=database) as sandbox:
        application = sandbox._application
        assert application is not None
        application.interceptor = answer_as_asked
        return dict(drive(python_with_release, sandbox, database))


def answer_as_asked(request: Request, proceed: Callable[[Request], Response]) -> Response:
    """Response what the query asks for by name; everything else goes its usual way."""
    asked = dict(request.pairs).get("answer")
    if asked is None:
        return proceed(request)
    status, body, headers = CANNED[asked]
    return Response(status, body, headers=headers)


def drive(python: Path, sandbox: Sandbox, database: str) -> Iterator[tuple[str, Outcome]]:
    """Make the calls one at a time, and yield what came of each."""
    with closing(socket.socket()) as deaf:
        # Bound, but not listening: a connection is refused, and nobody else can take the port.
        deaf.bind(("127.0.0.1", 0))
        environment = {
            **{key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
            "SANDBOX_KEY": sandbox.api_key,
            "SANDBOX_SECRET": sandbox.api_secret,
            "SANDBOX_URL": sandbox.url,
            "REFUSING_URL": f"http://127.0.0.1:{deaf.getsockname()[1]}/api/v1.0",
            "PYTHONIOENCODING": "utf-8",
        }
        driver = subprocess.Popen(
            [str(python), str(DRIVER)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        with driver:
            entry, exit_ = cast("IO[str]", driver.stdin), cast("IO[str]", driver.stdout)
            names = json.loads(exit_.readline())
            assert sorted(names) == sorted(CALL_OF_NAME)
            for call in CALLS:
                before = len(sandbox.requests)
                entry.write(call.name + "\n")
                entry.flush()
                answer = json.loads(exit_.readline())
                yield call.name, observe(call, answer, sandbox, (before, database))


def observe(
    call: Call, answer: dict[str, Any], sandbox: Sandbox, place: tuple[int, str]
) -> Outcome:
    """Return what came of a call: the answer, the requests, the state in the database."""
    before, database = place
    requests = sandbox.requests[before:]
    asked = [(request.method, shorten(request.target), request.status or 0) for request in requests]
    state: list[tuple[Any, ...]] = []
    if call.state is not None:
        with closing(sqlite3.connect(database)) as connection:
            state = connection.execute(call.state[0]).fetchall()
    return Outcome(answer, asked, requests[-1].body if requests else b"", state)


def shorten(target: str) -> str:
    """Return a request target below the account; the id of a bulk job, which is new each time."""
    below = target.removeprefix(ACCOUNT)
    head, bulk, _ = below.partition("/messages/bulk/")
    return head + bulk + "{bulk_id}.json" if bulk else below


def failure_of(call: Call, outcome: Outcome) -> str | None:
    """Return the exception, or that the effect was wrong; ``None`` if all is as it must be."""
    if "exception" in outcome.answer:
        return str(outcome.answer["exception"])
    right = (
        outcome.answer["value"] == call.value
        and outcome.asked == list(call.asked)
        and (call.state is None or outcome.state == call.state[1])
        and (call.body is None or json.loads(outcome.body) == call.body)
    )
    return None if right else WRONG_EFFECT


@pytest.mark.parametrize("name", list(CALL_OF_NAME))
def test_call__works_or_fails_as_listed(name: str, outcomes: dict[str, Outcome]) -> None:
    """A call has the right effect, or the very failure that is listed for it."""
    _, allowed = ALLOWED.get(name, (0, None))
    assert failure_of(CALL_OF_NAME[name], outcomes[name]) == allowed, outcomes[name]


def test_calls__cover_every_documented_name() -> None:
    """Every class, member and error of the documentation is used by a call."""
    documented = {
        f"{name}.{member}"
        for name, facts in DOCUMENTED.items()
        for member in facts.get("members", ())
    } | {
        name
        for name, facts in DOCUMENTED.items()
        if facts["kind"] == "exception" or facts.get("base") == "Resource"
    }
    used = {word for call in CALLS for word in call.documented.split()}
    assert used == documented


def test_allowed__rows_name_calls_and_defects() -> None:
    """Each row of the allowed failures names a call that is made and a defect that is told."""
    assert set(ALLOWED) <= set(CALL_OF_NAME)
    assert {defect for defect, _ in ALLOWED.values()} == set(DEFECTS)
    assert len(CALL_OF_NAME) == len(CALLS)


@pytest.mark.parametrize(
    ("outcome", "failure"),
    [
        (Outcome({"value": 1}, [get("/x.json")], b"", [(1,)]), None),
        (Outcome({"value": 2}, [get("/x.json")], b"", [(1,)]), WRONG_EFFECT),
        (Outcome({"value": 1}, [get("/y.json")], b"", [(1,)]), WRONG_EFFECT),
        (Outcome({"value": 1}, [], b"", [(1,)]), WRONG_EFFECT),
        (Outcome({"value": 1}, [get("/x.json")], b"", []), WRONG_EFFECT),
        (Outcome({"exception": "KeyError"}, [get("/x.json")], b"", [(1,)]), "KeyError"),
    ],
)
def test_failure__is_seen(outcome: Outcome, failure: str | None) -> None:
    """Another value, request or state is a wrong effect, and an exception goes by its name."""
    call = Call("made up", "", 1, [get("/x.json")], ("SELECT 1", [(1,)]))
    assert failure_of(call, outcome) == failure
