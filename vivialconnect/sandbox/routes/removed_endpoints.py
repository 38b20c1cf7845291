"""What the service had once and withdrew: nothing answers there, and the refusal says why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from vivialconnect.sandbox.routes.router import BASE_PATH

if TYPE_CHECKING:
    from vivialconnect.sandbox.http.exchange import Refusal

#: What was withdrawn, by the methods and the paths below the base that it had.
WITHDRAWN = (
    (r"POST /accounts\.json", "Creating accounts"),
    (r"DELETE /accounts/[^/]+\.json", "Deleting accounts"),
    (r"[A-Z]+ /accounts/[^/]+/subaccounts(/[^/]+)?\.json", "The resource subaccounts"),
    (r"[A-Z]+ /accounts/[^/]+/configurations(/[^/]+)?\.json", "The resource configurations"),
    (r"POST /registration/register\.json", "Registering outside of accounts"),
)


def explain(refusal: Refusal, method: str, path: str) -> Refusal:
    """Say of a call that nothing answers whether something did once.

    :param refusal: the refusal, 404 or 405.
    :param method: the HTTP method.
    :param path: the path as on the wire.
    :returns: the refusal; of what was withdrawn it says so.
    """
    line = method + " " + re.sub("/{2,}", "/", path).replace(BASE_PATH, "", 1)
    for pattern, what in WITHDRAWN:
        if re.fullmatch(pattern, line):
            refusal.document["message"] = what + " was withdrawn by the service in 2017"
    return refusal
