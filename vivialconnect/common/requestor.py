"""One signed call: describe it, send it, judge the answer, decode it.

Paths and values come in, parsed JSON goes out; nothing here knows resources or sockets.
"""

from __future__ import annotations

import json
import logging
import platform
import time
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Dict, Mapping, NamedTuple, Optional, Tuple, Union
from urllib.parse import urlsplit

import six

from vivialconnect.common import answers, error, paths, settings, signing
from vivialconnect.common.exchange import Limits, Request, Response, Transport
from vivialconnect.common.util import Util
from vivialconnect.version import VERSION

if TYPE_CHECKING:
    from vivialconnect.common.answers import ReadT

logger = logging.getLogger("vivialconnect")

CLIENT_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": "VivialConnect PythonClient {}".format(VERSION),
    "X-VivialConnect-User-Agent": json.dumps(
        {
            "client_version": VERSION,
            "lang": "python",
            "lang_version": platform.python_version(),
            "publisher": "vivialconnect",
            "request_lib": "requests",
        }
    ),
}
CONTENT_TYPE = "application/json"


def _as_it_is(answer: Any) -> Any:
    return answer


class Call(NamedTuple):
    """One call as it was asked for."""

    method: str
    path: str
    query: Mapping[str, Any] = {}
    body: Optional[bytes] = None


class Requestor:
    """Signs calls, sends them, and maps what comes back.

    Values that are not given come from the environment, as those of
    :class:`~vivialconnect.resources.resource.Resource` do, or are the defaults.

    :param api_key: The key that names the caller.
    :param api_secret: The secret that signs the calls.
    :param api_base_url: Where the service is; default ``https://api.vivialconnect.net/api/v1.0``.
    :param api_account_id: The account; readable again, for paths are given whole.
    :param request_timeout: Seconds that a whole call may take; default 30.
    :param verify_request: Whether TLS certificates are checked, or the path of a CA bundle.
    :param transport: What sends instead of ``requests``.
    :param clock: What tells the time instead of the system: returns an aware datetime.

    A Requestor is immutable and safe for threads. Its ``repr`` shows no secret.

    Example:

        >>> from vivialconnect import Resource
        >>> requestor = Resource.request
        >>> requestor.get("/accounts/{}.json".format(Resource.api_account_id))["account"]["id"]
        12345
    """

    __slots__ = ("_clock", "_settings", "_transport")

    def __init__(  # noqa: PLR0917 - the documented six
        self,
        api_key: Optional[str] = None,
        api_secret: Optional[str] = None,
        api_base_url: Optional[str] = None,
        api_account_id: Union[int, str, None] = None,
        request_timeout: Optional[float] = None,
        verify_request: Union[bool, str] = True,  # noqa: FBT001, FBT002 - as documented
        *,
        transport: Optional[Transport] = None,
        clock: Optional[Callable[[], datetime]] = None,
    ) -> None:
        given = {
            "api_key": api_key,
            "api_secret": api_secret,
            "api_base_url": api_base_url,
            "api_account_id": api_account_id,
            "request_timeout": request_timeout,
            "api_verify_request": verify_request,
        }
        self._settings = settings.effective(given)
        self._transport = transport
        self._clock = clock or _now

    @classmethod
    def from_settings(cls, values: settings.Settings) -> Requestor:
        """Return a Requestor over settings that stand already."""
        requestor = cls.__new__(cls)
        requestor._settings = values
        requestor._transport = None
        requestor._clock = _now
        return requestor

    def __repr__(self) -> str:
        return "Requestor(api_key={!r}, api_base_url={!r})".format(
            self._settings.api_key, settings.without_credentials(self._settings.api_base_url)
        )

    def __reduce__(self) -> Tuple[Any, ...]:
        # No secret travels: the copy refuses to call.
        kept = self._settings
        return type(self), (
            kept.api_key,
            None,
            settings.without_credentials(kept.api_base_url),
            kept.api_account_id,
            kept.request_timeout,
            kept.api_verify_request,
        )

    @property
    def api_account_id(self) -> Union[int, str, None]:
        """The account that the Requestor was made for; ``None`` if none was set."""
        return self._settings.api_account_id

    def get(self, url: str, params: Optional[Mapping[str, Any]] = None) -> Any:
        """GET and return the parsed answer.

        :param url: The path below the base URL, ``/accounts/12345/messages.json``.
        :param params: The query.
        :returns: The parsed JSON; ``None`` for an empty answer.
        :raises ValueError: If a setting is missing or the query cannot be encoded.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is not JSON.
        """
        return self.perform(Call("GET", url, params or {}))

    def head(self, url: str, params: Optional[Mapping[str, Any]] = None) -> None:
        """HEAD: like :meth:`get`, but nothing comes back, for the answer has no body."""
        self.perform(Call("HEAD", url, params or {}))

    def post(
        self, url: str, params: Any = None, *, query: Optional[Mapping[str, Any]] = None
    ) -> Any:
        """POST and return the parsed answer.

        :param url: The path below the base URL.
        :param params: What the JSON body says, without a root of ours; ``{}`` if not given.
        :param query: The query.
        :raises ValueError: If a setting is missing, or the body or query cannot be encoded.
        :raises RequestorError: If the call fails; its ``outcome`` tells whether it took effect.
        :raises ResourceError: If the answer is not JSON.
        """
        return self.perform(Call("POST", url, query or {}, encode_body(params)))

    def put(
        self, url: str, params: Any = None, *, query: Optional[Mapping[str, Any]] = None
    ) -> Any:
        """PUT and return the parsed answer; the parameters are those of :meth:`post`."""
        return self.perform(Call("PUT", url, query or {}, encode_body(params)))

    def delete(
        self, url: str, params: Optional[Mapping[str, Any]] = None, *, payload: Any = None
    ) -> Any:
        """DELETE and return the parsed answer.

        :param url: The path below the base URL.
        :param params: The query.
        :param payload: What the JSON body says; no body if not given.
        :raises RequestorError: If the call fails.
        """
        body = None if payload is None else encode_body(payload)
        return self.perform(Call("DELETE", url, params or {}, body))

    def sign(
        self,
        method: str,
        iso8601_timestamp: str,
        abs_url: str,
        headers: Mapping[str, str],
        data: Any = None,
    ) -> Tuple[str, str]:
        """Sign a request without sending it.

        :param method: The HTTP method.
        :param iso8601_timestamp: The time as ``YYYYMMDDThhmmssZ``.
        :param abs_url: The absolute URL.
        :param headers: The header fields; of them ``Date``, ``Host`` and, where it stands, the
            ``Content-Type`` are signed.
        :param data: The body as text or bytes; ``None`` for none.
        :returns: The signature, and the names that it signed as ``X-Auth-SignedHeaders`` has them.
        :raises ValueError: If key or secret is missing, or ``Date`` or ``Host`` is not there.
        """
        return self._sign(
            settings.checked(self._settings), method, iso8601_timestamp, abs_url, headers, data
        )

    @staticmethod
    def _sign(  # noqa: PLR0917 - what is signed is five things, in the order that they are signed
        ready: settings.Settings,
        method: str,
        timestamp: str,
        url: str,
        headers: Mapping[str, str],
        data: Any,
    ) -> Tuple[str, str]:
        present = {name.lower() for name in headers}
        names = ("content-type", "date", "host") if "content-type" in present else ("date", "host")
        body = six.ensure_binary(data or b"")
        signed = signing.signed_names(names)
        lines = signing.canonical_headers(headers, names)
        canonical = signing.canonical_request(method, timestamp, url, (lines, signed), body)
        return signing.signature(str(ready.api_secret), canonical), signed

    def perform(self, call: Call, read: Callable[[Any], ReadT] = _as_it_is) -> ReadT:
        """Make a call and return what ``read`` makes of the parsed answer.

        :param call: The call.
        :param read: Turns the answer into what is wanted, or raises ``ResourceError``, which then
            leaves with the call written on it.
        :raises ValueError: If a setting is missing, or the call cannot be encoded.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is not what was asked for.
        """
        ready = settings.checked(self._settings)
        request = _describe(call, ready)
        response = self._send(request, ready)
        answers.judge(request, response, self._clock())
        return answers.understand(request, response, read)

    def _send(self, request: Request, ready: settings.Settings) -> Response:
        transport = self._transport or _shared_transport()
        started = time.monotonic()
        limits = Limits(started + ready.request_timeout, ready.api_verify_request)
        try:
            response = transport.send(request, partial(self._signature_headers, ready), limits)
        except error.ConnectionError as failure:
            error.tell_call(
                failure,
                method=request.method,
                url=request.url,
                attempts=1,
                outcome=failure.outcome or error.UNKNOWN,
            )
            _log(request, type(failure).__name__, started)
            raise
        _log(request, response.status, started)
        return response

    def _signature_headers(self, ready: settings.Settings, request: Request) -> Dict[str, str]:
        moment = self._clock()
        timestamp = signing.auth_date(moment)
        dated = {"Date": signing.http_date(moment)}
        headers = {**request.headers, **dated}
        signed, names = self._sign(
            ready, request.method, timestamp, request.url, headers, request.body
        )
        return {
            **dated,
            "X-Auth-Date": timestamp,
            "X-Auth-SignedHeaders": names,
            "Authorization": signing.authorization(str(ready.api_key), signed),
        }


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _shared_transport() -> Transport:
    # Imported at the first call: requests takes longer to import than all the rest together.
    from vivialconnect.common import transport  # noqa: PLC0415 - at the first call

    return transport.shared


def encode_body(value: Any) -> bytes:
    """Return a value as the body of a request; ``{}`` for ``None``.

    :raises ValueError: If something in it has no form in JSON.
    """
    return six.ensure_binary(Util.to_json({} if value is None else value, root=None))


def _describe(call: Call, ready: settings.Settings) -> Request:
    """Return the request that a call means, fully encoded, all but its signature."""
    path, written = paths.encode_target(call.path)
    query = "&".join(part for part in (written, Util.to_query(call.query)) if part)
    url = ready.api_base_url + path + (query and "?" + query)
    headers = {"Host": urlsplit(url).netloc, **CLIENT_HEADERS}
    if call.body is not None:
        headers["Content-Type"] = CONTENT_TYPE
    return Request(call.method, url, headers, call.body)


def _log(request: Request, result: Any, started: float) -> None:
    if logger.isEnabledFor(logging.DEBUG):
        logger.debug(
            "%s %s -> %s in %.0f ms, attempt 1",
            request.method,
            urlsplit(request.url).path,
            result,
            (time.monotonic() - started) * 1000,
        )
