"""A requests session and adapter that use the deadline pools.

requests spends most of its time on looking up proxies, CA bundles and the connection pool of a
request. A :class:`Route` caches the results for an origin, a ``verify`` and an environment.
"""

from __future__ import annotations

import errno
import io
import os
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidSchema
from requests.sessions import Session
from requests.utils import select_proxy
from urllib3.poolmanager import PoolManager
from urllib3.util import parse_url

from vivialconnect.common.exchange import Request, Response, Sign
from vivialconnect.common.transport.connections import DeadlineHTTPPool, DeadlineHTTPSPool, Fields
from vivialconnect.common.transport.deadline import Attempt

POOL_SIZE = 64  # idle connections per origin; further connections are closed after use

_ALL = ("all_proxy", "ALL_PROXY")
#: The environment variables for proxies and CA bundles that requests reads, by scheme.
ENVIRONMENT_VARIABLES = {
    "http": ("http_proxy", "HTTP_PROXY", *_ALL),
    "https": ("https_proxy", "HTTPS_PROXY", *_ALL, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
}
#: The environment variables that matter only if one of the above is set.
DEPENDENT_VARIABLES = ("no_proxy", "NO_PROXY", "REQUEST_METHOD")
#: The names of this machine (RFC 6761, and common hosts files), the loopback addresses, and the
#: unspecified address, which leads to this machine too.
LOOPBACK = re.compile(
    r"(.+\.)?localhost\d?(\.localdomain\d?)?|ip6-(localhost|loopback)"
    r"|127\.[\d.]+|0\.0\.0\.0|[0:]+1?|[0:]+:ffff:(127\.[\d.]+|7f..:.+)"
)


class _Adapter(HTTPAdapter):
    """An adapter for one origin, with a deadline pool."""

    _pool: Any = None

    def init_poolmanager(self, *_: Any, **__: Any) -> None:
        self.poolmanager = PoolManager(maxsize=POOL_SIZE)
        _use_deadline_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **keywords: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **keywords)
        _use_deadline_pools(manager)
        return manager

    def get_connection_with_tls_context(self, *arguments: Any, **keywords: Any) -> Any:
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(*arguments, **keywords)
        return self._pool

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Return a response with only the status, the headers and the content."""
        if not isinstance(resp, Response):  # from a mocking library
            return super().build_response(req, resp)
        response: Any = requests.Response()
        response.status_code = resp.status
        response.headers = resp.headers
        response.raw = io.BytesIO(resp.content)
        return response  # type: ignore[no-any-return] # only three attributes are set


def _use_deadline_pools(manager: Any) -> None:
    manager.pool_classes_by_scheme = {"http": DeadlineHTTPPool, "https": DeadlineHTTPSPool}


class _Session(Session):
    """A session without redirects and cookies."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.mount(origin, _Adapter())

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - of the base
        """Return ``None``: requests would parse even an invalid target."""
        return


class Route:
    """The connection pool for one origin, with its proxy and CA bundle.

    :param origin: Scheme, host and port of a URL.
    :param verify: Whether certificates are verified, or the path of the CA bundle.
    :raises FileNotFoundError: If the CA bundle does not exist.
    """

    __slots__ = ("_options", "session")

    def __init__(self, origin: str, verify: bool | str) -> None:  # noqa: FBT001 - as the setting
        self.session = _Session(origin)
        options: Mapping[str, Any] = self.session.merge_environment_settings(
            origin + "/", {}, stream=False, verify=verify, cert=None
        )
        is_direct = _is_loopback(urlsplit(origin).hostname or "")
        proxy = None if is_direct else select_proxy(origin, options["proxies"])
        proxies = {"all": _checked_proxy(proxy)} if proxy else {}
        bundle = options["verify"]
        if origin.startswith("https") and isinstance(bundle, str) and not Path(bundle).exists():
            raise FileNotFoundError(errno.ENOENT, f"the CA bundle does not exist: {bundle}")
        self._options = {**options, "proxies": proxies, "allow_redirects": False}

    def send(self, prepared: requests.PreparedRequest, attempt: Attempt) -> Response:
        """Send a request once, and return the response, whatever its status."""
        attempt.seconds_left()  # raises if the deadline has expired
        attempt.sent = None
        options: dict[str, Any] = {**self._options, "timeout": attempt}
        response = self.session.send(prepared, **options)
        return Response(response.status_code, response.headers, response.content or b"")


def _is_loopback(host: str) -> bool:
    with suppress(OSError, UnicodeError):  # a name
        host = socket.inet_ntoa(socket.inet_aton(host))  # from other notations, such as 127.1
    return LOOPBACK.fullmatch(host.lower().rstrip(".").partition("%")[0]) is not None


def _checked_proxy(proxy: str) -> str:
    """Return the URL of a proxy. The error for an invalid one does not show its password."""
    with suppress(ValueError):
        parsed = parse_url(proxy if "://" in proxy else "http://" + proxy)
        # Connections to other proxies cannot keep the deadline.
        if parsed.scheme == "http" and parsed.host and not re.search(r"\s", parsed.host):
            return parsed.url
    raise InvalidSchema(
        "the proxy of the environment is invalid: expected http://host:port (SOCKS proxies, and "
        "TLS to the proxy itself, are not supported)"
    )


def read_environment(scheme: str) -> list[str | None]:
    """Return the values of the environment variables that affect a scheme."""
    values = [*map(os.environ.get, ENVIRONMENT_VARIABLES[scheme])]
    if any(values):
        values += map(os.environ.get, DEPENDENT_VARIABLES)
    return values


def prepare(request: Request, sign: Sign) -> requests.PreparedRequest:
    """Return the prepared request, with the signature headers.

    Not with ``Session.prepare_request``: it lets ``.netrc`` replace the signature.
    """
    headers = Fields({**request.headers, **sign(request)})
    if request.body is not None:
        headers["Content-Length"] = str(len(request.body))
    prepared = requests.PreparedRequest()
    prepared.method = request.method
    prepared.url = request.url
    prepared.headers = headers
    prepared.body = request.body
    prepared.hooks = {"response": []}
    return prepared
