"""Attachments: the media files of messages."""

from __future__ import annotations

import io
from typing import ClassVar

from vivialconnect.common import downloads, paths, scopes
from vivialconnect.common.downloads import Download, Progress, Target, Write
from vivialconnect.common.exchange import Call
from vivialconnect.resources.resource import Resource


class Attachment(Resource):
    """A media file of a message.

    ================= ==========================================================================
    id                Id of the attachment (int).
    date_created      Creation time, UTC, ISO 8601 (str); as a datetime: ``created_at``.
    date_modified     Time of the last change (str); as a datetime: ``modified_at``.
    account_id        Id of the account (int).
    message_id        Id of the message (int).
    content_type      Media type, ``"image/png"`` (str).
    size              Size in bytes (int).
    file_name         File name (str).
    key_name          Storage key of the service (str).
    ================= ==========================================================================

    Find attachments with :meth:`.Message.attachments`, or pass the path of the message.

        >>> from vivialconnect import Attachment, Message
        >>> message = Message.find_first(search="picture")
        >>> message.attachments()[0].content_type
        'image/png'
        >>> Attachment.count(path="messages/{}".format(message.id))
        1
    """

    singular = "attachment"
    plural = "attachments"

    _parent_example: ClassVar[str] = "messages/9"
    _filters: ClassVar = ("limit", "order", "page", "search")
    _repr_fields: ClassVar[tuple[str, ...]] = ("file_name", "content_type", "size")

    date_created: str
    date_modified: str
    account_id: int
    message_id: int
    content_type: str
    size: int
    file_name: str
    key_name: str

    def download(self, target: Target = None, *, progress: Progress | None = None) -> Download:
        """Download the file to a path or an open stream.

        The file is written to a temporary file in the same folder, which is renamed at the end.
        After an error, the temporary file is removed.

        :param target: A file path, a folder or an open binary stream. Default: the current folder.
            An existing file is replaced. In a folder, the file gets the ``file_name`` of the
            attachment, made safe, with a number (``cat-2.png``) if that name exists. A stream is
            not closed.
        :param progress: Called after each chunk with the number of bytes received and the total,
            which is ``None`` if unknown.
        :returns: The path, the size and the media type.
        :raises ValueError: If the attachment has no id, or an argument is invalid.
        :raises ConnectionError: If the response was cut short.
        :raises Timeout: If the response does not begin, or pauses, for ``request_timeout`` seconds.
        :raises OSError: If the file cannot be written.

        Exceptions from the stream and from ``progress`` are raised unchanged. A download that has
        begun is never retried.

        Example:

            >>> from io import BytesIO
            >>> from vivialconnect import Message
            >>> picture = Message.find_first(search="picture").attachments()[0]
            >>> stream = BytesIO()
            >>> picture.download(stream) == (None, picture.size, "image/png")
            True

        .. versionadded:: 1.0
        """
        self._require_id()
        if progress is not None and not callable(progress):
            raise ValueError(f"progress must be a function with two arguments, got {progress!r}")
        with scopes.use_scopes(self._scopes):
            requestor = type(self).request
            path = self._path(requestor, self._prefix, self.id)
        size = self.attributes.get("size")
        expected = size if type(size) is int else None

        def fetch(write: Write) -> tuple[int, str | None]:
            sink = downloads.DownloadSink(write, expected, progress)
            spec = Call("GET", path.removesuffix(paths.SUFFIX), sink=sink)
            return requestor.perform(spec, sink.result, on_response=sink.finish)

        saved, fetched = downloads.fetch_into(target, self.attributes.get("file_name"), fetch)
        return Download(saved, *fetched)

    def read(self) -> bytes:
        """Return the content of the file. For large files, :meth:`download` needs less memory.

        :raises ValueError: If the attachment has no id.
        :raises RequestorError: As for :meth:`download`.

        .. versionadded:: 1.0
        """
        stream = io.BytesIO()
        self.download(stream)
        return stream.getvalue()
