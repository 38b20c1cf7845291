"""Download targets: files, which are written completely or not at all, and open streams.

Exceptions from the disk, the stream and the caller's functions are raised unchanged.
"""

from __future__ import annotations

import errno
import io
import os
import re
import stat
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from itertools import count
from pathlib import Path, PurePath
from typing import Any, Callable, NamedTuple, Optional, Protocol, TypeVar, Union

from vivialconnect.common.error import ResourceError

MAX_STEM_SIZE = 180  # bytes; file systems allow 255 for the whole name
MAX_SUFFIX_LENGTH = 16  # characters
DEFAULT_NAME = "attachment"
_INVALID_CHARACTERS = re.compile(r'[:*?"<>|]')
#: Windows device names, with any suffix.
_DEVICE = re.compile(
    r"(con(in\$|out\$)?|prn|aux|nul|(com|lpt)[\d\xb9\xb2\xb3]) *(\.|$)", re.IGNORECASE | re.ASCII
)


class Download(NamedTuple):
    """The result of a download."""

    #: The absolute path of the file; ``None`` if the target was a stream.
    path: str | None
    #: The size of the file, in bytes.
    size: int
    #: The media type in the response; ``None`` if there is none.
    content_type: str | None


class Writable(Protocol):
    """An open stream that takes bytes."""

    def write(self, data: bytes, /) -> Any:
        """Write all of the bytes; a raw stream (``io.RawIOBase``) may write some of them."""
        ...


Target = Union[str, os.PathLike[str], Writable, None]
Progress = Callable[[int, Optional[int]], object]
Write = Callable[[bytes], object]
ResultT = TypeVar("ResultT")


class DownloadSink:
    """The :class:`~vivialconnect.common.exchange.Sink` of a download.

    The transport would report a disk error as a network error. The sink therefore stores the error,
    and :meth:`finish` raises it.

    :param write: Writes the bytes.
    :param size: The expected size in bytes; ``None`` if it is not known.
    :param progress: Called with the bytes received so far, and the total if it is known.
    """

    def __init__(
        self, write: Write, size: int | None = None, progress: Progress | None = None
    ) -> None:
        self.received = 0
        self.content_type: str | None = None
        self._write = write
        self._size = size
        self._progress = progress
        self._total: int | None = None
        self._started = False
        self._status = 0
        self._failure: Exception | None = None

    def begin(self, length: int | None) -> None:
        """Prepare for a body of this length."""
        self._started = True
        self._total = self._size if length is None else length

    def take(self, chunk: bytes) -> bool:
        """Write the next bytes, and return whether that succeeded."""
        try:
            self._write(chunk)
            self.received += len(chunk)
            if self._progress is not None:
                self._progress(self.received, self._total)
        except Exception as failure:  # noqa: BLE001 - raised again in finish()
            self._failure = failure
        return self._failure is None

    def missing(self) -> int:
        """Return the number of missing bytes; 0 if the expected size is unknown."""
        return max(0, (self._size or 0) - self.received)

    def finish(self, response: Any) -> None:
        """Write a body that the transport left in the response, and raise the stored error.

        :param response: The response. Mocking libraries leave the body in it.
        """
        self._status = response.status
        if not self._started and self._status == HTTPStatus.OK:
            self.begin(len(response.content))
            self.take(response.content)
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        self.content_type = response.header("content-type")

    def result(self, _: Any) -> tuple[int, str | None]:
        """Return the size and the media type.

        :raises ResourceError: If the response is a success other than 200.
        """
        if not self._started:
            raise ResourceError(
                f"the response has the status {self._status}, expected 200 with the file"
            )
        return self.received, self.content_type


def fetch_into(
    target: Target, name: Any, fetch: Callable[[Write], ResultT]
) -> tuple[str | None, ResultT]:
    """Download a file to its target.

    :param target: A file path, which is overwritten; a folder, in which nothing is overwritten; an
        open binary stream; ``None`` for the current folder.
    :param name: The file name from the service, used in a folder.
    :param fetch: Downloads the file. It is called with the function that writes the bytes.
    :returns: The absolute path of the file (``None`` for a stream), and the result of ``fetch``.
    :raises ValueError: If the target is invalid.
    :raises OSError: If the file cannot be written.
    """
    if hasattr(target, "write"):
        return None, fetch(_writer(target))
    folder, file_name = _resolve_target(target)
    # In the same folder: a file can be renamed only within its file system.
    temporary = folder / f".{os.urandom(8).hex()}.part"
    try:
        with temporary.open("xb", buffering=0) as file:
            result = fetch(partial(_write_all, file))
            # Without fsync, the file may be empty after a power failure.
            os.fsync(file.fileno())
        if file_name:
            path = _replace(temporary, folder / file_name)
        else:
            path = _rename_in_folder(temporary, safe_name(name))
    finally:
        with suppress(FileNotFoundError):  # renamed, or never created
            temporary.unlink()
    return str(path), result


def safe_name(name: Any) -> str:
    r"""Convert a file name from the service to one that is valid on every system.

    The sender of a message chooses the name, so it may be a path or the name of a hidden file.

    >>> safe_name("../../.ssh/config"), safe_name("C:\\cat\n.png"), safe_name("..")
    ('config', 'cat_.png', 'attachment')
    """
    last = re.split(r"[/\\]", name)[-1] if isinstance(name, str) else ""
    shown = "".join(letter if letter.isprintable() else "_" for letter in last)
    plain = _INVALID_CHARACTERS.sub("_", shown).lstrip(".- ").rstrip(". ")
    plain = "_" + plain if _DEVICE.match(plain) else plain
    stem, suffix = PurePath(plain).stem, PurePath(plain).suffix
    if len(suffix) > MAX_SUFFIX_LENGTH:
        stem, suffix = plain, ""
    return stem.encode()[:MAX_STEM_SIZE].decode(errors="ignore") + suffix or DEFAULT_NAME


def _writer(stream: Any) -> Write:
    if hasattr(stream, "encoding"):
        raise ValueError("target must be a binary stream, got a text stream; open it with 'wb'")
    if getattr(stream, "closed", False):
        raise ValueError("target must be an open stream, got a closed one")
    if hasattr(stream, "writable") and not stream.writable():
        raise ValueError("target must be a writable stream, got a readable one; open it with 'wb'")
    return partial(_write_all, stream)


def _write_all(stream: Any, chunk: bytes) -> None:
    """Write all bytes to a stream, which may write only some at a time."""
    while chunk:
        written = stream.write(chunk)
        if written is None and isinstance(stream, io.RawIOBase):
            written = 0
        if type(written) is not int:
            return
        if written <= 0:
            raise BlockingIOError(errno.EAGAIN, "the stream cannot be written to at the moment")
        chunk = chunk[written:]


def _resolve_target(target: Any) -> tuple[Path, str]:
    """Return the folder and the file name of a target; the file name of a folder is empty.

    Symbolic links are resolved.
    """
    fits = target is None or isinstance(target, (str, os.PathLike))
    text = os.fsdecode(os.curdir if target is None else target) if fits else ""
    if not text or "\0" in text:
        raise ValueError(
            f"target must be the path of a file or folder, or an open binary stream, got {target!r}"
        )
    path = Path(os.path.realpath(text))
    if path.is_dir():
        return path, ""
    if path.exists() and not path.is_file():
        raise ValueError(
            f"target must be a file or folder, got {path}; open it and pass the stream"
        )
    if os.path.split(text)[1] in ("", os.curdir) or not path.parent.exists():
        raise FileNotFoundError(errno.ENOENT, "the folder does not exist", text)
    return path.parent, path.name


def _replace(temporary: Path, path: Path) -> Path:
    """Replace a file with another, and keep the permissions of the replaced file."""
    if path.exists():
        temporary.chmod(stat.S_IMODE(path.stat().st_mode))
    return temporary.replace(path)


def _rename_in_folder(temporary: Path, name: str) -> Path:
    """Rename a file, append a number if the name is taken, and return the path."""
    path = first = temporary.with_name(name)
    numbers = count(2)
    while not _rename_if_free(temporary, path):
        path = first.with_name(f"{first.stem}-{next(numbers)}{first.suffix}")
    return path


def _rename_if_free(temporary: Path, path: Path) -> bool:
    """Rename a file if the name is free, and return whether it was."""
    try:
        # Unlike a rename, a link never replaces a file that is created at the same time.
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if path.is_symlink() or path.exists():
            return False
        temporary.replace(path)
    return True
