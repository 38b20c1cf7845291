"""``vivialconnect sign check``: whether the signature of a raw HTTP request is valid.

Only the client knows what it has signed. Therefore the known forms of the canonical request are
tried until one has the signature that was sent.
"""

from __future__ import annotations

import base64
import hmac
import re
from itertools import zip_longest
from typing import NamedTuple

from vivialconnect.command.failures import Misuse
from vivialconnect.command.sign_forms import candidates
from vivialconnect.command.sign_request import RawRequest
from vivialconnect.command.sign_stages import stages
from vivialconnect.common.settings import Settings
from vivialconnect.common.signing import _line_name, signature
from vivialconnect.common.times import format_basic, parse_http_date

NAMES_HEADER = "X-Auth-SignedHeaders"
UNKNOWN = (
    "no known form of the request has this signature: check that api_key and api_secret belong "
    "together, and compare each line of canonical_request with what the client signs"
)

_AUTHORIZATION = re.compile(r"HMAC ([^:\s]+):(\S+)")
_TIME = re.compile(r"\d{8}T\d{6}Z", re.ASCII)


class Verdict(NamedTuple):
    """The result of a check."""

    #: The signature in the request.
    sent_signature: str
    #: Whether it is the signature of the request, in the form of any known client.
    matches: bool
    #: The first line that differs, and why; empty if none does.
    difference: str


def expected_stages(request: RawRequest, settings: Settings) -> dict[str, str]:
    """Return the stages of the signature that the service expects.

    :param request: the request.
    :param settings: the settings, with key and secret.
    :raises Misuse: if a header that the signature needs is missing or invalid.
    """
    time = request.one("X-Auth-Date")
    if not _TIME.fullmatch(time):
        raise Misuse(f"X-Auth-Date must be a UTC time such as 20200702T101112Z, got {time!r}")
    names = {"date", *filter(None, request.one(NAMES_HEADER).lower().split(";"))}
    return stages(settings, request, time, sorted(names))


def compare(request: RawRequest, expected: dict[str, str], settings: Settings) -> Verdict:
    """Return whether the signature of a request is the expected one, and what differs.

    :param request: the request.
    :param expected: the stages of the signature.
    :param settings: the settings, with key and secret.
    :raises Misuse: if the request has no signature.
    """
    found = _AUTHORIZATION.fullmatch(request.one("Authorization"))
    if found is None:
        raise Misuse("the header Authorization must be HMAC api_key:signature")
    key, sent = found.groups()
    difference = _find_mistake(request, expected, key, settings)
    if difference:
        return Verdict(sent, matches=False, difference=difference)
    expected_lines = expected["canonical_request"].split("\n")
    for candidate in candidates(request, expected):
        signed = signature(settings.api_secret or "", "\n".join(candidate.lines))
        form = _form_of(sent, signed)
        if form is not None:
            causes = [*candidate.causes, *filter(None, [form])]
            matches = not (candidate.has_mistakes or form)
            return Verdict(sent, matches, _describe(candidate.lines, expected_lines, causes))
    return Verdict(sent, matches=False, difference=UNKNOWN)


def _find_mistake(
    request: RawRequest, expected: dict[str, str], key: str, settings: Settings
) -> str | None:
    """Return what is wrong whatever was signed; ``None`` if nothing is."""
    names = request.one(NAMES_HEADER)
    if names != expected["signed_headers"]:
        return (
            f"{NAMES_HEADER} must list the names in lower case, sorted, with date: "
            f"{expected['signed_headers']}, got {names}"
        )
    date = parse_http_date(request.one("Date"))
    if date is None or format_basic(date) != expected["time"]:
        sent = request.one("Date")
        return f"Date and X-Auth-Date must be the same time, got {sent!r} and {expected['time']!r}"
    if key != settings.api_key:
        return f"the request is signed with the key {key}, and the settings have another"
    return None


def _form_of(sent: str, signed: str) -> str | None:
    """Return how a signature is written; empty if as expected, ``None`` if it is another."""
    base64_form = base64.b64encode(bytes.fromhex(signed)).decode()
    forms = {
        signed: "",
        signed.upper(): "the signature is in upper case, not lower",
        base64_form: "the signature is in base64, not hexadecimal",
    }
    return next((cause for form, cause in forms.items() if hmac.compare_digest(form, sent)), None)


def _describe(signed: list[str], expected: list[str], causes: list[str]) -> str:
    cause = "; ".join(causes)
    for number, (line, wanted) in enumerate(zip_longest(signed, expected, fillvalue="no line")):
        if line != wanted:
            name = _line_name(number, len(expected))
            return (
                f"line {number + 1} ({name}) differs: signed {line!r}, expected {wanted!r}. In "
                f"what was signed, {cause}"
            )
    return cause
