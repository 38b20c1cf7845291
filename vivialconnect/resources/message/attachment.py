"""The media files of messages."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, ClassVar

from vivialconnect.common import downloads, paths, scopes
from vivialconnect.common.exchange import Call
from vivialconnect.resources.resource import Countable

if TYPE_CHECKING:
    from vivialconnect.common.downloads import Download, Progress, Target, Write


class Attachment(Countable):
    """A media file of a message.

    ================= ==========================================================================
    id                The attachment's id (int).
    date_created      When it was made, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified     When it was last changed (str); as a datetime: ``modified_at``.
    account_id        The account (int).
    message_id        The message that it belongs to (int).
    content_type      The media type, ``"image/png"`` (str).
    size              Its size in bytes (int).
    file_name         The name of the file (str).
    key_name          Where the service keeps it (str).
    ================= ==========================================================================

    Attachments stand below their message: ask it for them, or give the path.

        >>> from vivialconnect import Attachment, Message
        >>> message = Message.find_first(search="picture")
        >>> message.attachments()[0].content_type
        'image/png'
        >>> Attachment.count(path="messages/{}".format(message.id))
        1
    """

    singular = "attachment"
    plural = "attachments"

    _below: ClassVar[str] = "messages/9"
    _shown: ClassVar[tuple[str, ...]] = ("file_name", "content_type", "size")

    date_created: str
    date_modified: str
    account_id: int
    message_id: int
    content_type: str
    size: int
    file_name: str
    key_name: str

    def download(self, target: Target = None, *, progress: Progress | None = None) -> Download:
        """Fetch the medium itself, piece by piece, into a file or an open stream.

        A file is there whole or not at all: the pieces go into a temporary file beside it, which
        is renamed at the end, and removed whatever happens before.

        :param target: The path of a file, which is replaced if there is one; or a folder, in which
            the file gets the attachment's ``file_name``, without what could lead elsewhere, and
            with a number (``cat-2.png``) if that is taken; or an open binary stream, which is not
            closed. The current folder by default.
        :param progress: Called after each piece with the bytes that have come so far, and with
            those that will be in all, ``None`` if nobody knows.
        :returns: Where it is, its size and its type.
        :raises ValueError: If the row has no id, or the target can take no medium.
        :raises RequestorError: If the call fails; ``ConnectionError`` if the medium was cut short,
            ``Timeout`` if the answer did not begin, or paused, for ``request_timeout`` seconds.
        :raises ResourceError: If the answer has no medium.
        :raises OSError: If the file cannot be written.

        What the stream or ``progress`` raises is raised. The call is not repeated once the medium
        has begun to come, so that no stream gets the beginning twice.

        Example:

            >>> from io import BytesIO
            >>> from vivialconnect import Message
            >>> picture = Message.find_first(search="picture").attachments()[0]
            >>> stream = BytesIO()
            >>> picture.download(stream) == (None, picture.size, "image/png")
            True

        .. versionadded:: 1.0
        """
        self._require_id("download")
        if progress is not None and not callable(progress):
            raise ValueError(
                "progress must be a function of two numbers, not {!r}".format(progress)
            )
        with scopes.use_scopes(self._scopes):
            requestor = type(self).request
            path = self._element_path(requestor, self._prefix, self.id)
        told = self.attributes.get("size")
        size = told if type(told) is int else None

        def fetch(write: Write) -> tuple[int, str | None]:
            sink = downloads.DownloadSink(write, size, progress)
            call = Call("GET", path.removesuffix(paths.SUFFIX), sink=sink)
            return requestor.perform(call, sink.result, on_response=sink.finish)

        place, fetched = downloads.fetch_into(target, self.attributes.get("file_name"), fetch)
        return downloads.Download(place, *fetched)

    def read(self) -> bytes:
        """Return the medium itself; for a large one, :meth:`download` needs less memory.

        :raises ValueError: If the row has no id.
        :raises RequestorError: If the call fails; as for :meth:`download`.
        :raises ResourceError: If the answer has no medium.

        .. versionadded:: 1.0
        """
        stream = io.BytesIO()
        self.download(stream)
        return stream.getvalue()
