"""Middleware for several accounts: each host name has its own credentials."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from vivialconnect import configured


class AccountMiddleware:
    """Handles each request with the account of its host name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.accounts = {host: configured(**keys) for host, keys in settings.ACCOUNTS.items()}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle a request."""
        with self.accounts[request.get_host()]:
            return self.get_response(request)
