"""What went wrong with a request, in the words of this library.

requests, urllib3 and ``http.client`` wrap the errors of the network in each other. The innermost
one says what happened. It alone is kept, as the cause of ours.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from http import client
from typing import NamedTuple
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError
from urllib3.util.ssl_match_hostname import CertificateError

from vivialconnect.common import error
from vivialconnect.common.exchange import LONGEST_TIMEOUT, Limits, Request
from vivialconnect.common.transport.deadline import Attempt

#: Everything that sending a request may raise.
FOREIGN: tuple[type[BaseException], ...] = (
    requests.RequestException,
    HTTPError,
    client.HTTPException,
    OSError,
    ValueError,
    # What urllib3 raises for a proxy without a host, and a response too large for the memory.
    TypeError,
    MemoryError,
)


#: What the network, TLS and HTTP themselves raise. requests' exceptions are kinds of OSError.
_OF_THE_NETWORK = (OSError, client.HTTPException, CertificateError)
#: A CA bundle that does not exist, and URLs and proxies that requests and urllib3 refuse.
_UNUSABLE = (
    FileNotFoundError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    TypeError,
)


class Failure(NamedTuple):
    """One kind of failure."""

    #: The exceptions that it is known by.
    types: tuple[type[BaseException], ...]
    #: What happened; ``{}`` is what the exception itself says.
    words: str
    #: What to do about it.
    hint: str | None = None
    #: Whether every attempt would fail in this way, before it sends anything.
    lasting: bool = False
    #: The class of our error.
    kind: type[error.ConnectionError] = error.ConnectionError
    #: The reason that OpenSSL gives, if only this one is meant.
    reason: str | None = None


#: The first row that fits counts.
FAILURES: tuple[Failure, ...] = (
    Failure(
        (ssl.SSLCertVerificationError, CertificateError),
        "TLS: the certificate is not trusted ({})",
        "check api_base_url, or set api_verify_request to the path of your CA bundle",
        lasting=True,
    ),
    Failure(
        (ssl.SSLError,),
        "TLS failed ({})",
        "the server does not use TLS: check the scheme of api_base_url",
        lasting=True,
        reason="WRONG_VERSION_NUMBER",
    ),
    Failure((ssl.SSLError,), "TLS failed ({})"),
    Failure(
        # Not urllib3's timeouts: a refused connection is one of them.
        (socket.timeout, TimeoutError, requests.Timeout),
        "request timed out",
        "increase request_timeout if the service is slow",
        kind=error.Timeout,
    ),
    Failure((client.RemoteDisconnected,), "the connection was closed without a response"),
    Failure((client.IncompleteRead,), "the response was cut short"),
    Failure((client.LineTooLong,), "a header of the response is too long"),
    Failure((client.BadStatusLine, client.UnknownProtocol), "the response is not HTTP"),
    Failure((client.HTTPException,), "{}"),
    Failure(
        _UNUSABLE,
        "{}",
        "check api_base_url, api_verify_request and the proxies of the environment",
        lasting=True,
    ),
    Failure((requests.RequestException,), "no usable HTTP response ({})"),
    Failure((OSError,), "{}"),
    Failure((BaseException,), "no usable HTTP response ({})"),
)
#: The exceptions whose own text is fit to be shown.
_WITH_TEXT = (CertificateError, client.HTTPException, ssl.SSLError, *_UNUSABLE)


def translate(
    failure: BaseException, request: Request, limits: Limits, attempt: Attempt
) -> error.ConnectionError:
    """Return our error for what sending has raised, caused by the error of the network.

    :param failure: The exception.
    :param request: The request.
    :param limits: Its limits.
    :param attempt: The attempt that failed.
    """
    cause = _strip(failure)
    row = next(row for row in FAILURES if _fits(cause, row))
    unsent = attempt.sent is False or (row.lasting and not attempt.sent)
    words = _words(cause, row, limits, attempt, unsent=unsent)
    translated = row.kind(words + urlsplit(request.url).netloc)
    translated.__cause__ = cause
    translated.outcome = error.NOT_SENT if unsent else error.UNKNOWN
    translated._lasting = row.lasting or attempt.streaming
    translated._hint = row.hint
    if row.hint is None and unsent:
        translated._hint = "check api_base_url, the network and its proxies"
    elif row.hint is None and request.method in error.SAFE_METHODS:
        translated._hint = "retry the request: it changes nothing"
    return translated


def _strip(failure: BaseException) -> BaseException:
    """Return the error of the network within an exception, and what led from it to there removed.

    Tools that print attributes, or the locals of frames, would print the signature and the body.
    """
    chain = list(_chain(failure))
    for link in chain:
        link.__traceback__ = None
    cause = next((link for link in reversed(chain) if isinstance(link, _OF_THE_NETWORK)), failure)
    cause.__cause__ = cause.__context__ = None
    if isinstance(cause, requests.RequestException):
        cause.request = cause.response = None
    return cause


def _chain(failure: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and what it wraps, the outermost first."""
    seen = set()
    while failure is not None and id(failure) not in seen:
        seen.add(id(failure))
        yield failure
        wrapped = [value for value in failure.args if isinstance(value, BaseException)]
        failure = failure.__cause__ or (wrapped[0] if wrapped else failure.__context__)


def _fits(cause: BaseException, row: Failure) -> bool:
    return isinstance(cause, row.types) and row.reason in (None, getattr(cause, "reason", None))


def _words(
    cause: BaseException, row: Failure, limits: Limits, attempt: Attempt, *, unsent: bool
) -> str:
    """Return what happened, up to the name of the host."""
    words = row.words.format(_text_of(cause))
    if row.words == "{}":
        words = words[:1].lower() + words[1:]
    if row.kind is error.Timeout:
        words += " after {:g} s".format(min(limits.timeout, LONGEST_TIMEOUT))
    else:
        words += " while"
    if unsent:
        return words + " connecting to "
    return words + " waiting for " + ("the rest of the body from " if attempt.streaming else "")


def _text_of(cause: BaseException) -> str:
    """Return what an exception says if that is fit to be shown, else the name of its class."""
    for name in ("verify_message", "reason", "strerror"):
        text = getattr(cause, name, None)
        if text and isinstance(text, str):
            return text
    if isinstance(cause, _WITH_TEXT) or type(cause) is OSError:
        return str(cause)
    return type(cause).__name__
