"""A whole script, from its start to the first answer: ``cold.py NAME ORIGIN``."""

import sys

import data

name, origin = sys.argv[1:]

if name == "vivialconnect":
    from vivialconnect import Message, Resource

    Resource.api_key = data.API_KEY
    Resource.api_secret = data.API_SECRET
    Resource.api_account_id = str(data.ACCOUNT)
    Resource.api_base_url = origin + data.BASE
    print(Message.find(1).id)
else:
    from by_hand import Session

    print(Session(origin, None).find_one()["id"])
