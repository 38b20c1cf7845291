"""Send a text with every kind of failure handled: handle_errors.py FROM TO TEXT.

Credentials come from VIVIALCONNECT_API_KEY, VIVIALCONNECT_API_SECRET, VIVIALCONNECT_ACCOUNT_ID.
"""

import sys

from vivialconnect import BadRequest, Message, RateLimit, UnauthorizedAccess, VivialConnectError

if not sys.argv[3:]:
    sys.exit(__doc__)
from_number, to_number, text = sys.argv[1:]
message = Message({"from_number": from_number, "to_number": to_number, "body": text})

try:
    message.send()
except ValueError as error:
    sys.exit(f"Not sent, the call is wrong: {error}")
except UnauthorizedAccess:
    sys.exit("Not sent: check the key and the secret")
except RateLimit as error:
    sys.exit(f"Not sent: try again in {error.retry_after or 60} seconds")
except BadRequest as error:
    sys.exit(f"Not sent, error {error.error_code or error.http_status}: {error.message}")
except VivialConnectError as error:
    if error.outcome in ("unknown", "accepted"):
        sys.exit(f"It may have been sent; send_once.py shows how to look: {error}")
    sys.exit(f"Not sent: {error}")

print("Message", message.id, "is", message.status)
