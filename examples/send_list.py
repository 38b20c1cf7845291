"""Send every text of a list once, even if it is killed and started again: send_list.py FROM FILE.

FILE is CSV in UTF-8 with the columns number and text. If a row is invalid, nothing is sent. The
campaign is kept in FILE.sqlite3.

Credentials come from VIVIALCONNECT_API_KEY, VIVIALCONNECT_API_SECRET, VIVIALCONNECT_ACCOUNT_ID.
"""

from __future__ import annotations

import sys

from vivialconnect import VivialConnectError
from vivialconnect.campaigns import Campaign, CampaignError

if not sys.argv[2:]:
    sys.exit(__doc__)
from_number, path = sys.argv[1:3]
try:
    with Campaign.open(f"{path}.sqlite3") as campaign:
        campaign.plan(path, from_number=from_number, to="number", body="{text}")
        campaign.resume()  # a wrong secret has paused it
        result = campaign.run()
        for text in campaign.report():
            print(text.to_number, text.state, text.message_id or "", text.error or "")
except (CampaignError, ValueError, VivialConnectError) as error:
    sys.exit(f"Stopped. Start it again to continue: {error}")
if result.exit_status:
    sys.exit(f"Stopped. Start it again to continue: {result.reason}")
