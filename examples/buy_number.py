"""Buy the first local number of an area: buy_number.py AREA_CODE.

Credentials come from VIVIALCONNECT_API_KEY, VIVIALCONNECT_API_SECRET, VIVIALCONNECT_ACCOUNT_ID.
"""

import sys

from vivialconnect import Number

if not sys.argv[1:] or not sys.argv[1].isdecimal():
    sys.exit(__doc__)
area_code = sys.argv[1]
found = Number.available(area_code=area_code, limit=1)
if not found:
    sys.exit("No number is on sale in area code " + area_code)

number = found[0]
number.buy()
print("Bought", number.phone_number, "in", number.city, number.region, "as number", number.id)
