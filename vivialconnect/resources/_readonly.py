"""The base class of read-only resources."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from vivialconnect.resources.resource import Resource


class ReadOnly(Resource):
    """A resource that can be found, but not created, changed or deleted."""

    __slots__ = ()

    #: The alternatives for the error; ``{0}`` is the class name.
    _alternatives: ClassVar[str] = "{0}.find or {0}.find_each"

    @classmethod
    def count(cls, opts: Any = None, **kwargs: Any) -> NoReturn:  # noqa: ARG003 - of the base
        """Raise ``NotImplementedError``: the service does not count these."""
        cls._raise_unsupported(f"count {cls.plural}")

    def save(self) -> NoReturn:
        """Raise ``NotImplementedError``: only the service writes these."""
        self._raise_unsupported(f"save a {type(self).singular}")

    def destroy(self) -> NoReturn:
        """Raise ``NotImplementedError``: these cannot be deleted."""
        self._raise_unsupported(f"destroy a {type(self).singular}")

    @classmethod
    def _raise_unsupported(cls, action: str) -> NoReturn:
        alternatives = cls._alternatives.format(cls.__name__)
        raise NotImplementedError(f"the service cannot {action}; use {alternatives}")
