"""Fourteen mistakes that a type checker finds before the program runs, each on a marked line.

The program is never run: ``check_mistakes.py`` hands it to mypy and pyright, and compares the lines
that they complain of with the lines that are marked.
"""

from __future__ import annotations

from vivialconnect import Message, Number, Resource

message = Message.find(7)

seen = message.boddy  # mistake: a misspelt field is read
message.statuss = "sent"  # mistake: a misspelt field is written
message.body = 5  # mistake: a field is of another type
Resource.request_timeout = "30"  # mistake: a setting is of another type
Message(["+15154469790"])  # mistake: a list is taken for fields
message.attachment()  # mistake: an argument is missing
seen = len(message)  # mistake: a row is taken for a list
seen = Message.find(limit=5).body  # mistake: a list is taken for a row
Number.purchase("+19132597591")  # mistake: a method that is not there
seen = Message.find_first().body  # mistake: None is not looked for
Message(to_nubmer="+15154469790")  # mistake: a misspelt field is given by name
Message.create(to_nubmer="+15154469790")  # mistake: a misspelt field is given to create
Message.create({"body": "Hi"}, media_urls=5)  # mistake: a given field is of another type
Number(phone_number=+19132597591).buy()  # mistake: a number is taken for its text
