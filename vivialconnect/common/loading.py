"""The lock of what is imported at the first call, for the sake of threads that fork meanwhile.

A child that is forked while another thread imports a module inherits the module's lock, which
nobody is left to release: its own first call would wait for ever. So a fork waits for the import.
"""

from __future__ import annotations

import os

# What threading makes locks with.
from _thread import RLock
from importlib import import_module

# Hooks that are registered later run earlier, and logging has one that takes a lock which the
# imports need: so that it is taken after this one, logging is imported here, before its time.
import_module("logging")

lock = RLock()
os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
