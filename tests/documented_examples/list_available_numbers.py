from vivialconnect import Resource, Number

Resource.api_key = ""
Resource.api_secret = ""
Resource.api_account_id = "12345"

def list_available_numbers(country_code='US',
                           number_type='local',
                           area_code='913',
                           in_postal_code=None,
                           in_region=None,
                           limit=5):
    numbers = Number.available(
        country_code=country_code,
        number_type=number_type,
        area_code=area_code,
        in_postal_code=in_postal_code,
        in_region=in_region,
        limit=limit)
    for number in numbers:
        print(number.name,
              number.phone_number_type,
              number.phone_number)

list_available_numbers()
