"""Redaction: which values are secret, and how they are hidden in reprs, pickles and errors."""

from __future__ import annotations

import json
import re
from typing import Any

#: A field whose name contains one of these is never shown.
SECRET_WORDS = ("secret", "password")
MASK = "***"

# A JSON member with such a name and a text value, which may be cut short.
_SECRET_MEMBER = re.compile(
    r'("[^"]*(?:{})[^"]*"\s*:\s*)"(?:[^"\\]|\\.)*"?'.format("|".join(SECRET_WORDS)).encode()
)


class Secret(str):
    """A text whose ``repr`` and pickle show stars. Otherwise it behaves like any ``str``.

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
    """A request body that contains a secret: its ``str`` and ``repr`` show stars.

    >>> SecretBytes(b"abc"), str(SecretBytes(b"abc")), SecretBytes(b"abc") == b"abc"
    ('***', "'***'", True)
    """

    def __repr__(self) -> str:
        return repr(MASK)

    __str__ = __repr__


def redact_response(content: bytes, sent: bytes | None) -> bytes:
    """Return a response body with stars in place of its secrets.

    :param content: The response body.
    :param sent: The request body: if it is :class:`SecretBytes`, its secrets are hidden too.

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
    # The longest first: one secret may be the beginning of another.
    for form in sorted(forms, key=len, reverse=True):
        content = content.replace(form.encode(errors="surrogatepass"), MASK.encode())
    return content


def is_secret(name: str) -> bool:
    """Return whether the name of a field says that its value is secret.

    >>> is_secret("api_secret"), is_secret("body")
    (True, False)
    """
    return any(word in str(name).lower() for word in SECRET_WORDS)


def masked(name: str, value: Any) -> Any:
    """Return the value of a field, or stars if its name says that it is secret.

    >>> masked("api_secret", "abc"), masked("body", "abc")
    ('***', 'abc')
    """
    return MASK if is_secret(name) else value


def _secrets_in(fields: Any) -> list[str]:
    named = fields.items() if isinstance(fields, dict) else ()
    return [value for name, value in named if isinstance(value, str) and value and is_secret(name)]
