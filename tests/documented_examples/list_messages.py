from vivialconnect import Resource, Message

Resource.api_key = ""
Resource.api_secret = ""
Resource.api_account_id = "12345"

def list_messages():
    count = Message.count()
    messages = Message.find(order="id desc")
    for message in messages:
        print(message.id, message.to_number,
              message.from_number, message.body)

list_messages()
