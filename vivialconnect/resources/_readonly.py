"""Nouns that the service alone writes. What it does not have for them is refused here."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from vivialconnect.resources.resource import Resource


class ReadOnly(Resource):
    """A resource that the service alone writes: its rows are found, and never saved.

    .. versionadded:: 1.0
    """

    __slots__ = ()

    #: What to use instead, in words; ``{}`` stands for the class.
    _offered: ClassVar[str] = "{0}.find or {0}.find_each"

    @classmethod
    def count(cls, opts: Any = None, **kwargs: Any) -> NoReturn:  # noqa: ARG003 - as elsewhere
        """Refuse: the service does not count them.

        :raises NotImplementedError: Always.
        """
        cls._refuse("count {}".format(cls.plural))

    def save(self) -> NoReturn:
        """Refuse: they are written by the service alone.

        :raises NotImplementedError: Always.
        """
        self._refuse("save a {}".format(type(self).singular))

    def destroy(self) -> NoReturn:
        """Refuse: they stay.

        :raises NotImplementedError: Always.
        """
        self._refuse("destroy a {}".format(type(self).singular))

    @classmethod
    def _refuse(cls, what: str) -> NoReturn:
        offered = cls._offered.format(cls.__name__)
        raise NotImplementedError("the service cannot {}; use {}".format(what, offered))
