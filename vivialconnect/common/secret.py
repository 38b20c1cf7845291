"""Values that are used and never shown."""

from __future__ import annotations

from typing import Any, Tuple

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

    def __reduce_ex__(self, protocol: Any) -> Tuple[Any, ...]:
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


def masked(name: str, value: Any) -> Any:
    """Return a value, or stars if its name says that it is a secret.

    >>> masked("api_secret", "abc"), masked("body", "abc")
    ('***', 'abc')
    """
    return MASK if any(word in str(name).lower() for word in SECRET_WORDS) else value
