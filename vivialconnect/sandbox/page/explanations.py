"""Why a signature was refused: the cause, the first line that differs, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.http.response import HTTPError
from vivialconnect.sandbox.http.verification import Credential, Signed, encoding_mistake, mistakes
from vivialconnect.sandbox.page.clients import recognize
from vivialconnect.sandbox.page.context import Context, Document
from vivialconnect.sandbox.service.store import select_all

UNAUTHORIZED = 401
#: The lines of a canonical request before and after those of the headers.
_FIRST_LINES = ("method", "timestamp", "path", "query")
_LAST_LINES = ("signed headers", "body digest")

#: What to do about each mistake.
_ADVICE = {
    "the query left out": "Sign the query as the fourth line: pairs percent-encoded, sorted and "
    "joined by &.",
    "the query as on the wire": "Decode the query, percent-encode each key and value (a space is "
    "%20), and sort the pairs.",
    "the query in its own order": "Sort the pairs of the query before you sign them.",
    "the query left in the path": "Sign the path without the query, and the query as the fourth "
    "line.",
    "the body left out": "Hash the exact bytes of the body that you send.",
    "the Date header as timestamp": "Write the second line as in X-Auth-Date: YYYYMMDDThhmmssZ.",
    "the method in lower case": "Write the method in upper case.",
    "a space after each colon": "Write header lines as name:value, without a space.",
    "a line feed at the end": "End the canonical request after the body digest, without a line "
    "feed.",
    "the signature in upper case": "Write the signature in lower-case hexadecimal.",
    "the signature in base64": "Write the signature in lower-case hexadecimal, not in base64.",
}
_WHOLE_PATH = "Sign the whole path, with {} at its beginning."
#: What may be around a secret by mistake.
_PADDINGS = (
    ("{}\n", "a line feed after it"),
    ("{}\r\n", "a line end after it"),
    ("{}\r", "a carriage return after it"),
    (" {}", "a space before it"),
    ("{} ", "a space after it"),
    ('"{}"', "quotes around it"),
    ("'{}'", "quotes around it"),
)


class Finding(NamedTuple):
    """The cause of a refusal.

    :param cause: its name; the guide to the JSON API lists them.
    :param summary: the cause in words.
    :param advice: what to do.
    :param signed_text: the canonical request that the client signed, if that is known.
    """

    cause: str
    summary: str
    advice: str
    signed_text: str | None = None


def explain(context: Context, request: Request) -> Document | None:
    """Explain why the signature of a request was refused; see the guide to the JSON API.

    :param context: the parts of the sandbox.
    :param request: the request.
    :returns: the explanation; ``None`` if the signature was not refused.
    """
    if request.status != UNAUTHORIZED or request.response is None:
        return None
    client = recognize(request)
    document: Document = {
        "client": client and client[0].name,
        "client_reason": client and client[1],
        "canonical_request": None,
        "client_canonical_request": None,
        "difference": None,
    }
    try:
        signed = Signed.read(request)
    except HTTPError as error:
        advice = "Send Date, X-Auth-Date, X-Auth-SignedHeaders and Authorization as documented."
        return {**document, **_described(Finding("malformed", str(error), advice))}
    right = signed.candidates[0][1]
    finding = _find_cause(context, request, signed)
    text = finding.signed_text
    if text is None and client is not None:
        text = client[0].canonical(right, request.query).text()
    document["canonical_request"] = right.text()
    document["client_canonical_request"] = text
    document["difference"] = text and first_difference(right.text(), text, [*right.headers])
    return {**document, **_described(finding)}


def _described(finding: Finding) -> Document:
    return {"cause": finding.cause, "summary": finding.summary, "advice": finding.advice}


def _find_cause(context: Context, request: Request, signed: Signed) -> Finding:
    credential = context.application.find_credential(signed.api_key)
    if credential is None:
        return _explain_unknown_key(context, signed)
    secret = credential.api_secret
    if signed.match(secret) is not None:
        return _explain_right_signature(request)
    findings = (
        *_explain_encoding(signed, secret),
        *_explain_mistake(request, signed, secret),
        *_explain_padding(signed, secret),
        *_explain_other_secret(context, signed, credential),
    )
    return findings[0] if findings else _explain_secret(signed)


def _explain_right_signature(request: Request) -> Finding:
    message = request.refusal or ""
    if message.startswith("X-Auth-Date"):
        advice = "Set the clock of the client's machine, and sign each request when it is sent."
        return Finding("clock", message + ".", advice)
    return Finding(
        "secret",
        "The signature matches now: the key or its secret has changed since.",
        "Send it again.",
    )


def _explain_unknown_key(context: Context, signed: Signed) -> Finding:
    keys = [key for key, secret in _secrets(context) if signed.match(secret) is not None]
    advice = f"Use the API key {keys[0]}, which belongs to the secret." if keys else (
        "Use an API key of this sandbox, which it printed at its start. It changes with each "
        "start, unless the sandbox is given a key or a database."
    )  # fmt: skip
    return Finding("unknown_key", f"The API key {signed.api_key} is unknown or inactive.", advice)


def _explain_encoding(signed: Signed, secret: str) -> Iterator[Finding]:
    name = encoding_mistake(signed, secret)
    if name is not None:
        text = signed.candidates[0][1].text()
        yield Finding("encoding", f"The Authorization header has {name}.", _ADVICE[name], text)


def _explain_mistake(request: Request, signed: Signed, secret: str) -> Iterator[Finding]:
    for name, text in mistakes(request, signed.candidates[0][1]).items():
        if signed.covers(text, secret):
            base = name.rpartition(" ")[2]
            advice = _ADVICE.get(name, _WHOLE_PATH.format(base))
            yield Finding("canonical", f"The request was signed with {name}.", advice, text)


def _explain_padding(signed: Signed, secret: str) -> Iterator[Finding]:
    for form, words in _PADDINGS:
        name = signed.match(form.format(secret))
        if name is not None:
            summary = f"The request was signed with the secret and {words}."
            yield Finding(
                "padded_secret", summary, "Remove it.", dict(signed.candidates)[name].text()
            )


def _explain_other_secret(
    context: Context, signed: Signed, credential: Credential
) -> Iterator[Finding]:
    for key, secret in _secrets(context):
        name = None if secret == credential.api_secret else signed.match(secret)
        if name is not None:
            summary = f"The request was signed with the secret of the API key {key}."
            advice = f"Use the secret of {signed.api_key}, or the API key {key}."
            yield Finding("other_secret", summary, advice, dict(signed.candidates)[name].text())


def _explain_secret(signed: Signed) -> Finding:
    return Finding(
        "secret",
        f"No canonical request matches with the secret of the API key {signed.api_key}.",
        "Check the secret first. If it is right, compare the canonical request that your client "
        "signs with that of the sandbox, line by line.",
    )


def _secrets(context: Context) -> list[tuple[str, str]]:
    statement = "SELECT api_key, api_secret FROM credentials WHERE active ORDER BY id LIMIT 100"
    records = context.store.read(lambda connection: select_all(connection, statement))
    return [(each["api_key"], each["api_secret"]) for each in records]


def first_difference(expected: str, got: str, headers: Iterable[str]) -> Document | None:
    """Return the first line in which two canonical requests differ, or ``None``.

    :param expected: the canonical request that the sandbox computed.
    :param got: the other one.
    :param headers: the names of the signed headers.
    """
    names = (*_FIRST_LINES, *sorted(headers), *_LAST_LINES, "end")
    left, right = expected.split("\n"), got.split("\n")
    for number in range(max(len(left), len(right))):
        pair = tuple(lines[number] if number < len(lines) else None for lines in (left, right))
        if pair[0] != pair[1]:
            return {
                "line": number + 1,
                "name": names[min(number, len(names) - 1)],
                "expected": pair[0],
                "got": pair[1],
            }
    return None
