"""Points the client at a sandbox, and back: the one place that knows that there is a client."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Mapping
from contextvars import Context
from typing import Any, ClassVar


class Pointer:
    """Sets settings of ``vivialconnect.Resource``, and what was set there before again.

    Of several that are set, the latest counts, in whatever order they are undone.
    """

    #: The settings of each that is set, the latest last.
    _configured: ClassVar[dict[Pointer, Mapping[str, Any]]] = {}
    #: What the class had before the first of them.
    _before: ClassVar[dict[str, Any]] = {}
    _class: ClassVar[Any] = None
    _guard = threading.RLock()

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Set settings.

        :param settings: the values by name; the same names each time, ``api_base_url`` among them.
        """
        from vivialconnect import Resource  # noqa: PLC0415 - the sandbox works without the client

        with self._guard:
            if not self._configured:
                Pointer._class = Resource
                # Without the scopes of the caller, whose settings are none of the class's.
                self._before.update(Context().run(_take_own_settings, Resource, settings))
            self._configured.pop(self, None)
            self._configured[self] = settings
            _give_settings(Resource, settings)

    def undo(self) -> None:
        """Take the settings back; nothing if nothing was set."""
        with self._guard:
            settings = self._configured.pop(self, None)
            if settings is None:
                return
            _close_connections(settings["api_base_url"])
            if self._configured:
                _give_settings(self._class, [*self._configured.values()][-1])
                return
            _take_own_settings(self._class, settings)
            _give_settings(self._class, self._before)
            self._before.clear()


def _close_connections(url: str) -> None:
    """Close what the client has kept open to a sandbox, if it has made a call."""
    transport = sys.modules.get("vivialconnect.common.transport")
    if transport is not None:
        transport.shared.close(url)


def _give_settings(class_: Any, settings: Mapping[str, Any]) -> None:
    for name, value in settings.items():
        setattr(class_, name, value)


def _take_own_settings(class_: Any, names: Iterable[str]) -> dict[str, Any]:
    """Unset settings of a class, and give the values of those that were set."""
    before = {name: getattr(class_, name) for name in names}
    for name in before:
        delattr(class_, name)
    # A value that reads the same without the class's own came from elsewhere, and still does.
    return {name: value for name, value in before.items() if getattr(class_, name) != value}
