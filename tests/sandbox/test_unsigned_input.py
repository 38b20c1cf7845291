"""What unsigned requests may cost: bounded memory, linear time, and no traceback."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import pytest

from vivialconnect import sandbox as package
from vivialconnect.sandbox import Sandbox

from .wire import exchange, request

if TYPE_CHECKING:
    from .client import Client

STAMP = "20200702T101112Z"


def sent(running: Sandbox, target: str = "/", header: str = "", body: bytes = b"") -> None:
    """Send an unsigned request."""
    assert request(running, "POST", target, [("X", header)], body).status == 401


def test_requests__bounded_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest requests are kept, up to a number of bytes, wherever the bytes are."""
    monkeypatch.setattr(package, "KEPT_BYTES", 100_000)
    with Sandbox() as running:
        for index in range(10):
            sent(running, f"/body/{index}", body=b"x" * 30_000)
        assert [each.path for each in running.requests] == ["/body/7", "/body/8", "/body/9"]
        for index in range(10):
            sent(running, f"/header/{index}", header="x" * 30_000)
        assert [each.path for each in running.requests] == ["/header/7", "/header/8", "/header/9"]
        for index in range(10):
            sent(running, f"/{index}?{'x' * 30_000}")
        assert [each.path for each in running.requests] == ["/7", "/8", "/9"]
        sent(running, "/large", body=b"x" * 200_000)
        assert [each.path for each in running.requests] == ["/large"]
        sent(running, "/small")
        assert [each.path for each in running.requests] == ["/small"]
        running.reset()
        for index in range(3):
            sent(running, f"/{index}", body=b"x" * 30_000)
        assert len(running.requests) == 3


def test_requests__default_limit() -> None:
    """Unsigned requests of 4 MB leave at most 64 MiB."""
    with Sandbox() as running:
        for _ in range(20):
            sent(running, body=b"x" * 4_000_000)
        assert len(running.requests) == 16


def seconds_for(running: Sandbox, chunks: int, size: int) -> float:
    """Return how long a body in chunks takes, at best of three."""
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    wire = head + (b"%x\r\n" % size + b"x" * size + b"\r\n") * chunks + b"0\r\n\r\n"
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        assert exchange(running, wire).status == 401
        times.append(time.perf_counter() - begun)
    assert len(running.requests[-1].body) == chunks * size
    return min(times)


@pytest.mark.parametrize("size", [1024, 16])
def test_chunks__linear_time(sandbox: Sandbox, size: int) -> None:
    """Four times as many chunks take about four times as long; quadratic time would be sixteen."""
    few, many = seconds_for(sandbox, 4_000, size), seconds_for(sandbox, 16_000, size)
    assert many < 9 * few + 0.2


@pytest.mark.parametrize(
    "date",
    [
        "Thu, 02 Jul 99999999999 10:11:12 GMT",
        "Thu, 02 Jul 9999 10:11:12 +99999999999999",
        "Thu, 02 Jul 2020 10:11:12 -99999999999",
        "Thu, 99999999999999999999 Jul 2020 10:11:12 GMT",
        "Thu, 02 Jul 2020 99999999999999999999:11:12 GMT",
        "Thu, 02 Jul 2020 10:11:99999999999999999999 GMT",
        "Thu, 02 Jul 0000 10:11:12 GMT",
        "Mon, 01 Jan 0001 00:00:00 +2359",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Thu, 02 Jul 2020 10:11:12 +2400",
        "Thu, 02 Jul " + "9" * 5000 + " 10:11:12 GMT",
        "Thu, 02 Jul \u00b2\u00b2 10:11:12 GMT",
        "Thu, 31 Feb 2020 10:11:12 GMT",
        "",
    ],
)
@pytest.mark.parametrize("stamp", [STAMP, "99991231T235959Z", "00010101T000000Z"])
def test_date__outside_any_calendar(
    client: Client, sandbox: Sandbox, caplog: pytest.LogCaptureFixture, date: str, stamp: str
) -> None:
    """A Date outside any calendar is a 401, without a traceback."""
    headers = [
        ("Date", date), ("X-Auth-Date", stamp), ("X-Auth-SignedHeaders", "date;host"),
        ("Authorization", f"HMAC {client.key}:{'0' * 64}"),
    ]  # fmt: skip
    with caplog.at_level(logging.ERROR, "vivialconnect.sandbox"):
        answer = request(sandbox, "GET", "/", headers)
    assert (answer.status, caplog.records) == (401, [])
    assert "Date" in answer.json["message"]


@pytest.mark.parametrize("stamp", ["00000101T000000Z", "99999999T999999Z", "20200230T101112Z", ""])
def test_stamp__outside_any_calendar(client: Client, sandbox: Sandbox, stamp: str) -> None:
    """An X-Auth-Date outside any calendar is a 401."""
    headers = [
        ("Date", "Thu, 02 Jul 2020 10:11:12 GMT"), ("X-Auth-Date", stamp),
        ("X-Auth-SignedHeaders", "date"), ("Authorization", f"HMAC {client.key}:{'0' * 64}"),
    ]  # fmt: skip
    assert request(sandbox, "GET", "/", headers).status == 401
