"""What bounds the repetition of calls: failures that last, and the time of the call."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from tests.integration.hurry import AMPLE, ENOUGH, REST, Clock
from tests.integration.scripted_server import (
    Authority,
    Peer,
    ScriptedServer,
    answer,
    configure,
    say_and_stall,
    use,
)
from vivialconnect import (
    ConnectionError,  # noqa: A004 - the documented name
    Message,
    RateLimit,
    Resource,
    VivialConnectError,
)
from vivialconnect.common import retries, times

if TYPE_CHECKING:
    from pathlib import Path

    from vivialconnect.sandbox import Sandbox


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every wait that nobody asked for shorter than a millisecond."""
    monkeypatch.setattr(retries, "INITIAL_BACKOFF", 0.0005)
    monkeypatch.setattr(retries, "MAX_BACKOFF", 0.0005)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the clock that a call's time is counted by."""
    moved = Clock()
    monkeypatch.setattr(time, "monotonic", moved)
    return moved


class TestLasting:
    """Failures that would only happen again."""

    def test_permanent__certificate_not_trusted(self, authority: Authority) -> None:
        """A certificate that is not trusted is not asked for a second time."""
        with ScriptedServer(answer({"count": 1}), tls=authority.context()) as server:
            use(server, max_retries=2)
            with pytest.raises(ConnectionError) as caught:
                Message.count()

        assert (server.connections, server.requests) == (1, [])
        assert (caught.value.attempts, caught.value.outcome) == (1, "not sent")

    def test_permanent__bundle_that_is_missing(self, authority: Authority, tmp_path: Path) -> None:
        """A CA bundle that is not there will not be there in a moment."""
        bundle = str(tmp_path / "missing.pem")
        with ScriptedServer(answer({"count": 1}), tls=authority.context()) as server:
            use(server, max_retries=2, api_verify_request=bundle)
            with pytest.raises(ConnectionError) as caught:
                Message.count()

        assert (server.connections, server.requests) == (0, [])
        assert (caught.value.attempts, caught.value.outcome) == (1, "not sent")

    @pytest.mark.parametrize("proxy", ["http://", "gopher://127.0.0.1:1"])
    def test_permanent__proxy_that_cannot_be(
        self, proxy: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A proxy that no call can use is not tried again."""
        monkeypatch.setenv("HTTP_PROXY", proxy)
        configure("http://api.example.invalid/api/v1.0", max_retries=2)
        with pytest.raises(ConnectionError) as caught:
            Message.count()

        assert (caught.value.attempts, caught.value.outcome) == (1, "not sent")


class TestTime:
    """The time of the call is over everything."""

    def test_retry_after__past_the_time(self, vivialconnect_sandbox: Sandbox) -> None:
        """A wait that does not fit is told at once, in seconds and as a date."""
        Resource.request_timeout = 20
        later = datetime.now(timezone.utc) + timedelta(hours=1)
        for asked in (3600, times.format_http_date(later)):
            vivialconnect_sandbox.chaos.add("too_many_requests", times=1, retry_after=asked)
            started = time.monotonic()
            with pytest.raises(RateLimit) as caught:
                Message.count()
            assert time.monotonic() - started < 10
            assert caught.value.attempts == 1
            assert 3590 < (caught.value.retry_after or 0) <= 3600

        assert len(vivialconnect_sandbox.requests) == 2

    def test_deadline__bounds_waits_and_attempts(self, clock: Clock) -> None:
        """However many attempts are allowed, they end with the call's time."""

        def play(peer: Peer) -> None:
            clock.move(AMPLE / 3 + 1)
            answer(b"", 503)(peer)

        with ScriptedServer(play) as server:
            use(server, max_retries=10**9, request_timeout=AMPLE)
            with pytest.raises(VivialConnectError) as caught:
                Message.count()

        assert caught.value.attempts == len(server.requests) == 3

    def test_deadline__stalled_attempt(self, clock: Clock) -> None:
        """An attempt that took all the time is not followed by another."""

        def play(peer: Peer) -> None:
            clock.move(AMPLE - REST)
            say_and_stall(b"HTTP/1.1 ")(peer)

        started = time.perf_counter()
        with ScriptedServer(answer(b"", 503), play) as server:
            use(server, max_retries=9, request_timeout=AMPLE)
            with pytest.raises(ConnectionError) as caught:
                Message.count()

        assert time.perf_counter() - started < ENOUGH
        assert caught.value.attempts == len(server.requests) == 2
