"""How calls to one origin travel: a session and an adapter of requests that ask everything once.

Most of what a call by requests costs is asking the same questions again: what the environment says
of proxies and CA bundles, and which pool that leads to. A route has the answers for one origin, one
trust and one environment. Its adapter keeps ``send`` as requests has it, so that what patches that,
as mocking libraries do, goes on working.
"""

from __future__ import annotations

import os
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Optional, Union, cast

import requests
import requests.adapters

from vivialconnect.common import _pools, _sockets
from vivialconnect.common.exchange import Response

if TYPE_CHECKING:
    Trust = Union[bool, str]


POOL_SIZE = 64  # connections kept for each origin; more threads than that close theirs after use

#: The variables from which requests takes proxies and CA bundles, by scheme.
VARIABLES = {
    "http": ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"),
    "https": (
        "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
    ),
}  # fmt: skip
#: Those that matter only where one of the others is set.
EXCEPTIONS = ("no_proxy", "NO_PROXY", "REQUEST_METHOD")


class _Adapter(requests.adapters.HTTPAdapter):
    """requests' own adapter for one origin, its pool filled with connections of ours."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._pool: Any = None
        self._checked: Any = None
        super().__init__(pool_maxsize=POOL_SIZE)

    def init_poolmanager(self, *arguments: Any, **keywords: Any) -> None:
        super().init_poolmanager(*arguments, **keywords)
        _use_deadline_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **keywords: Any) -> Any:
        if not proxy.lower().startswith("http://"):
            # Connections to it could not be made to keep the deadline.
            raise requests.exceptions.InvalidSchema(
                "a proxy must be one of plain HTTP, http://host:port; SOCKS and TLS to the proxy "
                "itself cannot be used"
            )
        manager = super().proxy_manager_for(proxy, **keywords)
        _use_deadline_pools(manager)
        return manager

    def get_connection_with_tls_context(self, *arguments: Any, **keywords: Any) -> Any:
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(*arguments, **keywords)
        return self._pool

    def get_connection(self, *arguments: Any, **keywords: Any) -> Any:
        # What requests asks before 2.32.
        if self._pool is None:
            earlier: Any = super()
            self._pool = earlier.get_connection(*arguments, **keywords)
        return self._pool

    def cert_verify(self, conn: Any, *arguments: Any, **keywords: Any) -> None:
        if conn is self._checked:
            return
        # A CA bundle that is not there fails here, before anything is sent.
        _sockets.attempt.connecting = True
        checks: Any = super()
        checks.cert_verify(conn, *arguments, **keywords)
        _sockets.attempt.connecting = False
        self._checked = conn

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        if proxies:
            return super().request_url(request, proxies)
        return str(request.url)[len(self._origin) :]

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Return the response, with what the transport takes from it."""
        if not isinstance(resp, Response):  # of a stand-in
            return super().build_response(req, resp)
        response: Any = requests.Response()
        response.status_code = resp.status
        response.headers = resp.headers
        response.request = req
        response._content = resp.content
        return cast("requests.Response", response)


def _use_deadline_pools(manager: Any) -> None:
    manager.pool_classes_by_scheme = {
        "http": _pools.DeadlineHTTPPool,
        "https": _pools.DeadlineHTTPSPool,
    }


class _Session(requests.Session):
    """A session that follows nothing, keeps no cookie and adds nothing to a request."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.mount(origin, _Adapter(origin))

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - of the base
        """Name no target, so that requests does not work out what it is told not to follow."""
        return


class Route:
    """The way to one origin.

    :param origin: Scheme, host and port of a URL.
    :param verify: Whether certificates are checked, or the path of the CA bundle.
    """

    __slots__ = ("options", "session")

    def __init__(self, origin: str, verify: Trust) -> None:
        self.session = _Session(origin)
        #: What ``Session.send`` is told.
        self.options: dict[str, Any] = dict(
            self.session.merge_environment_settings(
                origin + "/", {}, stream=False, verify=verify, cert=None
            ),
            allow_redirects=False,
        )


def _environment(scheme: str) -> list[Optional[str]]:
    """Return what the environment says now of how calls of a scheme travel."""
    said = [*map(os.environ.get, VARIABLES[scheme])]
    if any(said):
        said += map(os.environ.get, EXCEPTIONS)
    return said


class Routes:
    """The routes that were taken so far, by origin, trust and what the environment says now."""

    def __init__(self) -> None:
        self._process = os.getpid()
        self._routes: dict[tuple[Optional[Trust], ...], Route] = {}

    def find(self, url: str, verify: Trust) -> Route:
        """Return the route to a URL.

        Attention: several threads may call this; all of them get the same route.
        """
        if self._process != os.getpid():
            # Forked by somebody who runs no hooks of Python's, as some application servers are.
            self.forget()
        origin = url[: url.index("/", len("https://"))]
        key = (origin, verify, *_environment(origin.partition(":")[0]))
        found = self._routes.get(key)
        if found is None:
            found = self._routes.setdefault(key, Route(origin, verify))
        return found

    def close(self) -> None:
        """Close every kept connection; the next call opens new ones."""
        while self._routes:
            self._routes.popitem()[1].session.close()

    def forget(self) -> None:
        """Drop the connections unclosed: in a forked child they belong to the parent."""
        self._process = os.getpid()
        self._routes = {}
