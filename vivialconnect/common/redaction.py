"""Values that are used and never shown."""

from __future__ import annotations

import json
import re
from typing import Any

#: What stands in the names of the fields whose values are never shown.
SECRET_WORDS = ("secret", "password")
MASK = "***"


class Secret(str):
    """A text whose ``repr`` and pickle hold stars, so that no log of values can tell it.

    It is compared, encoded and printed on purpose like any other text.

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
    """A body that holds a secret: its text shows stars, its bytes are sent like any others.

    >>> SecretBytes(b"abc"), str(SecretBytes(b"abc")), SecretBytes(b"abc") == b"abc"
    ('***', "'***'", True)
    """

    def __repr__(self) -> str:
        return repr(MASK)

    __str__ = __repr__

    def hide_in(self, content: bytes) -> bytes:
        """Return an answer with stars in the place of every secret that this body has sent.

        >>> SecretBytes(b'{"user": {"password": "abc"}}').hide_in(b"abc is too short")
        b'*** is too short'
        """
        secrets = [value for root in json.loads(self).values() for value in secrets_in(root)]
        forms = {
            form
            for secret in secrets
            for ascii_alone in (True, False)
            for written in (secret, json.dumps(secret, ensure_ascii=ascii_alone)[1:-1])
            for form in (written, written.replace("/", "\\/"))
        }
        # The longest first, for one secret may be the beginning of another.
        for form in sorted(forms, key=len, reverse=True):
            content = content.replace(form.encode(errors="surrogatepass"), MASK.encode())
        return content


def hide_named(content: bytes) -> bytes:
    """Return JSON with stars for the texts whose names say that they are secrets.

    >>> hide_named(b'{"credential": {"api_key": "k", "api_secret": "abc"}}')
    b'{"credential": {"api_key": "k", "api_secret": "***"}}'
    """
    named = r'("[^"]*(?:{})[^"]*"\s*:\s*)"(?:[^"\\]|\\.)*"'.format("|".join(SECRET_WORDS))
    return re.sub(named.encode(), rb'\1"***"', content)


def secrets_in(fields: Any) -> list[str]:
    """Return the texts in an object whose names say that they are secrets; empty ones are none."""
    named = fields.items() if isinstance(fields, dict) else ()
    return [
        value
        for name, value in named
        if isinstance(value, str) and value and masked(name, value) is MASK
    ]


def masked(name: str, value: Any) -> Any:
    """Return a value, or stars if its name says that it is a secret.

    >>> masked("api_secret", "abc"), masked("body", "abc")
    ('***', 'abc')
    """
    return MASK if any(word in str(name).lower() for word in SECRET_WORDS) else value
