from vivialconnect import Resource, Account

Resource.api_key = ""
Resource.api_secret = ""
Resource.api_account_id = "12345"

def billing_status(account_id=None):
    status = Account.billing_status(account_id=account_id)
    print(status)

billing_status(12345)
