"""The forms of a canonical request: as the service expects it, as other clients sign it, mistakes.

The other clients are the SDKs for Java, .NET, PHP and Ruby, and the published samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from vivialconnect.command.sign_request import RawRequest
from vivialconnect.common.settings import DEFAULT_BASE_URL
from vivialconnect.common.signing import LINE_NAMES, body_digest, split_target

SERVICE = urlsplit(DEFAULT_BASE_URL).netloc
#: How many mistakes are tried at a time.
MAX_MISTAKES = 2
#: The headers that the JavaScript and Ruby samples sign. They never sign the query.
SAMPLE_HEADERS = "accept;date;host"
#: The form of another client, not a mistake.
OF_CLIENT = False
SPACE, LINE_FEED = " ", "\n"


class Form(NamedTuple):
    """A line of a canonical request as it may have been signed."""

    text: str
    #: What is different; empty for the expected form.
    cause: str = ""
    #: Whether it is a mistake, and not the form of another client.
    is_mistake: bool = True


class Candidate(NamedTuple):
    """A canonical request that may have been signed."""

    lines: list[str]
    #: What is different; empty for the expected request.
    causes: list[str]
    has_mistakes: bool


def candidates(request: RawRequest, expected: dict[str, str]) -> Iterator[Candidate]:
    """Yield the canonical requests that may have been signed, the expected one first.

    :param request: the request.
    :param expected: the stages of its signature.
    """
    forms = [
        [Form(expected["method"]), Form(expected["method"].lower(), "it is in lower case")],
        [Form(expected["time"]), Form(request.one("Date"), "it is the text of the Date header")],
        _paths(expected["path"], request.target),
        _queries(expected["query"], request.target, expected["signed_headers"]),
        *map(_headers, expected["headers"].split("\n")),
        [Form(expected["signed_headers"])],
        _digests(expected["body_digest"], request.body),
        [
            Form(""),
            Form(SPACE, "there is a space after the colon"),
            Form(LINE_FEED, "there is a line feed at the end"),
        ],
    ]
    combinations = product(*map(_distinct, forms))
    few = (each for each in combinations if _cost(each)[0] <= MAX_MISTAKES)
    for combination in sorted(few, key=_cost):
        causes = [form.cause for form in combination if form.cause]
        yield Candidate(_lines(combination), causes, has_mistakes=_cost(combination)[0] > 0)


def _lines(combination: tuple[Form, ...]) -> list[str]:
    *texts, layout = (form.text for form in combination)
    first, headers, last = texts[: len(LINE_NAMES)], texts[len(LINE_NAMES) : -2], texts[-2:]
    if layout == SPACE:
        headers = [header.replace(":", ": ", 1) for header in headers]
    return [*first, *headers, *last, *([""] if layout == LINE_FEED else [])]


def _cost(combination: tuple[Form, ...]) -> tuple[int, int]:
    """Return how many lines are mistakes, and how many are not as expected."""
    changed = [form for form in combination if form.cause]
    return sum(form.is_mistake for form in changed), len(changed)


def _distinct(forms: list[Form]) -> list[Form]:
    seen: dict[str, Form] = {}
    for form in forms:
        seen.setdefault(form.text, form)
    return list(seen.values())


def _paths(expected: str, target: str) -> list[Form]:
    sent, _ = split_target(target)
    below = "/accounts" + expected.partition("/accounts")[2]
    return [
        Form(expected),
        Form(sent, "it is not encoded again, as .NET and JavaScript clients sign it", OF_CLIENT),
        Form(_path(_percent, sent), "it is encoded twice, as PHP clients sign it", OF_CLIENT),
        Form(_path(_form, unquote(sent)), "it is encoded as a form, as Java clients do", OF_CLIENT),
        Form(_path(_form, sent), "it is encoded twice, as Java clients sign it", OF_CLIENT),
        Form(unquote(sent), "it is not encoded"),
        Form(target, "it contains the query"),
        Form(below, "the path of the base URL is missing"),
    ]


def _queries(expected: str, target: str, signed_names: str) -> list[Form]:
    _, sent = split_target(target)
    pairs = parse_qsl(sent, keep_blank_values=True)
    by_key = sorted(dict(pairs).items())
    return [
        Form(expected),
        Form("", "it is missing", signed_names != SAMPLE_HEADERS),
        Form(_join(_percent, by_key), "it is sorted by key, as PHP and Ruby clients do", OF_CLIENT),
        Form(_join(_form, by_key), "it is sorted by key and encoded as a form, as Java clients do",
             OF_CLIENT),
        Form(_join(_percent, sorted(pairs)), "it is sorted by key, as .NET clients do", OF_CLIENT),
        Form(sent, "it is the query as sent, not sorted and not encoded again"),
        Form(_join(_percent, pairs), "it is not sorted"),
        Form("&".join(sorted(_join(_form, pairs).split("&"))), "it is encoded as a form"),
    ]  # fmt: skip


def _headers(line: str) -> list[Form]:
    name, _, value = line.partition(":")
    if name != "host":
        return [Form(line)]
    host, colon, port = value.rpartition(":")
    bare = host if colon and port.isdecimal() else value
    return [
        Form(line),
        Form("host:" + bare, "the port is missing, as Java and .NET clients sign it", OF_CLIENT),
        Form(
            "host:" + SERVICE, "it is the host of the service, as Ruby clients sign it", OF_CLIENT
        ),
    ]


def _digests(expected: str, body: bytes) -> list[Form]:
    return [
        Form(expected),
        Form(body_digest(b""), "it is the digest of an empty body"),
        Form(body_digest(body.rstrip(b"\r\n")), "the body was signed without its last line feed"),
        Form(body_digest(body + b"\n"), "the body was signed with a line feed at its end"),
        Form(expected.upper(), "it is in upper case"),
        Form("", "it is missing"),
    ]


def _percent(text: str) -> str:
    return quote(text, safe="")


def _form(text: str) -> str:
    return quote_plus(text, safe="*").replace("~", "%7E")


def _path(encode: Any, path: str) -> str:
    return str(encode(path)).replace("%2F", "/")


def _join(encode: Any, pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{encode(key)}={encode(value)}" for key, value in pairs)
