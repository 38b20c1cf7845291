"""Errors in the shell: one line each."""

from __future__ import annotations


def describe(error: BaseException | None) -> str:
    """Return an exception as one line.

    >>> describe(ValueError("limit must be an integer, got 'x'"))
    "ValueError: limit must be an integer, got 'x'"
    """
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}".removesuffix(": ")
