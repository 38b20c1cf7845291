"""What a download goes into: a file that is there whole or not at all, or an open stream.

What the disk, the stream or the caller's own function raises is theirs, and leaves as it is.
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

LONGEST_STEM = 180  # bytes of the name of a file, of which file systems take 255
LONGEST_SUFFIX = 16  # characters of it
NAMELESS = "attachment"
_UNFIT = re.compile(r'[:*?"<>|]')
#: What Windows takes for a device, whatever its suffix.
_DEVICE = re.compile(
    r"(con(in\$|out\$)?|prn|aux|nul|(com|lpt)[\d\xb9\xb2\xb3]) *(\.|$)", re.IGNORECASE | re.ASCII
)


class Download(NamedTuple):
    """What came of a download."""

    #: The absolute path of the file; ``None`` where it went into an open stream.
    path: str | None
    #: How many bytes there are.
    size: int
    #: The media type, as the answer names it; ``None`` if it does not.
    content_type: str | None


class Writable(Protocol):
    """An open stream that takes bytes."""

    def write(self, data: bytes, /) -> Any:
        """Take all of the bytes; of a raw stream (``io.RawIOBase``), some of them."""
        ...


Target = Union[str, "os.PathLike[str]", Writable, None]
Progress = Callable[[int, Optional[int]], object]
Write = Callable[[bytes], object]
ResultT = TypeVar("ResultT")


class Intake:
    """The :class:`~vivialconnect.common.exchange.Sink` of a download.

    It is called from within sending, where an error of the disk would pass for one of the network:
    so it keeps what it meets, and raises that when sending is over.

    :param write: Takes the bytes.
    :param size: How many bytes the medium should have; ``None`` if nobody knows.
    :param progress: Told how many bytes have come, and how many will as far as is known.
    """

    def __init__(
        self, write: Write, size: int | None = None, progress: Progress | None = None
    ) -> None:
        self.taken = 0
        self.content_type: str | None = None
        self._write = write
        self._size = size
        self._progress = progress
        self._total: int | None = None
        self._begun = False
        self._status = 0
        self._failure: Exception | None = None

    def begin(self, length: int | None) -> None:
        """Get ready for a medium of that many bytes."""
        self._begun = True
        self._total = self._size if length is None else length

    def take(self, piece: bytes) -> bool:
        """Write the next bytes, and return whether that went well."""
        try:
            self._write(piece)
            self.taken += len(piece)
            if self._progress is not None:
                self._progress(self.taken, self._total)
        except Exception as failure:  # noqa: BLE001 - it is raised again, in its place
            self._failure = failure
        return self._failure is None

    def missing(self) -> int:
        """Return how many bytes fewer have come than the medium should have."""
        return max(0, (self._size or 0) - self.taken)

    def finish(self, response: Any) -> None:
        """Take what sending has not handed on, and raise what writing has met.

        :param response: The response; of a stand-in it has the body.
        """
        self._status = response.status
        if not self._begun and self._status == HTTPStatus.OK:
            self.begin(len(response.content))
            self.take(response.content)
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        self.content_type = response.header("content-type")

    def result(self, _: Any) -> tuple[int, str | None]:
        """Return the size and the type of the medium.

        :raises ResourceError: If the answer was a success, but none with a medium.
        """
        if not self._begun:
            raise ResourceError(
                "the service answered {}, and a medium comes whole with 200".format(self._status)
            )
        return self.taken, self.content_type


def deliver(
    target: Target, name: Any, fetch: Callable[[Write], ResultT]
) -> tuple[str | None, ResultT]:
    """Have a medium fetched into where it shall go.

    :param target: The path of a file, which is replaced; a folder, in which nothing is replaced;
        an open binary stream; ``None`` for the current folder.
    :param name: The name of the file in a folder, as the service gave it.
    :param fetch: Fetches it; handed what takes the bytes.
    :returns: The absolute path of the file, ``None`` of a stream; and what ``fetch`` returned.
    :raises ValueError: If the target can take no medium.
    :raises OSError: If the file cannot be written.
    """
    if hasattr(target, "write"):
        return None, fetch(_writer(target))
    folder, own_name = _place(target)
    # Beside the file that it becomes, for a file can be renamed only within its file system.
    temporary = folder / ".{}.part".format(os.urandom(8).hex())
    try:
        with temporary.open("xb", buffering=0) as file:
            result = fetch(partial(_write_whole, file))
            # Else a machine that fails now may come back with the name, but not with the bytes.
            os.fsync(file.fileno())
        if own_name:
            path = _replace(temporary, folder / own_name)
        else:
            path = _name_in_folder(temporary, safe_name(name))
    finally:
        with suppress(FileNotFoundError):  # it has its final name, or was never made
            temporary.unlink()
    return str(path), result


def safe_name(name: Any) -> str:
    r"""Return what the service calls a file as a name that is one on every system.

    Whoever sends a medium chooses its name, so it may be a path, or that of a hidden file.

    >>> safe_name("../../.ssh/config"), safe_name("C:\\cat\n.png"), safe_name("..")
    ('config', 'cat_.png', 'attachment')
    """
    last = re.split(r"[/\\]", name)[-1] if isinstance(name, str) else ""
    shown = "".join(letter if letter.isprintable() else "_" for letter in last)
    plain = _UNFIT.sub("_", shown).lstrip(".- ").rstrip(". ")
    plain = "_" + plain if _DEVICE.match(plain) else plain
    stem, suffix = PurePath(plain).stem, PurePath(plain).suffix
    if len(suffix) > LONGEST_SUFFIX:
        stem, suffix = plain, ""
    return stem.encode()[:LONGEST_STEM].decode(errors="ignore") + suffix or NAMELESS


def _writer(stream: Any) -> Write:
    if hasattr(stream, "encoding"):
        raise ValueError("target is a stream of text; open it for bytes, as with 'wb'")
    if getattr(stream, "closed", False):
        raise ValueError("target is a stream that is closed")
    if hasattr(stream, "writable") and not stream.writable():
        raise ValueError("target is a stream to read from; open it for writing, as with 'wb'")
    return partial(_write_whole, stream)


def _write_whole(stream: Any, piece: bytes) -> None:
    """Write to a stream that may take less than it is given; one that does not tell takes all."""
    while piece:
        written = stream.write(piece)
        if written is None and isinstance(stream, io.RawIOBase):
            written = 0
        if type(written) is not int:
            return
        if written <= 0:
            raise BlockingIOError(errno.EAGAIN, "the stream takes nothing at the moment")
        piece = piece[written:]


def _place(target: Any) -> tuple[Path, str]:
    """Return the folder of a file and its name, which is empty where the folder is all that counts.

    Of a link, those of what it leads to.
    """
    fits = target is None or isinstance(target, (str, os.PathLike))
    text = os.fsdecode(os.curdir if target is None else target) if fits else ""
    if not text or "\0" in text:
        raise ValueError(
            "target must be the path of a file or folder, or an open binary stream, "
            "not {!r}".format(target)
        )
    path = Path(os.path.realpath(text))
    if path.is_dir():
        return path, ""
    if path.exists() and not path.is_file():
        raise ValueError("{} is no file; open it, and give the stream".format(path))
    if os.path.split(text)[1] in ("", os.curdir) or not path.parent.exists():
        raise FileNotFoundError(errno.ENOENT, "there is no such folder", text)
    return path.parent, path.name


def _replace(temporary: Path, path: Path) -> Path:
    """Put a file in the place of another, as readable as that was."""
    if path.exists():
        temporary.chmod(stat.S_IMODE(path.stat().st_mode))
    return temporary.replace(path)


def _name_in_folder(temporary: Path, name: str) -> Path:
    """Give a file the name, with a number if that is taken, and return its path."""
    path = first = temporary.with_name(name)
    numbers = count(2)
    while not _give_name(temporary, path):
        path = first.with_name("{}-{}{}".format(first.stem, next(numbers), first.suffix))
    return path


def _give_name(temporary: Path, path: Path) -> bool:
    """Give a file a name, and return whether it was free."""
    try:
        # As renaming, but that it replaces nothing, whoever takes the name at the same time.
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError:  # a file system on which a file has one name
        if path.is_symlink() or path.exists():
            return False
        temporary.replace(path)
    return True
