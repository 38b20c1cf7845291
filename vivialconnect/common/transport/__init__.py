"""The default transport: ``requests`` with a connection pool and a deadline.

===================  ===============================================================================
``adapter``          requests' session and adapter
``connections``      urllib3's pools and connections, ``http.client``'s responses
``deadline``         the attempt, and the sockets that keep its deadline
``failures``         translation of third-party exceptions
``originals``        the classes that the others derive from, even if a test replaces them
===================  ===============================================================================

Only this package uses ``requests`` and urllib3. Requests pass through ``requests.Session.send`` and
``HTTPAdapter.send``, so that mocking libraries work. For the same reason, only the status, the
headers and the content of the response are used.

This package uses these private names of requests, urllib3 and the standard library:

====================  =======================================  =================================
name                  purpose                                  without it
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
``_tunnel``           overridden: notes that the tunnel is     errors name the proxy if the
                      open                                     service fails
====================  =======================================  =================================
"""

from __future__ import annotations

import os
import socket

from vivialconnect.common import at_fork
from vivialconnect.common.exchange import Limits, Request, Response, Sign
from vivialconnect.common.transport.originals import originals

with originals():
    from vivialconnect.common.transport.adapter import Route, prepare, read_environment
    from vivialconnect.common.transport.deadline import Attempt
    from vivialconnect.common.transport.failures import SEND_ERRORS, translate


class RequestsTransport:
    """Sends requests with ``requests``.

    There is one connection pool per process, origin, ``verify`` and environment. Proxies and CA
    bundles are read from the environment at each request, as ``requests`` does.

    Thread-safe. A forked child starts without connections.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._socket_class = socket.socket
        self._routes: dict[tuple[bool | str | None, ...], Route] = {}

    def __repr__(self) -> str:
        return "RequestsTransport()"

    def send(self, request: Request, sign: Sign, limits: Limits) -> Response:
        """Sign and send a request once, and return the response, whatever its status.

        :param request: The request without its signature.
        :param sign: Returns the signature headers.
        :param limits: The deadline and the certificate verification.
        :raises vivialconnect.common.error.ConnectionError: If there is no complete response.
        """
        prepared = prepare(request, sign)
        attempt = Attempt(request, limits)
        try:
            return self._get_route(request.url, limits.verify).send(prepared, attempt)
        except SEND_ERRORS as failure:
            translated = translate(failure, request, limits, attempt)
        try:
            # Raised outside the except clause, which would chain the original exceptions.
            raise translated
        finally:
            del translated, prepared  # the traceback keeps this frame and its secrets

    def _get_route(self, url: str, verify: bool | str) -> Route:  # noqa: FBT001 - as the setting
        if self._process != os.getpid():
            # Some application servers fork without Python's fork hooks.
            self.discard()
        if self._socket_class is not socket.socket:
            # A test has replaced or restored it: the connections are of the other class.
            self.close()
            self._socket_class = socket.socket
        origin = _origin(url)
        key = (origin, verify, *read_environment(origin.partition(":")[0]))
        found = self._routes.get(key)
        if found is None:
            # setdefault(): concurrent threads get the same route.
            found = self._routes.setdefault(key, Route(origin, verify))
        return found

    def close(self, url: str | None = None) -> None:
        """Close the idle connections. The next request opens a new connection.

        :param url: Close only the connections to the origin of this URL.
        """
        origin = url and _origin(url)
        for key, route in [*self._routes.items()]:
            if origin in (None, key[0]):
                self._routes.pop(key, None)
                route.session.close()

    def discard(self) -> None:
        """Discard the connections without closing them: a forked child shares them."""
        self._routes = {}
        # Set last: a thread that sees the new process id must also see the new routes.
        self._process = os.getpid()


def _origin(url: str) -> str:
    return url[: url.index("/", len("https://"))]


#: The default transport of all resources.
shared = RequestsTransport()
at_fork(after_in_child=shared.discard)
