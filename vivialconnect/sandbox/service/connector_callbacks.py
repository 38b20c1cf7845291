"""Callbacks of a connector: their rules, and changes to the list.

A callback has no id: a connector has at most one for each message type and event type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from vivialconnect.sandbox.service.errors import InvalidRequest

Callback = dict[str, Any]
Key = tuple[str, str]

TYPES = {
    "message_type": ("text", "voice"),
    "event_type": ("incoming", "incoming_fallback", "status"),
}
METHODS = ("GET", "POST", "PUT")
STATUS_METHOD = "POST"
MAXIMUM_URL_LENGTH = 256


def replace(before: list[Callback], entries: object, now: str) -> list[Callback]:
    """Replace all callbacks.

    :param before: the connector's callbacks.
    :param entries: the list in the request.
    :param now: the current time, as the API writes it.
    :returns: the new callbacks; unchanged ones keep their dates.
    :raises InvalidRequest: if the list is invalid.
    """
    return _with_fallbacks_checked(_read(before, entries, now).values())


def merge(before: list[Callback], entries: object, now: str) -> list[Callback]:
    """Add callbacks, and replace those of the same types; see :func:`replace`."""
    after = {_key(callback): callback for callback in before}
    after.update(_read(before, entries, now))
    return _with_fallbacks_checked(after.values())


def remove(before: list[Callback], entries: object, _now: str) -> list[Callback]:
    """Remove callbacks by their types, and ignore unknown ones; see :func:`replace`."""
    removed = [_key(entry) for entry in _objects(entries)]
    return _with_fallbacks_checked(callback for callback in before if _key(callback) not in removed)


def _read(before: list[Callback], entries: object, now: str) -> dict[Key, Callback]:
    known = {_key(callback): callback for callback in before}
    given: dict[Key, Callback] = {}
    for entry in _objects(entries):
        key = _key(entry)
        if key in given:
            raise InvalidRequest("callbacks has two for {} {}. Remove one.".format(*key))
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
    if not isinstance(url, str) or not 0 < len(url) <= MAXIMUM_URL_LENGTH:
        raise InvalidRequest(
            f"url of a callback must be a string of 1 to {MAXIMUM_URL_LENGTH} characters"
        )
    if method is not None and str(method).upper() not in METHODS:
        raise InvalidRequest("method of a callback must be GET, POST, PUT or null")
    method = None if method is None else str(method).upper()
    if key[1] == "status":
        method = method or STATUS_METHOD
        if method != STATUS_METHOD:
            raise InvalidRequest(f"method of a status callback must be {STATUS_METHOD} or null")
    return {"message_type": key[0], "event_type": key[1], "url": url, "method": method}


def _dated(callback: Callback, known: Callback | None, now: str) -> Callback:
    if known is None:
        return dict(callback, date_created=now, date_modified=now)
    changed = any(known[name] != value for name, value in callback.items())
    return dict(known, **callback, date_modified=now) if changed else known


def _with_fallbacks_checked(callbacks: Iterable[Callback]) -> list[Callback]:
    after = list(callbacks)
    keys = [_key(callback) for callback in after]
    for message_type, event_type in keys:
        if event_type == "incoming_fallback" and (message_type, "incoming") not in keys:
            raise InvalidRequest(
                f"A callback for {message_type} incoming_fallback needs one for {message_type} "
                "incoming. Add that one, or remove the fallback too."
            )
    return after
