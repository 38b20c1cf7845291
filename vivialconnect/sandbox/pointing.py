"""Points the client at a sandbox, and back: the one place that knows that there is a client."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class Pointer:
    """Sets settings of ``vivialconnect.Resource``, and what was set there before again."""

    def __init__(self) -> None:
        """Point nowhere yet."""
        self._class: Any = None
        self._before: dict[str, Any] = {}
        self._names: tuple[str, ...] = ()

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Set settings.

        :param settings: the values by name; the same names each time.
        """
        from vivialconnect import Resource  # noqa: PLC0415 - the sandbox works without the client

        if self._class is None:
            self._class, self._before = Resource, _take_own_settings(Resource, settings)
        for name, value in settings.items():
            setattr(Resource, name, value)
        self._names = tuple(settings)

    def undo(self) -> None:
        """Set again what was set before; nothing if nothing was set."""
        if self._class is None:
            return
        _take_own_settings(self._class, self._names)
        for name, value in self._before.items():
            setattr(self._class, name, value)
        self._class = None


def _take_own_settings(class_: Any, names: Iterable[str]) -> dict[str, Any]:
    """Unset settings of a class, and give the values of those that were set."""
    before = {name: getattr(class_, name) for name in names}
    for name in before:
        delattr(class_, name)
    # A value that reads the same without the class's own came from elsewhere, and still does.
    return {name: value for name, value in before.items() if getattr(class_, name) != value}
