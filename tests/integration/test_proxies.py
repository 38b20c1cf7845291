"""Proxies of the environment: which requests go through them, and what their errors say."""

from __future__ import annotations

import subprocess
import sys
import traceback
from typing import TYPE_CHECKING

import pytest

from tests.integration.scripted_server import (
    ScriptedServer,
    answer,
    configure,
    say_and_hang_up,
    use,
)
from tests.integration.test_pools import closed_port
from vivialconnect import ClientError, ConnectionError, Message, Timeout  # noqa: A004 - documented
from vivialconnect.common.transport.adapter import Route
from vivialconnect.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.scripted_server import Authority, Peer

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY")
REMOTE = "http://api.example.invalid/api/v1.0"

LOOPBACK = [
    "127.0.0.1", "127.0.0.2", "127.255.255.254", "127.1", "127.0.0.1.", "2130706433", "0x7f.1",
    "0177.0.0.1",
    "localhost", "LOCALHOST", "localhost.", "api.localhost", "localhost.localdomain", "localhost6",
    "ip6-localhost", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[::1%25lo]", "0.0.0.0", "[::]", "0",  # noqa: S104 - nothing is bound
]  # fmt: skip
REMOTE_HOSTS = [
    "128.0.0.1", "126.255.255.255", "10.0.0.1", "169.254.169.254", "1.0.0.127", "localhost.example",
    "notlocalhost", "127.0.0.1.example", "ip6-localhost.example", "[::2]", "[2001:db8::1]",
    "[::ffff:10.0.0.1]", "[fe80::1]", "[1::1]", "[::7f00:1]",
]  # fmt: skip


@pytest.fixture
def dead_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Set a proxy at which nothing listens, and give its host and port."""
    with closed_port() as url:
        address = url.partition("://")[2]
        for name in VARIABLES:
            monkeypatch.setenv(name, "http://someone:word@" + address)
        yield address


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", LOOPBACK)
def test_loopback__without_the_proxy(host: str, scheme: str, dead_proxy: str) -> None:
    """A request to this machine never goes through a proxy."""
    with closed_port() as url:
        port = url.rpartition(":")[2]
        configure(f"{scheme}://{host}:{port}/api/v1.0", max_retries=0)
        route = Route(f"{scheme}://{host}:{port}", verify=True)

    assert route._options["proxies"] == {}
    assert dead_proxy


@pytest.mark.parametrize("host", REMOTE_HOSTS)
def test_remote__through_the_proxy(host: str, dead_proxy: str) -> None:
    """A request to another machine does."""
    configure(f"http://{host}/api/v1.0", max_retries=0)
    with pytest.raises(ConnectionError, match=f"to the proxy {dead_proxy};"):
        Message.count()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "localhost", "[::ffff:127.0.0.1]"])
def test_loopback__is_reached(host: str, dead_proxy: str) -> None:
    """A request to this machine reaches it in spite of a dead proxy."""
    with ScriptedServer(answer({"count": 3})) as server:
        configure(server.url.replace("127.0.0.1", host) + "/api/v1.0")

        assert Message.count() == 3
    assert dead_proxy


def test_loopback__over_tls(authority: Authority, dead_proxy: str) -> None:
    """A request over TLS to this machine opens no tunnel."""
    with ScriptedServer(answer({"count": 3}), tls=authority.context()) as server:
        use(server, api_verify_request=authority.bundle)

        assert Message.count() == 3
    assert dead_proxy


def test_loopback__keeps_the_bundle(
    authority: Authority, dead_proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CA bundle of the environment counts for this machine too."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority.bundle)
    with ScriptedServer(answer({"count": 3}), tls=authority.context()) as server:
        use(server, api_verify_request=True)

        assert Message.count() == 3
    assert dead_proxy


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])  # noqa: S104 - of a URL
def test_loopback__of_the_sandbox(host: str, dead_proxy: str) -> None:
    """The sandbox works where a proxy is set."""
    with Sandbox(host=host) as sandbox:
        sandbox.configure()

        assert Message.count() == 0
    assert dead_proxy


def test_loopback__of_the_demo(dead_proxy: str) -> None:
    """The demo works where a proxy is set."""
    process = subprocess.run(
        [sys.executable, "-m", "vivialconnect", "demo"],
        check=False,
        capture_output=True,
        timeout=60,
    )

    assert process.returncode == 0, process.stderr
    assert dead_proxy


PROXIES = [
    " ", "\t", "http://", "http://:@:", "http://user:word@", "http://user:word@host:x",
    "http://ho st",
    "http://user:word@host:99999", "http://[::1", "socks5://user:word@127.0.0.1:9",
    "SOCKS5h://127.0.0.1:9", "socks4://127.0.0.1:9", "https://user:word@127.0.0.1:9",
    "gopher://127.0.0.1:1", "http://user:wo rd@",
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("proxy", PROXIES)
def test_proxy__invalid(proxy: str, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that is not one is a clear error: told once, without its password, unsent."""
    monkeypatch.setenv(scheme.upper() + "_PROXY", proxy)
    configure(REMOTE.replace("http:", scheme + ":"), max_retries=2)
    with pytest.raises(ConnectionError, match="proxy of the environment is invalid") as caught:
        Message({"body": "hello"}).send()
    shown = "".join(traceback.format_exception(caught.type, caught.value, caught.tb))

    assert "expected http://host:port" in str(caught.value)
    assert (caught.value.outcome, caught.value.attempts) == ("not sent", 1)
    assert "wo rd" not in shown
    assert "word" not in shown.replace("keyword", "")


@pytest.mark.parametrize("form", ["{}", "http://{}", "HTTP://{}/", "http://user:pass@{}"])
def test_proxy__valid(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy may lack its scheme, as curl takes it, and may end in a slash."""
    with ScriptedServer(answer({"count": 2})) as proxy:
        monkeypatch.setenv("HTTP_PROXY", form.format(proxy.url.partition("://")[2]))
        configure(REMOTE)

        assert Message.count() == 2
    assert proxy.requests[0].target.startswith("http://api.example.invalid/")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_hop__dead_proxy(scheme: str, dead_proxy: str) -> None:
    """A proxy that is not there is named, not the service, and not its password."""
    configure(REMOTE.replace("http:", scheme + ":"), max_retries=0)
    with pytest.raises(ConnectionError) as caught:
        Message.count()

    assert f"refused while connecting to the proxy {dead_proxy};" in str(caught.value)
    assert "word" not in str(caught.value)
    assert "api.example.invalid" not in str(caught.value)


def test_hop__unknown_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy whose name is unknown is named."""
    monkeypatch.setenv("HTTP_PROXY", "http://user:word@proxy.example.invalid:3128")
    configure(REMOTE, max_retries=0)
    with pytest.raises(ConnectionError, match=r"to the proxy proxy\.example\.invalid:3128;"):
        Message.count()


def test_hop__proxy_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that refuses the tunnel is named."""
    with ScriptedServer(say_and_hang_up(b"HTTP/1.1 403 No\r\n\r\n")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        configure(REMOTE.replace("http:", "https:"), max_retries=0)
        with pytest.raises(ConnectionError, match=r"403 No while connecting to the proxy 127"):
            Message.count()


def test_hop__silent_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that does not answer CONNECT is named."""
    with ScriptedServer(lambda peer: peer.stall()) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        configure(REMOTE.replace("http:", "https:"), max_retries=0, request_timeout=0.5)
        with pytest.raises(Timeout, match=r"after 0\.5 s connecting to the proxy 127"):
            Message.count()


def test_hop__service_behind_the_proxy(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails within the tunnel is the service's, and the proxy is told too."""

    def open_tunnel(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        peer.secure(authority.context("other.example"))

    with ScriptedServer(open_tunnel) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        configure(
            REMOTE.replace("http:", "https:"), max_retries=0, api_verify_request=authority.bundle
        )
        with pytest.raises(
            ConnectionError, match=r"to api\.example\.invalid through the proxy 127"
        ) as caught:
            Message.count()

    assert "not trusted" in str(caught.value)


def test_hop__response_that_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """A response that a plain proxy does not pass on is waited for through the proxy."""
    with ScriptedServer(lambda peer: peer.reset()) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        configure(REMOTE, max_retries=0)
        with pytest.raises(ConnectionError) as caught:
            Message({"body": "x"}).send()

    assert "waiting for api.example.invalid through the proxy 127.0.0.1:" in str(caught.value)
    assert caught.value.outcome == "unknown"


def test_hop__credentials_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A 407 is the proxy's, and says what to do."""
    with ScriptedServer(answer(b"", 407)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        configure(REMOTE, max_retries=0)
        with pytest.raises(ClientError, match="407") as caught:
            Message.count()

    assert "user and password of the proxy" in str(caught.value)
