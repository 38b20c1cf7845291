"""The checks of ``vivialconnect doctor``, in the order in which a request needs them.

They end at the first fault, so that it is the cause and not one of its effects.
"""

from __future__ import annotations

import argparse
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Any, Callable, NamedTuple
from urllib.parse import urlsplit

from vivialconnect import Resource, VivialConnectError, configured
from vivialconnect.command.failures import BadSettings
from vivialconnect.command.settings import CommandSettings, apply, find_settings
from vivialconnect.common.error import ForbiddenAccess, ResourceNotFound, UnauthorizedAccess
from vivialconnect.common.exchange import Call, Response
from vivialconnect.common.paths import SUFFIX, account_path
from vivialconnect.common.settings import without_credentials
from vivialconnect.common.signing import CLOCK_TOLERANCE
from vivialconnect.common.times import parse_http_date, utc_now
from vivialconnect.common.transport.adapter import Route
from vivialconnect.resources._lists import unexpected_response

OK, FAULT, MISSING, SKIPPED = "ok", "fault", "missing", "skipped"
#: The checks after those of the settings.
CHECKS = (
    "proxy", "name_lookup", "connection", "tls", "clock", "response", "key_and_secret", "account",
)  # fmt: skip
#: Seconds for all checks.
TIMEOUT = 4.0
#: Seconds for the look-up, and for the connection.
STEP_TIMEOUT = 1.5
#: Seconds: ``Date`` is in whole seconds, and some time passes until it arrives.
PRECISION = 2
PORTS = {"http": 80, "https": 443}
CHECK_BASE_URL = "Check the base URL and the network"
CHECK_BUNDLE = "Check the base URL, or set REQUESTS_CA_BUNDLE to the file of your CA bundle"
CHECK_PROXY = "Check HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY in the environment"


class Finding(NamedTuple):
    """The result of a check."""

    check: str
    #: ``ok``, ``fault``, ``missing`` or ``skipped``.
    result: str
    detail: str = ""
    #: What to do about a fault.
    advice: str = ""


class _Fault(Exception):
    def __init__(self, check: str, detail: str, advice: str | None) -> None:
        super().__init__(detail)
        advice = advice or ""
        self.finding = Finding(check, FAULT, detail, advice[:1].upper() + advice[1:])


def examine(arguments: argparse.Namespace) -> Iterator[Finding]:
    """Yield the results of the checks, up to the first fault.

    :param arguments: the arguments, with the global options.
    """
    try:
        found = find_settings(arguments)
        yield from _examine_settings(found)
        with apply(found):
            yield from _examine_service(time.monotonic() + TIMEOUT)
    except BadSettings as error:
        yield Finding("settings", FAULT, error.message, error.hint or "")
    except ValueError as error:
        yield Finding("settings", FAULT, str(error))
    except _Fault as fault:
        yield fault.finding


def _examine_settings(found: CommandSettings) -> Iterator[Finding]:
    missing = found.missing()
    for line in found.lines():
        name, _, shown = line.partition(": ")
        yield Finding(name, MISSING, "not set") if name in missing else Finding(name, OK, shown)


def _examine_service(deadline: float) -> Iterator[Finding]:
    url = urlsplit(Resource.request._validated().api_base_url)
    proxy = _find_proxy(f"{url.scheme}://{url.netloc}")
    yield Finding("proxy", OK, without_credentials(proxy) if proxy else "none")
    peer = urlsplit(proxy) if proxy else url
    host, port = peer.hostname, peer.port or PORTS[peer.scheme]
    who = f"the proxy {host}" if proxy else str(host)
    advice = CHECK_PROXY if proxy else CHECK_BASE_URL
    address = _look_up(host, port, f"look up {who}", advice)
    yield Finding("name_lookup", OK, f"{who} is {address}")
    _connect(host, port, f"connect to {who}, port {port}", advice)
    yield Finding("connection", OK, f"{who} listens on port {port}")
    yield from _examine_response(url.scheme, deadline)


def _find_proxy(origin: str) -> str | None:
    """Return the proxy that a request to an origin takes."""
    try:
        found: str | None = Route(origin, verify=True)._options["proxies"].get("all")
    except FileNotFoundError as error:
        raise _Fault("tls", str(error.strerror), CHECK_BUNDLE) from error
    except OSError as error:
        raise _Fault("proxy", str(error), CHECK_PROXY) from error
    return found


def _look_up(host: str | None, port: int, what: str, advice: str) -> str:
    try:
        found = _within_time(lambda: socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        raise _Fault("name_lookup", f"cannot {what}: {_text_of(error)}", advice) from error
    return str(found[0][4][0])


def _connect(host: str | None, port: int, what: str, advice: str) -> None:
    try:
        _within_time(lambda: socket.create_connection((host, port), STEP_TIMEOUT).close())
    except OSError as error:
        raise _Fault("connection", f"cannot {what}: {_text_of(error)}", advice) from error


def _within_time(function: Callable[[], Any]) -> Any:
    """Return what a function returns, from a thread: the resolver has no timeout.

    :raises TimeoutError: if it takes longer than ``STEP_TIMEOUT``.
    """
    results: list[Any] = []

    def call() -> None:
        try:
            results.append(function())
        except (OSError, UnicodeError) as error:
            results.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(STEP_TIMEOUT)
    result = results[0] if results else TimeoutError()
    if isinstance(result, Exception):
        raise result
    return result


def _text_of(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer in {STEP_TIMEOUT:g} s"
    return str(getattr(error, "strerror", None) or error).lower()


def _examine_response(scheme: str, deadline: float) -> Iterator[Finding]:
    call = Call("GET", account_path(Resource.api_account_id) + SUFFIX)
    received: list[Response] = []
    account: dict[str, Any] = {}
    failure: VivialConnectError | None = None
    seconds = max(deadline - time.monotonic(), 1.0)
    try:
        with configured(request_timeout=seconds, max_retries=0):
            account = Resource.request.perform(call, _read_account, on_response=received.append)
    except VivialConnectError as error:
        failure = error
        if error.http_status is None:
            raise _no_response(error) from error
    yield Finding("tls", OK, "the certificate is trusted" if scheme == "https" else "not used")
    headers = received[0].headers if received else (failure and failure.headers) or {}
    yield _examine_clock({name.lower(): value for name, value in headers.items()}.get("date"))
    yield from _examine_failure(failure)
    yield Finding("account", OK, f"{account.get('id')} {account.get('company_name')}")


def _read_account(parsed: Any) -> dict[str, Any]:
    account = parsed.get("account") if isinstance(parsed, dict) else None
    if not isinstance(account, dict):
        raise unexpected_response("an account", parsed)
    return account


def _no_response(error: VivialConnectError) -> _Fault:
    if isinstance(error.__cause__, ssl.SSLCertVerificationError):
        return _Fault("tls", error.message, CHECK_BUNDLE)
    check = "tls" if isinstance(error.__cause__, ssl.SSLError) else "response"
    return _Fault(check, error.message, error._get_hint())


def _examine_clock(date: str | None) -> Finding:
    service_time = parse_http_date(date)
    if service_time is None:
        return Finding("clock", OK, "unknown: the service sent no Date")
    ahead = (utc_now() - service_time).total_seconds()
    shown = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} the service"
    if abs(ahead) > CLOCK_TOLERANCE:
        raise _Fault("clock", f"this machine is {shown}", "Set its clock, or turn on NTP")
    return Finding("clock", OK, shown if abs(ahead) > PRECISION else "right")


def _examine_failure(failure: VivialConnectError | None) -> Iterator[Finding]:
    """Yield the results that depend on the status of the response."""
    check = "response"
    if isinstance(failure, UnauthorizedAccess):
        check = "key_and_secret"
    elif isinstance(failure, (ForbiddenAccess, ResourceNotFound)):
        check = "account"
    for each in CHECKS[CHECKS.index("response") : CHECKS.index("account") + 1]:
        if failure is not None and each == check:
            raise _Fault(check, failure._describe(), failure._get_hint())
        if each != "account":
            yield Finding(each, OK, "accepted" if each == "key_and_secret" else "received")
