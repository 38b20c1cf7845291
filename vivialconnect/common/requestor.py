"""The Requestor: encodes, signs, sends and retries a request, and reads the response.

The logger ``vivialconnect`` gets the method, path, status, duration and number of each attempt. It
never gets headers or bodies.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Callable

import six

from vivialconnect.common import import_with_fork_guard, paths, responses, settings, signing
from vivialconnect.common.error import (
    UNKNOWN,
    ConnectionError,  # noqa: A004 - the documented name
    RequestorError,
    add_request,
)
from vivialconnect.common.exchange import MAX_TIMEOUT, Call, Limits, Request, Response, Transport
from vivialconnect.common.redaction import redact_echo
from vivialconnect.common.responses import ResultT
from vivialconnect.common.retries import Attempts
from vivialconnect.common.signing import Signer, split_target
from vivialconnect.common.times import utc_now
from vivialconnect.common.util import Util, encode_body
from vivialconnect.version import VERSION

logger = logging.getLogger("vivialconnect")

#: The response to a retried DELETE if an earlier attempt has deleted the resource.
ALREADY_DELETED = Response(204, {}, b"")

CLIENT_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": f"VivialConnect PythonClient {VERSION}",
    "X-VivialConnect-User-Agent": json.dumps(
        {
            "client_version": VERSION,
            "lang": "python",
            "lang_version": "{}.{}.{}".format(*sys.version_info),
            "publisher": "vivialconnect",
            "request_lib": "requests",
        }
    ),
}
#: The headers of a download: any file type, uncompressed.
MEDIA_HEADERS = {**CLIENT_HEADERS, "Accept": "*/*", "Accept-Encoding": "identity"}


def _unchanged(parsed: Any) -> Any:
    return parsed


class Requestor:
    """Signs and sends requests, with retries, and checks the responses.

    Settings that are not given come from the environment, or have the same defaults as those of
    :class:`~vivialconnect.resources.resource.Resource`.

    :param api_key: The API key.
    :param api_secret: The API secret.
    :param api_base_url: The base URL; default ``https://api.vivialconnect.net/api/v1.0``.
    :param api_account_id: The account id, as an attribute only. Paths must contain the account id.
    :param request_timeout: The timeout of a whole request with its retries, in seconds; default 30.
    :param verify_request: Whether TLS certificates are verified, or the path of a CA bundle.
    :param max_retries: How many times a request is retried if that is safe; default 2. See
        :mod:`vivialconnect.common.retries`.
    :param transport: The transport that replaces ``requests``; see :mod:`vivialconnect.testing`.
    :param clock: Returns the current time as an aware datetime; default: the system clock.
    :param sleep: Waits between two attempts; default ``time.sleep``.

    A Requestor is immutable and thread-safe. Its ``repr`` and its pickle contain no secret.

    Example:

        >>> from vivialconnect import Resource
        >>> requestor = Resource.request
        >>> requestor.get("/accounts/{}.json".format(Resource.api_account_id))["account"]["id"]
        12345
    """

    __slots__ = ("_clock", "_settings", "_sleep", "_transport")

    def __init__(  # noqa: PLR0913, PLR0917 - the documented six, and keywords
        self,
        api_key: str | None = None,
        api_secret: str | None = None,
        api_base_url: str | None = None,
        api_account_id: int | str | None = None,
        request_timeout: float | None = None,
        verify_request: bool | str = True,  # noqa: FBT001, FBT002 - as documented
        *,
        max_retries: int | None = None,
        transport: Transport | None = None,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        given = {name: value for name, value in locals().items() if name in settings.NAMES}
        self._settings = settings.resolve({**given, "api_verify_request": verify_request})
        self._transport = transport
        self._clock = clock
        self._sleep = sleep

    @classmethod
    def from_settings(
        cls, values: settings.Settings, transport: Transport | None = None
    ) -> Requestor:
        """Return a Requestor with resolved settings.

        :param values: The settings.
        :param transport: The transport that replaces ``requests``.
        """
        requestor = cls.__new__(cls)
        requestor._settings = values
        requestor._transport = transport
        requestor._clock = utc_now
        requestor._sleep = None
        return requestor

    def limited(self, seconds: float) -> Requestor:
        """Return a Requestor with the same settings and at most this timeout.

        :param seconds: The longest timeout, in seconds.
        """
        config = self._validated()
        timeout = min(seconds, config.request_timeout)
        return self.from_settings(config._replace(request_timeout=timeout), self._transport)

    def _validated(self) -> settings.Settings:
        if self._transport is not None:
            settings.check_transport("transport", self._transport)
        return settings.validate(self._settings)

    def __repr__(self) -> str:
        return repr(self._settings).replace("Settings", "Requestor", 1)

    def __reduce__(self) -> tuple[Any, ...]:
        # Without secret and transport, so an unpickled Requestor cannot send requests.
        return type(self).from_settings, (self._settings,)

    def __copy__(self) -> Requestor:
        return self

    def __deepcopy__(self, memo: Any) -> Requestor:
        return self

    @property
    def api_account_id(self) -> int | str | None:
        """The account id, given or from the environment; ``None`` if it is not set."""
        return self._settings.api_account_id

    def get(self, url: str, params: Mapping[str, Any] | None = None) -> Any:
        """Send a GET request and return the parsed response.

        :param url: The path below the base URL, ``/accounts/12345/messages.json``.
        :param params: The query.
        :returns: The parsed JSON; ``None`` if the body is empty.
        :raises ValueError: If a setting is missing or the query cannot be encoded.
        :raises RequestorError: If the request fails.
        :raises ResourceError: If the response is not JSON.
        """
        return self.perform(Call("GET", url, params or {}))

    def head(self, url: str, params: Mapping[str, Any] | None = None) -> None:
        """Send a HEAD request, which has no response body; otherwise like :meth:`get`."""
        self.perform(Call("HEAD", url, params or {}))

    def post(self, url: str, params: Any = None, *, query: Mapping[str, Any] | None = None) -> Any:
        """Send a POST request and return the parsed response.

        :param url: The path below the base URL.
        :param params: The JSON body, sent without a root; default ``{}``.
        :param query: The query.
        :raises ValueError: If a setting is missing, or the body or query cannot be encoded.
        :raises RequestorError: If the request fails; ``outcome`` tells whether it took effect.
        :raises ResourceError: If the response is not JSON.
        """
        return self.perform(Call("POST", url, query or {}, encode_body(params)))

    def put(self, url: str, params: Any = None, *, query: Mapping[str, Any] | None = None) -> Any:
        """Send a PUT request; parameters, result and errors as for :meth:`post`.

        PUT is retried after a network fault, even if the request changes a password.
        """
        return self.perform(Call("PUT", url, query or {}, encode_body(params)))

    def delete(
        self, url: str, params: Mapping[str, Any] | None = None, *, payload: Any = None
    ) -> Any:
        """Send a DELETE request and return the parsed response.

        :param url: The path below the base URL.
        :param params: The query.
        :param payload: The JSON body; default: no body.
        :raises ValueError: If a setting is missing, or the body or query cannot be encoded.
        :raises RequestorError: If the request fails.
        :raises ResourceError: If the response is not JSON.
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
    ) -> tuple[str, str]:
        """Sign a request without sending it.

        :param method: The HTTP method.
        :param iso8601_timestamp: The time as ``YYYYMMDDThhmmssZ``.
        :param abs_url: The absolute URL.
        :param headers: The headers. ``Date``, ``Host`` and ``Content-Type``, if any, are signed.
        :param data: The body as text or bytes; ``None`` for none.
        :returns: The signature, and the names of the signed headers as ``X-Auth-SignedHeaders``
            lists them.
        :raises ValueError: If the API key, the API secret, ``Date`` or ``Host`` is missing.
        """
        config = self._validated()
        body = data or b""
        if not isinstance(body, bytes):
            body = six.ensure_binary(body)
        signed = signing.signed_headers(headers)
        text = signing.canonical_request(method, iso8601_timestamp, abs_url, signed, body)
        return signing.signature(config.api_secret or "", text), signing.signed_names(signed)

    def perform(
        self,
        call: Call,
        read: Callable[[Any], ResultT] = _unchanged,
        *,
        on_response: Callable[[Response], object] | None = None,
    ) -> ResultT:
        """Send a request, with retries, and return the result that ``read`` returns.

        :param call: The request.
        :param read: Returns the result for the parsed body. May raise ``ResourceError``, to which
            the request is added.
        :param on_response: Called with the response before the body is parsed.
        :raises ValueError: If a setting is missing or invalid, or the request cannot be encoded.
        :raises RequestorError: If the request fails.
        :raises ResourceError: If the body is not JSON, or ``read`` raises it.
        """
        config = self._validated()
        request = _build_request(call, config)
        # Before the deadline is set: the first request imports ``requests``.
        send = (self._transport or _default_transport()).send
        deadline = time.monotonic() + min(config.request_timeout, MAX_TIMEOUT)
        attempts = Attempts(call, config.max_retries, deadline)
        while True:
            try:
                response = self._attempt(send, request, config, attempts)
                break
            except RequestorError as failure:
                attempts.add(failure)
                if attempts.already_deleted(failure):
                    response = ALREADY_DELETED
                    break
                delay = attempts.delay_after(failure)
                if delay is None:
                    raise
                _log_retry(request, failure, delay)
            end = time.monotonic() + delay
            (self._sleep or time.sleep)(delay)
            # A test may stop the clock.
            attempts.deadline -= max(0.0, end - time.monotonic())
        if on_response is not None:
            on_response(response)
        return responses.read_result(call, request, response, attempts.made, read)

    def _attempt(
        self, send: Any, request: Request, config: settings.Settings, attempts: Attempts
    ) -> Response:
        """Sign and send a request once, and return a successful response."""
        signer = Signer(str(config.api_key), config.api_secret or "", self._clock)
        limits = Limits(attempts.deadline, config.api_verify_request, config.request_timeout)
        attempts.made += 1
        started = time.monotonic()
        try:
            response = send(request, signer, limits)
        except ConnectionError as failure:
            add_request(failure, request, failure.outcome or UNKNOWN, attempts.made)
            _log_attempt(request, type(failure).__name__, started, attempts.made)
            raise
        _log_attempt(request, response.status, started, attempts.made)
        response = redact_echo(response, signer.signature)
        refusal = responses.error_for_response(request, response, signer.canonical, self._clock())
        if refusal is not None:
            raise refusal
        return response


def _default_transport() -> Transport:
    shared: Transport = import_with_fork_guard("vivialconnect.common.transport").shared
    return shared


def _build_request(call: Call, config: settings.Settings) -> Request:
    """Return the encoded HTTP request, without the signature headers."""
    path, written = paths.encode_target(call.path)
    query = "&".join(part for part in (written, Util.to_query(call.query)) if part)
    url = config.api_base_url + path + (query and "?" + query)
    usual = CLIENT_HEADERS if call.sink is None else MEDIA_HEADERS
    headers = {"Host": url.split("/", 3)[2], **usual}
    if call.body is not None:
        headers["Content-Type"] = "application/json"
    return Request(call.method, url, headers, call.body, call.sink)


def _log_attempt(request: Request, result: Any, started: float, attempt: int) -> None:
    """Log an attempt at DEBUG.

    :param request: The request.
    :param result: The status, or the class name of the failure.
    :param started: When the attempt started, as a value of ``time.monotonic()``.
    :param attempt: The number of the attempt.
    """
    if logger.isEnabledFor(logging.DEBUG):
        text = "%s %s -> %s in %.0f ms, attempt %d"
        milliseconds = (time.monotonic() - started) * 1000
        logger.debug(text, request.method, _masked_path(request), result, milliseconds, attempt)


def _log_retry(request: Request, failure: RequestorError, delay: float) -> None:
    """Log a failed attempt and its retry at INFO.

    :param request: The request.
    :param failure: The failure of the last attempt.
    :param delay: The delay before the next attempt, in seconds.
    """
    # Without messages from the service or the network: they may contain private data.
    text = "%s %s failed with %s, retry in %.2f s: attempt %d"
    result, attempt = failure.http_status or type(failure).__name__, (failure.attempts or 0) + 1
    logger.info(text, request.method, _masked_path(request), result, delay, attempt)


def _masked_path(request: Request) -> str:
    """Return the path, with phone numbers masked."""
    return re.sub(r"%2B\d+", "%2B...", split_target(request.url)[0])
