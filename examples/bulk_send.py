"""Send one text to many numbers: bulk_send.py FROM TEXT TO [TO ...].

Credentials come from VIVIALCONNECT_API_KEY, VIVIALCONNECT_API_SECRET, VIVIALCONNECT_ACCOUNT_ID.
"""

import sys

from vivialconnect import Message

LARGEST_BULK = 100

if not sys.argv[3:]:
    sys.exit(__doc__)
from_number, text, *to_numbers = sys.argv[1:]
left_out = []

for start in range(0, len(to_numbers), LARGEST_BULK):
    message = Message({"from_number": from_number, "body": text})
    message.to_numbers = to_numbers[start : start + LARGEST_BULK]
    bulk_id = message.send_bulk()
    print("Bulk", bulk_id)
    taken = set()
    for sent in Message.find_each_bulk_message(bulk_id):
        print(" ", sent.to_number, sent.status)
        taken.add(sent.to_number)
    left_out += [number for number in message.to_numbers if number not in taken]

if left_out:
    sys.exit("Not sent to {}; are these phone numbers?".format(", ".join(left_out)))
