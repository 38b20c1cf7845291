"""The application, with the package's sandbox."""

import threading

import pytest
from werkzeug.serving import make_server

from app import create_app
from vivialconnect import Message, Number

SENDER, RECIPIENT = "+19132597591", "+15154469790"
TEXT = {"to_number": RECIPIENT, "body": "Your table is ready"}


@pytest.fixture
def app(vivialconnect_sandbox):
    return create_app(SMS_SENDER=SENDER, TESTING=True)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture(autouse=True)
def number(vivialconnect_sandbox):
    return Number.create(phone_number=SENDER)


def test_send(client):
    response = client.post("/messages", json=TEXT)

    assert (response.status_code, response.json) == (201, {"id": 1, "status": "accepted"})
    assert Message.find(1).body == "Your table is ready"


def test_send__refused(client):
    response = client.post("/messages", json={**TEXT, "to_number": "5154469790"})

    assert (response.status_code, response.json["outcome"]) == (400, "refused")


def test_send__body_is_missing(client):
    assert client.post("/messages", json={"to_number": RECIPIENT}).status_code == 400
    assert client.post("/messages", json=[]).status_code == 400


def test_send__rate_limit(client, vivialconnect_sandbox):
    vivialconnect_sandbox.chaos.add("too_many_requests", retry_after=120)
    response = client.post("/messages", json=TEXT)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "120")


def test_send__response_is_lost(client, vivialconnect_sandbox):
    vivialconnect_sandbox.chaos.add("drop_answer", method="POST")
    response = client.post("/messages", json=TEXT)

    assert (response.status_code, response.json["outcome"]) == (502, "unknown")
    assert Message.count() == 1


def test_webhook__from_the_sandbox(app, number, vivialconnect_sandbox, caplog):
    """The application listens on a port, and the sandbox delivers its webhooks to it."""
    caplog.set_level("INFO")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever).start()
    try:
        number.incoming_text_url = f"http://127.0.0.1:{server.port}/webhooks/messages"
        number.save()
        vivialconnect_sandbox.receive(from_number=RECIPIENT, to_number=SENDER, body="Hi")
        vivialconnect_sandbox.wait_for_webhooks()
    finally:
        server.shutdown()

    assert "Message 1 is received" in caplog.messages


def test_webhook__is_not_trusted(client, caplog):
    caplog.set_level("INFO")
    message = Message.create(from_number=SENDER, **TEXT)
    forged = {"message": {**message.to_dict(), "status": "failed"}}

    assert client.post("/webhooks/messages", json=forged).status_code == 204
    assert "Message 1 is delivered" in caplog.messages


@pytest.mark.parametrize(
    "payload", [b"nonsense", b"id=7&status=delivered&to_number=%2B15154469790"]
)
def test_webhook__unknown_message(client, payload):
    assert client.post("/webhooks/messages", data=payload).status_code == 400
