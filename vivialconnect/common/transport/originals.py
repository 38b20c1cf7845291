"""The classes of sockets, TLS and HTTP as their modules define them, whatever has replaced them.

A class that is derived from a replaced class stays so for the rest of the process. The first
request imports ``requests``, urllib3 and ``ssl``, which derive many.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

#: The packages whose classes are put back.
PACKAGES = ("socket", "ssl", "http", "urllib3", "requests")


@contextmanager
def originals() -> Iterator[None]:
    """Put the original classes back while the context is open.

    A replacement in ``ssl`` that is a class stays: gevent and truststore replace classes there for
    the whole process, and urllib3 must use those.
    """
    replaced = []
    classes: list[type] = [object]
    for original in classes:  # and their subclasses, which are added here
        classes += type.__subclasses__(original)
        package = str(original.__module__).partition(".")[0]
        names = vars(sys.modules.get(original.__module__, sys)) if package in PACKAGES else {}
        current = names.get(original.__name__, original)
        stays = package == "ssl" and issubclass(type(current), type)
        if getattr(current, "__module__", None) != original.__module__ and not stays:
            replaced.append((names, original.__name__, current))
            names[original.__name__] = original
    try:
        yield
    finally:
        for names, name, current in replaced:
            names[name] = current
