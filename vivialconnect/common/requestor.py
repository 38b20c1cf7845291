"""One signed call: describe it, send it (again, where it may be), judge the answer, decode it.

Paths and values come in, parsed JSON goes out; nothing here knows resources or sockets. To the
logger ``vivialconnect`` goes what each attempt asked for and how it ended: method, path, status,
duration, number. Never a header, nor a body.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Callable

import six

from vivialconnect.common import error, import_with_fork_guard, paths, responses, settings, signing
from vivialconnect.common.exchange import (
    LONGEST_TIMEOUT,
    Call,
    Limits,
    Request,
    Response,
    Transport,
)
from vivialconnect.common.retries import Attempts
from vivialconnect.common.times import utc_now
from vivialconnect.common.util import Util, encode_body
from vivialconnect.version import VERSION

if TYPE_CHECKING:
    from datetime import datetime

    from vivialconnect.common.responses import ReadT

logger = logging.getLogger("vivialconnect")

#: What the repeated DELETE of something that an earlier attempt has deleted is taken for.
GONE = Response(204, {}, b"")

CLIENT_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": "VivialConnect PythonClient {}".format(VERSION),
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
#: What is sent for a medium: it is of any type, and its size is to be that of the file.
MEDIA_HEADERS = {**CLIENT_HEADERS, "Accept": "*/*", "Accept-Encoding": "identity"}
CONTENT_TYPE = "application/json"


def _as_it_is(answer: Any) -> Any:
    return answer


class Requestor:
    """Signs calls, sends them, and judges what comes back.

    Values that are not given come from the environment, as those of
    :class:`~vivialconnect.resources.resource.Resource` do, or are the defaults.

    :param api_key: The key that names the caller.
    :param api_secret: The secret that signs the calls.
    :param api_base_url: Where the service is; default ``https://api.vivialconnect.net/api/v1.0``.
    :param api_account_id: The account; readable again, for paths are given whole.
    :param request_timeout: Seconds that a whole call may take; default 30.
    :param verify_request: Whether TLS certificates are checked, or the path of a CA bundle.
    :param max_retries: How often a call may be repeated where repeating it can do no harm;
        default 2. See :mod:`vivialconnect.common.retries`.
    :param transport: What sends instead of ``requests``.
    :param clock: What tells the time instead of the system: returns an aware datetime.
    :param sleep: What waits between two attempts instead of the system: takes seconds.

    A Requestor is immutable and safe for threads. Its ``repr`` shows no secret.

    Example:

        >>> from vivialconnect import Resource
        >>> requestor = Resource.request
        >>> requestor.get("/accounts/{}.json".format(Resource.api_account_id))["account"]["id"]
        12345
    """

    __slots__ = ("_clock", "_ready", "_settings", "_sleep", "_transport")

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
        clock: Callable[[], datetime] | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        given = {
            "api_key": api_key,
            "api_secret": api_secret,
            "api_base_url": api_base_url,
            "api_account_id": api_account_id,
            "request_timeout": request_timeout,
            "api_verify_request": verify_request,
            "max_retries": max_retries,
        }
        self._settings = settings.effective(given)
        self._ready: settings.Settings | None = None
        self._transport = transport
        self._clock = clock or utc_now
        self._sleep = sleep or time.sleep

    @classmethod
    def from_settings(cls, values: settings.Settings) -> Requestor:
        """Return a Requestor over settings that stand already."""
        requestor = cls.__new__(cls)
        requestor._settings = values
        requestor._ready = None
        requestor._transport = None
        requestor._clock = utc_now
        requestor._sleep = time.sleep
        return requestor

    def _checked(self) -> settings.Settings:
        """Return the settings, fit for a call; they are checked once, for they never change."""
        if self._ready is None:
            self._ready = settings.checked(self._settings)
        return self._ready

    def limited(self, seconds: float) -> Requestor:
        """Return a Requestor with the same settings whose calls take no longer than this.

        :param seconds: The most that a call may take; ``request_timeout`` counts if it is less.
        """
        ready = self._checked()
        return self.from_settings(
            ready.changed(request_timeout=min(seconds, ready.request_timeout))
        )

    def __repr__(self) -> str:
        return "Requestor(api_key={!r}, api_base_url={!r})".format(
            self._settings.api_key, settings.without_credentials(self._settings.api_base_url)
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # No secret travels, nor does what was put in for a test: the copy refuses to call.
        return type(self).from_settings, (self._settings,)

    def __copy__(self) -> Requestor:
        return self

    def __deepcopy__(self, memo: Any) -> Requestor:
        return self

    @property
    def api_account_id(self) -> int | str | None:
        """The account that the Requestor was made for; ``None`` if none was set."""
        return self._settings.api_account_id

    def get(self, url: str, params: Mapping[str, Any] | None = None) -> Any:
        """GET and return the parsed answer.

        :param url: The path below the base URL, ``/accounts/12345/messages.json``.
        :param params: The query.
        :returns: The parsed JSON; ``None`` for an empty answer.
        :raises ValueError: If a setting is missing or the query cannot be encoded.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is not JSON.
        """
        return self.perform(Call("GET", url, params or {}))

    def head(self, url: str, params: Mapping[str, Any] | None = None) -> None:
        """HEAD: like :meth:`get`, but nothing comes back, for the answer has no body."""
        self.perform(Call("HEAD", url, params or {}))

    def post(self, url: str, params: Any = None, *, query: Mapping[str, Any] | None = None) -> Any:
        """POST and return the parsed answer.

        :param url: The path below the base URL.
        :param params: What the JSON body says, without a root of ours; ``{}`` if not given.
        :param query: The query.
        :raises ValueError: If a setting is missing, or the body or query cannot be encoded.
        :raises RequestorError: If the call fails; its ``outcome`` tells whether it took effect.
        :raises ResourceError: If the answer is not JSON.
        """
        return self.perform(Call("POST", url, query or {}, encode_body(params)))

    def put(self, url: str, params: Any = None, *, query: Mapping[str, Any] | None = None) -> Any:
        """PUT and return the parsed answer; the parameters are those of :meth:`post`."""
        return self.perform(Call("PUT", url, query or {}, encode_body(params)))

    def delete(
        self, url: str, params: Mapping[str, Any] | None = None, *, payload: Any = None
    ) -> Any:
        """DELETE and return the parsed answer.

        :param url: The path below the base URL.
        :param params: The query.
        :param payload: What the JSON body says; no body if not given.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is not JSON.
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
        :param headers: The header fields; of them ``Date``, ``Host`` and, where it stands, the
            ``Content-Type`` are signed.
        :param data: The body as text or bytes; ``None`` for none.
        :returns: The signature, and the names that it signed as ``X-Auth-SignedHeaders`` has them.
        :raises ValueError: If key or secret is missing, or ``Date`` or ``Host`` is not there.
        """
        ready = self._checked()
        body = data or b""
        if not isinstance(body, bytes):
            body = six.ensure_binary(body)
        signed = signing.signed_headers(headers)
        text = signing.canonical_request(method, iso8601_timestamp, abs_url, signed, body)
        return signing.signature(str(ready.api_secret), text), signing.signed_names(signed)

    def perform(
        self,
        call: Call,
        read: Callable[[Any], ReadT] = _as_it_is,
        *,
        look: Callable[[Response], object] | None = None,
    ) -> ReadT:
        """Make a call and return what ``read`` makes of the parsed answer.

        :param call: The call.
        :param read: Turns the answer into what is wanted, or raises ``ResourceError``, which then
            leaves with the call written on it.
        :param look: Shown the response itself before it is read.
        :raises ValueError: If a setting is missing, or the call cannot be encoded.
        :raises RequestorError: If the call fails.
        :raises ResourceError: If the answer is not what was asked for.
        """
        ready = self._checked()
        request = _describe(call, ready)
        deadline = time.monotonic() + min(ready.request_timeout, LONGEST_TIMEOUT)
        path, _ = signing.split_target(request.url)
        attempts = Attempts(request.method, path, ready.max_retries, deadline)
        response = self._respond(request, ready, attempts)
        if look is not None:
            look(response)
        return responses.understand(request, response, attempts.made, read)

    def _respond(self, request: Request, ready: settings.Settings, attempts: Attempts) -> Response:
        """Return the answer that says that the call succeeded, after as many attempts as it may."""
        while True:
            try:
                return self._attempt(request, ready, attempts)
            except error.RequestorError as failure:
                attempts.note(failure)
                if attempts.has_deleted(failure):
                    return GONE
                seconds = attempts.seconds_to_wait(failure)
                if seconds is None:
                    raise
                _log_repetition(request, failure, seconds)
            self._sleep(seconds)

    def _attempt(self, request: Request, ready: settings.Settings, attempts: Attempts) -> Response:
        transport = self._transport or _shared_transport()
        signer = signing.Signer(str(ready.api_key), ready.api_secret or "", self._clock)
        attempts.made += 1
        started = time.monotonic()
        try:
            response = transport.send(
                request,
                signer,
                Limits(attempts.deadline, ready.api_verify_request, ready.request_timeout),
            )
        except error.ConnectionError as failure:
            error.tell_call(failure, request, failure.outcome or error.UNKNOWN, attempts.made)
            _log_attempt(request, type(failure).__name__, started, attempts.made)
            raise
        _log_attempt(request, response.status, started, attempts.made)
        responses.judge(request, response, signer.canonical, self._clock)
        return response


def _shared_transport() -> Transport:
    # Imported at the first call: requests takes longer to import than all the rest together.
    shared: Transport = import_with_fork_guard("vivialconnect.common.transport").shared
    return shared


def _describe(call: Call, ready: settings.Settings) -> Request:
    """Return the request that a call means, fully encoded, all but its signature."""
    path, written = paths.encode_target(call.path)
    query = "&".join(part for part in (written, Util.to_query(call.query)) if part)
    url = ready.api_base_url + path + (query and "?" + query)
    usual = CLIENT_HEADERS if call.sink is None else MEDIA_HEADERS
    headers = {"Host": url.split("/", 3)[2], **usual}
    if call.body is not None:
        headers["Content-Type"] = CONTENT_TYPE
    return Request(call.method, url, headers, call.body, call.sink)


def _log_attempt(request: Request, result: Any, started: float, attempt: int) -> None:
    """Log one attempt, at DEBUG.

    :param request: What was sent.
    :param result: The status, or the name of the failure.
    :param started: The reading of ``time.monotonic()`` before it.
    :param attempt: The number of the attempt.
    """
    if logger.isEnabledFor(logging.DEBUG):
        logger.debug(
            "%s %s -> %s in %.0f ms, attempt %d",
            request.method,
            _shown_path(request),
            result,
            (time.monotonic() - started) * 1000,
            attempt,
        )


def _log_repetition(request: Request, failure: error.RequestorError, seconds: float) -> None:
    """Log that a call failed and is made again, at INFO.

    :param request: What was sent.
    :param failure: How the last attempt failed.
    :param seconds: The wait before the next.
    """
    # Nothing of what the service or the network said, for that may hold anything.
    logger.info(
        "%s %s failed with %s, and is repeated in %.2f s: attempt %d",
        request.method,
        _shown_path(request),
        failure.http_status or type(failure).__name__,
        seconds,
        (failure.attempts or 0) + 1,
    )


def _shown_path(request: Request) -> str:
    """Return the path, without the digits of a phone number that somebody has put into it."""
    return re.sub(r"%2B\d+", "%2B...", signing.split_target(request.url)[0])
