"""``vivialconnect doctor``: each fault is in the first line, with what to do."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.scripted_server import Authority
from tests.integration.test_pools import closed_port
from vivialconnect.command import diagnosis
from vivialconnect.sandbox import Sandbox

if TYPE_CHECKING:
    from tests.command.running import Finished, Runner

CHECKS = [
    "api_key", "api_secret", "api_account_id", "api_base_url", "proxy", "name_lookup", "connection",
    "tls", "clock", "response", "key_and_secret", "account",
]  # fmt: skip
REMOTE = "http://api.example.invalid/api/v1.0"
LONGEST = 5  # seconds


def diagnose(run: Runner, secret: str = "") -> tuple[Finished, list[list[str]]]:
    """Run the command, and return its lines in parts, too."""
    started = time.monotonic()
    finished = run("doctor")
    assert time.monotonic() - started < LONGEST
    assert finished.stderr == ""
    assert not secret or secret not in finished.stdout
    return finished, [line.split("\t") for line in finished.stdout.splitlines()]


def fault_of(run: Runner, secret: str = "") -> tuple[int, str, str]:
    """Run the command, and return the exit status, the check that failed, and the text."""
    finished, lines = diagnose(run, secret)
    assert [result for result, *_ in lines].count("fault") == 1
    ((result, check, text), *others) = lines
    assert result == "fault"
    # What comes before the fault is well, and what comes after it is skipped.
    rest = [name for name in CHECKS if name != check]
    assert [name for _, name, _ in others] == rest
    return finished.status, check, text


def test_doctor__everything_well(run: Runner, sandbox: Sandbox) -> None:
    """Each check has a line, with where each setting comes from."""
    run.configure(sandbox)
    finished, lines = diagnose(run, sandbox.api_secret)

    assert finished.status == 0
    assert [line[:2] for line in lines] == [["ok", check] for check in CHECKS]
    assert [text for *_, text in lines[:4]] == [
        f"{value} (from the environment)"
        for value in (sandbox.api_key, "***", sandbox.account_id, sandbox.url)
    ]
    assert [text for *_, text in lines[7:]] == [
        "not used", "right", "received", "accepted", "12345 Sandbox Inc"
    ]  # fmt: skip
    assert [request.method for request in sandbox.requests] == ["GET"]


def test_doctor__as_json(run: Runner, sandbox: Sandbox) -> None:
    """With --json, each check is an object."""
    run.configure(sandbox, API_SECRET="guessed")
    finished = run("doctor", "--json", "--account-id", "12345")
    first, *others = json.loads(finished.stdout)

    assert (first["check"], first["result"]) == ("key_and_secret", "fault")
    assert first["advice"].startswith("The request was signed correctly: check that")
    assert {"check": "api_account_id", "result": "ok", "detail": "12345 (from --account-id)",
            "advice": ""} in others  # fmt: skip


def test_doctor__on_a_terminal(run: Runner, sandbox: Sandbox) -> None:
    """On a terminal the columns are aligned."""
    run.configure(sandbox)
    run.monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    lines = run("doctor").stdout.splitlines()

    assert lines[4] == "ok       proxy           none"


def test_doctor__no_settings(run: Runner) -> None:
    """Without settings, the first line says what to set."""
    status, check, text = fault_of(run)

    assert (status, check) == (4, "settings")
    assert text.startswith("no settings were found. Set VIVIALCONNECT_API_KEY, VIVIALCONNECT_API_S")
    assert "vivialconnect profile add" in text


def test_doctor__half_a_pair(run: Runner, sandbox: Sandbox) -> None:
    """A key without a secret: the missing one is named."""
    run.configure(sandbox, API_SECRET="")
    finished, lines = diagnose(run)

    assert finished.status == 4
    assert lines[0][:2] == ["fault", "settings"]
    assert lines[0][2] == (
        "api_secret is not set: all settings come from the environment. Set "
        "VIVIALCONNECT_API_SECRET"
    )
    assert ["missing", "api_secret", "not set"] in lines
    assert sandbox.requests == []


def test_doctor__unknown_profile(run: Runner) -> None:
    """A profile that does not exist is a fault of the settings."""
    run.monkeypatch.setenv("VIVIALCONNECT_PROFILE", "work")
    finished, lines = diagnose(run)

    assert finished.status == 4
    assert lines[0][1] == "settings"
    assert "there is no profile 'work'" in lines[0][2]


def test_doctor__wrong_secret(run: Runner, sandbox: Sandbox) -> None:
    """A wrong secret."""
    run.configure(sandbox, API_SECRET="guessed by a test")
    status, check, text = fault_of(run, "guessed by a test")

    assert (status, check) == (4, "key_and_secret")
    assert "api_key and api_secret belong together" in text


def test_doctor__wrong_account(run: Runner, sandbox: Sandbox) -> None:
    """An account of another key."""
    run.configure(sandbox, ACCOUNT_ID="999")
    status, check, text = fault_of(run, sandbox.api_secret)

    assert (status, check) == (4, "account")
    assert text == ("403 Forbidden: The API key does not belong to account 999. Check that "
                    "api_account_id is an account of this API key")  # fmt: skip


@pytest.mark.parametrize(("offset", "text"), [(1200, "behind"), (-1200, "ahead of")])
def test_doctor__clock(run: Runner, offset: float, text: str) -> None:
    """A clock that is off by 20 minutes is the fault, not the refused signature."""
    with Sandbox(clock=lambda: time.time() + offset) as sandbox:
        run.configure(sandbox)
        status, check, found = fault_of(run, sandbox.api_secret)

    assert (status, check) == (1, "clock")
    assert found.startswith(("this machine is 1200 s " + text, "this machine is 1201 s " + text,
                             "this machine is 1199 s " + text))  # fmt: skip


def test_doctor__clock_slightly_off(run: Runner) -> None:
    """A difference that the service tolerates is shown."""
    with Sandbox(clock=lambda: time.time() + 100) as sandbox:
        run.configure(sandbox)
        finished, lines = diagnose(run)

    assert finished.status == 0
    assert lines[8][:2] == ["ok", "clock"]
    assert lines[8][2].endswith("s behind the service")


def test_doctor__dead_proxy(run: Runner, sandbox: Sandbox) -> None:
    """A proxy at which nothing listens; its password is not shown."""
    with closed_port() as url:
        address = url.partition("://")[2]
        run.monkeypatch.setenv("HTTP_PROXY", f"http://me:hidden-word@{address}")
        run.configure(sandbox, BASE_URL=REMOTE)
        status, check, text = fault_of(run, "hidden-word")

    assert (status, check) == (1, "connection")
    assert text.startswith("cannot connect to the proxy 127.0.0.1, port ")
    assert "connection refused. Check HTTP_PROXY" in text


def test_doctor__invalid_proxy(run: Runner, sandbox: Sandbox) -> None:
    """A proxy that is not supported."""
    run.monkeypatch.setenv("HTTP_PROXY", "socks5://me:hidden-word@localhost")
    run.configure(sandbox, BASE_URL=REMOTE)
    status, check, text = fault_of(run, "hidden-word")

    assert (status, check) == (1, "proxy")
    assert "expected http://host:port" in text


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Give a certificate authority of the test's own."""
    return Authority(tmp_path_factory.mktemp("authority"))


def test_doctor__untrusted_certificate(run: Runner, authority: Authority) -> None:
    """A certificate of an unknown authority is the fault, until its bundle is set."""
    with Sandbox(tls=authority.context()) as sandbox:
        run.configure(sandbox)
        status, check, text = fault_of(run, sandbox.api_secret)
        run.monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority.bundle)
        trusting, lines = diagnose(run)

    assert (status, check) == (1, "tls")
    assert text.startswith("TLS: the certificate is not trusted (")
    assert text.endswith("set REQUESTS_CA_BUNDLE to the file of your CA bundle")
    assert trusting.status == 0
    assert lines[7] == ["ok", "tls", "the certificate is trusted"]


def test_doctor__no_bundle(run: Runner, sandbox: Sandbox, tmp_path: Path) -> None:
    """A CA bundle that does not exist."""
    run.monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    run.configure(sandbox, BASE_URL=REMOTE.replace("http:", "https:"))

    assert fault_of(run)[:2] == (1, "tls")


def test_doctor__no_tls(run: Runner, sandbox: Sandbox) -> None:
    """A service that does not use TLS."""
    run.configure(sandbox, BASE_URL=sandbox.url.replace("http:", "https:"))
    status, check, text = fault_of(run)

    assert (status, check) == (1, "tls")
    assert "The server does not use TLS" in text


def test_doctor__refused_connection(run: Runner, sandbox: Sandbox) -> None:
    """A port at which nothing listens."""
    with closed_port() as url:
        run.configure(sandbox, BASE_URL=url)
        status, check, text = fault_of(run)

    assert (status, check) == (1, "connection")
    assert text.endswith("connection refused. Check the base URL and the network")


def test_doctor__unknown_host(run: Runner, sandbox: Sandbox) -> None:
    """A name that the resolver does not know."""

    def fail(*_: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    run.monkeypatch.setattr(socket, "getaddrinfo", fail)
    run.configure(sandbox, BASE_URL=REMOTE)

    status, check, text = fault_of(run)

    assert (status, check) == (1, "name_lookup")
    assert text == (
        "cannot look up api.example.invalid: name or service not known. Check the base URL and the "
        "network"
    )


def test_doctor__resolver_hangs(run: Runner, sandbox: Sandbox) -> None:
    """A resolver that does not answer."""
    stopping = threading.Event()
    run.monkeypatch.setattr(socket, "getaddrinfo", lambda *_: stopping.wait())
    run.monkeypatch.setattr(diagnosis, "STEP_TIMEOUT", 0.1)
    run.configure(sandbox, BASE_URL=REMOTE)
    status, check, text = fault_of(run)
    stopping.set()

    assert (status, check) == (1, "name_lookup")
    assert text.startswith("cannot look up api.example.invalid: no answer in 0.1 s")


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("service_unavailable", "503 Service Unavailable"),
        ("drop_answer", "the connection was closed without a response"),
        ("empty_answer", "expected an account in the response, got nothing. Check that api_base_u"),
        ("malformed_json", "the body of the 200 response is not JSON. Check that api_base_url is"),
    ],
)
def test_doctor__bad_response(run: Runner, sandbox: Sandbox, fault: str, text: str) -> None:
    """A service that fails, and one that is none."""
    sandbox.chaos.add(fault)
    run.configure(sandbox)
    status, check, found = fault_of(run)

    assert (status, check) == (1, "response")
    assert text in found


def test_doctor__no_date(run: Runner, sandbox: Sandbox) -> None:
    """Without a Date, the clock is unknown."""
    run.monkeypatch.setattr(diagnosis, "parse_http_date", lambda _: None)
    run.configure(sandbox)
    finished, lines = diagnose(run)

    assert finished.status == 0
    assert lines[8] == ["ok", "clock", "unknown: the service sent no Date"]
