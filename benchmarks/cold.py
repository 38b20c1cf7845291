"""A script that makes one call: ``cold.py NAME ORIGIN``.

It prints the id of what it found, and the processor's seconds from its start to that answer.
"""

import sys
import time

import data

name, origin = sys.argv[1:]

if name == "vivialconnect":
    from vivialconnect import Message, Resource

    Resource.api_key = data.API_KEY
    Resource.api_secret = data.API_SECRET
    Resource.api_account_id = str(data.ACCOUNT)
    Resource.api_base_url = origin + data.BASE
    found = Message.find(1).id
else:
    from by_hand import Session

    found = Session(origin, None).find_one()["id"]

print(found, time.process_time())
