"""What a campaign returns: plans, counts, results of runs, rows of the report."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

DONE, STOPPED, UNSETTLED, NO_ACCESS = 0, 1, 3, 4


class Planned(NamedTuple):
    """The result of :meth:`.Campaign.plan`."""

    #: Texts that were added.
    added: int
    #: Rows that were planned before, and are unchanged.
    already_planned: int
    #: Rows with the sender, the number and the body of an earlier row. They are not sent.
    duplicates: int
    #: Invalid rows that were skipped.
    invalid: int
    #: The first of them, each as ``"row 7: ..."``.
    problems: tuple[str, ...]


class Status(NamedTuple):
    """The state and the counts of a campaign."""

    #: The name of the campaign.
    name: str
    #: ``"planned"``, ``"running"``, ``"paused"``, ``"cancelled"`` or ``"finished"``.
    state: str
    #: Texts that are still to be sent.
    todo: int = 0
    #: Texts that are being sent.
    begun: int = 0
    #: Texts that may have been sent, and are being looked up.
    unknown: int = 0
    #: Texts that may have been sent, and that you must :meth:`~.Campaign.resolve`.
    open: int = 0
    #: Texts that the service accepted.
    sent: int = 0
    #: Texts that the service refused.
    refused: int = 0
    #: Texts whose recipient is suppressed or has opted out.
    suppressed: int = 0
    #: Texts that were not sent before ``send_before``.
    expired: int = 0
    #: Texts that were cancelled or skipped.
    cancelled: int = 0
    #: Rows that were not planned because an earlier row has the same sender, number and body.
    duplicates: int = 0
    #: Rows that the last plan skipped because they are invalid.
    invalid: int = 0


class Progress(NamedTuple):
    """How far a run is, for ``on_progress``."""

    #: The state and the counts of the campaign.
    status: Status
    #: Texts a second that this run has sent so far.
    per_second: float
    #: The estimated time left, in seconds; ``None`` if it is unknown.
    seconds_left: float | None


class RunReport(NamedTuple):
    """The result of :meth:`.Campaign.run` and :meth:`.Campaign.work`."""

    #: The state and the counts at the end.
    status: Status
    #: Why it ended, in words.
    reason: str
    #: 0 if nothing is left to do, 1 if it stopped before that, 3 if texts are open or unknown,
    #: 4 if the service denied access (401 or 403).
    exit_status: int


class TextReport(NamedTuple):
    """One text in :meth:`.Campaign.report`."""

    #: The key of the text: of the key column, or derived from number and body.
    key: str
    #: The recipient.
    to_number: str
    #: The sender; empty if a connector chooses it.
    from_number: str
    #: ``"todo"``, ``"begun"``, ``"unknown"``, ``"open"``, ``"sent"``, ``"refused"``,
    #: ``"suppressed"``, ``"expired"`` or ``"cancelled"``.
    state: str
    #: The id of the message on the service.
    message_id: int | None
    #: The error code of the service.
    error_code: str | None
    #: Why it was not sent, or what is unknown.
    error: str | None
    #: When its request began.
    began: datetime | None
    #: When its state was last decided.
    ended: datetime | None
    #: The status that the service has now; ``None`` unless asked for.
    delivery: str | None = None
