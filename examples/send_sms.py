"""Send a text and wait until it has arrived: send_sms.py FROM TO TEXT.

Credentials come from VIVIALCONNECT_API_KEY, VIVIALCONNECT_API_SECRET, VIVIALCONNECT_ACCOUNT_ID.
"""

import sys
import time

from vivialconnect import Message

ON_ITS_WAY = ("accepted", "queued", "sending", "sent")
SECONDS = 60

if not sys.argv[3:]:
    sys.exit(__doc__)
from_number, to_number, text = sys.argv[1:]
message = Message.create({"from_number": from_number, "to_number": to_number, "body": text})
print("Message", message.id, "is", message.status)

give_up = time.monotonic() + SECONDS
while message.status in ON_ITS_WAY and time.monotonic() < give_up:
    time.sleep(0.5)
    message.reload()

print("Message", message.id, "is", message.status, message.error_message or "")
sys.exit(message.status != "delivered")
