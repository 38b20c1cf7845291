"""The lock of what is imported at the first call, for the sake of threads that fork meanwhile.

A child that is forked while another thread imports a module inherits the module's lock, which
nobody is left to release: its own first call would wait for ever. So a fork waits for the import.
"""

from __future__ import annotations

import os

# What threading makes locks with; threading itself would be a twentieth of what the nouns import.
from _thread import RLock

lock = RLock()
os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
