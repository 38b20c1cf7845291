"""A process that downloads into a folder in which little room is left. No tests here.

``python -m tests.integration.downloading URL FOLDER BYTES`` lets no file of its own get longer than
that, downloads the attachment of :func:`tests.integration.media.row`, and prints what it met.
"""

from __future__ import annotations

import json
import resource
import sys

from tests.integration.media import row
from tests.integration.scripted_server import configure

if __name__ == "__main__":
    url, folder, room = sys.argv[1:]
    configure(url)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), resource.RLIM_INFINITY))
    try:
        met = [row().download(folder).size]
    except OSError as error:
        met = [type(error).__name__, error.errno]
    # What measures the tests' coverage writes a file of its own at the end.
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    sys.stdout.write(json.dumps(met))
