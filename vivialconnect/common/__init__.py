"""The layers below the resources: errors, conversions, signing and transport.

This module contains only the lazy imports and their fork lock.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from threading import RLock
from types import ModuleType
from typing import Any, Callable

# Imported first, so that its fork hook runs after the one below: hooks run in reverse order, and
# the hook of logging takes a lock that an import may need.
import_module("logging")

#: Blocks forks during a lazy import and while a setting is written. A child that is forked during
#: another thread's import inherits a locked import lock, and its own first import waits forever.
fork_lock = RLock()


_imported: dict[str, Any] = {}


def import_with_fork_guard(name: str) -> Any:
    """Import a module on first use, and block forks during the import.

    ``requests``, ``urllib3`` and ``dateutil`` are imported only here, because each takes longer to
    import than this package.
    """
    # Python 3.9 takes a lock at every import, and a signal handler might wait for it forever.
    # mock.patch.dict("sys.modules") drops what is imported within it.
    if _imported.get(name) is None or sys.modules.get(name) is not _imported[name]:
        with fork_lock:
            _imported[name] = import_module(name)
    return _imported[name]


def submodule_getter(package: str) -> Callable[[str], ModuleType]:
    """Return the ``__getattr__`` of a package that imports its submodules on first use.

    ``vivialconnect.common.error`` exists after ``import vivialconnect`` for this reason.
    """

    # Without the fork lock: a module that is being imported may call this. It would wait for a
    # thread that holds the lock and waits for that module.
    def get(name: str) -> ModuleType:
        path = f"{package}.{name}"
        try:
            if not name.startswith("_"):
                return import_module(path)
        except ModuleNotFoundError as error:
            if error.name != path:  # the module exists, and another one is missing
                raise
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return get


def at_fork(**hooks: Callable[[], object]) -> None:
    """Register ``before``, ``after_in_parent`` and ``after_in_child`` hooks for forks."""
    if hasattr(os, "register_at_fork"):  # Windows has no fork
        os.register_at_fork(**hooks)


at_fork(
    before=fork_lock.acquire, after_in_parent=fork_lock.release, after_in_child=fork_lock.release
)

__getattr__ = submodule_getter(__name__)
