"""Translation of third-party exceptions into :class:`~vivialconnect.common.error.ConnectionError`.

requests, urllib3 and ``http.client`` wrap network errors in each other. The innermost error says
what happened. Only this error is kept, as the cause of ours.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from http import client
from typing import NamedTuple
from urllib.parse import urlsplit

from requests.exceptions import InvalidSchema, InvalidURL, RequestException, Timeout
from urllib3.exceptions import HTTPError
from urllib3.util.ssl_match_hostname import CertificateError

from vivialconnect.common import error
from vivialconnect.common.exchange import MAX_TIMEOUT, Limits, Request
from vivialconnect.common.transport.deadline import Attempt

#: The exceptions that sending a request may raise.
SEND_ERRORS: tuple[type[BaseException], ...] = (
    # TypeError comes from a mock of a socket, MemoryError from a response that is too large.
    RequestException, HTTPError, client.HTTPException, OSError, ValueError, TypeError, MemoryError
)  # fmt: skip


#: The original errors of network, TLS and HTTP. Exceptions of requests are subclasses of OSError.
_NETWORK_ERRORS = (OSError, client.HTTPException, CertificateError)
#: A missing CA bundle, and URLs and proxies that requests and urllib3 reject.
_CONFIG_ERRORS = (FileNotFoundError, InvalidURL, InvalidSchema)


class Failure(NamedTuple):
    """One kind of failure."""

    #: The exceptions of this kind.
    types: tuple[type[BaseException], ...]
    #: The message; ``{}`` is the text of the exception.
    message: str
    #: Advice.
    hint: str | None = None
    #: Whether every attempt would fail in this way, before anything is sent.
    permanent: bool = False
    #: The class of our error.
    error_class: type[error.ConnectionError] = error.ConnectionError
    #: The OpenSSL reason that is required, if any.
    reason: str | None = None


#: The first match is used.
FAILURES: tuple[Failure, ...] = (
    Failure(
        (ssl.SSLCertVerificationError, CertificateError),
        "TLS: the certificate is not trusted ({})",
        "check api_base_url, or set api_verify_request to the path of your CA bundle",
        permanent=True,
    ),
    Failure(
        (ssl.SSLError,),
        "TLS failed ({})",
        "the server does not use TLS: check the scheme of api_base_url",
        permanent=True,
        reason="WRONG_VERSION_NUMBER",
    ),
    Failure((ssl.SSLError,), "TLS failed ({})"),
    Failure(
        # Not urllib3's timeouts, which include refused connections.
        (socket.timeout, TimeoutError, Timeout),
        "request timed out",
        "increase request_timeout if the service is slow",
        error_class=error.Timeout,
    ),
    Failure((client.RemoteDisconnected,), "the connection was closed without a response"),
    Failure((client.IncompleteRead,), "the response was cut short"),
    Failure((client.LineTooLong,), "a response header is too long"),
    Failure((client.BadStatusLine, client.UnknownProtocol), "the response is not HTTP"),
    Failure((client.HTTPException,), "{}"),
    Failure(
        _CONFIG_ERRORS,
        "{}",
        "check api_base_url, api_verify_request and the proxies of the environment",
        permanent=True,
    ),
    Failure((RequestException,), "no usable HTTP response ({})"),
    Failure((OSError,), "{}"),
    Failure((BaseException,), "no usable HTTP response ({})"),
)
#: The exceptions whose text is safe to show.
_SAFE_TO_SHOW = (CertificateError, client.HTTPException, ssl.SSLError, *_CONFIG_ERRORS)


def translate(
    failure: BaseException, request: Request, limits: Limits, attempt: Attempt
) -> error.ConnectionError:
    """Return our error for an exception, with the network error as its cause.

    :param failure: The exception.
    :param request: The request.
    :param limits: Its limits.
    :param attempt: The attempt that failed.
    """
    cause = _unwrap(failure)
    kind = next(kind for kind in FAILURES if _matches(cause, kind))
    unsent = attempt.sent is False or (kind.permanent and not attempt.sent)
    message = _describe(cause, kind, limits, attempt, unsent=unsent)
    at_proxy = attempt.proxy and unsent and not attempt.is_tunnel_open
    hops = ["" if at_proxy else urlsplit(request.url).netloc, attempt.proxy]
    translated = kind.error_class(message + " through ".join(filter(None, hops)))
    translated.__cause__ = cause
    translated.outcome = error.NOT_SENT if unsent else error.UNKNOWN
    translated._permanent = kind.permanent or attempt.streaming
    translated._hint = kind.hint
    if kind.hint is None and unsent:
        translated._hint = "check api_base_url, the network and its proxies"
    elif kind.hint is None and request.method in error.SAFE_METHODS:
        translated._hint = "retry the request: it changes nothing"
    return translated


def _unwrap(failure: BaseException) -> BaseException:
    """Return the network error in an exception, without tracebacks, requests and responses.

    Tools that print local variables or attributes would print the signature and the body.
    """
    chain = list(_chain(failure))
    for link in chain:
        link.__traceback__ = None
    cause = next((link for link in reversed(chain) if isinstance(link, _NETWORK_ERRORS)), failure)
    cause.__cause__ = cause.__context__ = None
    if isinstance(cause, RequestException):
        cause.request = cause.response = None
    if isinstance(cause, client.BadStatusLine) and not isinstance(cause, OSError):
        cause.args = ()  # the peer may send the signature back
        vars(cause).clear()
    return cause


def _chain(failure: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and the exceptions that it wraps, outermost first."""
    seen = set()
    while failure is not None and id(failure) not in seen:
        seen.add(id(failure))
        yield failure
        wrapped = [value for value in failure.args if isinstance(value, BaseException)]
        failure = failure.__cause__ or (wrapped[0] if wrapped else failure.__context__)


def _matches(cause: BaseException, kind: Failure) -> bool:
    return isinstance(cause, kind.types) and kind.reason in (None, getattr(cause, "reason", None))


def _describe(
    cause: BaseException, kind: Failure, limits: Limits, attempt: Attempt, *, unsent: bool
) -> str:
    """Return the message, up to the host name."""
    message = kind.message.format(_text_of(cause))
    if kind.message == "{}":
        message = message[:1].lower() + message[1:]
    if kind.error_class is error.Timeout:
        message += f" after {min(limits.timeout, MAX_TIMEOUT):g} s"
    else:
        message += " while"
    if unsent:
        return message + " connecting to "
    return message + " waiting for " + ("the rest of the body from " if attempt.streaming else "")


def _text_of(cause: BaseException) -> str:
    """Return the text of an exception if it is safe to show, or else its class name."""
    for name in ("verify_message", "reason", "strerror"):
        text = getattr(cause, name, None)
        if text and isinstance(text, str):
            return text
    if isinstance(cause, _SAFE_TO_SHOW) or type(cause) is OSError:
        return str(cause)
    return type(cause).__name__
