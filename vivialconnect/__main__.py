"""The ``vivialconnect`` command, also ``python -m vivialconnect``."""

from __future__ import annotations

import sys

from vivialconnect.command.main import main

if __name__ == "__main__":
    sys.exit(main())
