"""Sends one request over a kept connection, within a deadline: the way to ``requests``.

===================  ===============================================================================
``adapter``          requests' session and adapter
``connections``      urllib3's pools and connections, ``http.client``'s responses
``deadline``         the attempt, and the sockets that keep its deadline
``failures``         the exceptions of all of these, translated into ours
===================  ===============================================================================

No other part of the library knows ``requests`` or urllib3. A request goes through
``requests.Session.send`` and an adapter whose ``send`` is requests' own, and only status, headers
and content are taken from the response, so that mocking libraries work.

These are the private names of requests, urllib3 and the standard library that are used here:

====================  =======================================  =================================
name                  what for, and why                        without it
====================  =======================================  =================================
``_new_conn``         overridden: urllib3's connection opens   no deadline
                      its socket in it, and its own gives
                      every address the whole time
``_get_conn``         called: takes a connection from          no kept connections
                      urllib3's pool, or makes one
``_put_conn``         called: gives it back                    no kept connections
``_validate_conn``    called: connects with TLS, and warns     no ``InsecureRequestWarning``
                      if certificates are not verified
``_prepare_proxy``    called: opens a tunnel                   no proxies for ``https``
====================  =======================================  =================================
"""

from __future__ import annotations

import os

from vivialconnect.common import at_fork
from vivialconnect.common.exchange import Limits, Request, Response, Sign
from vivialconnect.common.transport.adapter import Route, environment_of, prepare
from vivialconnect.common.transport.deadline import Attempt
from vivialconnect.common.transport.failures import FOREIGN, translate


class RequestsTransport:
    """Sends requests by ``requests``.

    Connections are kept in one pool per process, origin, ``verify`` and environment: ``requests``
    takes proxies and CA bundles from the environment, and so does this, at each request.

    Safe for threads. A forked child starts without connections.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._routes: dict[tuple[bool | str | None, ...], Route] = {}

    def __repr__(self) -> str:
        return "RequestsTransport()"

    def send(self, request: Request, sign: Sign, limits: Limits) -> Response:
        """Sign and send a request once, and return the response, whatever its status.

        :param request: The request without its signature.
        :param sign: Returns the header fields of the signature.
        :param limits: The deadline, and which certificates to trust.
        :raises vivialconnect.common.error.ConnectionError: If there is no complete response.
        """
        prepared = prepare(request, sign(request))
        attempt = Attempt(request, limits)
        try:
            return self._find_route(request.url, limits.verify).send(prepared, attempt)
        except FOREIGN as failure:
            translated = translate(failure, request, limits, attempt)
        try:
            # Not in the clause above, which would chain everything that led to the failure.
            raise translated
        finally:
            del translated, prepared  # the traceback keeps this frame

    def _find_route(self, url: str, verify: bool | str) -> Route:  # noqa: FBT001 - as the setting
        if self._process != os.getpid():
            # Some application servers fork without running Python's hooks.
            self.forget()
        origin = _origin_of(url)
        key = (origin, verify, *environment_of(origin.partition(":")[0]))
        found = self._routes.get(key)
        if found is None:
            # If several threads come here, all of them get the same route.
            found = self._routes.setdefault(key, Route(origin, verify))
        return found

    def close(self, url: str | None = None) -> None:
        """Close the idle connections. The next request opens a new one.

        :param url: Close only the connections that lead to this URL.
        """
        origin = url and _origin_of(url)
        for key, route in [*self._routes.items()]:
            if origin in (None, key[0]):
                self._routes.pop(key, None)
                route.close()

    def forget(self) -> None:
        """Drop the connections without closing them: in a forked child they are the parent's."""
        self._routes = {}
        # Set last: a thread that sees the new process uses the routes that it finds.
        self._process = os.getpid()


def _origin_of(url: str) -> str:
    return url[: url.index("/", len("https://"))]


#: The transport of all resources, unless another one is set.
shared = RequestsTransport()
at_fork(after_in_child=shared.forget)
