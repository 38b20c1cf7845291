"""Campaigns: send each text of a list once, through crashes, on one machine or many.

The journal, a database, owns the truth about each text. The invariant that it keeps:

    A text is posted only after a committed begin. It returns to todo only if the outcome proves
    that nothing happened, or if a look later than ``settle`` after its begin does not show it.

What this takes:

1. A worker *leases* texts. A lease that expires goes back to todo: its texts were never begun.
2. It *begins* a text in a transaction that holds only if the lease is live, the campaign runs, and
   the number is not suppressed. The same transaction grants the moment of the pace.
3. After the commit, a sender *posts* the text, without retries. Right before, it checks that less
   than ``settle / 2`` has passed since begin. If not, it gives the text back and does not post.
4. It *ends* the text: sent, refused, unknown, or todo if the outcome proves that nothing happened.
   A begun text of a worker whose lease has expired is unknown.
5. *Looks* at the newest messages of the service settle what is unknown, at every start and while
   texts are unknown. What a look that begins later than ``settle`` after begin does not show is
   open, or todo again with ``on_unseen="resend"``.

Assumptions: the service lists a message within ``settle / 2`` after its request began, with an id
that is higher than all ids before it, and a process is not frozen for longer than that between the
check of step 3 and the request.
"""

from __future__ import annotations

from vivialconnect.campaigns.campaign import Campaign
from vivialconnect.campaigns.errors import CampaignError, InvalidRows, JournalInUse
from vivialconnect.campaigns.estimate import Estimate
from vivialconnect.campaigns.results import Planned, Progress, RunReport, Status, TextReport
from vivialconnect.campaigns.rows import InvalidList

__all__ = [
    "Campaign",
    "CampaignError",
    "Estimate",
    "InvalidList",
    "InvalidRows",
    "JournalInUse",
    "Planned",
    "Progress",
    "RunReport",
    "Status",
    "TextReport",
]
