from vivialconnect import Resource, User

Resource.api_key = ""
Resource.api_secret = ""
Resource.api_account_id = "12345"

def list_users():
    users = User.find()
    for user in users:
        print(user.id, user.first_name, user.last_name)

list_users()
