"""What the resources stand on: errors, conversion, signing, transport. No resource lives here."""

from __future__ import annotations

from vivialconnect.common import loading

__getattr__ = loading.modules_of(__name__)
