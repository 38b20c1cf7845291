"""Verification of signatures.

It shares no code with the client, so that a mistake in one does not hide in the other. An error
shows the canonical request, but never the secret or the expected signature.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from itertools import product
from typing import Any, Callable, NamedTuple

from vivialconnect.sandbox.http.canonical import (
    LITERAL_HOST,
    SAMPLE_HEADERS,
    Form,
    Parts,
    decode_pairs,
    distinct,
    host_forms,
    join,
    path_forms,
    percent,
    query_forms,
)
from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.http.response import HTTPError

#: The maximum difference between the clocks, in seconds. The service's limit is not public.
CLOCK_TOLERANCE = 15 * 60

AUTHORIZATION = re.compile(r"HMAC ([^:\s]+):(\S+)")
TIME = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
HEADER_LIST = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+(;[a-z0-9!#$%&'*+.^_`|~-]+)*", re.ASCII)

#: The JavaScript and Ruby samples sign an empty query, even if they send one.
SAMPLE_QUERY = Form("query left out, as the samples do", "")


class Credential(NamedTuple):
    """The owner of an API key.

    :param account_id: the account's id.
    :param user_id: the user's id.
    :param api_secret: the API secret.
    """

    account_id: int
    user_id: int
    api_secret: str


class Signed(NamedTuple):
    """What the headers of a request say about its signature.

    :param api_key: the API key.
    :param signature: the signature.
    :param moment: when the request was signed.
    :param candidates: the canonical requests that the signature may cover, by their forms. The
        first has all parts as sent.
    """

    api_key: str
    signature: str
    moment: datetime
    candidates: list[tuple[str, Parts]]

    @classmethod
    def read(cls, request: Request) -> Signed:
        """Read the headers.

        :raises HTTPError: 401 if one of them is missing or malformed.
        """
        api_key, signature = _read_authorization(request)
        moment = _read_time(request)
        names = _read_header_list(request)
        parts = Parts(
            request.method,
            request.headers["X-Auth-Date"],
            request.path,
            "",
            {name: _header(request, name) for name in names},
            hashlib.sha256(request.body).hexdigest(),
        )
        return cls(api_key, signature, moment, list(_candidates(parts, request.query)))

    def match(self, secret: str) -> str | None:
        """Return the form that matches the signature, or ``None``."""
        for name, parts in self.candidates:
            if self.covers(parts.text(), secret):
                return name
        return None

    def covers(self, text: str, secret: str) -> bool:
        """Return whether the signature is that of a canonical request."""
        return self.is_written(_sign(secret, text).hex())

    def is_written(self, signature: str) -> bool:
        """Return whether the signature is equal to another one."""
        supplied = self.signature.encode("utf-8", "surrogateescape")
        return hmac.compare_digest(signature.encode("ascii"), supplied)


class Verifier:
    """Verify signatures.

    :param find_credential: finds an API key; ``None`` if it is unknown or inactive.
    :param now: returns the time in seconds since 1970, UTC.
    """

    def __init__(
        self, find_credential: Callable[[str], Credential | None], now: Callable[[], float]
    ) -> None:
        self._find_credential = find_credential
        self._now = now

    def verify(self, request: Request) -> Credential:
        """Return the owner of the key that signed a request, and set its ``variant``.

        :param request: the request.
        :raises HTTPError: 401 if the key, the signature or the time is invalid.
        """
        signed = Signed.read(request)
        shown = signed.candidates[0][1].text()
        credential = self._find_credential(signed.api_key)
        if credential is None:
            raise HTTPError(401, "The API key is unknown or inactive", canonical_request=shown)
        request.variant = signed.match(credential.api_secret)
        if request.variant is None:
            mistake = diagnose(request, signed, credential.api_secret)
            extra: dict[str, Any] = {} if mistake is None else {"matches_variant": mistake}
            raise HTTPError(
                401, "The signature does not match the request", canonical_request=shown, **extra
            )
        self._check_clock(signed.moment, shown)
        return credential

    def _check_clock(self, moment: datetime, shown: str) -> None:
        late = self._now() - moment.timestamp()
        if abs(late) > CLOCK_TOLERANCE:
            raise HTTPError(
                401,
                "X-Auth-Date is {:.0f} seconds {} the server's clock; {} are allowed".format(
                    abs(late), "behind" if late > 0 else "ahead of", CLOCK_TOLERANCE
                ),
                canonical_request=shown,
            )


def _sign(secret: str, text: str) -> bytes:
    return hmac.new(
        secret.encode("utf-8"), text.encode("utf-8", "surrogateescape"), hashlib.sha256
    ).digest()


def _header(request: Request, name: str) -> str:
    values = request.headers.get_all(name) or []
    if len(values) != 1:
        raise HTTPError(
            401,
            f"The signed header {name} must be sent exactly once, but is sent {len(values)} times",
        )
    # http.client decodes headers as Latin-1, and clients sign them in UTF-8.
    text: str = values[0]
    return text.encode("latin-1", "surrogateescape").decode("utf-8", "surrogateescape")


def _read_authorization(request: Request) -> tuple[str, str]:
    match = AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
    if match is None:
        raise HTTPError(401, "The Authorization header must read: HMAC api_key:signature")
    return match.group(1), match.group(2)


def _read_time(request: Request) -> datetime:
    text = request.headers.get("X-Auth-Date", "")
    try:
        moment = _parse_time(text)
    except ValueError:
        raise HTTPError(401, "X-Auth-Date must be a UTC time written YYYYMMDDThhmmssZ") from None
    try:
        date = parsedate_to_datetime(_header(request, "date"))
        is_same = (date if date.tzinfo else date.replace(tzinfo=timezone.utc)) == moment
    except (TypeError, ValueError, IndexError, OverflowError):
        raise HTTPError(401, "Date must be written like Thu, 02 Jul 2020 10:11:12 GMT") from None
    if not is_same:
        raise HTTPError(401, "Date and X-Auth-Date must be the same instant")
    return moment


def _parse_time(text: str) -> datetime:
    # strptime also accepts fields of one digit.
    if TIME.fullmatch(text) is None:
        raise ValueError(text)
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)


def _read_header_list(request: Request) -> list[str]:
    text = request.headers.get("X-Auth-SignedHeaders", "")
    names = text.split(";")
    if HEADER_LIST.fullmatch(text) is None or names != sorted(set(names)):
        raise HTTPError(
            401, "X-Auth-SignedHeaders must list header names in lower case, sorted, joined by ;"
        )
    if "date" not in names:
        raise HTTPError(401, "At least the date header must be signed")
    return names


def _candidates(parts: Parts, query: str) -> Iterator[tuple[str, Parts]]:
    host = parts.headers.get("host")
    hosts = [Form("no host", "")] if host is None else distinct(host_forms(host))
    queries = distinct(query_forms(query))
    if ";".join(sorted(parts.headers)) == SAMPLE_HEADERS and query:
        queries.append(SAMPLE_QUERY)
    for form in product(hosts, distinct(path_forms(parts.path)), queries):
        if form[2] is SAMPLE_QUERY and form[0].text != LITERAL_HOST:
            continue
        headers = parts.headers if host is None else dict(parts.headers, host=form[0].text)
        name = "; ".join(part.name for part in form)
        yield name, parts._replace(path=form[1].text, query=form[2].text, headers=headers)


def mistakes(request: Request, right: Parts) -> dict[str, str]:
    """Return the canonical requests of common mistakes, by name."""
    wire_order = "&".join(join((percent(k), percent(v)) for k, v in decode_pairs(request.query)))
    base, found, rest = right.path.partition("/accounts")
    empty = hashlib.sha256(b"").hexdigest()
    return {
        "the query left out": right._replace(query="").text(),
        "the query as on the wire": right._replace(query=request.query).text(),
        "the query in its own order": right._replace(query=wire_order).text(),
        "the path without " + base: right._replace(path=found + rest).text(),
        "the query left in the path": right._replace(path=request.target, query="").text(),
        "the body left out": right._replace(digest=empty).text(),
        "the Date header as timestamp": right._replace(timestamp=right.headers["date"]).text(),
        "the method in lower case": right._replace(method=right.method.lower()).text(),
        "a space after each colon": right.text(": "),
        "a line feed at the end": right.text() + "\n",
    }


def encoding_mistake(signed: Signed, secret: str) -> str | None:
    """Return how a right signature is written, if not in lower-case hexadecimal."""
    digest = _sign(secret, signed.candidates[0][1].text())
    if signed.is_written(digest.hex().upper()):
        return "the signature in upper case"
    if signed.is_written(base64.b64encode(digest).decode("ascii")):
        return "the signature in base64"
    return None


def diagnose(request: Request, signed: Signed, secret: str) -> str | None:
    """Return the name of the mistake that explains a signature, or ``None``.

    :param request: the request.
    :param signed: its signature, which matches no form.
    :param secret: the secret that it should be signed with.
    """
    right = signed.candidates[0][1]
    found = encoding_mistake(signed, secret)
    names = (name for name, text in mistakes(request, right).items() if signed.covers(text, secret))
    return found or next(names, None)
