"""The resources of the API, each in its own module, and their base class in ``resource``."""

from __future__ import annotations

from vivialconnect.common import submodule_getter

__getattr__ = submodule_getter(__name__)
