"""The resources of the API. Their base class is in ``resource``."""

from __future__ import annotations

from vivialconnect.common import submodule_getter

__getattr__ = submodule_getter(__name__)
