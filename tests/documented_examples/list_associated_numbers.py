from vivialconnect import Resource, Number

Resource.api_key = ""
Resource.api_secret = ""
Resource.api_account_id = "12345"

def list_associated_numbers():
    numbers = Number.find()
    for number in numbers:
        print(number.id, number.name,
              number.phone_number_type,
              number.phone_number)

list_associated_numbers()
