"""Checks that a request which was measured is signed, by the sandbox's own reading of the rules."""

from __future__ import annotations

import io
import time
from http.client import parse_headers

import data
from vivialconnect.sandbox import Request
from vivialconnect.sandbox.http.verification import Credential, Verifier


def find_credential(api_key: str) -> Credential | None:
    """Return who has the key; ``None`` for any other key."""
    known = api_key == data.API_KEY
    return Credential(data.ACCOUNT, 1, data.API_SECRET) if known else None


def check_signature(received: bytes) -> None:
    """See that a request, as it came over the wire, is signed as the service wants it.

    :raises Refusal: If it is not.
    """
    line, _, rest = received.partition(b"\r\n")
    method, target, _ = line.decode("ascii").split(" ")
    stream = io.BytesIO(rest)
    headers = parse_headers(stream)
    Verifier(find_credential, time.time).verify(Request(method, target, headers, stream.read()))
