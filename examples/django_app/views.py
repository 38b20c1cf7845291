"""Views that send a message, show its status and receive webhooks."""

import logging

from django import forms
from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from vivialconnect import Message, ResourceNotFound, VivialConnectError, validate_phone_number

logger = logging.getLogger(__name__)


class MessageForm(forms.Form):
    """A message to send."""

    to_number = forms.CharField(help_text="In E.164 format, such as +15154469790")
    body = forms.CharField(widget=forms.Textarea)

    def clean_to_number(self) -> str:
        """Check the phone number before the message is sent."""
        try:
            return validate_phone_number(self.cleaned_data["to_number"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


def send(request: HttpRequest) -> HttpResponse:
    """Send a message."""
    form = MessageForm(request.POST or None)
    if form.is_valid():
        message = Message(from_number=settings.SMS_SENDER, **form.cleaned_data)
        try:
            message.send()
        except VivialConnectError as error:
            logger.exception("Message not sent")
            if error.outcome in ("not sent", "refused"):
                form.add_error(None, f"The message was {error.outcome}: {error.message}")
            else:
                form.add_error(None, "The message may have been sent already.")
        else:
            return redirect("show", message.id)
    return render(request, "send.html", {"form": form})


def show(request: HttpRequest, message_id: int) -> JsonResponse:
    """Show the status of a message."""
    try:
        message = Message.find(message_id)
    except ResourceNotFound:
        raise Http404 from None
    return JsonResponse({"id": message.id, "status": message.status})


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Log the status of a message, and reply once to an inbound message."""
    try:
        message = Message.from_callback(request.body)
        message.reload()  # Webhooks are not signed: trust only what the service returns.
    except (ValueError, ResourceNotFound):
        return HttpResponse(status=400)
    logger.info("Message %s is %s", message.id, message.status)
    inbound = message.direction == "inbound"
    if inbound and cache.add(f"replied-{message.id}", 1, timeout=None):
        reply = Message(from_number=message.to_number, to_number=message.from_number)
        reply.body = "We open at nine."
        try:
            reply.send()
        except VivialConnectError:
            logger.exception("No reply to message %s", message.id)
    return HttpResponse(status=204)
