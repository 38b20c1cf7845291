"""What a connector's callbacks may be, and how lists of them are changed. No routes, no database.

A callback has no id: a connector has at most one for each message type and event type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Optional

from vivialconnect.sandbox.service.errors import InvalidRequest

Callback = dict[str, Any]
Key = tuple[str, str]

TYPES = {
    "message_type": ("text", "voice"),
    "event_type": ("incoming", "incoming_fallback", "status"),
}
METHODS = ("GET", "POST", "PUT")
STATUS_METHOD = "POST"
LONGEST_URL = 256


def replace(before: list[Callback], entries: object, now: str) -> list[Callback]:
    """Put other callbacks in the place of all.

    :param before: the connector's callbacks.
    :param entries: what the request lists.
    :param now: the time, as it is written on the wire.
    :returns: the callbacks as they are then; what stays as it was keeps its dates.
    :raises InvalidRequest: for a list that cannot be.
    """
    return _whole(_read(before, entries, now).values())


def merge(before: list[Callback], entries: object, now: str) -> list[Callback]:
    """Put callbacks in the place of those of their types, and leave the others.

    Parameters and results are those of :func:`replace`.
    """
    after = {_key(callback): callback for callback in before}
    after.update(_read(before, entries, now))
    return _whole(after.values())


def remove(before: list[Callback], entries: object, _now: str) -> list[Callback]:
    """Take the callbacks of some types away; types that there are none of are passed over.

    Parameters and results are those of :func:`replace`.
    """
    gone = [_key(entry) for entry in _objects(entries)]
    return _whole(callback for callback in before if _key(callback) not in gone)


def _read(before: list[Callback], entries: object, now: str) -> dict[Key, Callback]:
    known = {_key(callback): callback for callback in before}
    given: dict[Key, Callback] = {}
    for entry in _objects(entries):
        key = _key(entry)
        if key in given:
            raise InvalidRequest("callbacks has two for {} {}; leave one out".format(*key))
        given[key] = _dated(_checked(entry, key), known.get(key), now)
    return given


def _objects(entries: object) -> list[Mapping[str, Any]]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InvalidRequest("callbacks must be a list of objects")
    return entries


def _key(entry: Mapping[str, Any]) -> Key:
    for name, allowed in TYPES.items():
        if entry.get(name) not in allowed:
            choices = ", ".join(allowed)
            raise InvalidRequest(f"{name} of a callback must be one of {choices}")
    return entry["message_type"], entry["event_type"]


def _checked(entry: Mapping[str, Any], key: Key) -> Callback:
    url, method = entry.get("url"), entry.get("method")
    if not isinstance(url, str) or not 0 < len(url) <= LONGEST_URL:
        raise InvalidRequest(f"url of a callback must be a text of 1 to {LONGEST_URL} characters")
    if method is not None and str(method).upper() not in METHODS:
        raise InvalidRequest("method of a callback must be GET, POST, PUT or null")
    method = None if method is None else str(method).upper()
    if key[1] == "status":
        method = method or STATUS_METHOD
        if method != STATUS_METHOD:
            raise InvalidRequest(f"method of a status callback must be {STATUS_METHOD}, or null")
    return {"message_type": key[0], "event_type": key[1], "url": url, "method": method}


def _dated(callback: Callback, known: Optional[Callback], now: str) -> Callback:
    if known is None:
        return dict(callback, date_created=now, date_modified=now)
    changed = any(known[name] != value for name, value in callback.items())
    return dict(known, **callback, date_modified=now) if changed else known


def _whole(callbacks: Iterable[Callback]) -> list[Callback]:
    after = list(callbacks)
    keys = [_key(callback) for callback in after]
    for message_type, event_type in keys:
        if event_type == "incoming_fallback" and (message_type, "incoming") not in keys:
            raise InvalidRequest(
                f"A callback for {message_type} incoming_fallback needs one for {message_type} "
                "incoming; add that one, or remove the fallback too",
            )
    return after
