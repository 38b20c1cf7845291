"""Pages of other origins, and of a host name that was rebound: they read and change nothing."""

from __future__ import annotations

import json
import re
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, Route, expect

from vivialconnect.sandbox import Sandbox
from vivialconnect.sandbox.page.routes import BASE, ROUTES

from .conftest import ARGUMENTS, PATIENCE, Console, address, executable
from .steps import is_live, send

REBOUND = "rebound.test"
SHOWN = ("conversations", "chaos", "clock", "numbers", "accounts", "webhooks", "balance")
BODIES = {
    "/receive": {"from_number": "+15154469790", "to_number": "+19132597591", "body": "Forged"},
    "/numbers": {"area_code": "816"},
    "/numbers/{id}": {"name": "Forged"},
    "/accounts": {"account_id": 666},
    "/balance": {"add": -1_000_000},
    "/chaos": {"fault": "reset"},
    "/clock": {"advance": 3_600},
}
#: Tries each route in each way that a page has, and returns what it could read.
ATTACK = """async ([base, routes]) => {
    const read = [];
    const note = async (name, response) => {
        const text = await response.text().catch(() => "");
        if (response.type !== "opaque" && response.ok) read.push(`${name}: ${text.slice(0, 80)}`);
    };
    for (const [method, path, document] of routes) {
        const body = method === "GET" ? undefined : JSON.stringify(document);
        for (const mode of ["cors", "no-cors"]) {
            for (const type of ["application/json", "text/plain"]) {
                for (const credentials of ["omit", "include"]) {
                    const options = { method, mode, body, credentials, headers: { "Content-Type": type } };
                    await fetch(base + path, options).then((got) => note(`${mode} ${method} ${path}`, got), () => {});
                }
            }
        }
    }
    const loads = (name, element, attribute, url) => new Promise((done) => {
        const made = document.createElement(element);
        made.onload = () => { read.push(`${name}: ${url}`); done(); };
        made.onerror = done;
        made[attribute] = url;
        document.body.append(made);
    });
    await loads("image", "img", "src", `${base}/media/1`);
    await loads("image", "img", "src", `${base}/static/icon.svg`);
    await loads("script", "script", "src", `${base}/static/app.js`);
    await new Promise((done) => {
        const stream = new EventSource(`${base}/events`, { withCredentials: true });
        stream.addEventListener("ready", () => { read.push("stream"); done(); });
        stream.onopen = () => { read.push("stream opened"); done(); };
        stream.onerror = () => { stream.close(); done(); };
    });
    return read;
}"""


@pytest.fixture
def foreign() -> Iterator[str]:
    """Serve an empty page on another port, and return its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Foreign</title><body></body>")

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def routes() -> list[tuple[str, str, Any]]:
    """Return every route, with a body that would have an effect. Those that clear come last."""
    filled = [
        (each.method, re.sub(r"\{[a-z_]+\}", "1", each.pattern), BODIES.get(each.pattern, {}))
        for each in ROUTES
    ]
    return sorted(filled, key=lambda route: (route[0] == "DELETE", route[1] == "/reset"))


def state(sandbox: Sandbox) -> dict[str, Any]:
    """Return what the sandbox holds."""
    shown = {}
    for name in SHOWN:
        with urllib.request.urlopen(address(sandbox) + name) as response:
            shown[name] = json.load(response)
    # The clock goes on by itself.
    shown["clock"].pop("now")
    return shown


def attacked(page: Page, sandbox: Sandbox, base: str) -> list[str]:
    """Attack from a page, and return what it could read; fail if it could change anything."""
    send("Private", media_urls=["https://example.com/cat.png"])
    sandbox.chaos.add("stall", path="*/nowhere.json", seconds=1)
    before = state(sandbox)
    read: list[str] = page.evaluate(ATTACK, [base, routes()])
    assert state(sandbox) == before
    return read


def test_routes__all_tried() -> None:
    """The attack covers the stream, the secret, and every route that changes something."""
    tried = {(method, path) for method, path, _ in routes()}
    assert {("GET", "/events"), ("GET", "/credentials"), ("POST", "/reset")} <= tried
    unchanging = {"/webhooks/{id}/replay", "/reset"}
    posts = {each.pattern for each in ROUTES if each.method in {"POST", "PUT"}}
    assert posts - unchanging == set(BODIES)


def test_foreign_page__reads_and_changes_nothing(
    chromium: Browser, sandbox: Sandbox, foreign: str
) -> None:
    """A page on another port reads nothing and changes nothing, in any mode of fetch."""
    page = chromium.new_page()
    page.goto(foreign)
    assert attacked(page, sandbox, address(sandbox).rstrip("/")) == []
    page.close()


def test_foreign_page__cannot_frame(chromium: Browser, sandbox: Sandbox, foreign: str) -> None:
    """The page is not shown in a frame of another page."""
    page = chromium.new_page()
    page.goto(foreign)
    page.evaluate(
        """url => new Promise((done) => {
            const frame = document.createElement("iframe");
            frame.onload = done;
            frame.src = url;
            document.body.append(frame);
        })""",
        address(sandbox),
    )
    expect(page.frame_locator("iframe").locator("#page")).to_have_count(0)
    page.close()


def test_rebound_name__reads_and_changes_nothing(playwright: Playwright, sandbox: Sandbox) -> None:
    """A name that was rebound to this machine is of the same origin to the browser, and is refused."""
    rules = f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1"
    browser = playwright.chromium.launch(executable_path=executable(), args=[*ARGUMENTS, rules])
    page = browser.new_page()
    base = address(sandbox).replace("127.0.0.1", REBOUND).rstrip("/")

    def serve(route: Route) -> None:
        route.fulfill(content_type="text/html", body="<!doctype html><body></body>")

    page.route("**/attack", serve)
    page.goto(base.removesuffix(BASE) + "/attack")
    assert page.evaluate("location.hostname") == REBOUND
    assert attacked(page, sandbox, base) == []
    browser.close()


@pytest.mark.parametrize("sandbox", [{"token": "a-token"}], indirect=True)
def test_token__in_the_browser(chromium: Browser, sandbox: Sandbox, console: Console) -> None:
    """With a token in its address the page works from then on, and the token leaves the address."""
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    plain = address(sandbox).partition("?")[0]
    refused = page.goto(plain)
    assert refused is not None
    assert refused.status == 401
    console.watch(page)
    page.goto(address(sandbox))
    assert page.url == plain
    is_live(page)
    send("With a token")
    expect(page.get_by_role("link", name="With a token")).to_be_visible()
    (cookie,) = context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert page.evaluate("document.cookie") == ""
    other = context.new_page()
    other.goto(plain + "#/clock")
    is_live(other)
    context.close()
