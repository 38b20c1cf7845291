"""The resources of the service, one a file, and their base in ``resource``."""

from __future__ import annotations

from vivialconnect.common import modules_of

__getattr__ = modules_of(__name__)
