"""Templates: the body of a text with columns as placeholders."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TOKEN = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_ ]*)\}|[{}]")


class Template:
    """A body with placeholders, such as ``Hi {first_name}, see you on {day}``.

    A placeholder is the name of a column in braces: letters, digits, underscores and spaces, and
    the first character is a letter or an underscore. ``{{`` and ``}}`` are braces. Nothing else of
    Python's format language is supported.

    :param body: The text with its placeholders.
    :raises ValueError: If a brace belongs to no placeholder.

    Example:

        >>> from vivialconnect.campaigns.templates import Template
        >>> template = Template("Hi {first_name}, {{100 %}}")
        >>> template.columns
        ('first_name',)
        >>> template.render({"first_name": "Ann"})
        'Hi Ann, {100 %}'
    """

    #: The columns of the placeholders, each once, in the order of the body.
    columns: tuple[str, ...]

    def __init__(self, body: str) -> None:
        pattern, names, end = [], [], 0
        for token in _TOKEN.finditer(body):
            pattern.append(body[end : token.start()].replace("%", "%%"))
            end = token.end()
            name = token.group(1)
            if name is not None:
                names.append(name.strip())
                pattern.append("%s")
            elif len(token.group()) == 1:
                raise _unmatched(body, token.start())
            else:
                pattern.append(token.group()[0])
        self._pattern = "".join(pattern) + body[end:].replace("%", "%%")
        self._names = tuple(names)
        self.columns = tuple(dict.fromkeys(names))

    def render(self, values: Mapping[str, str]) -> str:
        """Return the body with the value of each placeholder.

        :param values: The value of each column. Braces and percent signs in values stay as they
            are.
        """
        return self._pattern % tuple([values[name] for name in self._names])


def _unmatched(body: str, position: int) -> ValueError:
    return ValueError(
        f"body has {body[position]!r} at character {position + 1} outside of a placeholder. A "
        "placeholder is a column in braces ({first_name}) of letters, digits, underscores and "
        "spaces. Write {{ and }} for braces."
    )
