"""Sends one request over kept connections, and says in our words what went wrong with it.

It goes through ``requests.Session.send`` and an adapter whose ``send`` is requests' own, and takes
from a response only its status, headers and content, so that whatever intercepts those, as mocking
libraries do, goes on working.

Most of what a call by requests costs is asking the same questions again: what the environment says
of proxies and CA bundles, and which pool that leads to. A :class:`Route` has the answers for one
origin, one trust and one environment.

Beside this file, only its neighbour ``_pools`` knows ``requests`` or urllib3.

Attention: the sessions are shared by all threads, which is safe because what changes in them after
they are made is set once to a value that every thread would set; a forked child starts with none.
"""

from __future__ import annotations

import os
import socket
import ssl
import traceback
from collections.abc import Iterator
from http import client
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Optional, Union, cast
from urllib.parse import urlsplit

import requests
import requests.adapters
import requests.structures
import urllib3.exceptions

from vivialconnect.common import _pools, _sockets, at_fork, error
from vivialconnect.common.exchange import LONGEST_TIMEOUT, Limits, Request, Response, Sign

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

#: Everything that sending may raise; whatever it is, it leaves as our ConnectionError.
FOREIGN: tuple[type[BaseException], ...] = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    client.HTTPException,
    OSError,
    ValueError,
    # What urllib3 makes of a proxy without a host, and an answer that memory does not hold.
    TypeError,
    MemoryError,
)
# urllib3's own classes will not do: there a refused connection is a kind of timeout.
_TIMEOUTS = (socket.timeout, TimeoutError, requests.Timeout)
#: URLs, of the service or a proxy, that requests refuses before it connects.
_UNUSABLE = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, TypeError)
#: What happened, where the class alone says it. A base stands after what derives from it.
_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (client.RemoteDisconnected, "the connection was closed without an answer"),
    (client.IncompleteRead, "the answer was cut short"),
    (client.LineTooLong, "a line of the answer's headers is too long"),
    (client.BadStatusLine, "what came is no HTTP"),
)


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


def _origin_of(url: str) -> str:
    return url[: url.index("/", len("https://"))]


def _environment(scheme: str) -> list[Optional[str]]:
    """Return what the environment says now of how calls of a scheme travel."""
    said = [*map(os.environ.get, VARIABLES[scheme])]
    if any(said):
        said += map(os.environ.get, EXCEPTIONS)
    return said


class RequestsTransport:
    """Sends over one pool of kept connections per process, origin, TLS setting and environment.

    ``requests`` takes proxies and CA bundles from the environment; so does this, at each call.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        # The routes that were taken so far, by what they are for, and what the environment said.
        self._routes: dict[tuple[Optional[Trust], ...], Route] = {}

    def __repr__(self) -> str:
        return "RequestsTransport()"

    def send(self, request: Request, sign: Sign, limits: Limits) -> Response:
        """Sign and send a request once, and return the response with any status.

        :param request: The request but for its signature.
        :param sign: Gives the header fields of the signature.
        :param limits: The deadline and the trust.
        :raises vivialconnect.common.error.ConnectionError: If no usable answer came.
        """
        prepared = _prepare(request, sign)
        attempt = _sockets.attempt
        interrupted = attempt.begin(request.method, limits.deadline)
        try:
            if request.sink is not None:
                attempt.sink = request.sink
                attempt.silence = min(limits.silence, LONGEST_TIMEOUT)
            route = self._find_route(request.url, limits.verify)
            seconds = attempt.seconds_left()
            # From here on a stand-in may have taken over, of which nobody knows how far it got.
            attempt.connecting = False
            answer = route.session.send(prepared, timeout=seconds, **route.options)
            return Response(answer.status_code, answer.headers, answer.content or b"")
        except FOREIGN as failure:
            attempt.abandon()
            raise _translated(failure, request) from failure
        finally:
            attempt.resume(interrupted)

    def _find_route(self, url: str, verify: Trust) -> Route:
        """Return the route to a URL.

        Attention: several threads may call this; all of them get the same route.
        """
        if self._process != os.getpid():
            # Forked by somebody who runs no hooks of Python's, as some application servers are.
            self.forget()
        origin = _origin_of(url)
        key = (origin, verify, *_environment(origin.partition(":")[0]))
        found = self._routes.get(key)
        if found is None:
            found = self._routes.setdefault(key, Route(origin, verify))
        return found

    def close(self, url: Optional[str] = None) -> None:
        """Close the kept connections; the next call opens new ones.

        :param url: Only those to where this URL leads, as to a server that has stopped.
        """
        origin = url and _origin_of(url)
        for key, route in [*self._routes.items()]:
            if origin in (None, key[0]):
                self._routes.pop(key, None)
                route.session.close()

    def forget(self) -> None:
        """Drop the connections unclosed: in a forked child they belong to the parent."""
        self._routes = {}
        # Last: a thread that sees the new process uses the routes that it finds.
        self._process = os.getpid()


def _prepare(request: Request, sign: Sign) -> requests.PreparedRequest:
    """Return the request as requests sends it, every byte of it ours.

    Filled in by hand: ``Session.prepare_request`` would let ``.netrc`` replace the signature.
    """
    headers = {**request.headers, **sign(request)}
    if request.body is not None:
        headers["Content-Length"] = str(len(request.body))
    prepared = requests.PreparedRequest()
    prepared.method = request.method
    prepared.url = request.url
    prepared.headers = requests.structures.CaseInsensitiveDict(headers)
    prepared.body = request.body
    prepared.hooks = {"response": []}
    return prepared


def _translated(failure: BaseException, request: Request) -> error.ConnectionError:
    attempt = _sockets.attempt
    chain = list(_chain(failure))
    for link in chain:
        # Tools that print attributes, or the locals of frames, would print the signature, and the
        # text that went.
        traceback.clear_frames(link.__traceback__)
        if isinstance(link, requests.RequestException):
            link.request = None
        if isinstance(link, client.IncompleteRead):
            link.partial, link.args = b"", ()
    host = urlsplit(request.url).netloc
    if any(isinstance(link, _TIMEOUTS) for link in chain):
        kind: type = error.Timeout
        late = "the rest of the body did not come in time"
        words = late if attempt.streaming else "the time of the call was up"
    else:
        kind = error.ConnectionError
        words = _reason(chain)
    unsent = attempt.connecting or isinstance(failure, _UNUSABLE)
    where = "{} {}".format("connecting to" if unsent else "waiting for", host)
    translated: error.ConnectionError = kind("{} while {}".format(words, where))
    translated.outcome = error.NOT_SENT if unsent and not attempt.sent else error.UNKNOWN
    translated._hint, lasting = _hint(chain, unsent)
    translated._lasting = lasting or attempt.streaming
    if translated._hint is None and request.method in error.SAFE_METHODS:
        translated._hint = "try again, for this call changes nothing"
    return translated


def _hint(chain: list[BaseException], unsent: bool) -> tuple[Optional[str], bool]:  # noqa: FBT001 - one of two facts
    """Return what to do about a failure, and whether it would only happen again."""
    if any(map(_distrust, chain)):
        return "check api_base_url, or name your CA bundle in api_verify_request", True
    # requests itself tells of a CA bundle that is not there by a bare OSError.
    if type(chain[0]) is OSError or isinstance(chain[0], _UNUSABLE):
        return "check api_base_url, api_verify_request and the proxies of the environment", True
    if any(getattr(link, "reason", None) == "WRONG_VERSION_NUMBER" for link in chain):
        return "the server seems to speak no TLS: check that api_base_url begins rightly", True
    if any(isinstance(link, _TIMEOUTS) for link in chain):
        return "allow more with request_timeout, if the service is slow", False
    return ("check api_base_url, the network and its proxies" if unsent else None), False


def _chain(failure: Optional[BaseException]) -> Iterator[BaseException]:
    """Yield an exception and those below it, the outermost first."""
    seen = set()
    while failure is not None and id(failure) not in seen:
        seen.add(id(failure))
        yield failure
        inner = [value for value in failure.args if isinstance(value, BaseException)]
        failure = failure.__cause__ or (inner[0] if inner else failure.__context__)


def _reason(chain: list[BaseException]) -> str:
    """Return the words of the failure that lies deepest: it is the one that says why."""
    for link in reversed(chain):
        distrust = _distrust(link)
        if distrust:
            return "TLS: the certificate is not trusted ({})".format(distrust)
        if isinstance(link, ssl.SSLError):
            return "TLS failed ({})".format(link.reason or link)
        told = _told_by(link)
        if told:
            return told[:1].lower() + told[1:]
    if isinstance(chain[0], _UNUSABLE):
        return str(chain[0])
    return "no usable HTTP answer ({})".format(type(chain[-1]).__name__)


def _distrust(link: BaseException) -> Optional[str]:
    """Return why a certificate is not trusted, if that is what failed."""
    if isinstance(link, ssl.SSLCertVerificationError):
        return link.verify_message
    # The releases 1 of urllib3 compare the host's name themselves, and tell it in their own class.
    return str(link) if type(link).__name__ == "CertificateError" else None


def _told_by(link: BaseException) -> Optional[str]:
    if isinstance(link, OSError) and link.strerror:
        return link.strerror
    # A proxy that opens no tunnel, a CA bundle that is not there, and what we ourselves found wrong
    # are told in words alone.
    if type(link) in (OSError, client.HTTPException) and link.args:
        return str(link)
    return next((words for kind, words in _WORDS if isinstance(link, kind)), None)


shared = RequestsTransport()
at_fork(after_in_child=shared.forget)
