"""The nouns of the service, one a file, over the base in ``resource``."""

from __future__ import annotations

from vivialconnect.common import loading

__getattr__ = loading.modules_of(__name__)
