"""The views, with the package's sandbox."""

import pytest

from vivialconnect import Message, Number

SENDER, RECIPIENT = "+19132597591", "+15154469790"


@pytest.fixture(autouse=True)
def sender(vivialconnect_sandbox, settings):
    settings.SMS_SENDER = SENDER
    Number(phone_number=SENDER).buy()


def test_send(client):
    response = client.post(
        "/", {"to_number": RECIPIENT, "body": "Your table is ready"}, follow=True
    )

    assert response.json() == {"id": 1, "status": "delivered"}
    assert Message.find(1).body == "Your table is ready"


def test_send__phone_number_is_invalid(client, vivialconnect_sandbox):
    before = len(vivialconnect_sandbox.requests)
    response = client.post("/", {"to_number": "515 446 9790", "body": "Your table is ready"})

    assert b"must be in E.164 format" in response.content
    assert len(vivialconnect_sandbox.requests) == before


def test_send__sender_is_refused(client, settings):
    settings.SMS_SENDER = "+15555550100"
    response = client.post("/", {"to_number": RECIPIENT, "body": "Your table is ready"})

    assert b"The message was refused: from_number invalid" in response.content


def test_send__response_is_lost(client, vivialconnect_sandbox):
    vivialconnect_sandbox.chaos.add("drop_answer", method="POST")
    response = client.post("/", {"to_number": RECIPIENT, "body": "Your table is ready"})

    assert b"The message may have been sent already." in response.content
    assert Message.count() == 1


def test_show__unknown(client):
    assert client.get("/messages/7/").status_code == 404


def post_webhook(client, **fields):
    return client.post("/webhooks/messages/", {"message": fields}, "application/json")


def test_webhook__replies_once(client, vivialconnect_sandbox):
    received = vivialconnect_sandbox.receive(from_number=RECIPIENT, to_number=SENDER, body="Hi")
    responses = [post_webhook(client, **received) for _ in range(2)]

    assert [response.status_code for response in responses] == [204, 204]
    assert [message.body for message in Message.find(order="id")] == ["Hi", "We open at nine."]


def test_webhook__is_not_trusted(client, caplog):
    caplog.set_level("INFO")
    message = Message.create(from_number=SENDER, to_number=RECIPIENT, body="Hi")
    response = post_webhook(client, **{**message.to_dict(), "status": "failed"})

    assert response.status_code == 204
    assert "Message 1 is delivered" in caplog.messages


def test_webhook__unknown_message(client):
    assert post_webhook(client, id=7, status="delivered", to_number=RECIPIENT).status_code == 400
    assert post_webhook(client, text="nonsense").status_code == 400
