"""The guard of the sandbox's controls: it refuses requests that a foreign web page makes.

A browser sends the requests of any page to any address, including one on this machine. The guard
judges a request by what a page cannot change: the ``Host``, ``Origin`` and ``Sec-Fetch``
headers. After DNS rebinding, a page still sends its own name as ``Host``.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Collection
from typing import Callable
from urllib.parse import urlencode

from vivialconnect.sandbox.http.client import is_loopback
from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.http.response import JSON, HTTPError, Response

#: A name, an IPv4 address, or an IPv6 address in brackets, with an optional port.
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?)(?::[0-9]{1,5})?", re.ASCII)
_PORT = re.compile(r":([0-9]{1,5})$", re.ASCII)
_ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*)://([^/?#@\s]+)", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)
#: The parameter of the query that holds the token, in the address that a browser opens first.
TOKEN = "token"  # noqa: S105 - the name, not the token
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_FOREIGN_SITES = ("cross-site", "same-site")
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
}


class Guard:
    """Check requests to the controls.

    :param hosts: host names or addresses that a ``Host`` header may have besides those of the
        sandbox.
    :param origins: the origins of web pages that may use the controls.
    :param token: the token that each request must have; by default a new one if the sandbox can be
        reached from other machines, and none otherwise.
    :raises ValueError: if an argument is invalid.
    """

    def __init__(self, hosts: Collection[str], origins: Collection[str], token: str | None) -> None:
        self._hosts = _each("allow_hosts", hosts, _host_name, "host names or IP addresses")
        self._origins = _each("allow_origins", origins, _origin, "origins (http://localhost:3000)")
        if token is not None and _TOKEN.fullmatch(token) is None:
            raise ValueError("token must be ASCII letters, digits and -._~+/, and not empty")
        self.token = token
        self._scheme = ""
        self._bound: tuple[str, ...] = ()

    def bind(self, scheme: str, host: str, address: str) -> None:
        """Set where the sandbox listens.

        :param scheme: ``http`` or ``https``.
        :param host: the host as it was given.
        :param address: its IP address.
        """
        self._scheme = scheme
        self._bound = (host.lower(), address)
        if self.token is None and not is_loopback(address):
            self.token = secrets.token_urlsafe(24)

    def respond(self, request: Request, proceed: Callable[[Request], Response]) -> Response:
        """Carry out a request, unless it is refused.

        :param request: the request.
        :param proceed: carries the request out.
        """
        try:
            origin = self._check_origin(request, self._check_host(request))
        except HTTPError as error:
            return error.response()
        is_preflight = request.method == "OPTIONS" and origin is not None
        response = Response(204, headers=PREFLIGHT) if is_preflight else self._use(request, proceed)
        if origin not in self._origins:
            return response
        allowed = {"Access-Control-Allow-Origin": str(origin), "Vary": "Origin"}
        return response._replace(headers={**response.headers, **allowed})

    def _use(self, request: Request, proceed: Callable[[Request], Response]) -> Response:
        try:
            if request.method == "GET" and TOKEN in dict(request.pairs):
                return self._give_cookie(request)
            self._check_token(request)
            _check_media_type(request)
            return proceed(request)
        except HTTPError as error:
            return error.response()

    def _check_host(self, request: Request) -> str:
        """Return the host and the port that the client has connected to."""
        hosts = request.headers.get_all("Host") or [""]
        shown = [*hosts] if request.authority is None else [*hosts, request.authority]
        names = {_host_name(host.lower()) for host in shown}
        if len(hosts) > 1 or not all(name and self._is_own(name) for name in names):
            raise HTTPError(
                403,
                f"The Host header must name the sandbox, got {', '.join(shown)!r}. "
                "Use localhost, or allow the host with --allow-host or allow_hosts.",
            )
        return shown[-1].lower()

    def _is_own(self, name: str) -> bool:
        return is_loopback(name) or name in self._hosts or name in self._bound

    def _check_origin(self, request: Request, host: str) -> str | None:
        """Return the origin of the page that makes a request; ``None`` if it has no ``Origin``."""
        origins = request.headers.get_all("Origin") or []
        known = {_origin(each.lower()) for each in origins}
        own = _origin(f"{self._scheme}://{host}")
        if len(origins) > 1 or None in known or not known <= {own, *self._origins}:
            raise HTTPError(
                403,
                f"A page of the origin {', '.join(origins)!r} may not control the sandbox. "
                "Allow the origin with --allow-origin or allow_origins.",
            )
        if not known & self._origins:
            _check_site(request)
        return known.pop() if known else None

    def _give_cookie(self, request: Request) -> Response:
        """Redirect to the address without its token, with a cookie that replaces the token.

        :raises HTTPError: 401 if the token is wrong.
        """
        rest = [pair for pair in request.pairs if pair[0] != TOKEN]
        headers = {"Location": request.path + ("?" + urlencode(rest) if rest else "")}
        if self.token is not None:
            if not self._is_token(dict(request.pairs)[TOKEN]):
                raise self._missing_token()
            cookie = f"{_cookie_name(request)}={self.token}; Path=/sandbox; HttpOnly"
            cookie += "; SameSite=Strict" + ("; Secure" if self._scheme == "https" else "")
            headers["Set-Cookie"] = cookie
        return Response(303, headers=headers)

    def _check_token(self, request: Request) -> None:
        if self.token is None:
            return
        given = request.headers.get_all("Authorization") or []
        if not given and self._has_cookie(request):
            return
        scheme, _, token = (given or [""])[0].partition(" ")
        if len(given) > 1 or scheme.lower() != "bearer" or not self._is_token(token.strip(" ")):
            raise self._missing_token()

    def _has_cookie(self, request: Request) -> bool:
        cookies = ";".join(request.headers.get_all("Cookie") or []).split(";")
        pairs = (cookie.strip().partition("=") for cookie in cookies)
        name = _cookie_name(request)
        return any(key == name and self._is_token(value) for key, _, value in pairs)

    def _is_token(self, text: str) -> bool:
        token = self.token or ""
        return hmac.compare_digest(text.encode("utf-8", "replace"), token.encode("ascii"))

    def _missing_token(self) -> HTTPError:
        return HTTPError(
            401,
            "This sandbox needs its token, which it printed at its start. Open "
            "/sandbox/?token=TOKEN in a browser, or send Authorization: Bearer TOKEN.",
            headers={"WWW-Authenticate": "Bearer"},
        )


def _cookie_name(request: Request) -> str:
    """Return the name of the cookie: with the port, because a browser sends it to all ports."""
    port = _PORT.search(str(request.authority or request.headers["Host"]))
    return "vivialconnect_sandbox_" + (port.group(1) if port else "")


def _check_site(request: Request) -> None:
    sites = {each.strip().lower() for each in request.headers.get_all("Sec-Fetch-Site") or []}
    modes = request.headers.get_all("Sec-Fetch-Mode") or []
    is_link = request.method == "GET" and modes == ["navigate"]
    if sites.intersection(_FOREIGN_SITES) and not is_link:
        raise HTTPError(403, "A page of another site may not control the sandbox")


def _check_media_type(request: Request) -> None:
    if not request.body or "Origin" not in request.headers:
        return
    types = request.headers.get_all("Content-Type") or []
    if [each.partition(";")[0].strip().lower() for each in types] != [JSON]:
        raise HTTPError(415, f"The Content-Type of a request of a page must be {JSON}")


def _host_name(host: str) -> str | None:
    """Return the name or address in a host in lower case, or ``None`` if it is invalid."""
    match = _HOST.fullmatch(host)
    return match.group(1).strip("[]").rstrip(".") if match else None


def _origin(origin: str) -> str | None:
    """Return an origin in lower case without its default port, or ``None`` if it is invalid."""
    match = _ORIGIN.fullmatch(origin)
    if match is None:
        return None
    port = _DEFAULT_PORTS.get(match.group(1), "")
    return origin[: -len(port)] if port and origin.endswith(port) else origin


def _each(
    parameter: str, values: Collection[str], read: Callable[[str], str | None], expected: str
) -> frozenset[str]:
    if isinstance(values, str):
        raise ValueError(f"{parameter} must be a list of strings, got {values!r}")
    found = set()
    for value in values:
        known = read(value.lower())
        if known is None:
            raise ValueError(f"{parameter} must hold {expected}, got {value!r}")
        found.add(known)
    return frozenset(found)
