"""The middleware for several accounts, with a second account in the package's sandbox."""

from vivialconnect import Message, Number, configured

RECIPIENT = "+15154469790"


def test_account_of_the_host(client, settings, vivialconnect_sandbox):
    account = vivialconnect_sandbox.add_account(67890)
    keys = {"api_key": account.api_key, "api_secret": account.api_secret, "api_account_id": 67890}
    settings.MIDDLEWARE = ["middleware.AccountMiddleware"]
    settings.ACCOUNTS = {"testserver": keys}
    settings.SMS_SENDER = "+19132597591"
    with configured(**keys):
        Number(phone_number=settings.SMS_SENDER).buy()
    client.post("/", {"to_number": RECIPIENT, "body": "Your table is ready"})

    assert Message.count() == 0
    with configured(**keys):
        assert Message.count() == 1
