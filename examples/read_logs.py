"""Print what happened in the last hours: read_logs.py [HOURS].

Credentials come from VIVIALCONNECT_API_KEY, VIVIALCONNECT_API_SECRET, VIVIALCONNECT_ACCOUNT_ID.
"""

import sys
from collections import Counter
from datetime import datetime, timedelta, timezone

from vivialconnect import Log

try:
    hours = float(sys.argv[1]) if len(sys.argv) > 1 else 24
except ValueError:
    sys.exit(__doc__)
now = datetime.now(timezone.utc)

kinds = Counter()
for log in Log.find_each(start_time=now - timedelta(hours=hours), end_time=now):
    print(log.log_timestamp, log.log_type, log.description)
    kinds[log.log_type] += 1

for kind, count in kinds.most_common():
    print(count, "x", kind)
