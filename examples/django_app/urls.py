"""The URLs. The webhook's is what the fields of a number name, such as ``incoming_text_url``."""

from django.urls import path

import views

urlpatterns = [
    path("", views.send, name="send"),
    path("messages/<int:message_id>/", views.show, name="show"),
    path("webhooks/messages/", views.webhook, name="webhook"),
]
