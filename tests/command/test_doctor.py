"""``vivialconnect doctor``: each fault is in the first line, with what to do."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.command.conftest import settings_of
from tests.integration.scripted_server import Authority, ScriptedServer, answer
from tests.integration.test_pools import closed_port
from vivialconnect.command import diagnosis
from vivialconnect.common.settings import ENVIRONMENT
from vivialconnect.sandbox import Sandbox

if TYPE_CHECKING:
    from tests.command.calling import Caller

CHECKS = [
    "api_key", "api_secret", "api_account_id", "api_base_url", "proxy", "name_lookup", "connection",
    "tls", "clock", "response", "key_and_secret", "account",
]  # fmt: skip
TLS, CLOCK = CHECKS.index("tls"), CHECKS.index("clock")
REMOTE = "http://api.example.invalid/api/v1.0"
PASSWORD = "a-hidden-password"
LONGEST = 5  # seconds


class Doctor:
    """Runs the command with settings of the environment, and checks that no secret is shown."""

    def __init__(self, call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
        self._call = call
        self._monkeypatch = monkeypatch

    def use(self, sandbox: Sandbox, **changes: str) -> None:
        """Set the environment for a sandbox, with changes of settings."""
        for name, value in {**settings_of(sandbox), **changes}.items():
            self._monkeypatch.setenv(ENVIRONMENT[name], str(value))

    def lines(self, status: int = 0) -> list[list[str]]:
        """Return the parts of each line: result, check, text."""
        started = time.monotonic()
        result = self._call("doctor", status=status)
        assert time.monotonic() - started < LONGEST
        assert result.err == ""
        for secret in (os.environ.get("VIVIALCONNECT_API_SECRET") or PASSWORD, PASSWORD):
            assert secret not in result.out
        return [line.split("\t") for line in result.lines]

    def fault(self, status: int = 1) -> tuple[str, str]:
        """Return the check that failed, and its text. It is first; what follows it is skipped."""
        (result, check, text), *others = self.lines(status)
        names = [name for name in CHECKS if name != check]
        number = names.index(check) if check in names else CHECKS.index(check)
        assert result == "fault"
        assert [name for _, name, _ in others] == names
        assert {each for each, *_ in others[:number]} == {"ok"}
        assert {each for each, *_ in others[number:]} <= {"skipped"}
        return check, text


@pytest.fixture
def doctor(call: Caller, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Give what runs the command; the settings lead to the sandbox."""
    return Doctor(call, monkeypatch)


def test_doctor__everything_well(doctor: Doctor, sandbox: Sandbox) -> None:
    """Each check has a line, with where each setting comes from."""
    lines = doctor.lines()

    assert [line[:2] for line in lines] == [["ok", check] for check in CHECKS]
    assert [text for *_, text in lines[:4]] == [
        f"{value} (from the environment)"
        for value in (sandbox.api_key, "***", sandbox.account_id, sandbox.url)
    ]
    assert [text for *_, text in lines[TLS:]] == [
        "not used", "right", "received", "accepted", "12345 Sandbox Inc"
    ]  # fmt: skip
    assert [request.method for request in sandbox.requests] == ["GET"]


def test_doctor__as_json(doctor: Doctor, call: Caller, sandbox: Sandbox) -> None:
    """With --json, each check is an object."""
    doctor.use(sandbox, api_secret="guessed")
    first, *others = call("doctor --json --account-id 12345", status=4).json

    assert (first["check"], first["result"]) == ("key_and_secret", "fault")
    assert first["advice"].startswith("The request was signed correctly: check that")
    detail = "12345 (from --account-id)"
    assert {"check": "api_account_id", "result": "ok", "detail": detail, "advice": ""} in others


def test_doctor__on_a_terminal(call: Caller) -> None:
    """On a terminal the columns are aligned."""
    assert call("doctor", terminals="out").lines[4] == "ok       proxy           none"


def test_doctor__no_settings(
    doctor: Doctor, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without settings, the first line says what to set."""
    for variable in ENVIRONMENT.values():
        monkeypatch.delenv(variable)
    (result, check, text), *others = doctor.lines(4)

    assert (result, check) == ("fault", "settings")
    assert text.startswith("no settings were found. Set VIVIALCONNECT_API_KEY, VIVIALCONNECT_API_S")
    assert ", or run: vivialconnect profile add NAME (" in text
    assert [name for name, *_ in others] == ["missing"] * 3 + ["ok"] + ["skipped"] * 8
    assert sandbox.requests == []


def test_doctor__half_a_pair(doctor: Doctor, sandbox: Sandbox) -> None:
    """A key without a secret: the missing one is named."""
    doctor.use(sandbox, api_secret="")
    (result, check, text), *others = doctor.lines(4)

    assert (result, check) == ("fault", "settings")
    assert text == (
        "api_secret is not set: all settings come from the environment. Set "
        "VIVIALCONNECT_API_SECRET"
    )
    assert others[:2] == [
        ["ok", "api_key", f"{sandbox.api_key} (from the environment)"],
        ["missing", "api_secret", "not set"],
    ]
    assert sandbox.requests == []


@pytest.mark.parametrize(
    ("name", "value"), [("api_account_id", ".."), ("api_base_url", "ftp://localhost")]
)
def test_doctor__invalid_setting(doctor: Doctor, sandbox: Sandbox, name: str, value: str) -> None:
    """An invalid setting is named."""
    doctor.use(sandbox, **{name: value})
    (result, check, text), *_ = doctor.lines(4)

    assert (result, check) == ("fault", "settings")
    assert text.startswith(f"{name} must ")


def test_doctor__unknown_profile(call: Caller) -> None:
    """A profile that does not exist is a fault of the settings."""
    first = call("doctor --profile work", status=4).lines[0]

    assert first.startswith("fault\tsettings\tthere is no profile 'work' in ")


def test_doctor__wrong_secret(doctor: Doctor, sandbox: Sandbox) -> None:
    """A wrong secret."""
    doctor.use(sandbox, api_secret="guessed by a test")
    check, text = doctor.fault(4)

    assert check == "key_and_secret"
    assert "api_key and api_secret belong together" in text


def test_doctor__wrong_account(doctor: Doctor, sandbox: Sandbox) -> None:
    """An account of another key."""
    doctor.use(sandbox, api_account_id="999")
    check, text = doctor.fault(4)

    assert check == "account"
    assert text == (
        "403 Forbidden: The API key does not belong to account 999. Check that api_account_id is "
        "an account of this API key"
    )


@pytest.mark.parametrize(("offset", "side"), [(1200, "behind"), (-1200, "ahead of")])
def test_doctor__clock(doctor: Doctor, offset: float, side: str) -> None:
    """A clock that is off by 20 minutes is the fault, not the refused signature."""
    with Sandbox(clock=lambda: time.time() + offset) as sandbox:
        doctor.use(sandbox)
        check, text = doctor.fault()

    assert check == "clock"
    assert f" s {side} the service. Set its clock" in text


def test_doctor__clock_slightly_off(doctor: Doctor) -> None:
    """A difference that the service tolerates is shown."""
    with Sandbox(clock=lambda: time.time() + 100) as sandbox:
        doctor.use(sandbox)
        line = doctor.lines()[CLOCK]

    assert line[:2] == ["ok", "clock"]
    assert line[2].endswith(" s behind the service")


def test_doctor__no_date(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a Date, the clock is unknown."""
    monkeypatch.setattr(diagnosis, "parse_http_date", lambda _: None)

    assert doctor.lines()[CLOCK] == ["ok", "clock", "unknown: the service sent no Date"]


def test_doctor__dead_proxy(
    doctor: Doctor, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy at which nothing listens; its password is not shown."""
    doctor.use(sandbox, api_base_url=REMOTE)
    with closed_port() as url:
        monkeypatch.setenv("HTTP_PROXY", f"http://me:{PASSWORD}@{url.partition('://')[2]}")
        check, text = doctor.fault()

    assert check == "connection"
    assert text.startswith("cannot connect to the proxy 127.0.0.1, port ")
    assert "connection refused. Check HTTP_PROXY" in text


def test_doctor__invalid_proxy(
    doctor: Doctor, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that is not supported."""
    doctor.use(sandbox, api_base_url=REMOTE)
    monkeypatch.setenv("HTTP_PROXY", f"socks5://me:{PASSWORD}@localhost")
    check, text = doctor.fault()

    assert check == "proxy"
    assert "expected http://host:port" in text


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Give a certificate authority of the test's own."""
    return Authority(tmp_path_factory.mktemp("authority"))


def test_doctor__untrusted_certificate(
    doctor: Doctor, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A certificate of an unknown authority is the fault, until its bundle is set."""
    with Sandbox(tls=authority.context()) as sandbox:
        doctor.use(sandbox)
        check, text = doctor.fault()
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority.bundle)
        lines = doctor.lines()

    assert check == "tls"
    assert text.startswith("TLS: the certificate is not trusted (")
    assert text.endswith("set REQUESTS_CA_BUNDLE to the file of your CA bundle")
    assert lines[TLS] == ["ok", "tls", "the certificate is trusted"]


def test_doctor__no_bundle(
    doctor: Doctor, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A CA bundle that does not exist is found before anything is sent."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    doctor.use(sandbox, api_base_url=REMOTE.replace("http:", "https:"))
    first = doctor.lines(1)[0]

    assert first[:2] == ["fault", "tls"]
    assert "the CA bundle does not exist" in first[2]


def test_doctor__no_tls(doctor: Doctor, sandbox: Sandbox) -> None:
    """A service that does not use TLS."""
    doctor.use(sandbox, api_base_url=sandbox.url.replace("http:", "https:"))
    check, text = doctor.fault()

    assert check == "tls"
    assert "The server does not use TLS" in text


def test_doctor__refused_connection(doctor: Doctor, sandbox: Sandbox) -> None:
    """A port at which nothing listens."""
    with closed_port() as url:
        doctor.use(sandbox, api_base_url=url)
        check, text = doctor.fault()

    assert check == "connection"
    assert text.endswith("connection refused. Check the base URL and the network")


def test_doctor__unknown_host(
    doctor: Doctor, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that the resolver does not know."""

    def fail(*_: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    doctor.use(sandbox, api_base_url=REMOTE)
    check, text = doctor.fault()

    assert check == "name_lookup"
    assert text == (
        "cannot look up api.example.invalid: name or service not known. Check the base URL and the "
        "network"
    )


def test_doctor__resolver_hangs(
    doctor: Doctor, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resolver that does not answer."""
    stopping = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: stopping.wait())
    monkeypatch.setattr(diagnosis, "STEP_TIMEOUT", 0.1)
    doctor.use(sandbox, api_base_url=REMOTE)
    check, text = doctor.fault()
    stopping.set()

    assert check == "name_lookup"
    assert text.startswith("cannot look up api.example.invalid: no response in 0.1 s")


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("service_unavailable", "503 Service Unavailable"),
        ("drop_answer", "the connection was closed without a response"),
        ("empty_answer", "expected an account in the response, got nothing. Check that api_base_u"),
        ("malformed_json", "the body of the 200 response is not JSON. Check that api_base_url is"),
    ],
)
def test_doctor__bad_response(doctor: Doctor, sandbox: Sandbox, fault: str, text: str) -> None:
    """A service that fails, and something else in its place."""
    sandbox.chaos.add(fault)
    first = doctor.lines(1)[0]

    assert first[:2] == ["fault", "response"]
    assert text in first[2]


def test_doctor__something_else(doctor: Doctor, sandbox: Sandbox) -> None:
    """A server that is not the service does not know the account, but that is not the fault."""
    with ScriptedServer(answer(b"<h1>Not here</h1>", 404)) as server:
        doctor.use(sandbox, api_base_url=f"{server.url}/api/v1.0")
        first = doctor.lines(1)[0]

    assert first[:2] == ["fault", "response"]
    assert first[2].startswith("404 Not Found")


def test_doctor__no_response(
    doctor: Doctor, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that does not respond."""
    monkeypatch.setattr(diagnosis, "TIMEOUT", 0.2)
    monkeypatch.setattr(diagnosis, "MIN_TIMEOUT", 0.2)
    sandbox.chaos.add("stall")
    first = doctor.lines(1)[0]

    assert first[:2] == ["fault", "response"]
    assert first[2].startswith("request timed out after 0.2 s waiting for 127.0.0.1")
    assert first[2].endswith("Check the base URL and the network")
