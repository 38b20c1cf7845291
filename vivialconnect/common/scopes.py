"""Scopes: temporary settings for a ``with`` block, in one thread or task.

::

    with configured(api_key=..., api_secret=..., api_account_id=...):
        Message.find()                          # as that account

Scopes are stored in a context variable (:mod:`contextvars`). Tasks of asyncio and
``asyncio.to_thread`` inherit the scopes they were started in. A plain thread starts without scopes.
The active scopes are an immutable tuple, innermost last, so that an object can keep a reference.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn, Tuple  # noqa: UP035 - 3.9 evaluates Tuple[...]

from vivialconnect.common.exchange import Transport
from vivialconnect.common.settings import CREDENTIALS, normalize, validate_one


class Scope:
    """Temporary settings for a ``with`` block. :func:`configured` creates a scope.

    A scope is reusable and reentrant, and several threads may enter it.
    """

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __repr__(self) -> str:
        return "<Scope of {}>".format(", ".join(self._values) or "nothing")

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a scope contains credentials and cannot be pickled; create it where it is used"
        )

    def __copy__(self) -> Scope:
        return self

    def __deepcopy__(self, memo: Any) -> Scope:
        return self

    def __enter__(self) -> Scope:  # noqa: PYI034 - Python 3.9 has no Self
        _active.set((*_active.get(), self))
        return self

    def __exit__(self, *_: object) -> None:
        # Without reset(token), which fails if a generator is closed in another context than the one
        # it was started in.
        scopes = _active.get()
        for position in range(len(scopes) - 1, -1, -1):
            if scopes[position] is self:
                _active.set(scopes[:position] + scopes[position + 1 :])
                return


Scopes = Tuple[Scope, ...]  # noqa: UP006 - evaluated by Python 3.9

_active: ContextVar[Scopes] = ContextVar("vivialconnect_scopes", default=())

#: The default of every argument. An explicit ``None`` is an error.
_UNSET: Any = type("Unset", (), {"__repr__": lambda _: "<unset>"})()


def configured(
    *,
    api_key: str = _UNSET,
    api_secret: str = _UNSET,
    api_account_id: int | str = _UNSET,
    api_base_url: str = _UNSET,
    api_verify_request: bool | str = _UNSET,
    request_timeout: float = _UNSET,
    max_retries: int = _UNSET,
    transport: Transport = _UNSET,
) -> Scope:
    """Return a scope: a context manager that sets temporary settings for every class.

    A scope overrides the settings of classes and of the environment. Other settings are looked up
    as usual. Scopes nest, and the inner scope wins. Objects and ``find_each`` iterators keep the
    scope they were created in, and use it for later requests.

    :param api_key: The API key; requires ``api_secret``.
    :param api_secret: The API secret; requires ``api_key``.
    :param api_account_id: The account of the requests.
    :param api_base_url: The base URL of the service.
    :param api_verify_request: Whether TLS certificates are verified, or the path of a CA bundle.
    :param request_timeout: The timeout of a whole request, in seconds.
    :param max_retries: How many times a request may be retried.
    :param transport: The transport that replaces ``requests``; see :mod:`vivialconnect.testing`.
    :returns: The scope, a reusable context manager.
    :raises ValueError: If a value is empty or invalid, or only one of key and secret is given.

    Attention: do not use ``yield`` in the block, except in a ``contextlib.contextmanager``
    function. A generator that is suspended in the block leaves the scope active in its caller.

    Example:

        >>> from vivialconnect import Message, configured
        >>> with configured(request_timeout=5):
        ...     Message.request_timeout
        5
        >>> Message.request_timeout
        30

    .. versionadded:: 1.0
    """
    given = dict(locals())
    values = {name: normalize(name, value) for name, value in given.items() if value is not _UNSET}
    for name, value in values.items():
        validate_one(name, value)
    if len(values.keys() & CREDENTIALS) == 1:
        raise ValueError("configured() requires both api_key and api_secret, or neither")
    return Scope(values)


def active_scopes() -> Scopes:
    """Return the active scopes, innermost last."""
    return _active.get()


def merge_scopes(scopes: Scopes) -> dict[str, Any]:
    """Return the merged settings of scopes, including the transport; the inner scope wins."""
    return {name: value for scope in scopes for name, value in scope._values.items()}


@contextmanager
def use_scopes(scopes: Scopes | None) -> Generator[None, None, None]:
    """Replace the active scopes; ``None`` keeps them."""
    if scopes is None:
        yield
        return
    token = _active.set(scopes)
    try:
        yield
    finally:
        _active.reset(token)
