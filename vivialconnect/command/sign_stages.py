"""The stages of a signature, by name."""

from __future__ import annotations

from collections.abc import Mapping

from vivialconnect.common import signing
from vivialconnect.common.settings import Settings


def stages(
    settings: Settings, method: str, time: str, url: str, headers: Mapping[str, str], body: bytes
) -> dict[str, str]:
    """Return the stages of a signature, in order.

    :param settings: the settings, with key and secret.
    :param method: the HTTP method.
    :param time: the time, as in ``X-Auth-Date``.
    :param url: the absolute URL, or the path with its query.
    :param headers: the headers that are signed, in order.
    :param body: the body.
    """
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
