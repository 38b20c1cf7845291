"""What the resources are built on: errors, conversions, signing, transport. No resource is here.

This file has only what imports the other modules on first use.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from threading import RLock
from types import ModuleType
from typing import Any, Callable

# Fork hooks run in reverse order, and that of logging takes a lock that an import may need. It is
# imported first, so that its hook runs after the one below.
import_module("logging")

#: Held while a fork would do harm: during an import on first use, and while a setting is written.
#: A child that is forked while another thread imports a module inherits the lock of that module,
#: and its own first import would wait forever.
no_fork = RLock()


# Cached: Python 3.9 takes a lock at every import, and a signal handler might wait for it forever.
@cache
def import_with_fork_guard(name: str) -> Any:
    """Import a module on its first use, and keep the process from forking meanwhile.

    ``requests``, ``urllib3`` and ``dateutil`` are imported only here, because each takes longer to
    import than this package.
    """
    with no_fork:
        return import_module(name)


def submodule_getter(package: str) -> Callable[[str], ModuleType]:
    """Return the ``__getattr__`` of a package that imports its submodules on first use.

    ``vivialconnect.common.error`` exists after ``import vivialconnect`` for this reason.
    """

    # Without the fork guard: a module that is being imported may use this, and a thread that holds
    # the guard may wait for that module.
    def get(name: str) -> ModuleType:
        path = "{}.{}".format(package, name)
        try:
            if not name.startswith("_"):
                return import_module(path)
        except ModuleNotFoundError as error:
            if error.name != path:  # the module exists, and another one is missing
                raise
        raise AttributeError("module {!r} has no attribute {!r}".format(package, name))

    return get


def at_fork(**hooks: Callable[[], object]) -> None:
    """Register ``before``, ``after_in_parent`` and ``after_in_child`` hooks for forks."""
    if hasattr(os, "register_at_fork"):  # Windows has no fork
        os.register_at_fork(**hooks)


at_fork(before=no_fork.acquire, after_in_parent=no_fork.release, after_in_child=no_fork.release)

__getattr__ = submodule_getter(__name__)
