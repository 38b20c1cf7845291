"""The stages of a signature, by name."""

from __future__ import annotations

from collections.abc import Iterable

from vivialconnect.command.sign_request import RawRequest
from vivialconnect.common import signing
from vivialconnect.common.settings import Settings


def stages(
    settings: Settings, request: RawRequest, time: str, names: Iterable[str]
) -> dict[str, str]:
    """Return the stages of a signature, in order.

    :param settings: the settings, with key and secret.
    :param request: the request.
    :param time: the time, as in ``X-Auth-Date``.
    :param names: the names of the headers that are signed, sorted.
    :raises Misuse: if the request does not have one of them.
    """
    method, url, body = request.method, request.target, request.body
    headers = {name: request.one(name) for name in names}
    canonical = signing.canonical_request(method, time, url, headers, body)
    signature = signing.signature(settings.api_secret or "", canonical)
    return {
        "method": method.upper(),
        "time": time,
        "path": signing.canonical_path(url),
        "query": signing.canonical_query(url),
        "headers": signing.canonical_headers(headers),
        "signed_headers": signing.signed_names(headers),
        "body_digest": signing.body_digest(body),
        "canonical_request": canonical,
        "signature": signature,
        "authorization": signing.authorization(str(settings.api_key), signature),
    }
