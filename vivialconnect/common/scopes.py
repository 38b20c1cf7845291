"""Settings for a stretch of a program: who the calls within a ``with`` block are made for.

::

    with configured(api_key=..., api_secret=..., api_account_id=...):
        Message.find()                          # as that account

A scope belongs to the context that entered it (:mod:`contextvars`): to one thread, or to one task
of asyncio and what it starts. Tasks and ``asyncio.to_thread`` inherit it, a plain thread begins
without any. What is in force is a tuple of scopes, the innermost last. It is never changed, only
replaced, so that whoever holds a reference to it can return to it later.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NoReturn, Optional, Union

from vivialconnect.common import settings

if TYPE_CHECKING:
    Scopes = tuple["Scope", ...]


_in_force: ContextVar[Scopes] = ContextVar("vivialconnect_scopes", default=())

#: Stands for an argument that was not given, for ``None`` is one that was.
_UNSET: Any = type("Unset", (), {"__repr__": lambda _: "<unset>"})()


class Scope:
    """Settings that hold within its ``with`` block. Made by :func:`configured`.

    It can be entered again, also while it is in force and by several threads at a time.
    """

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __repr__(self) -> str:
        return "<Scope of {}>".format(", ".join(self._values) or "nothing")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a scope holds credentials, and is not pickled; make it anew over there")

    def __copy__(self) -> Scope:
        return self

    def __deepcopy__(self, memo: Any) -> Scope:
        return self

    def __enter__(self) -> Scope:  # noqa: PYI034 - Python 3.9 has no Self
        _in_force.set((*_in_force.get(), self))
        return self

    def __exit__(self, *_: object) -> None:
        # Found by itself and not by a token: two scopes may be left in the order in which they were
        # entered, and a generator may be closed in another context than it was started in.
        scopes = _in_force.get()
        for position in range(len(scopes) - 1, -1, -1):
            if scopes[position] is self:
                _in_force.set(scopes[:position] + scopes[position + 1 :])
                return


def configured(
    *,
    api_key: str = _UNSET,
    api_secret: str = _UNSET,
    api_account_id: Union[int, str] = _UNSET,
    api_base_url: str = _UNSET,
    api_verify_request: Union[bool, str] = _UNSET,
    request_timeout: float = _UNSET,
    max_retries: int = _UNSET,
) -> Scope:
    """Return a scope: a context manager within which these settings hold for every class.

    A scope beats what is set on classes and in the environment; what it does not name is looked up
    as without it. Scopes nest, the inner one counts. A row, and a walk of ``find_each``, remembers
    the scope that it was made in and uses it for its later calls.

    :param api_key: The key; it takes the secret along, and the other way round.
    :param api_secret: The secret that signs.
    :param api_account_id: The account that calls are about.
    :param api_base_url: Where the service is.
    :param api_verify_request: Whether TLS certificates are checked, or the path of a CA bundle.
    :param request_timeout: Seconds that a whole call may take.
    :param max_retries: How often a call may be repeated.
    :returns: The scope, to be used in ``with``, once or many times.
    :raises ValueError: If a value is empty or cannot be used, or key and secret do not come
        together.

    Attention: a generator that is suspended within the block leaves the scope in force for whoever
    resumed it, until it ends; so do not put ``yield`` into the block unless that is what you want,
    as in a function for ``contextlib.contextmanager``.

    Example:

        >>> from vivialconnect import Message, configured
        >>> with configured(request_timeout=5):
        ...     Message.request_timeout
        5
        >>> Message.request_timeout
        30

    .. versionadded:: 1.0
    """
    given = {
        "api_key": api_key,
        "api_secret": api_secret,
        "api_account_id": api_account_id,
        "api_base_url": api_base_url,
        "api_verify_request": api_verify_request,
        "request_timeout": request_timeout,
        "max_retries": max_retries,
    }
    values = {
        name: settings.guarded(name, value) for name, value in given.items() if value is not _UNSET
    }
    for name, value in values.items():
        settings.check_one(name, value)
    if ("api_key" in values) != ("api_secret" in values):
        raise ValueError("a scope needs api_key and api_secret together, or neither of them")
    return Scope(values)


def current() -> Scopes:
    """Return the scopes that are in force, the innermost last."""
    return _in_force.get()


def values_of(scopes: Scopes) -> dict[str, Any]:
    """Return the settings that scopes make together; the inner one counts."""
    return {name: value for scope in scopes for name, value in scope._values.items()}


@contextmanager
def within(scopes: Optional[Scopes]) -> Generator[None, None, None]:
    """Put scopes in force in place of the current ones; ``None`` leaves these."""
    if scopes is None:
        yield
        return
    token = _in_force.set(scopes)
    try:
        yield
    finally:
        _in_force.reset(token)
