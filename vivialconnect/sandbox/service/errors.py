"""The error for a request that breaks a rule of the service."""

from __future__ import annotations

from typing import Any


class InvalidRequest(ValueError):
    """A request that breaks a rule.

    :param message: what is wrong.
    :param error_code: the service's code for the error, if it has one.
    """

    def __init__(self, message: str, *, error_code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = error_code

    @property
    def extra(self) -> dict[str, Any]:
        """The keys of the response besides ``message``."""
        return {} if self.error_code is None else {"error_code": self.error_code}
