"""Makes the documented calls of release 0.2.4, one at a time, as it is told to.

It runs in an environment that has that release and nothing of ours. Each line of standard input is
the name of a call, each line of standard output what came of it as JSON: ``{"value": ...}``, or
``{"exception": ..., "text": ...}``. Where the service is, comes from the environment.
"""

from __future__ import annotations

import json
import sys

# These take their calls among CALLS.
import driven_errors
import driven_messages
import driven_nouns
from driven import CALLS, configure

MODULES = (driven_nouns, driven_messages, driven_errors)


def main() -> None:
    """Make the calls that are asked for, until there are no more."""
    configure()
    print(json.dumps(list(CALLS)), flush=True)  # noqa: T201 - the answer
    for line in sys.stdin:
        try:
            outcome = {"value": CALLS[line.strip()]()}
            answer = json.dumps(outcome)
        except Exception as failure:  # noqa: BLE001 - which one it is, is the question
            outcome = {"exception": type(failure).__name__, "text": str(failure)}
            answer = json.dumps(outcome)
        print(answer, flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
