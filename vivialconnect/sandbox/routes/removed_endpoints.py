"""Endpoints that the service removed in 2017; an error says so."""

from __future__ import annotations

import re

from vivialconnect.sandbox.http.response import HTTPError
from vivialconnect.sandbox.routes.router import BASE_PATH

#: Methods and paths below the base path, and what they were for.
REMOVED = (
    (r"POST /accounts\.json", "Creating accounts"),
    (r"DELETE /accounts/[^/]+\.json", "Deleting accounts"),
    (r"[A-Z]+ /accounts/[^/]+/subaccounts(/[^/]+)?\.json", "The resource subaccounts"),
    (r"[A-Z]+ /accounts/[^/]+/configurations(/[^/]+)?\.json", "The resource configurations"),
    (r"POST /registration/register\.json", "Registering outside of accounts"),
)


def explain(error: HTTPError, method: str, path: str) -> HTTPError:
    """Change the message of an error if its endpoint was removed.

    :param error: the error, 404 or 405.
    :param method: the HTTP method.
    :param path: the path as sent.
    :returns: the error.
    """
    line = method + " " + re.sub("/{2,}", "/", path).replace(BASE_PATH, "", 1)
    for pattern, purpose in REMOVED:
        if re.fullmatch(pattern, line):
            error.document["message"] = purpose + " was withdrawn by the service in 2017"
    return error
