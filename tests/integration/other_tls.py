"""A plugin of pytest that replaces the TLS of the process, as an application may. No tests here.

``TLS_OF`` names what replaces it. The servers of the tests keep Python's own.
"""

from __future__ import annotations

import os
import ssl
from types import SimpleNamespace

import trustme

from tests.integration import scripted_server

#: What the servers know of the module ``ssl``, as it was.
OWN = SimpleNamespace(**vars(ssl))


def inject_truststore() -> None:
    """Replace ``ssl.SSLContext``."""
    import truststore  # noqa: PLC0415 - an extra

    truststore.inject_into_ssl()


def inject_pyopenssl() -> None:
    """Replace the TLS of urllib3."""
    import urllib3.contrib.pyopenssl  # noqa: PLC0415 - an extra

    urllib3.contrib.pyopenssl.inject_into_urllib3()


for module in (scripted_server, trustme):
    module.ssl = OWN  # type: ignore[attr-defined] # the case
{"truststore": inject_truststore, "pyopenssl": inject_pyopenssl}[os.environ["TLS_OF"]]()
