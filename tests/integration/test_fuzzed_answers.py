"""Whatever is answered, a call gives what it promises or raises one of our own exceptions."""

from __future__ import annotations

import ast
import gc
import inspect
import json
import logging
import sys
import textwrap
import tracemalloc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Callable

import pytest

from tests.answers import EVERYTHING, Answer, usual_answers
from tests.integration.fuzzed_calls import CALLS, MOST_CPU, FuzzServer, ask, in_batches, seconds_of
from tests.integration.scripted_server import configure
from tests.strategies import THOROUGH
from vivialconnect import Message
from vivialconnect.common import error, requestor, retries, times
from vivialconnect.common import responses as reading
from vivialconnect.common.util import Util
from vivialconnect.resources import _lists, account, credential, log
from vivialconnect.resources._base import ResourceBase
from vivialconnect.resources.message import bulk

if TYPE_CHECKING:
    from types import CodeType, FrameType

EXAMPLES = 100_000 if THOROUGH else 2_000
KEPT = 100_000 if THOROUGH else 1_000  # of the test of what is kept of them
ROUNDS = 50 if THOROUGH else 5  # in which a share of these is given again and again
MOST_GROWTH = 5_000_000 if THOROUGH else 100_000  # bytes over the whole run
MOST_BATCHES = 30  # of 200 examples, in which everything should have been reached


@pytest.fixture
def server() -> Iterator[FuzzServer]:
    """Start a server, and point every class at it."""
    started = FuzzServer()
    # pytest would keep a record of each of many thousand calls.
    logging.disable()
    configure("http://{}:{}/api/v1.0".format(*started.address))
    yield started
    logging.disable(logging.NOTSET)
    started.stop()


#: What reads answers; and the exception whose handler is not about answers, if there is one.
READERS: tuple[tuple[Any, str | None], ...] = (
    (reading.error_for_response, None),
    (reading._make_error, None),
    (reading.read_result, None),
    (reading._parse, "MemoryError"),
    (error._read_error_body, None),
    (Util.json_to_dict, "TypeError"),
    (_lists.find_list, None),
    (_lists._root_of_list, None),
    (_lists.describe_shape, None),
    (ResourceBase._read_list.__func__, None),
    (ResourceBase._read_data.__func__, None),
    (_lists.read_count, None),
    (bulk.read_bulk_id, None),
    (bulk.read_bulks, None),
    (bulk._naive_utc, None),
    (account._read_status, None),
    (log._read_object, None),
    (credential._unwrap_user, None),
    (retries.retry_after, None),
    (times.parse_http_date, None),
    (reading.explain_refusal, None),
)


class Trace:
    """The steps from line to line that some functions took."""

    def __init__(self, functions: list[Any]) -> None:
        self._steps: dict[CodeType, set[tuple[int, int]]] = {
            function.__code__: set() for function in functions
        }

    @contextmanager
    def of_calls(self) -> Iterator[None]:
        """Follow what is called within; what measured before goes on measuring after."""
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            yield
        finally:
            sys.settrace(before)

    def _enter(self, frame: FrameType, _: str, __: Any) -> Callable[..., Any] | None:
        steps = self._steps.get(frame.f_code)
        if steps is None:
            return None
        line = frame.f_lineno

        def follow(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal line
            if event in {"line", "return"}:
                here = frame.f_lineno if event == "line" else 0
                steps.add((line, here))
                line = here
            return follow

        return follow

    def missed(self, function: Any, beside: str | None) -> Iterator[str]:
        """Yield the statements that never ran, and those of which one way was never taken.

        :param beside: The exception whose handler is not about answers.
        """
        lines, first = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(lines))).body[0]
        steps = {
            (here - first + 1, there and there - first + 1)
            for here, there in self._steps[function.__code__]
        }
        for node in statements(tree, beside):
            words = f"{function.__name__}: {lines[node.lineno - 1].strip()}"
            if node.lineno not in {there for _, there in steps}:
                yield words
            elif isinstance(node, (ast.If, ast.For, ast.While)):
                asked = node.iter if isinstance(node, ast.For) else node.test
                head = range(node.lineno, (asked.end_lineno or 0) + 1)
                body = range(node.body[0].lineno, (node.body[-1].end_lineno or 0) + 1)
                left = {there for here, there in steps if here in head and there not in head}
                if left.isdisjoint(body) or left.issubset(body):
                    yield "one way of " + words


def statements(tree: ast.AST, beside: str | None) -> Iterator[ast.stmt]:
    """Yield the statements below a node that Python stops at."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ExceptHandler) and getattr(node.type, "id", "") == beside:
            continue
        documentation = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, ast.stmt) and not isinstance(node, ast.Try) and not documentation:
            yield node
        yield from statements(node, beside)


def test_answers__sound(server: FuzzServer) -> None:
    """Each of the calls can succeed, so that no check of what it made is idle."""
    body = json.dumps(EVERYTHING).encode()
    whole = Answer(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body, closes=True)

    assert {name: ask(server, name, whole)[0] for name in CALLS} == dict.fromkeys(CALLS, "done")


def test_answers__fuzzed(server: FuzzServer) -> None:
    """Nothing but our own exceptions leaves, whatever is answered, and no call is slow."""
    results: set[tuple[str, str]] = set()

    def check(name: str, answer: Answer) -> None:
        result, took = ask(server, name, answer)
        results.add((name, result))
        assert seconds_of(server, name, answer, took) < MOST_CPU

    asked = in_batches(check, EXAMPLES)

    assert asked >= EXAMPLES
    assert {name for name, result in results if result != "done"} == set(CALLS)
    assert len({name for name, result in results if result == "done"}) > len(CALLS) // 2


def test_memory__after_fuzzed_answers(server: FuzzServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many odd answers there were, nothing is kept of them."""
    # What watches for leaks keeps each signature. At one moment, all rounds have the same.
    moment = datetime.now(timezone.utc)
    monkeypatch.setattr(requestor, "utc_now", lambda: moment)
    drawn: list[tuple[str, Answer]] = []
    # Drawn first, for what Hypothesis itself keeps would hide what the client does.
    in_batches(lambda name, answer: drawn.append((name, answer)), KEPT // ROUNDS)
    held = []
    tracemalloc.start()
    try:
        # The first round fills what is kept once and for all: pools, modules, the parsers' caches.
        for _ in range(1 + ROUNDS):
            for name, answer in drawn:
                ask(server, name, answer)
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()

    assert len(drawn) * ROUNDS >= KEPT
    assert held[-1] - held[0] < MOST_GROWTH


def test_answers__reach_every_branch_of_decoding(server: FuzzServer) -> None:
    """The fuzzed answers lead through every line and every branch that reads an answer."""
    trace = Trace([function for function, _ in READERS])
    missed: set[str] = set()

    def check(name: str, answer: Answer) -> None:
        with trace.of_calls():
            ask(server, name, answer)

    # What goes wrong with one call in one way is rare among answers that are drawn for all of them.
    for name in CALLS:
        for answer in usual_answers():
            check(name, answer)
    for _ in range(MOST_BATCHES):
        in_batches(check, 200)
        missed = {words for reader in READERS for words in trace.missed(*reader)}
        if not missed:
            break

    assert missed == set()


@pytest.mark.parametrize("length", [10**10, 10**30])
@pytest.mark.parametrize("status", [200, 500])
def test_answer__length_that_lies(status: int, length: int, server: FuzzServer) -> None:
    """A length that no memory holds is not asked for before it has come."""
    head = f"HTTP/1.1 {status} Odd\r\nContent-Length: {length}\r\n\r\n"
    tracemalloc.start()
    try:
        result, _ = ask(server, "find", Answer(head.encode() + b"{}", closes=True))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert result == "ConnectionError"
    assert most < 5_000_000


def test_answer__longer_than_is_read_at_once(server: FuzzServer) -> None:
    """A long answer is read whole."""
    body = json.dumps({"messages": [{"id": 1, "body": "x" * 2_500_000}]}).encode()
    server.put(
        Answer(b"HTTP/1.1 200 Odd\r\nContent-Length: %d\r\n\r\n" % len(body) + body, closes=False)
    )

    assert len(Message.find()[0].body) == 2_500_000


def test_answer__that_cannot_be_unpacked(server: FuzzServer) -> None:
    """Nothing of such an answer is left to the garbage collector unclosed."""
    head = b"HTTP/1.1 200 Odd\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n"
    assert ask(server, "find", Answer(head + b"{}", closes=False))[0] == "ResourceError"
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        gc.collect()

    assert [str(warning.message) for warning in told if "unclosed" in str(warning.message)] == []
