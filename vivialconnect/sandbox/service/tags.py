"""Tags of numbers: their limits, and filters by tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vivialconnect.sandbox.service.errors import InvalidRequest

# The service refuses 9 keys, a key of 25 characters and a value of 422. Its exact limits are not
# public.
MAXIMUM_TAGS = 8
MAXIMUM_KEY_LENGTH = 24
MAXIMUM_VALUE_LENGTH = 256


def check(tags: Any) -> dict[str, str]:
    """Return tags if they are valid.

    :param tags: the tags in the request.
    :raises InvalidRequest: if they are not an object of strings, or exceed a limit.
    """
    if not isinstance(tags, dict) or not all(isinstance(value, str) for value in tags.values()):
        raise InvalidRequest("tags must be an object of strings")
    if len(tags) > MAXIMUM_TAGS:
        raise InvalidRequest(f"tags may have at most {MAXIMUM_TAGS} keys")
    for key, value in tags.items():
        if not 0 < len(key) <= MAXIMUM_KEY_LENGTH:
            raise InvalidRequest(f"A key of tags must have 1 to {MAXIMUM_KEY_LENGTH} characters")
        if len(value) > MAXIMUM_VALUE_LENGTH:
            raise InvalidRequest(
                f"A value of tags may have at most {MAXIMUM_VALUE_LENGTH} characters"
            )
    return tags


def read_filter(parameters: Mapping[str, str], name: str) -> list[tuple[str, str]]:
    """Return the tags of a query parameter, written ``key:value,key:value``.

    :param parameters: the query.
    :param name: the parameter.
    :returns: pairs of key and value.
    :raises InvalidRequest: if a part has no colon.
    """
    parts = [part.partition(":") for part in parameters.get(name, "").split(",") if part]
    if not all(colon for _, colon, _ in parts):
        raise InvalidRequest(f"{name} must be written as key:value,key:value")
    return [(key, value) for key, _, value in parts]
