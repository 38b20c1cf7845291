"""The page's files, its headers, its token, and what pages of other origins are refused."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.page import assets, state
from vivialconnect.sandbox.page.routes import ROUTES

from .client import Client
from .wire import Answer, request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USES = [(each.method, "/sandbox" + re.sub(r"{\w+}", "1", each.pattern)) for each in ROUTES]
BODIES = {
    "/sandbox/receive": {"from_number": "+15154469790", "to_number": "+19132597591", "body": "Hi"},
    "/sandbox/numbers": {"phone_number": "+19132593260"},
    "/sandbox/numbers/1": {"name": "Changed"},
    "/sandbox/accounts": {"account_id": 777},
    "/sandbox/balance": {"add": 5},
    "/sandbox/chaos": {"fault": "close", "path": "/nothing"},
    "/sandbox/clock": {"advance": 5},
}
HTML = [("Accept", "text/html,application/xhtml+xml")]


def use(sandbox: Sandbox, method: str, path: str, headers: list[tuple[str, str]]) -> Answer:
    """Send a request with the body that it needs."""
    body = (
        json.dumps(BODIES[path]).encode() if method in {"POST", "PUT"} and path in BODIES else b""
    )
    return request(sandbox, method, path, [*headers, ("Content-Type", "application/json")], body)


def everything(client: Client, sandbox: Sandbox) -> object:
    """Return all that a request to the page can change."""
    return (
        client.call("GET", "messages/count.json").json,
        client.call("GET", "numbers.json").json,
        sandbox.balance,
        [rule.fault for rule in sandbox.chaos.rules],
        sandbox._clock.advanced,
        sandbox.webhook_attempts(),
        request(sandbox, "GET", "/sandbox/accounts").json["total"],
    )


@pytest.fixture
def used(client: Client, sandbox: Sandbox) -> Client:
    """Return a client of a sandbox in which each route has something to change."""
    client.buy()
    sandbox.chaos.add("stall", path="/never")
    return client


@pytest.mark.parametrize(
    "headers",
    [
        [("Origin", "https://evil.test")],
        [("Origin", "null")],
        [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "cors")],
        [("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Mode", "no-cors")],
        [("Sec-Fetch-Site", "cross-site"), ("Accept", "text/event-stream")],
    ],
    ids=lambda headers: headers[0][1] + headers[-1][1],
)
def test_foreign_page(used: Client, sandbox: Sandbox, headers: list[tuple[str, str]]) -> None:
    """A page of another origin can neither read nor change anything, on any route."""
    before = everything(used, sandbox)
    for method, path in USES:
        answer = use(sandbox, method, path, headers)
        assert (answer.status, list(answer.json)) == (403, ["message"]), (method, path)
    assert everything(used, sandbox) == before


def test_foreign_host(used: Client, sandbox: Sandbox) -> None:
    """A rebound host name is refused on each route."""
    before = everything(used, sandbox)
    for method, path in USES:
        assert request(sandbox, method, path, host="evil.test").status == 403, (method, path)
    assert everything(used, sandbox) == before


def test_every_route__responds(used: Client, sandbox: Sandbox) -> None:
    """Each route is reached, so the tests before this one refuse what exists."""
    sandbox.receive(from_number="+15154469790", to_number="+19132597591", body="Hi")
    for method, path in sorted(USES, key=lambda use: use[1] == "/sandbox/reset"):
        answer = use(sandbox, method, path, [])
        assert answer.status != 405
        if answer.status == 404:
            assert "Nothing is at" not in answer.json["message"], (method, path)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/sandbox/conversations", 200),
        ("GET", "/sandbox/nothing", 404),
        ("POST", "/sandbox/reset", 204),
        ("GET", "/sandbox/chaos/1", 405),
        ("GET", "/sandbox", 308),
        ("GET", "/sandbox/?token=x", 303),
    ],
)
def test_headers__of_all_responses(sandbox: Sandbox, method: str, path: str, status: int) -> None:
    """Every response has a strict policy, is not sniffed, not cached, not embedded elsewhere."""
    answer = request(sandbox, method, path)
    assert answer.status == status
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the files of the page."""
    contents = {
        "static/index.html": b"<!doctype html>",
        "static/app.js": b"export {};",
        "static/vendor/lib.js": b"1;",
        "static/base.css": b"a {}",
        "static/icon.svg": b"<svg/>",
        "static/notes.txt": b"",
        "secret.js": b"",
    }

    for name, content in contents.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    monkeypatch.setattr(assets, "STATIC", tmp_path / "static")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/static/app.js", "text/javascript; charset=utf-8"),
        ("/static/vendor/lib.js", "text/javascript; charset=utf-8"),
        ("/static/base.css", "text/css; charset=utf-8"),
        ("/static/icon.svg", "image/svg+xml"),
    ],
)
def test_files(sandbox: Sandbox, path: str, content_type: str) -> None:
    """The page's files have their types."""
    answer = request(sandbox, "GET", "/sandbox" + path)
    assert (answer.status, answer.headers["Content-Type"]) == (200, content_type)
    assert answer.body


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    "name",
    [
        "other.js", "../secret.js", "%2e%2e/secret.js", "..%2fsecret.js", "vendor/../app.js",
        "notes.txt", ".js", "app.js%00", "APP.JS", "vendor/x/lib.js", "vendor", "a\\b.js",
    ],
)  # fmt: skip
def test_files__unknown(sandbox: Sandbox, name: str) -> None:
    """Nothing else is served."""
    assert request(sandbox, "GET", "/sandbox/static/" + name).status == 404


def test_root__of_a_browser(client: Client, sandbox: Sandbox) -> None:
    """A browser at the root is sent to the page; neither this nor its icon is recorded."""
    root = request(sandbox, "GET", "/", HTML)
    assert (root.status, root.headers["Location"]) == (302, "/sandbox/")
    assert request(sandbox, "GET", "/favicon.ico").status == 204
    page = request(sandbox, "GET", "/sandbox")
    assert (page.status, page.headers["Location"]) == (308, "/sandbox/")
    assert sandbox.requests == []
    assert request(sandbox, "GET", "/").status == 401
    assert request(sandbox, "POST", "/", HTML).status == 401
    assert client.call_path("GET", "/favicon.ico").status == 404
    assert len(sandbox.requests) == 3


def test_failure__without_details(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected failure is a 500 without details."""

    def fail(_: float) -> str:
        raise KeyError("details")

    monkeypatch.setattr(state, "iso_time", fail)
    answer = request(sandbox, "GET", "/sandbox/clock")
    assert (answer.status, answer.json) == (500, {"message": "Internal server error"})


# The token in a browser.

TOKEN = "a-token.of+mine/=="


@pytest.fixture
def locked() -> Iterator[Sandbox]:
    """Start a sandbox that needs a token."""
    with Sandbox(token=TOKEN) as sandbox:
        yield sandbox


def host_of(sandbox: Sandbox) -> str:
    """Return the host and the port of a sandbox."""
    return urlsplit(sandbox.url).netloc


def test_token__becomes_a_cookie(locked: Sandbox) -> None:
    """The address with the token sets a cookie, which then replaces the token."""
    parts = urlsplit(locked.page_url)
    target = f"{parts.path}?{parts.query}"
    answer = request(locked, "GET", target + "&a=b+c", host=host_of(locked))
    port = str(parts.port)
    assert (answer.status, answer.headers["Location"]) == (303, "/sandbox/?a=b+c")
    cookie, *attributes = answer.headers["Set-Cookie"].split("; ")
    assert cookie == f"vivialconnect_sandbox_{port}={TOKEN}"
    assert attributes == ["Path=/sandbox", "HttpOnly", "SameSite=Strict"]

    for path, method in (("/sandbox/clock", "GET"), ("/sandbox/reset", "POST")):
        for sent, status in (
            ([("Cookie", cookie)], 200),
            ([("Cookie", f"x=y; {cookie}; z")], 200),
            ([("Cookie", "x=y"), ("Cookie", cookie)], 200),
            ([("Cookie", cookie + "x")], 401),
            ([("Cookie", cookie.replace(port, "1"))], 401),
            ([("Cookie", cookie), ("Authorization", "Bearer wrong")], 401),
            ([("Cookie", cookie), ("Origin", "http://evil.test")], 403),
            ([], 401),
        ):
            found = request(locked, method, path, sent, host=host_of(locked))
            expected = 204 if status == 200 and method == "POST" else status
            assert found.status == expected, sent


def test_token__in_the_address_is_wrong(locked: Sandbox) -> None:
    """A wrong token in the address is refused, and a POST takes none."""
    wrong = request(locked, "GET", "/sandbox/?token=wrong")
    assert wrong.status == 401
    assert "Set-Cookie" not in wrong.headers
    assert "/sandbox/?token=TOKEN" in wrong.json["message"]
    token = locked.page_url.partition("?")[2]
    assert request(locked, "POST", "/sandbox/reset?" + token).status == 401
    assert request(locked, "GET", "/sandbox/?" + token, host="evil.test").status == 403


def test_token__not_needed(sandbox: Sandbox) -> None:
    """A token that is not needed is dropped from the address, without a cookie."""
    answer = request(sandbox, "GET", "/sandbox/?token=x")
    assert (answer.status, answer.headers["Location"]) == (303, "/sandbox/")
    assert "Set-Cookie" not in answer.headers
    assert "token" not in sandbox.page_url


def test_token__without_a_port(locked: Sandbox) -> None:
    """On the default port, the cookie's name has no port."""
    token = locked.page_url.partition("?")[2]
    answer = request(locked, "GET", "/sandbox/?" + token, host="localhost")
    assert answer.headers["Set-Cookie"].startswith(f"vivialconnect_sandbox_={TOKEN};")
