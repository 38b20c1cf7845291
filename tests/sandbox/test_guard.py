"""The guard of the controls: what a foreign web page sends is refused, and changes nothing."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from vivialconnect.sandbox import Sandbox

from .client import Client
from .wire import request

if TYPE_CHECKING:
    from collections.abc import Iterator

RECEIVE = "/sandbox/receive"
CHAOS = "/sandbox/chaos"
TEXT = json.dumps({"from_number": "+15154469790", "to_number": "+19132597591", "body": "Hi"})
RULE = json.dumps({"fault": "reset", "path": "/nothing"})
BODIES = {RECEIVE: TEXT.encode(), CHAOS: RULE.encode()}
IS_JSON = ("Content-Type", "application/json")
#: All that is under the prefix, and what is not there.
USES = [
    ("GET", "/sandbox"), ("GET", "/sandbox/"), ("GET", "/sandbox/other"), ("GET", RECEIVE),
    ("POST", RECEIVE), ("PUT", RECEIVE), ("OPTIONS", RECEIVE), ("GET", CHAOS), ("HEAD", CHAOS),
    ("POST", CHAOS), ("DELETE", CHAOS), ("DELETE", CHAOS + "/1"), ("OPTIONS", CHAOS),
]  # fmt: skip


@pytest.fixture(autouse=True)
def bought(client: Client, sandbox: Sandbox) -> Iterator[None]:
    """Buy the number, add a rule, and check that both are as they were."""
    client.buy()
    sandbox.chaos.add("stall", path="/never")
    yield
    sandbox.chaos.remove(sandbox.chaos.rules[0])


def state(client: Client, sandbox: Sandbox) -> tuple[Any, list[str]]:
    """Return what the controls can change."""
    return client.call("GET", "messages/count.json").json, [
        each.fault for each in sandbox.chaos.rules
    ]


def port(sandbox: Sandbox) -> int:
    """Return the port of a sandbox."""
    return urlsplit(sandbox.url).port or 0


@pytest.mark.parametrize(
    "headers",
    [
        [("Origin", "https://evil.test")],
        [("Origin", "null")],
        [("Origin", "")],
        [("Origin", "http://localhost:3000")],
        [("Origin", "https://localhost")],
        [("Origin", "http://localhost.evil.test")],
        [("Origin", "http://localhost@evil.test")],
        [("Origin", "http://localhost"), ("Origin", "http://evil.test")],
        [("Origin", "http://localhost, http://evil.test")],
        [("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Mode", "cors")],
        [("Sec-Fetch-Site", "Cross-Site"), ("Sec-Fetch-Mode", "no-cors")],
        [("Sec-Fetch-Site", "none"), ("Sec-Fetch-Site", "cross-site")],
    ],
    ids=lambda headers: " ".join(map(":".join, headers)),
)
def test_page__foreign(client: Client, sandbox: Sandbox, headers: list[tuple[str, str]]) -> None:
    """A page of another origin gets 403 for everything, without a CORS header."""
    before, recorded = state(client, sandbox), len(sandbox.requests)
    types = ("application/json", "text/plain", "application/x-www-form-urlencoded")
    for (method, path), content_type in product(USES, types):
        fields = [*headers, ("Content-Type", content_type)]
        answer = request(sandbox, method, path, fields, BODIES.get(path, b""))
        assert answer.status == 403, (method, path)
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    assert len(sandbox.requests) == recorded
    assert state(client, sandbox) == before


@pytest.mark.parametrize(
    "host",
    [
        None, "", "evil.test", "EVIL.test", "evil.test.", "evil.test:{port}", "localhost.evil.test",
        "127.0.0.1.evil.test", "localhost@evil.test", "evil.test#localhost", "10.0.0.1:{port}",
        "[fd00::1]:{port}", "[::1", "::1", "0.0.0.0:{port}", "localhost:x", "localhost..",
        "127.0.0.1, evil.test", "localhost/../evil.test",
    ],
)  # fmt: skip
def test_host__foreign(client: Client, sandbox: Sandbox, host: str | None) -> None:
    """A rebound or a wrong host gets 403 for everything, with a page's headers or without."""
    before = state(client, sandbox)
    shown = host and host.format(port=port(sandbox))
    page = [("Origin", f"http://{shown}"), IS_JSON, ("Sec-Fetch-Site", "same-origin")]
    for (method, path), headers in product(USES, ([], page)):
        answer = request(sandbox, method, path, headers, BODIES.get(path, b""), host=shown)
        assert answer.status == 403, (method, path)
    assert state(client, sandbox) == before


@pytest.mark.parametrize(
    "hosts", [("localhost", "evil.test"), ("evil.test", "localhost"), ("localhost", "localhost")]
)
def test_host__sent_twice(sandbox: Sandbox, hosts: tuple[str, str]) -> None:
    """Two Host headers get 403, whatever they name."""
    first, second = hosts
    assert request(sandbox, "GET", CHAOS, [("Host", second)], host=first).status == 403


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "LocalHost:{port}", "localhost.", "localhost.:{port}", "127.0.0.1",
        "127.0.0.1:{port}", "127.9.9.9:8080", "[::1]:{port}", "[::1]",
    ],
)  # fmt: skip
def test_host__of_this_machine(client: Client, sandbox: Sandbox, host: str) -> None:
    """Names and addresses of this machine are accepted, and so is a page of the sandbox itself."""
    shown = host.format(port=port(sandbox))
    own = [("Origin", f"http://{shown.lower()}"), ("Sec-Fetch-Site", "same-origin"), IS_JSON]
    for headers in ([], own):
        answer = request(sandbox, "POST", RECEIVE, headers, TEXT.encode(), host=shown)
        assert answer.status == 201
    assert client.call("GET", "messages/count.json").json == {"count": 2}


@pytest.mark.parametrize(
    "target",
    [
        "/%73andbox/receive", "/sandbox%2Freceive", "/sandbox%2freceive", "//sandbox/receive",
        "/./sandbox/receive", "/api/../sandbox/receive", "/SANDBOX/receive", "/sandbox\\receive",
        "sandbox/receive", "/;/sandbox/receive", "/api/v1.0/sandbox/receive",
    ],
)  # fmt: skip
def test_path__other_spelling_outside(client: Client, sandbox: Sandbox, target: str) -> None:
    """Another spelling of a path is not a control: it is an unsigned request to the API."""
    assert request(sandbox, "POST", target, [], TEXT.encode()).status == 401
    assert state(client, sandbox) == ({"count": 0}, ["stall"])


@pytest.mark.parametrize(
    "target",
    [
        "/sandbox/%72eceive", "/sandbox//receive", "/sandbox/./receive", "/sandbox/receive/",
        "/sandbox/chaos/../receive", "/sandbox/receive;x", "/sandbox/Receive",
    ],
)  # fmt: skip
def test_path__other_spelling_inside(client: Client, sandbox: Sandbox, target: str) -> None:
    """Below the prefix, another spelling is guarded as well, and leads nowhere."""
    foreign = [("Origin", "https://evil.test"), IS_JSON]
    assert request(sandbox, "POST", target, foreign, TEXT.encode()).status == 403
    assert request(sandbox, "POST", target, [], TEXT.encode()).status in {404, 405}
    assert state(client, sandbox) == ({"count": 0}, ["stall"])


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        ("http://localhost/sandbox/chaos", "localhost", 200),
        ("HTTP://127.0.0.1:5/sandbox/clock?", "localhost", 200),
        ("http://evil.test/sandbox/chaos", "localhost", 403),
        ("http://localhost/sandbox/chaos", "evil.test", 403),
        ("http://localhost@evil.test/sandbox/chaos", "localhost", 403),
        ("http://localhost:80@evil.test/sandbox/chaos", "localhost", 403),
        ("http:///sandbox/chaos", "localhost", 403),
    ],
)
def test_path__absolute(sandbox: Sandbox, target: str, host: str, status: int) -> None:
    """A target in absolute form is guarded by its own host and by the Host header."""
    assert request(sandbox, "GET", target, host=host).status == status


@pytest.mark.parametrize(
    "types",
    [
        ["text/plain"], ["text/plain;application/json"], ["application/x-www-form-urlencoded"],
        ["multipart/form-data; boundary=x"], [""], [], ["application/json", "text/plain"],
        ["application/jsonp"], ["application/json,text/plain"],
    ],
)  # fmt: skip
def test_media_type__with_an_origin(client: Client, sandbox: Sandbox, types: list[str]) -> None:
    """A body that comes with an Origin must be JSON, even that of the sandbox's own page."""
    headers = [("Origin", "http://localhost"), *(("Content-Type", each) for each in types)]
    for path in (RECEIVE, CHAOS):
        assert request(sandbox, "POST", path, headers, BODIES[path]).status == 415
    assert state(client, sandbox) == ({"count": 0}, ["stall"])


@pytest.mark.parametrize("name", ["application/json", "Application/JSON; charset=utf-8"])
def test_media_type__json(sandbox: Sandbox, name: str) -> None:
    """JSON with an Origin is accepted, with parameters too."""
    headers = [("Origin", "http://localhost"), ("Content-Type", name)]
    assert request(sandbox, "POST", RECEIVE, headers, TEXT.encode()).status == 201


def test_curl__from_a_shell(client: Client, sandbox: Sandbox) -> None:
    """What the documentation types works: ``curl -d`` sends a form's media type and no Origin."""
    sent_by_curl = [
        ("User-Agent", "curl/7.88.1"),
        ("Accept", "*/*"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ]

    def curl(method: str, path: str, body: str = "") -> Any:
        answer = request(sandbox, method, path, sent_by_curl, body.encode())
        return json.loads(answer.body or "{}")

    assert curl("POST", RECEIVE, TEXT)["message"]["status"] == "received"
    assert curl("POST", CHAOS, RULE)["fault"] == "reset"
    assert len(curl("GET", CHAOS)["rules"]) == 2
    curl("DELETE", CHAOS + "/2")
    assert state(client, sandbox) == ({"count": 1}, ["stall"])


@pytest.mark.parametrize(
    ("method", "mode", "status"),
    [("GET", "navigate", 200), ("GET", "cors", 403), ("POST", "navigate", 403),
     ("DELETE", "navigate", 403), ("HEAD", "navigate", 403)],
)  # fmt: skip
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_site__links_only(sandbox: Sandbox, method: str, mode: str, status: int, site: str) -> None:
    """Of another site's requests, only a link is followed, which reads and changes nothing."""
    headers = [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode)]
    assert request(sandbox, method, CHAOS, headers, BODIES[CHAOS]).status == status


@pytest.mark.parametrize("site", ["none", "same-origin"])
def test_site__own(sandbox: Sandbox, site: str) -> None:
    """An address that is typed in, and the sandbox's own page, are accepted."""
    assert request(sandbox, "GET", CHAOS, [("Sec-Fetch-Site", site)]).status == 200
