from vivialconnect import Resource, Number

Resource.api_key = ""
Resource.api_secret = ""
Resource.api_account_id = "12345"

def buy_number(name=None,
               phone_number=None,
               area_code=None,
               phone_number_type='local'):
    number = Number()
    number.name = name
    number.phone_number = phone_number
    number.area_code = area_code
    number.phone_number_type = phone_number_type
    number.buy()

buy_number(name='(913) 259-7591',
           phone_number='+19132597591',
           area_code='913',
           phone_number_type='local')
