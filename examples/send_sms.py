"""Send a text and wait until it has arrived: send_sms.py FROM TO TEXT.

Credentials come from VIVIALCONNECT_API_KEY, VIVIALCONNECT_API_SECRET, VIVIALCONNECT_ACCOUNT_ID.
"""

import sys
from contextlib import suppress

from vivialconnect import Message, Timeout

SECONDS = 60  # how long it is waited for

if not sys.argv[3:]:
    sys.exit(__doc__)
from_number, to_number, text = sys.argv[1:]
message = Message.create({"from_number": from_number, "to_number": to_number, "body": text})
print("Message", message.id, "is", message.status)

with suppress(Timeout):  # it may still arrive
    message.wait_until("delivered", timeout=SECONDS)

print("Message", message.id, "is", message.status, message.error_message or "")
sys.exit(message.status != "delivered")
