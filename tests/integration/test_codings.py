"""Content codings: one is taken, of those that were asked for. And what an import costs."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

from tests.integration.scripted_server import Authority, ScriptedServer, answer, configure, use
from vivialconnect import ConnectionError, Message, ResourceError, ServerError  # noqa: A004 - documented

BODY = json.dumps({"count": 3}).encode()


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("GZIP", gzip.compress(BODY, mtime=0)),
        (" gzip ", gzip.compress(BODY, mtime=0)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", zlib.compress(BODY)[2:-4]),
        ("identity", BODY),
        ("", BODY),
    ],
)
def test_coding__that_was_asked_for(coding: str, body: bytes) -> None:
    """One coding is undone, in any case of letters."""
    with ScriptedServer(answer(body, headers={"Content-Encoding": coding})) as server:
        use(server)

        assert Message.count() == 3
    assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    "coding",
    ["gzip, gzip", "gzip,gzip", "deflate, gzip", "gzip, identity", "br", "zstd", "aws-chunked"],
)
def test_coding__that_was_not_asked_for(coding: str) -> None:
    """Another coding, or more than one, is not undone: the response is not JSON then."""
    body = gzip.compress(gzip.compress(BODY, mtime=0))
    with ScriptedServer(answer(body, headers={"Content-Encoding": coding})) as server:
        use(server)
        with pytest.raises(ResourceError, match="not JSON"):
            Message.count()

    assert len(server.requests) == 1


@pytest.mark.parametrize("coding", ["gzip, gzip", "br"])
def test_coding__of_an_error(coding: str) -> None:
    """The status counts even then."""
    with ScriptedServer(answer(b"\x1f\x8b", 500, {"Content-Encoding": coding})) as server:
        use(server)
        with pytest.raises(ServerError):
            Message.count()

    assert len(server.requests) == 1


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip, gzip, gzip", "deflate, gzip"])
def test_coding__of_a_bomb(coding: str) -> None:
    """A response that is packed more than once stays packed, and costs nothing."""
    inner = gzip.compress(b" " * 100_000_000, 1)
    body = gzip.compress(inner, 9)
    with ScriptedServer(answer(body, headers={"Content-Encoding": coding})) as server:
        use(server)
        with pytest.raises(ResourceError) as caught:
            Message.count()

    assert len(caught.value.http_body or "") <= len(body)
    assert len(server.requests) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_host_name__that_is_wrong(host: str, tmp_path: Path) -> None:
    """A certificate of another host is told in words, on every release of urllib3."""
    authority = Authority(tmp_path)
    with ScriptedServer(answer({"count": 1}), tls=authority.context("other.example")) as server:
        configure(
            server.url.replace("127.0.0.1", host) + "/api/v1.0",
            api_verify_request=authority.bundle,
            max_retries=2,
        )
        with pytest.raises(ConnectionError, match="certificate is not trusted") as caught:
            Message.count()

    assert f"'{host}'" in str(caught.value)
    assert (caught.value.outcome, caught.value.attempts) == ("not sent", 1)
    assert server.requests == []


SLOW = """
import sys, time, importlib.abc

class Slow(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {name!r}:
            time.sleep(1.5)

sys.meta_path.insert(0, Slow())
from vivialconnect import Message, Resource
Resource.api_key, Resource.api_secret, Resource.api_account_id = "MTKTEST", "secret", 12345
Resource.api_base_url, Resource.request_timeout, Resource.max_retries = sys.argv[1], 1, 0
print({request})
"""


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("requests", "Message.count()"),
        ("requests.adapters", "Message.count()"),
        ("urllib3", "len(list(Message.find_each()))"),
        ("ssl", "Message.request.get('/x')['count']"),
    ],
)
def test_deadline__starts_after_the_import(name: str, request_: str) -> None:
    """A slow import of what sends requests does not count against ``request_timeout``."""
    with ScriptedServer(answer({"count": 0, "messages": []})) as server:
        process = subprocess.run(
            [sys.executable, "-c", SLOW.format(name=name, request=request_),
             server.url + "/api/v1.0"],
            check=False, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    assert process.stdout == "0\n", process.stderr


def test_deadline__of_the_request_itself() -> None:
    """The request has all of its time after the import, and no more."""
    with ScriptedServer(lambda peer: peer.stall()) as server:
        started = time.monotonic()
        process = subprocess.run(
            [sys.executable, "-c", SLOW.format(name="requests", request="Message.count()"),
             server.url + "/api/v1.0"],
            check=False, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    assert "Timeout" in process.stderr
    assert "after 1 s" in process.stderr
    assert time.monotonic() - started >= 2.5
