"""The first request of a process, sent while a test has replaced what it needs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.integration.scripted_server import ScriptedServer, answer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.scripted_server import Authority

#: Sends a request within a patch, then two afterwards: plain and over TLS.
SCRIPT = """
import gc, sys
from contextlib import contextmanager
from unittest import mock

plain, secured, bundle, cassette = sys.argv[1:]

def count(url):
    from vivialconnect import Message, Resource
    Resource.api_key, Resource.api_secret, Resource.api_account_id = "MTKTEST", "secret", 12345
    Resource.api_base_url, Resource.max_retries, Resource.request_timeout = url, 0, 10
    Resource.api_verify_request = bundle
    return Message.count()

{definitions}
with {patch}:
    try:
        print("inside:", count(plain))
    except Exception as error:
        print("inside:", type(error).__name__)
gc.collect()
print("afterwards:", count(plain), count(secured))
"""

BLOCKED = """
import socket

class Blocked(socket.socket):
    def __new__(cls, *arguments, **keywords):
        raise RuntimeError("no network in this test")
"""

RECORDER = "import vcr, logging"

#: What is replaced, and what the request within it gives: the service's answer, or an error.
PATCHES = {
    "vcr": ("vcr.use_cassette(cassette)", RECORDER, "7"),
    "session": ("mock.patch('requests.Session')", "", "7"),
    "adapter": ("mock.patch('requests.adapters.HTTPAdapter')", "", "7"),
    "socket": ("mock.patch('socket.socket')", "", "ConnectionError"),
    "socket, autospec": ("mock.patch('socket.socket', autospec=True)", "", "ConnectionError"),
    "blocked socket": ("mock.patch('socket.socket', Blocked)", BLOCKED, "RuntimeError"),
    "none for a socket": ("mock.patch('socket.socket', None)", "", "ConnectionError"),
    "session where it is defined": ("mock.patch('requests.sessions.Session')", "", "7"),
    "session, autospec": ("mock.patch('requests.sessions.Session', autospec=True)", "", "7"),
    "exception": ("mock.patch('requests.exceptions.RequestException')", "", "7"),
    "pool manager of the adapter": ("mock.patch('requests.adapters.PoolManager')", "", "7"),
    "pool manager": ("mock.patch('urllib3.poolmanager.PoolManager')", "", "7"),
    "pool": ("mock.patch('urllib3.connectionpool.HTTPSConnectionPool')", "", "7"),
    "connection": ("mock.patch('urllib3.connection.HTTPConnection')", "", "7"),
    "connection of http.client": ("mock.patch('http.client.HTTPConnection')", "", "7"),
    "response of http.client": ("mock.patch('http.client.HTTPResponse')", "", "7"),
    "TLS context": ("mock.patch('ssl.SSLContext')", "", "7"),
    "TLS socket": ("mock.patch('ssl.SSLSocket')", "", "7"),
    "modules": ("mock.patch.dict('sys.modules')", "", "7"),
    "modules without requests": (
        "mock.patch.dict('sys.modules', {'requests': None})", "", "ModuleNotFoundError"
    ),
}  # fmt: skip


@pytest.mark.parametrize("imported", ["before", "within"])
@pytest.mark.parametrize("name", PATCHES)
def test_first_request__within_a_patch(
    name: str, imported: str, authority: Authority, tmp_path: Path
) -> None:
    """Requests after the patch are real, and the one within it is as real as the patch allows."""
    patch, definitions, inside = PATCHES[name]
    if imported == "before":
        definitions += "\nfrom vivialconnect import Message"
    script = SCRIPT.format(definitions=definitions, patch=patch)
    script = script.replace("{{", "{").replace("}}", "}")
    real = answer({"count": 7})
    with ScriptedServer(real) as plain, ScriptedServer(real, tls=authority.context()) as secured:
        urls = [server.url + "/api/v1.0" for server in (plain, secured)]
        process = subprocess.run(
            [sys.executable, "-c", script, *urls, authority.bundle, str(tmp_path / "cassette")],
            check=False, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    assert process.stdout.splitlines() == ["inside: " + inside, "afterwards: 7 7"], process.stderr
    assert len(plain.requests) == (2 if inside == "7" else 1)
    assert len(secured.requests) == 1


TWO_PATCHES = """
import sys
from unittest import mock
import requests
from vivialconnect import Message, Resource
Resource.api_key, Resource.api_secret, Resource.api_account_id = "MTKTEST", "secret", 12345
Resource.api_base_url = sys.argv[1]
with mock.patch.dict("sys.modules"):
    for name in [*sys.modules]:
        if name.partition(".")[0] in ("requests", "urllib3"):
            del sys.modules[name]
    Message.count()
import responses
with responses.RequestsMock() as mocked:
    mocked.get(sys.argv[1] + "/accounts/12345/messages/count.json", json={"count": 1})
    print(Message.count())
"""


def test_first_request__of_modules_that_are_dropped() -> None:
    """A library that mocks requests afterwards mocks what the client uses from then on."""
    with ScriptedServer(answer({"count": 7})) as server:
        process = subprocess.run(
            [sys.executable, "-c", TWO_PATCHES, server.url + "/api/v1.0"],
            check=False, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    assert process.stdout.splitlines() == ["1"], process.stderr
    assert len(server.requests) == 1
