"""The options of a sandbox that its rules depend on."""

from __future__ import annotations

from typing import NamedTuple


class Options(NamedTuple):
    """The options of a sandbox.

    :param delays: seconds after which an accepted message is queued, sending and delivered.
    :param allow_local_media: whether media may come from ``file:`` and loopback URLs.
    :param allow_remote_webhooks: whether webhooks may be delivered to other machines.
    """

    delays: tuple[float, float, float] = (0, 0, 0)
    allow_local_media: bool = False
    allow_remote_webhooks: bool = False


def check_delays(delays: tuple[float, ...]) -> None:
    """Check the delays of a sandbox.

    :raises ValueError: if they are not three numbers of seconds in ascending order.
    """
    if len(delays) != 3 or sorted(delays) != [*delays] or delays[0] < 0:  # noqa: PLR2004
        raise ValueError(
            f"delays must be three numbers of seconds that do not decrease, got {delays!r}"
        )
