r"""Values as text: one line each, and safe to show on a terminal.

>>> escape("two\nlines, a\ttab, a \\ and \x1b[2J")
'two\\nlines, a\\ttab, a \\\\ and \\x1b[2J'
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

#: Control characters, line and paragraph separators, those that change the direction of the text,
#: and lone surrogates, which no encoding has.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_UNSAFE_OR_BACKSLASH = re.compile(_UNSAFE.pattern[:-1] + "\\\\]")
_NAMED = {"\t": "\\t", "\n": "\\n", "\\": "\\\\"}


def escape(text: str) -> str:
    r"""Return a text as one line: tab, newline and backslash as ``\t``, ``\n`` and ``\\``.

    Other control characters become ``\xNN``.
    """
    return _UNSAFE_OR_BACKSLASH.sub(_escaped, text)


def escape_controls(text: str) -> str:
    """Return a text as :func:`escape` does, with backslashes unchanged: for notes and errors."""
    return _UNSAFE.sub(_escaped, text)


def escape_json(text: str) -> str:
    r"""Escape in a JSON text the characters that JSON permits and terminals do not: ``\u009b``."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    return _NAMED.get(character) or (f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}")  # noqa: PLR2004


def to_text(value: Any) -> str:
    """Return a value as text: nothing for ``None``, compact JSON for dicts and lists.

    >>> to_text(None), to_text(True), to_text(1.5), to_text({"a": [1]})
    ('', 'true', '1.5', '{"a":[1]}')
    """
    if value is None:
        return ""
    return value if isinstance(value, str) else to_json(value).strip('"')


def to_json(value: Any) -> str:
    """Return a value as compact JSON, datetimes as ISO 8601."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_to_plain)
    return escape_json(text)


def _to_plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def pick(row: Mapping[str, Any], path: str) -> Any:
    """Return a field of a row; ``a.b`` is the field ``b`` of the object in ``a``.

    >>> pick({"data": [{"id": 7}], "a": {"b": 1}}, "a.b"), pick({"data": [{"id": 7}]}, "data.0.id")
    (1, 7)
    """
    found: Any = row
    for name in path.split("."):
        if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            found = found.get(name) if isinstance(found, Mapping) else None
    return found
