"""Send a text once, also where the answer is lost: send_once.py FROM TO TEXT.

Credentials come from VIVIALCONNECT_API_KEY, VIVIALCONNECT_API_SECRET, VIVIALCONNECT_ACCOUNT_ID.
"""

import sys
import time

from vivialconnect import Message, VivialConnectError

LOOKS, PAUSE = 3, 2  # how often it is looked up, and seconds between

if not sys.argv[3:]:
    sys.exit(__doc__)
from_number, to_number, text = sys.argv[1:]
message = Message({"from_number": from_number, "to_number": to_number, "body": text})

try:
    message.send()
    sent = message
except VivialConnectError as error:
    if error.outcome not in ("unknown", "accepted"):
        sys.exit(f"Not sent: {error}")
    print("The answer is lost, so it is looked up:", error)
    sent = message.find_sent()
    for _ in range(LOOKS - 1):
        if sent is None:
            time.sleep(PAUSE)
            sent = message.find_sent()

if sent is None:
    sys.exit("Nothing of it shows. It may be sent again, if coming twice would do no harm")
print("Message", sent.id, "is", sent.status)
