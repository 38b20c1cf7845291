"""Redaction of secrets in reprs, pickles and errors."""

from __future__ import annotations

import json
import re
from typing import Any

from vivialconnect.common.exchange import Response

#: A field is secret if its name contains one of these words.
SECRET_WORDS = ("secret", "password")
MASK = "***"

# A JSON member with such a name and a string value, which may be truncated.
_SECRET_MEMBER = re.compile(
    r'("[^"]*(?:{})[^"]*"\s*:\s*)"(?:[^"\\]|\\.)*"?'.format("|".join(SECRET_WORDS)).encode()
)


class Secret(str):
    """A ``str`` whose ``repr`` and pickle are masked.

    >>> Secret("abc"), [Secret("abc")], Secret("abc") == "abc"
    ('***', ['***'], True)
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(MASK)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return str, (MASK,)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: Any) -> Secret:
        return self


class SecretBytes(bytes):
    """A request body with a secret. Its ``str`` and ``repr`` are masked.

    >>> SecretBytes(b"abc"), str(SecretBytes(b"abc")), SecretBytes(b"abc") == b"abc"
    ('***', "'***'", True)
    """

    def __repr__(self) -> str:
        return repr(MASK)

    __str__ = __repr__


def redact_response(content: bytes, sent: bytes | None) -> bytes:
    """Mask the secrets in a response body.

    :param content: The response body.
    :param sent: The request body. The secrets of :class:`SecretBytes` are masked too.

    >>> redact_response(b'{"credential": {"api_key": "k", "api_secret": "abc"}}', None)
    b'{"credential": {"api_key": "k", "api_secret": "***"}}'
    >>> redact_response(b"abc is too short", SecretBytes(b'{"user": {"password": "abc"}}'))
    b'*** is too short'
    """
    content = _SECRET_MEMBER.sub(rb'\1"***"', content)
    if not isinstance(sent, SecretBytes):
        return content
    secrets = [value for root in json.loads(sent).values() for value in _secrets_in(root)]
    forms = {
        form
        for secret in secrets
        for ensure_ascii in (True, False)
        for written in (secret, json.dumps(secret, ensure_ascii=ensure_ascii)[1:-1])
        for form in (written, written.replace("/", "\\/"))
    }
    # The longest first: one secret may be a prefix of another.
    for form in sorted(forms, key=len, reverse=True):
        content = content.replace(form.encode(errors="surrogatepass"), MASK.encode())
    return content


def redact_echo(response: Response, secret: str) -> Response:
    """Return a response with stars in place of a secret of its request.

    :param response: The response.
    :param secret: The secret, in ASCII; if it is empty, the response is not changed.

    >>> redact_echo(Response(400, {}, b"you sent 86bf"), "86bf").content
    b'you sent ***'
    """
    for form in filter(None, (secret, secret.upper())):
        headers = {name: str(value).replace(form, MASK) for name, value in response.headers.items()}
        content = response.content.replace(form.encode(), MASK.encode())
        response = Response(response.status, headers, content)
    return response


def is_secret(name: str) -> bool:
    """Return whether a field is secret, by its name.

    >>> is_secret("api_secret"), is_secret("body")
    (True, False)
    """
    return any(word in str(name).lower() for word in SECRET_WORDS)


def mask(name: str, value: Any) -> Any:
    """Return the value of a field, masked if the field is secret.

    >>> mask("api_secret", "abc"), mask("body", "abc")
    ('***', 'abc')
    """
    return MASK if is_secret(name) else value


def _secrets_in(fields: Any) -> list[str]:
    named = fields.items() if isinstance(fields, dict) else ()
    return [value for name, value in named if isinstance(value, str) and value and is_secret(name)]
