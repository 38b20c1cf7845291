"""The error for a request that breaks a rule of the service."""

from __future__ import annotations


class InvalidRequest(ValueError):
    """A request that breaks a rule.

    :param message: what is wrong.
    :param error_code: the service's code for the error, if it has one.
    """

    def __init__(self, message: str, *, error_code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = error_code
