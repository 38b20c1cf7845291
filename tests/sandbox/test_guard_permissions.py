"""Permissions of the controls: allowed hosts, allowed origins, and the token."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vivialconnect.sandbox import Sandbox

from .wire import request

RECEIVE = "/sandbox/receive"
CHAOS = "/sandbox/chaos"
RULE = json.dumps({"fault": "reset", "path": "/nothing"}).encode()
IS_JSON = ("Content-Type", "application/json")


def test_allow_hosts() -> None:
    """An allowed host is accepted in any case, with any port, and no other one is."""
    with Sandbox(allow_hosts=["Sandbox.test", "10.0.0.1", "[fd00::1]"]) as running:
        for host in ("sandbox.test", "SANDBOX.TEST:80", "sandbox.test.", "10.0.0.1", "[fd00::1]:8"):
            assert request(running, "GET", CHAOS, host=host).status == 200
        for host in ("x.sandbox.test", "sandbox.test.evil.test", "10.0.0.2"):
            assert request(running, "GET", CHAOS, host=host).status == 403
        assert request(running, "GET", CHAOS, host="localhost").status == 200


@pytest.mark.parametrize(
    ("allowed", "sent"),
    [("http://localhost:3000", "http://localhost:3000"), ("HTTPS://App.test", "https://app.test"),
     ("https://app.test:443", "https://app.test")],
)  # fmt: skip
def test_allow_origins(allowed: str, sent: str) -> None:
    """A page of an allowed origin can use the controls, also from another site, by CORS."""
    with Sandbox(allow_origins=[allowed]) as running:
        page = [("Origin", sent), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "cors")]
        asked = request(
            running, "OPTIONS", CHAOS, [*page, ("Access-Control-Request-Method", "POST")]
        )
        assert (asked.status, asked.headers["Access-Control-Allow-Origin"]) == (204, sent)
        assert "DELETE" in asked.headers["Access-Control-Allow-Methods"]
        assert "Content-Type" in asked.headers["Access-Control-Allow-Headers"]
        added = request(running, "POST", CHAOS, [*page, IS_JSON], RULE)
        assert (added.status, added.headers["Access-Control-Allow-Origin"]) == (201, sent)
        assert added.headers["Vary"] == "Origin"
        assert request(running, "POST", CHAOS, page, RULE).status == 415
        assert request(running, "GET", CHAOS, [("Origin", sent + ".evil.test")]).status == 403
        assert request(running, "GET", CHAOS, [("Origin", "null")]).status == 403


@pytest.mark.parametrize(
    "arguments",
    [
        {"allow_hosts": "localhost"}, {"allow_hosts": [""]}, {"allow_hosts": ["http://a.test"]},
        {"allow_hosts": ["*"]}, {"allow_hosts": ["a b"]}, {"allow_origins": "http://a.test"},
        {"allow_origins": ["a.test"]}, {"allow_origins": ["null"]}, {"allow_origins": ["*"]},
        {"allow_origins": ["http://a.test/"]}, {"allow_origins": ["http://u@a.test"]},
        {"token": ""}, {"token": "a b"}, {"token": "\u00e9"}, {"token": "a\nb"},
    ],
)  # fmt: skip
def test_arguments__refused(arguments: dict[str, Any]) -> None:
    """Invalid permissions are refused at once."""
    with pytest.raises(ValueError, match=next(iter(arguments))):
        Sandbox(**arguments)


def check_token(running: Sandbox, token: str, address: str | None = None) -> None:
    """Check that the controls need a token, and the API does not."""
    for wrong in (
        [], [("Authorization", token)], [("Authorization", "Bearer")],
        [("Authorization", "Bearer " + token[:-1])], [("Authorization", f"Bearer {token}x")],
        [("Authorization", "Basic " + token)], [("Authorization", "Bearer \u00e9")],
        [("Authorization", f"Bearer {token}"), ("Authorization", "Bearer x")],
    ):  # fmt: skip
        for method, path in (
            ("GET", CHAOS),
            ("POST", CHAOS),
            ("DELETE", CHAOS),
            ("GET", "/sandbox"),
        ):
            answer = request(running, method, path, wrong, RULE, address=address)
            assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert running.chaos.rules == []
    right = [("Authorization", f"bearer {token}")]
    assert request(running, "POST", CHAOS, right, RULE, address=address).status == 201
    foreign = [*right, ("Origin", "https://evil.test")]
    assert request(running, "GET", CHAOS, foreign, address=address).status == 403
    assert request(running, "GET", CHAOS, right, host="evil.test", address=address).status == 403


@pytest.mark.parametrize(
    ("host", "address"),
    [("0.0.0.0", "127.0.0.1"), ("::", "::1")],  # noqa: S104 - that is what it tests
)
def test_token__for_other_machines(host: str, address: str) -> None:
    """A sandbox that other machines reach needs a token; each sandbox makes its own."""
    with Sandbox(host=host) as running, Sandbox(host=host) as other:
        assert running.token
        assert other.token
        assert running.token != other.token
        check_token(running, running.token, address)
        shown = f"[{host}]" if ":" in host else host
        right = [("Authorization", f"Bearer {running.token}")]
        assert request(running, "GET", CHAOS, right, host=shown, address=address).status == 200


def test_token__given(sandbox: Sandbox) -> None:
    """A token that is given is always needed; without one, a loopback address needs none."""
    assert sandbox.token is None
    with Sandbox(token="s3cret-Token") as running:
        assert running.token == "s3cret-Token"
        check_token(running, "s3cret-Token")


def test_token__not_needed_by_a_preflight() -> None:
    """A browser asks without the token whether it may send it."""
    with Sandbox(token="t", allow_origins=["http://a.test"]) as running:
        page = [("Origin", "http://a.test")]
        asked = request(running, "OPTIONS", RECEIVE, page)
        assert (asked.status, asked.body) == (204, b"")
        assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
        refused = request(running, "GET", CHAOS, page)
        assert (refused.status, "Access-Control-Allow-Origin" in refused.headers) == (401, True)
