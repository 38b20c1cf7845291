"""What the resources stand on: errors, conversion, signing, transport. No resource lives here.

Nor does anything in this file but what is needed to import the others when they are asked for.
"""

from __future__ import annotations

import os

# What threading makes locks with; threading itself would be a twentieth of what the nouns import.
from _thread import RLock
from importlib import import_module
from typing import TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from types import ModuleType

# Hooks that are registered later run earlier, and logging has one that takes a lock which the
# imports need: so that it is taken after this one, logging is imported here, before its time.
import_module("logging")

#: Held by what a fork must not interrupt: imports at the first call, and writing a setting. A child
#: that is forked while another thread imports a module inherits the module's lock, which nobody is
#: left to release: its own first call would wait for ever. So a fork waits for the import.
no_fork = RLock()


def import_with_fork_guard(name: str) -> Any:
    """Import a module where its first use is, and keep the process from forking meanwhile.

    ``requests``, ``urllib3`` and ``dateutil`` come in here alone: each takes longer to import than
    this package.
    """
    with no_fork:
        return import_module(name)


def modules_of(package: str) -> Callable[[str], ModuleType]:
    """Return the ``__getattr__`` of a package whose modules are imported when they are asked for.

    So that ``vivialconnect.common.error`` is there after ``import vivialconnect``.
    """

    # Without the lock: a module that is being imported may ask for another in this way, and whoever
    # has the lock may wait for the first.
    def find(name: str) -> ModuleType:
        path = "{}.{}".format(package, name)
        try:
            if not name.startswith("_"):
                return import_module(path)
        except ModuleNotFoundError as error:
            if error.name != path:  # there is such a module, and it lacks another
                raise
        raise AttributeError("module {!r} has no attribute {!r}".format(package, name))

    return find


def at_fork(**hooks: Callable[[], object]) -> None:
    """Have ``before``, ``after_in_parent``, ``after_in_child`` called where the process forks."""
    if hasattr(os, "register_at_fork"):  # Windows does not fork
        os.register_at_fork(**hooks)


at_fork(before=no_fork.acquire, after_in_parent=no_fork.release, after_in_child=no_fork.release)

__getattr__ = modules_of(__name__)
