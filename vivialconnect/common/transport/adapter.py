"""requests' session and adapter, filled with our pools and spared what never changes.

Most of the time that requests takes for a request goes into what the environment says of proxies
and CA bundles, and which connection pool that leads to. A :class:`Route` keeps the results for one
origin, one ``verify`` and one environment.
"""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import requests
import requests.adapters
import requests.structures

from vivialconnect.common.exchange import Request, Response
from vivialconnect.common.transport.connections import DeadlineHTTPPool, DeadlineHTTPSPool
from vivialconnect.common.transport.deadline import Attempt

POOL_SIZE = 64  # idle connections kept per origin; threads beyond that close theirs after use

#: The variables from which requests takes proxies and CA bundles, by scheme.
VARIABLES = {
    "http": ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"),
    "https": (
        "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
    ),
}  # fmt: skip
#: The variables that matter only if one of the others is set.
EXCEPTIONS = ("no_proxy", "NO_PROXY", "REQUEST_METHOD")


class _Adapter(requests.adapters.HTTPAdapter):
    """requests' adapter for one origin, with our pool."""

    def __init__(self) -> None:
        self._pool: Any = None
        super().__init__(pool_maxsize=POOL_SIZE)

    def init_poolmanager(self, *arguments: Any, **keywords: Any) -> None:
        super().init_poolmanager(*arguments, **keywords)
        _use_deadline_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **keywords: Any) -> Any:
        if not proxy.lower().startswith("http://"):
            # Connections to it could not keep the deadline.
            raise requests.exceptions.InvalidSchema(
                "the proxy must be an HTTP proxy, http://host:port; SOCKS proxies, and TLS to the "
                "proxy itself, are not supported"
            )
        manager = super().proxy_manager_for(proxy, **keywords)
        _use_deadline_pools(manager)
        return manager

    def get_connection_with_tls_context(self, *arguments: Any, **keywords: Any) -> Any:
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(*arguments, **keywords)
        return self._pool

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """Return the response, with the three things that the transport takes from it."""
        if not isinstance(resp, Response):  # of a mocking library
            return super().build_response(req, resp)
        response: Any = requests.Response()
        response.status_code = resp.status
        response.headers = resp.headers
        response.raw = io.BytesIO(resp.content)
        return response  # type: ignore[no-any-return] # what it has is less than its type says


def _use_deadline_pools(manager: Any) -> None:
    manager.pool_classes_by_scheme = {"http": DeadlineHTTPPool, "https": DeadlineHTTPSPool}


class _Session(requests.Session):
    """A session that follows no redirect, and neither keeps nor sends a cookie."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.mount(origin, _Adapter())

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002 - of the base
        """Return no target, so that requests does not parse one that it is told not to follow."""
        return


class Route:
    """The connection pool for one origin, and what the environment says about it.

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
        bundle = options["verify"]
        if origin.startswith("https") and isinstance(bundle, str) and not Path(bundle).exists():
            raise FileNotFoundError(errno.ENOENT, "the CA bundle does not exist: {}".format(bundle))
        self._options = {**options, "allow_redirects": False}

    def send(self, prepared: requests.PreparedRequest, attempt: Attempt) -> Response:
        """Send a request once, and return the response, whatever its status."""
        attempt.seconds_left()
        attempt.handed_over()
        options: dict[str, Any] = {**self._options, "timeout": attempt}
        response = self.session.send(prepared, **options)
        return Response(response.status_code, response.headers, response.content or b"")

    def close(self) -> None:
        """Close the idle connections."""
        self.session.close()


def environment_of(scheme: str) -> list[str | None]:
    """Return what the environment says at the moment about requests of a scheme."""
    values = [*map(os.environ.get, VARIABLES[scheme])]
    if any(values):
        values += map(os.environ.get, EXCEPTIONS)
    return values


def prepare(request: Request, signature: Mapping[str, str]) -> requests.PreparedRequest:
    """Return a request in the form that requests sends, every byte of it ours.

    ``Session.prepare_request`` would let ``.netrc`` replace the signature.
    """
    headers = {**request.headers, **signature}
    if request.body is not None:
        headers["Content-Length"] = str(len(request.body))
    prepared = requests.PreparedRequest()
    prepared.method = request.method
    prepared.url = request.url
    prepared.headers = requests.structures.CaseInsensitiveDict(headers)
    prepared.body = request.body
    prepared.hooks = {"response": []}
    return prepared
