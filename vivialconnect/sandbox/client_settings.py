"""The settings of the client while a sandbox is configured. Only this module uses the client."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Mapping
from contextvars import Context
from typing import Any, ClassVar


class ClientSettings:
    """Set the client's settings to those of a sandbox, and restore them.

    If several sandboxes are configured, the most recent one that is still configured applies.
    """

    #: The settings of each configured sandbox, the last one at the end.
    _configured: ClassVar[dict[ClientSettings, Mapping[str, Any]]] = {}
    #: The client's own settings, from before the first sandbox.
    _original: ClassVar[dict[str, Any]] = {}
    _class: ClassVar[Any] = None
    _lock = threading.RLock()

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Set the client's settings.

        :param settings: the values by name; the names are always the same, and include
            ``api_base_url``.
        """
        from vivialconnect import Resource  # noqa: PLC0415 - the sandbox works without the client

        with self._lock:
            if not self._configured:
                ClientSettings._class = Resource
                # In an empty context, because a scope of the caller hides the class's settings.
                self._original.update(Context().run(_unset, Resource, settings))
            self._configured.pop(self, None)
            self._configured[self] = settings
            _set(Resource, settings)

    def restore(self) -> None:
        """Restore the client's settings, if they were set."""
        with self._lock:
            settings = self._configured.pop(self, None)
            if settings is None:
                return
            _close_connections(settings["api_base_url"])
            if self._configured:
                _set(self._class, [*self._configured.values()][-1])
                return
            _unset(self._class, settings)
            _set(self._class, self._original)
            self._original.clear()


def _close_connections(url: str) -> None:
    """Close the client's idle connections to a sandbox, if the client has sent a request."""
    transport = sys.modules.get("vivialconnect.common.transport")
    if transport is not None:
        transport.shared.close(url)


def _set(class_: Any, settings: Mapping[str, Any]) -> None:
    for name, value in settings.items():
        setattr(class_, name, value)


def _unset(class_: Any, names: Iterable[str]) -> dict[str, Any]:
    """Unset settings of a class, and return those that were set."""
    before = {name: getattr(class_, name) for name in names}
    for name in before:
        delattr(class_, name)
    # A value that was not on the class comes from the environment: it is unchanged.
    return {name: value for name, value in before.items() if getattr(class_, name) != value}
