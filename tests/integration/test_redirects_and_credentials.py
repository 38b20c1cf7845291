"""The signature goes to the configured host alone, and nothing takes its place."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Callable

import pytest

from tests.integration.forwarding import forward
from tests.integration.scripted_server import (
    Authority,
    Peer,
    ScriptedServer,
    answer,
    configure,
    use,
)
from vivialconnect import Message, Number, Redirection, RequestorError, Resource, configured

if TYPE_CHECKING:
    from pathlib import Path

    from vivialconnect.sandbox import Sandbox

VERBS: dict[str, Callable[[], Any]] = {
    "GET": lambda: Number.find(7),
    "HEAD": lambda: Resource.request.head("/accounts/12345/numbers/7.json"),
    "POST": lambda: Message({"body": "x"}).send(),
    "PUT": lambda: Number({"id": 7, "name": "x"}).save(),
    "DELETE": lambda: Number(7).destroy(),
}
BASIC = "Basic " + base64.b64encode(b"me:word").decode("ascii")


def signatures_hold(sandbox: Sandbox) -> bool:
    """Return whether every request came with the key of the sandbox, and signed validly."""
    start = f"HMAC {sandbox.api_key}:"
    return bool(sandbox.requests) and all(
        request.variant is not None and request.headers["Authorization"].startswith(start)
        for request in sandbox.requests
    )


@pytest.mark.parametrize("method", VERBS)
def test_redirect__to_the_same_host(method: str, vivialconnect_sandbox: Sandbox) -> None:
    """A redirect within the host is told and not followed, whatever was asked."""
    vivialconnect_sandbox.chaos.add("redirect")
    with pytest.raises(Redirection) as caught:
        VERBS[method]()

    host = vivialconnect_sandbox.url.partition("/api")[0]
    assert (caught.value.url or "").startswith(host + "/moved/api/v1.0/accounts/12345/")
    assert (caught.value.outcome, caught.value.attempts) == ("refused", 1)
    assert [request.method for request in vivialconnect_sandbox.requests] == [method]


@pytest.mark.parametrize("status", [301, 307])
@pytest.mark.parametrize("method", VERBS)
def test_redirect__to_another_host(
    method: str, status: int, vivialconnect_sandbox: Sandbox
) -> None:
    """The other host is not even connected to."""
    with ScriptedServer(answer({"id": 7})) as elsewhere:
        target = elsewhere.url + "/stolen.json"
        vivialconnect_sandbox.chaos.add("redirect_to_other_host", location=target, status=status)
        with pytest.raises(Redirection) as caught:
            VERBS[method]()
        connections = elsewhere.connections

    assert (connections, elsewhere.requests) == (0, [])
    assert caught.value.url == target
    assert [request.method for request in vivialconnect_sandbox.requests] == [method]


def test_redirect__without_a_scheme(vivialconnect_sandbox: Sandbox) -> None:
    """A target that names a host alone is another host's all the same."""
    with ScriptedServer(answer({"id": 7})) as elsewhere:
        place = elsewhere.url.partition(":")[2] + "/stolen.json"
        vivialconnect_sandbox.chaos.add("redirect_to_other_host", location=place)
        with pytest.raises(Redirection) as caught:
            Message.find()
        connections = elsewhere.connections

    assert connections == 0
    assert caught.value.url == elsewhere.url + "/stolen.json"


def test_redirect__then_a_further_call(vivialconnect_sandbox: Sandbox) -> None:
    """A permanent redirect is not remembered: the next call goes where it is configured to."""
    with ScriptedServer(answer({"count": 99})) as elsewhere:
        location = elsewhere.url + "/stolen.json"
        vivialconnect_sandbox.chaos.add(
            "redirect_to_other_host", location=location, status=308, times=1
        )
        with pytest.raises(Redirection):
            Message.count()
        assert Message.count() == 0
        connections = elsewhere.connections

    assert connections == 0


@pytest.mark.parametrize("place", ["NETRC", "HOME"])
@pytest.mark.parametrize("entry", ["machine 127.0.0.1", "default"])
def test_netrc__every_method(
    place: str,
    entry: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    vivialconnect_sandbox: Sandbox,
) -> None:
    """Whatever .netrc has for the host, each call is signed validly and sends nothing of it."""
    netrc = tmp_path / ".netrc"
    netrc.write_text(entry + " login me password word\n")
    netrc.chmod(0o600)
    monkeypatch.setenv(place, str(netrc if place == "NETRC" else tmp_path))
    for call in VERBS.values():
        # There is no such number, and the message has no sender: the signature was taken.
        with pytest.raises(RequestorError, match=r"400|404"):
            call()

    assert len(vivialconnect_sandbox.requests) == len(VERBS)
    assert signatures_hold(vivialconnect_sandbox)
    for request in vivialconnect_sandbox.requests:
        assert BASIC not in request.headers.values()


@pytest.mark.parametrize("way", ["class", "scope", "environment"])
def test_base_url__with_user_and_password(
    way: str, monkeypatch: pytest.MonkeyPatch, vivialconnect_sandbox: Sandbox
) -> None:
    """User and password in the base URL change nothing, wherever that is set."""
    url = vivialconnect_sandbox.url.replace("://", "://me:word@")
    if way == "class":
        Resource.api_base_url = url
        Message.count()
    elif way == "scope":
        with configured(api_base_url=url):
            Message.count()
    else:
        del Resource.api_base_url
        monkeypatch.setenv("VIVIALCONNECT_BASE_URL", url)
        Message.count()

    assert signatures_hold(vivialconnect_sandbox)
    request = vivialconnect_sandbox.requests[0]
    assert request.status == 200
    assert request.headers["Host"] == url.partition("@")[2].partition("/")[0]
    assert BASIC not in request.headers.values()


def test_base_url__password_in_an_error() -> None:
    """An error tells the URL without them."""
    with ScriptedServer(answer(b"", 500)) as server:
        use(server, api_base_url=server.url.replace("://", "://me:word@") + "/api/v1.0")
        with pytest.raises(RequestorError) as caught:
            Message.count()

    assert "word" not in str(caught.value) + str(vars(caught.value))


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy"])
@pytest.mark.parametrize("user", ["", "me:word@"], ids=["plain", "with credentials"])
def test_proxy__of_the_environment(
    user: str, variable: str, monkeypatch: pytest.MonkeyPatch, vivialconnect_sandbox: Sandbox
) -> None:
    """A proxy passes the call on as it was signed, and its credentials stay in their own header."""
    with ScriptedServer(forward(vivialconnect_sandbox.url)) as proxy:
        monkeypatch.setenv(variable, proxy.url.replace("://", "://" + user))
        Resource.api_base_url = "http://api.example.invalid/api/v1.0"
        for call in (Message.count, Number({"area_code": "913"}).buy):
            call()

    assert signatures_hold(vivialconnect_sandbox)
    assert [request.status for request in vivialconnect_sandbox.requests] == [200, 201]
    for request in proxy.requests:
        assert request.headers.get("proxy-authorization") == (BASIC if user else None)
        assert request.headers["host"] == "api.example.invalid"
        assert request.target.startswith("http://api.example.invalid/api/v1.0/accounts/12345/")


def test_proxy__tunnel_with_credentials(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through a tunnel the proxy gets its credentials, the service the signature, neither both."""
    context = authority.context("api.example.invalid")

    def open_tunnel(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 200 Connected\r\n\r\n")
        peer.secure(context)

    with ScriptedServer(open_tunnel, answer({"count": 1})) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url.replace("://", "://me:word@"))
        configure("https://api.example.invalid/api/v1.0", api_verify_request=authority.bundle)
        assert Message.count() == 1

    connect, inside = proxy.requests
    assert (connect.method, connect.headers["proxy-authorization"]) == ("CONNECT", BASIC)
    assert "authorization" not in connect.headers
    assert "x-auth-date" not in connect.headers
    assert "proxy-authorization" not in inside.headers
    assert inside.headers["authorization"].startswith("HMAC MTKTEST:")


def test_proxy__that_redirects(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that redirects is not followed either."""
    with ScriptedServer(answer({"count": 1})) as elsewhere:
        moved = answer(b"", 302, {"Location": elsewhere.url + "/log-in"})
        with ScriptedServer(moved) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url)
            configure("http://api.example.invalid/api/v1.0")
            with pytest.raises(Redirection):
                Message.count()
        connections = elsewhere.connections

    assert (connections, len(proxy.requests)) == (0, 1)


def test_proxy__that_wants_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that asks for credentials gets no other than those of its own, and no second try."""
    with ScriptedServer(answer(b"", 407, {"Proxy-Authenticate": "Basic"})) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        configure("http://api.example.invalid/api/v1.0", max_retries=2)
        with pytest.raises(RequestorError) as caught:
            Message.count()

    assert caught.value.http_status == 407
    assert len(proxy.requests) == 1
    assert proxy.requests[0].headers["authorization"].startswith("HMAC MTKTEST:")


def test_netrc__entry_for_the_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vivialconnect_sandbox: Sandbox
) -> None:
    """An entry for the host of the proxy changes nothing."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password word\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with ScriptedServer(forward(vivialconnect_sandbox.url)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        Resource.api_base_url = "http://api.example.invalid/api/v1.0"
        Message.count()

    assert signatures_hold(vivialconnect_sandbox)
    assert BASIC not in proxy.requests[0].headers.values()
