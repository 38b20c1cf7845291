"""A pytest plugin that notes, of every call to the sandbox, who made it and what answered it.

``--record-calls FILE`` turns it on, and writes the calls that succeeded, of the tests that passed.
Tests that make several calls at the same time are left out: nobody could say which request is
whose.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import vivialconnect
from vivialconnect.common.requestor import Requestor
from vivialconnect.sandbox.routes.router import Route, Router

RESOURCES = str(Path(vivialconnect.__file__).parent / "resources")
OPTION = "--record-calls"
#: Method, path, what answered, and who called.
Answered = tuple[str, str, str, str]


class Recorded(NamedTuple):
    """One call of a test."""

    method: str
    #: The path below the base URL, with a name in braces for each segment that varies.
    path: str
    #: What answered: module and function of the sandbox.
    handler: str
    #: What called: class and method of ours.
    caller: str
    #: The id of the test.
    test: str


class Recorder:
    """Notes calls. It is the plugin itself."""

    def __init__(self, file: Path) -> None:
        self.file = file
        #: Who calls, and what has answered.
        self.under_way: list[tuple[str, set[Answered]]] = []
        self.calls: dict[str, set[Answered]] = {}
        #: The tests that cannot be noted.
        self.unclear: set[str] = set()
        self.test = ""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note calls under the name of the test that runs."""
        self.test = item.nodeid
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Leave out a test that failed."""
        if report.failed:
            self.unclear.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Write down what was noted."""
        found = [
            Recorded(*call, test)._asdict()
            for test, calls in self.calls.items()
            if test not in self.unclear
            for call in calls
        ]
        self.file.write_text(json.dumps(found), encoding="utf-8")

    @contextmanager
    def calling(self, caller: str) -> Iterator[None]:
        """Note, if the block raises nothing, what answered within it."""
        self.under_way.append((caller, answered := set()))
        if len(self.under_way) > 1:
            self.unclear.add(self.test)
        try:
            yield
            self.calls.setdefault(self.test, set()).update(answered)
        finally:
            self.under_way.pop()

    def answered(self, route: Route) -> None:
        """Note that the call under way is answered by a route."""
        for caller, answered in self.under_way[:1]:
            module = route.handler.__module__.rpartition(".")[2]
            handler = f"{module}.{route.handler.__name__}"
            if caller:
                answered.add((route.method, route.pattern, handler, caller))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption(OPTION, metavar="FILE", type=Path, help="write which calls the tests make")


def pytest_configure(config: pytest.Config) -> None:
    """Watch both ends of every call."""
    file: Path | None = config.getoption(OPTION)
    if file is None:
        return
    recorder = Recorder(file)
    config.pluginmanager.register(recorder)
    perform, find = Requestor.perform, Router.find

    def watched_perform(self: Requestor, *arguments: Any, **keywords: Any) -> Any:
        with recorder.calling(find_caller()):
            return perform(self, *arguments, **keywords)

    def watched_find(self: Router, method: str, path: str) -> Any:
        route, segments = find(self, method, path)
        recorder.answered(route)
        return route, segments

    Requestor.perform = watched_perform  # type: ignore[method-assign] # for the whole session
    Router.find = watched_find  # type: ignore[method-assign] # for the whole session


def find_caller() -> str:
    """Return class and name of the public method of ours that was called first."""
    found = ""
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_name
        if frame.f_code.co_filename.startswith(RESOURCES) and name[0] not in "_<":
            held = frame.f_locals.get("cls", frame.f_locals.get("self"))
            owner = held if isinstance(held, type) else type(held)
            if owner.__name__ in vivialconnect.__all__:
                found = f"{owner.__name__}.{name}"
        frame = frame.f_back  # type: ignore[assignment] # None ends the loop
    return found
