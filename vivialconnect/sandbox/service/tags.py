"""What tags may be, and how numbers are chosen by them. No routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vivialconnect.sandbox.service.errors import InvalidRequest

# The service refuses 9 keys, a key of 25 characters and a value of 422; where exactly it draws the
# lines is not public.
MOST_TAGS = 8
LONGEST_KEY = 24
LONGEST_VALUE = 256


def check(tags: Any) -> dict[str, str]:
    """Refuse what cannot be the tags of a number.

    :param tags: what was given.
    :returns: it, texts by their keys.
    :raises InvalidRequest: if they cannot be.
    """
    if not isinstance(tags, dict) or not all(isinstance(value, str) for value in tags.values()):
        raise InvalidRequest("tags must be an object of texts")
    if len(tags) > MOST_TAGS:
        raise InvalidRequest(f"tags may hold at most {MOST_TAGS} keys")
    for key, value in tags.items():
        if not 0 < len(key) <= LONGEST_KEY:
            raise InvalidRequest(f"A key of tags must have 1 to {LONGEST_KEY} characters")
        if len(value) > LONGEST_VALUE:
            raise InvalidRequest(f"A value of tags may have at most {LONGEST_VALUE} characters")
    return tags


def read_filter(parameters: Mapping[str, str], name: str) -> list[tuple[str, str]]:
    """Read tags from the query, written ``key:value,key:value``.

    :param parameters: the query.
    :param name: the parameter.
    :returns: pairs of key and value; none for an absent or empty parameter.
    :raises InvalidRequest: when a part of it has no colon.
    """
    parts = [part.partition(":") for part in parameters.get(name, "").split(",") if part]
    if not all(colon for _, colon, _ in parts):
        raise InvalidRequest(f"{name} must be written key:value,key:value")
    return [(key, value) for key, _, value in parts]
