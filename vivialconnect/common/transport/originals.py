"""The classes of sockets, TLS and HTTP as their modules define them, whatever has replaced them.

A class that derives from a replaced class stays so for the rest of the process. The first request
imports ``requests``, urllib3 and ``ssl``, which derive many.
"""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

#: The packages whose classes are restored.
PACKAGES = ("socket", "ssl", "http", "urllib3", "requests")


@contextmanager
def originals() -> Generator[None, None, None]:
    """Restore the original classes within a ``with`` block.

    Replacements in ``ssl`` that are classes stay: gevent and truststore replace classes there for
    the whole process, and urllib3 must use those.
    """
    replaced: list[tuple[dict[str, Any], str, Any]] = []
    classes: list[type] = [object]
    for original in classes:  # and their subclasses, which are added here
        classes += type.__subclasses__(original)
        module, name = str(original.__module__), original.__name__
        package = module.partition(".")[0]
        names = vars(sys.modules[module]) if package in PACKAGES and module in sys.modules else {}
        current = names.get(name, original)
        stays = package == "ssl" and issubclass(type(current), type)
        if getattr(current, "__module__", None) != module and not stays:
            replaced.append((names, name, current))
            names[name] = original
    try:
        yield
    finally:
        for names, name, current in replaced:
            names[name] = current
