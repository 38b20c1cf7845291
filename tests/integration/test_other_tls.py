"""The deadline holds, whatever an application has put in the place of Python's TLS."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OTHERS = [
    pytest.param(
        "truststore",
        marks=pytest.mark.skipif(
            sys.version_info < (3, 10), reason="truststore needs Python 3.10 or later"
        ),
    ),
    "pyopenssl",
]


@pytest.mark.parametrize("other", OTHERS)
def test_timeout__with_another_tls(other: str) -> None:
    """Every row of the table of timeouts over TLS passes in a process with another TLS."""
    table = "tests/integration/test_timeouts.py"
    options = ["-q", "-p", "tests.integration.other_tls", "-p", "no:cacheprovider", "-k", "tls"]
    # urllib3 calls its support of pyOpenSSL deprecated, and pyOpenSSL what that uses.
    options += ["-W", "ignore::DeprecationWarning"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, table],
        cwd=ROOT,
        env={**os.environ, "TLS_OF": other},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout
    assert "17 passed" in ran.stdout
