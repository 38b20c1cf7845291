"""An application that sends messages and receives webhooks: flask run.

vivialconnect reads its credentials from VIVIALCONNECT_*. FLASK_SMS_SENDER is your number.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, abort, current_app, request

from vivialconnect import BadRequest, Message, RateLimit, ResourceNotFound, VivialConnectError


def create_app(**config: Any) -> Flask:
    """Create the application."""
    app = Flask(__name__)
    app.config.from_prefixed_env()
    app.config.update(config)
    app.add_url_rule("/messages", view_func=send, methods=["POST"])
    app.add_url_rule("/webhooks/messages", view_func=webhook, methods=["POST"])
    app.register_error_handler(VivialConnectError, failed)
    return app


def send() -> tuple[dict[str, Any], int]:
    """Send a message. The body of the request is JSON with ``to_number`` and ``body``."""
    fields = request.get_json()
    if not isinstance(fields, dict) or not {"to_number", "body"} <= fields.keys():
        abort(400, "The body must be JSON with to_number and body.")
    message = Message(from_number=current_app.config["SMS_SENDER"])
    message.to_number, message.body = fields["to_number"], fields["body"]
    message.send()
    return {"id": message.id, "status": message.status}, 201


def webhook() -> tuple[str, int]:
    """Log the status of a message."""
    try:
        message = Message.from_callback(request.get_data())
        message.reload()  # Webhooks are not signed: trust only what the service returns.
    except (ValueError, ResourceNotFound):
        return "", 400
    current_app.logger.info("Message %s is %s", message.id, message.status)
    return "", 204


def failed(error: VivialConnectError) -> tuple[dict[str, str], int, dict[str, str]]:
    """Return an error of the service as JSON. ``outcome`` says whether the message was sent."""
    status, headers = 502, {}
    if isinstance(error, BadRequest):
        status = 400
    if isinstance(error, RateLimit):
        status, headers = 503, {"Retry-After": f"{error.retry_after or 60:.0f}"}
    return {"error": error.message, "outcome": error.outcome}, status, headers
