"""A transport that records each request as a span of Sentry."""

from __future__ import annotations

from urllib.parse import urlsplit

import sentry_sdk

from vivialconnect.common.exchange import Limits, Request, Response, Sign
from vivialconnect.common.transport import RequestsTransport


class SentryTransport(RequestsTransport):
    """Sends requests with ``requests``, each attempt in a span, without query and body."""

    def send(self, request: Request, sign: Sign, limits: Limits) -> Response:
        """Send a request."""
        name = f"{request.method} {urlsplit(request.url).path}"
        with sentry_sdk.start_span(op="http.client", name=name) as span:
            response = super().send(request, sign, limits)
            span.set_http_status(response.status)
            return response
