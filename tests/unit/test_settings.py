"""Where settings come from, and what is refused before anything is sent."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import Color
from vivialconnect.common import settings
from vivialconnect.common.settings import Settings, resolve, validate, without_credentials

COMPLETE = {"api_key": "MTK1", "api_secret": "hidden", "api_account_id": 1}
ENVIRONMENT = {
    "VIVIALCONNECT_API_KEY": "MTKENV",
    "VIVIALCONNECT_API_SECRET": "secret-of-environment",
    "VIVIALCONNECT_ACCOUNT_ID": "77",
    "VIVIALCONNECT_BASE_URL": "http://localhost:1/x",
}


def ready(**changes: Any) -> Settings:
    """Return settings fit for a call but for what is changed."""
    return validate(resolve({**COMPLETE, **changes}, {}))


def values(told: Settings) -> list[Any]:
    """Return the values of settings, in their order."""
    return [getattr(told, name) for name in settings.NAMES]


def test_effective__nothing_given() -> None:
    """Without class settings and environment the defaults hold, and credentials are missing."""
    assert values(resolve({}, {})) == values(Settings())
    assert Settings().request_timeout == 30
    assert Settings().api_base_url == "https://api.vivialconnect.net/api/v1.0"
    assert Settings().api_verify_request is True


def test_effective__environment() -> None:
    """What is not given comes from the environment."""
    found = resolve({}, ENVIRONMENT)

    assert values(found)[:4] == ["MTKENV", "secret-of-environment", "77", "http://localhost:1/x"]


def test_effective__process_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is that of the process, read at each call."""
    monkeypatch.setenv("VIVIALCONNECT_ACCOUNT_ID", "5")
    assert resolve({}).api_account_id == "5"

    monkeypatch.setenv("VIVIALCONNECT_ACCOUNT_ID", "6")
    assert resolve({}).api_account_id == "6"


@pytest.mark.parametrize("empty", [None, ""])
def test_effective__empty_is_unset(empty: Any) -> None:
    """An empty value is as none: the environment takes its place."""
    given_nothing: dict[str, Any] = dict.fromkeys(settings.ENVIRONMENT, empty)

    assert values(resolve(given_nothing, ENVIRONMENT)) == values(resolve({}, ENVIRONMENT))
    assert values(resolve({}, dict.fromkeys(ENVIRONMENT, ""))) == values(Settings())


def test_effective__given_beats_environment() -> None:
    """What is given beats the environment, setting by setting."""
    found = resolve({"api_account_id": 9}, ENVIRONMENT)

    assert found.api_account_id == 9
    assert found.api_key == "MTKENV"


@pytest.mark.parametrize("half", ["api_key", "api_secret"])
def test_effective__half_a_pair(half: str) -> None:
    """Key and secret come from one source: half of a pair is not made whole from another."""
    found = resolve({half: "mine"}, ENVIRONMENT)
    other = "api_secret" if half == "api_key" else "api_key"

    assert getattr(found, half) == "mine"
    assert getattr(found, other) is None
    with pytest.raises(ValueError, match=other):
        validate(found)


def test_effective__false_and_zero_are_given() -> None:
    """False and 0 are values, not the absence of one."""
    found = resolve({"api_verify_request": False, "request_timeout": 0}, {})

    assert found.api_verify_request is False
    assert found.request_timeout == 0


def test_settings__repr_shows_no_secret() -> None:
    """Neither the secret nor a password in the URL shows."""
    shown = repr(
        Settings(api_key="MTK1", api_secret="hidden", api_base_url="https://me:pass@localhost/")
    )

    assert "hidden" not in shown
    assert "pass" not in shown
    assert "MTK1" in shown


@pytest.mark.parametrize("name", ["api_key", "api_secret"])
def test_checked__missing(name: str) -> None:
    """A missing key or secret is refused, naming both places to set it."""
    with pytest.raises(ValueError, match=name) as caught:
        ready(**{name: None})

    assert "Resource." + name in str(caught.value)
    assert settings.ENVIRONMENT[name] in str(caught.value)


def test_checked__both_missing() -> None:
    """Key and secret are named together, each with both places to set it."""
    with pytest.raises(ValueError, match="api_key and api_secret must be set") as caught:
        validate(Settings())

    for name in ("api_key", "api_secret"):
        assert "Resource." + name in str(caught.value)
        assert settings.ENVIRONMENT[name] in str(caught.value)
    assert "one place" not in str(caught.value)


def test_checked__half_of_a_pair_elsewhere() -> None:
    """Who has the secret in the environment and the key on the class is told why it is missing."""
    with pytest.raises(
        ValueError, match=r"api_secret must be set.*; api_key is set, .* same source"
    ):
        validate(resolve({"api_key": "MTK1"}, ENVIRONMENT))


@pytest.mark.parametrize("name", ["api_key", "api_secret"])
@pytest.mark.parametrize("bad", ["a\nb", "a\r", "tab\t", "\x00", "é", b"bytes", 5, ["x"]])
def test_checked__key_that_cannot_be_sent(name: str, bad: Any) -> None:
    """A key or secret that is not one line of ASCII is refused, and not shown."""
    with pytest.raises(ValueError, match=name) as caught:
        ready(**{name: bad})

    assert repr(bad) not in str(caught.value)
    shown = "line break" if isinstance(bad, str) else "got " + type(bad).__name__
    assert shown in str(caught.value)


@pytest.mark.parametrize(
    "bad", [0, -1, 0.0, math.nan, math.inf, -math.inf, True, "30", "", b"1", [30]]
)
def test_checked__timeout_that_is_no_time(bad: Any) -> None:
    """A timeout must be a positive, finite number of seconds."""
    given_settings = resolve(COMPLETE, {})._replace(request_timeout=bad)

    with pytest.raises(ValueError, match="request_timeout"):
        validate(given_settings)


@given(st.floats(min_value=1e-9, max_value=1e9) | st.integers(min_value=1, max_value=10**9))
def test_checked__timeout_of_any_length(seconds: float) -> None:
    """Every positive number of seconds is taken as it is."""
    assert ready(request_timeout=seconds).request_timeout == seconds


@pytest.mark.parametrize("bad", [1, 0, None, ["x"], b"path", 1.5])
def test_checked__verify_that_is_neither_bool_nor_path(bad: Any) -> None:
    """Trust is True, False or a path; a number, even 0, is no way to turn it off."""
    with pytest.raises(ValueError, match="api_verify_request"):
        validate(Settings(**COMPLETE, api_verify_request=bad))


@pytest.mark.parametrize("good", [True, False, "/x.pem", Path("x.pem")])
def test_checked__verify(good: Any) -> None:
    """True, False and paths are taken."""
    assert ready(api_verify_request=good).api_verify_request == good


@pytest.mark.parametrize(
    "bad",
    [
        "api.example",
        "//api.example",
        "ftp://api.example",
        "http://",
        "http:///path",
        "https://:80",
        "http://host:0",
        "http://host:99999",
        "http://host:port",
        "http://host/?query=1",
        "http://host/#fragment",
        "http://ho st/",
        "http://host/a\nb",
        "http://hést/",
        "http://host/a%2F..%2Fb",
        "http://host//api/v1.0",
        "http://host/%2Fapi/v1.0",
        "http://[::1",
        "http://me@",
        b"http://host",
        5,
        ["http://host"],
    ],
)
def test_checked__base_url_that_is_none(bad: Any) -> None:
    """What is no absolute http or https URL is refused, naming the setting."""
    with pytest.raises(ValueError, match="api_base_url"):
        ready(api_base_url=bad)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.example", "https://api.example"),
        ("https://api.example/", "https://api.example"),
        ("HTTPS://API.Example/V1/", "https://api.example/V1"),
        ("http://localhost:8080/a/b//", "http://localhost:8080/a/b"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("https://me:secret@api.example/x", "https://api.example/x"),
        ("https://api.example/a%20b/c~d", "https://api.example/a%20b/c~d"),
    ],
)
def test_checked__base_url(url: str, expected: str) -> None:
    """A base URL may end in a slash and carry a port, a path and credentials."""
    assert ready(api_base_url=url).api_base_url == expected


def test_without_credentials__at_sign_in_password() -> None:
    """The last at sign ends the credentials."""
    assert without_credentials("http://a:b@c@host/@x") == "http://host/@x"


def test_effective__member_of_an_enumeration() -> None:
    """A member of an enumeration is its value, whatever it prints."""
    found = settings.resolve({"api_key": Color.RED, "api_secret": Color.RED}, {})

    assert (str(found.api_key), str(found.api_secret)) == ("red", "red")
