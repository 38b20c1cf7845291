"""The sandbox's own check of a request's HMAC: no routing, no state, nothing of the client's.

It was written from the wire facts, not from the client, so that a mistake in one is not repeated in
the other. A refusal tells the caller everything but the secret and the signature it expected.
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
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional

from vivialconnect.sandbox.http.canonical import (
    LITERAL_HOST,
    SAMPLE_HEADERS,
    Form,
    Parts,
    decode_pairs,
    host_forms,
    join,
    path_forms,
    percent,
    query_forms,
)
from vivialconnect.sandbox.http.exchange import Refusal

if TYPE_CHECKING:
    from vivialconnect.sandbox.http.exchange import Request

#: How far a request's clock may be off, in seconds. The service's figure is not public.
CLOCK_TOLERANCE = 15 * 60

AUTHORIZATION = re.compile(r"HMAC ([^:\s]+):(\S+)")
INSTANT = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
HEADER_LIST = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+(;[a-z0-9!#$%&'*+.^_`|~-]+)*", re.ASCII)

#: The JavaScript and Ruby samples sign an empty query line, whatever query they send.
SAMPLE_QUERY = Form("query left out, as the samples do", "")


class Credential(NamedTuple):
    """Who signs with a key.

    :param account_id: the account it belongs to.
    :param user_id: the user it belongs to.
    :param api_secret: what the user signs with.
    """

    account_id: int
    user_id: int
    api_secret: str


class Verifier:
    """Checks signatures.

    :param find_credential: looks up an API key; ``None`` for one that is unknown or inactive.
    :param now: gives the time in seconds since 1970, UTC.
    """

    def __init__(
        self, find_credential: Callable[[str], Optional[Credential]], now: Callable[[], float]
    ) -> None:
        """Keep where to look things up."""
        self._find_credential = find_credential
        self._now = now

    def verify(self, request: Request) -> Credential:
        """Find out who signed a request, and note in which canonical form.

        :param request: the request; its ``variant`` is set.
        :returns: the signer.
        :raises Refusal: 401 when it is not signed by a known key, in a known form, in time.
        """
        api_key, signature = _read_authorization(request)
        moment = _read_instant(request)
        names = _read_header_list(request)
        parts = Parts(
            request.method,
            request.headers["X-Auth-Date"],
            request.path,
            "",
            {name: _header(request, name) for name in names},
            hashlib.sha256(request.body).hexdigest(),
        )
        candidates = list(_candidates(parts, request.query))
        shown = candidates[0][1].text()
        credential = self._find_credential(api_key)
        if credential is None:
            raise Refusal(401, "The API key is unknown or inactive", canonical_request=shown)
        request.variant = _match(candidates, credential.api_secret, signature)
        if request.variant is None:
            mistake = _diagnose(request, candidates[0][1], credential.api_secret, signature)
            extra: dict[str, Any] = {} if mistake is None else {"matches_variant": mistake}
            raise Refusal(
                401,
                "The signature does not match the request",
                canonical_request=shown,
                **extra,
            )
        self._check_clock(moment, shown)
        return credential

    def _check_clock(self, moment: datetime, shown: str) -> None:
        late = self._now() - moment.timestamp()
        if abs(late) > CLOCK_TOLERANCE:
            raise Refusal(
                401,
                "X-Auth-Date is {:.0f} seconds {} the server's clock; {} are tolerated".format(
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
        raise Refusal(
            401,
            f"The signed header {name} must be sent exactly once, but is sent {len(values)} times",
        )
    # The parser decodes bytes one by one; what clients sign is the text.
    text: str = values[0]
    return text.encode("latin-1", "surrogateescape").decode("utf-8", "surrogateescape")


def _read_authorization(request: Request) -> tuple[str, str]:
    match = AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
    if match is None:
        raise Refusal(401, "The Authorization header must read: HMAC api_key:signature")
    return match.group(1), match.group(2)


def _read_instant(request: Request) -> datetime:
    text = request.headers.get("X-Auth-Date", "")
    try:
        moment = _parse_instant(text)
    except ValueError:
        raise Refusal(401, "X-Auth-Date must be a UTC time written YYYYMMDDThhmmssZ") from None
    try:
        date = parsedate_to_datetime(_header(request, "date"))
    except (TypeError, ValueError, IndexError):
        raise Refusal(401, "Date must be written like Thu, 02 Jul 2020 10:11:12 GMT") from None
    if (date if date.tzinfo else date.replace(tzinfo=timezone.utc)) != moment:
        raise Refusal(401, "Date and X-Auth-Date must be the same instant")
    return moment


def _parse_instant(text: str) -> datetime:
    # strptime alone would also read fields of one digit.
    if INSTANT.fullmatch(text) is None:
        raise ValueError(text)
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)


def _read_header_list(request: Request) -> list[str]:
    text = request.headers.get("X-Auth-SignedHeaders", "")
    names = text.split(";")
    if HEADER_LIST.fullmatch(text) is None or names != sorted(set(names)):
        raise Refusal(
            401, "X-Auth-SignedHeaders must list header names in lower case, sorted, joined by ;"
        )
    if "date" not in names:
        raise Refusal(401, "At least the date header must be signed")
    return names


def _candidates(parts: Parts, query: str) -> Iterator[tuple[str, Parts]]:
    host = parts.headers.get("host")
    hosts = [Form("no host", "")] if host is None else host_forms(host)
    queries = query_forms(query)
    if ";".join(sorted(parts.headers)) == SAMPLE_HEADERS and query:
        queries.append(SAMPLE_QUERY)
    for form in product(hosts, path_forms(parts.path), queries):
        if form[2] is SAMPLE_QUERY and form[0].text != LITERAL_HOST:
            continue
        headers = parts.headers if host is None else dict(parts.headers, host=form[0].text)
        name = "; ".join(part.name for part in form)
        yield name, parts._replace(path=form[1].text, query=form[2].text, headers=headers)


def _match(candidates: list[tuple[str, Parts]], secret: str, signature: str) -> Optional[str]:
    supplied = signature.encode("utf-8", "surrogateescape")
    for name, parts in candidates:
        if hmac.compare_digest(_sign(secret, parts.text()).hex().encode("ascii"), supplied):
            return name
    return None


def _mistakes(request: Request, right: Parts) -> dict[str, str]:
    """Write the canonical requests of the mistakes that people make, by name."""
    wire_order = "&".join(join((percent(k), percent(v)) for k, v in decode_pairs(request.query)))
    base, found, rest = right.path.partition("/accounts")
    nothing = hashlib.sha256(b"").hexdigest()
    return {
        "the query left out": right._replace(query="").text(),
        "the query as on the wire": right._replace(query=request.query).text(),
        "the query in its own order": right._replace(query=wire_order).text(),
        "the path without " + base: right._replace(path=found + rest).text(),
        "the query left in the path": right._replace(path=request.target, query="").text(),
        "the body left out": right._replace(digest=nothing).text(),
        "the Date header as timestamp": right._replace(timestamp=right.headers["date"]).text(),
        "the method in lower case": right._replace(method=right.method.lower()).text(),
        "a space after each colon": right.text(": "),
        "a line feed at the end": right.text() + "\n",
    }


def _diagnose(request: Request, right: Parts, secret: str, signature: str) -> Optional[str]:
    """Name the mistake with which the signature would match, if it is a known one."""
    supplied = signature.encode("utf-8", "surrogateescape")
    digest = _sign(secret, right.text())
    encodings = {
        "the signature in upper case": digest.hex().upper().encode("ascii"),
        "the signature in base64": base64.b64encode(digest),
    }
    for name, expected in encodings.items():
        if hmac.compare_digest(expected, supplied):
            return name
    for name, text in _mistakes(request, right).items():
        if hmac.compare_digest(_sign(secret, text).hex().encode("ascii"), supplied):
            return name
    return None
