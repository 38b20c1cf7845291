"""A requests session and adapter that use the deadline pools.

requests spends most of its time on looking up proxies, CA bundles and the connection pool of a
request. A :class:`Route` caches the results for an origin, a ``verify`` and an environment.
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

POOL_SIZE = 64  # idle connections per origin; further connections are closed after use

#: The environment variables for proxies and CA bundles that requests reads, by scheme.
ENVIRONMENT_VARIABLES = {
    "http": ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"),
    "https": (
        "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
    ),
}  # fmt: skip
#: The environment variables that matter only if one of the above is set.
DEPENDENT_VARIABLES = ("no_proxy", "NO_PROXY", "REQUEST_METHOD")


class _Adapter(requests.adapters.HTTPAdapter):
    """An adapter for one origin, with a deadline pool."""

    def __init__(self) -> None:
        self._pool: Any = None
        super().__init__(pool_maxsize=POOL_SIZE)

    def init_poolmanager(self, *arguments: Any, **keywords: Any) -> None:
        super().init_poolmanager(*arguments, **keywords)
        _use_deadline_pools(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **keywords: Any) -> Any:
        if not proxy.lower().startswith("http://"):
            # Connections to other proxies cannot keep the deadline.
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


class _Session(requests.Session):
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
        bundle = options["verify"]
        if origin.startswith("https") and isinstance(bundle, str) and not Path(bundle).exists():
            raise FileNotFoundError(errno.ENOENT, "the CA bundle does not exist: {}".format(bundle))
        self._options = {**options, "allow_redirects": False}

    def send(self, prepared: requests.PreparedRequest, attempt: Attempt) -> Response:
        """Send a request once, and return the response, whatever its status."""
        attempt.seconds_left()  # raises if the deadline has expired
        attempt.mark_unknown()
        options: dict[str, Any] = {**self._options, "timeout": attempt}
        response = self.session.send(prepared, **options)
        return Response(response.status_code, response.headers, response.content or b"")

    def close(self) -> None:
        """Close the idle connections."""
        self.session.close()


def read_environment(scheme: str) -> list[str | None]:
    """Return the values of the environment variables that affect a scheme."""
    values = [*map(os.environ.get, ENVIRONMENT_VARIABLES[scheme])]
    if any(values):
        values += map(os.environ.get, DEPENDENT_VARIABLES)
    return values


def prepare(request: Request, signature: Mapping[str, str]) -> requests.PreparedRequest:
    """Return the prepared request, with the signature headers.

    Not with ``Session.prepare_request``: it lets ``.netrc`` replace the signature.
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
