"""A download that fails is an error that says so, and leaves nothing behind."""

from __future__ import annotations

import errno
import gzip
import io
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Callable

import pytest

from tests.integration.hurry import AMPLE, ENOUGH, late
from tests.integration.media import FRAMINGS, MEDIUM, PNG, attach, names_in, row
from tests.integration.scripted_server import (
    Peer,
    Script,
    ScriptedServer,
    answer,
    encode_answer,
    say_and_drip,
    say_and_hang_up,
    say_and_reset,
    say_and_stall,
    use,
)
from tests.integration.tenants import THOROUGH
from vivialconnect import (
    Attachment,
    ConnectionError,  # noqa: A004 - the documented name
    ForbiddenAccess,
    Redirection,
    Requestor,
    RequestorError,
    ResourceError,
    ResourceNotFound,
    ServerError,
    Timeout,
    UnauthorizedAccess,
    configured,
)
from vivialconnect.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path


def answer_with_trailer(count: int) -> Script:
    """Return a script that gives a medium in chunks, and fields behind them."""
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nGIF8\r\n0\r\n"
    return say_and_stall(head + b"A: b\r\n" * count)


#: The medium that is cut in many places, in bytes, and in how many by chance.
SIZE, CUTS = (50_000_000, 200) if THOROUGH else (300_000, 20)
WHOLE = encode_answer(MEDIUM, headers=PNG)
PLAY: dict[str, Script] = {
    "closed": say_and_hang_up(WHOLE[:-1]),
    "reset": say_and_reset(WHOLE[:-70_000]),
    "packed": answer(gzip.compress(MEDIUM), headers={**PNG, "Content-Encoding": "GZIP"}),
    "brotli": answer(MEDIUM, headers={**PNG, "Content-Encoding": "br"}),
    "no chunk": say_and_hang_up(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nGIF8\r\nzz\r\n"
    ),
}


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Path]:
    """Give a file that is there, and check that nothing has happened to it or beside it."""
    path = tmp_path / "cat.png"
    path.write_bytes(b"as it was")
    yield path
    assert path.read_bytes() == b"as it was"
    assert names_in(tmp_path) == ["cat.png"]


def refusal_of(target: Any, expected: type[RequestorError]) -> Any:
    """Return the error that a download ends in, which must be of exactly one class."""
    with pytest.raises(expected) as caught:
        row(size=len(MEDIUM)).download(target)
    assert type(caught.value) is expected
    assert (caught.value.method, caught.value.attempts) == ("GET", 1)
    return caught.value


def test_cut__anywhere(tmp_path: Path) -> None:
    """Cut at the first, the last or any other byte, a medium is an error and no file."""
    source, folder = tmp_path / "source.png", tmp_path / "folder"
    source.write_bytes(random.Random(SIZE).randbytes(SIZE))
    folder.mkdir()
    places = [0, SIZE - 1, *random.Random(CUTS).sample(range(SIZE), CUTS)]
    with Sandbox(allow_local_media=True) as sandbox:
        sandbox.configure()
        attachment = attach(source)
        for place in places:
            sandbox.chaos.add("truncated_body", path="*/attachments/1", keep=place, times=1)
            with pytest.raises(ConnectionError, match="cut short") as caught:
                attachment.download(folder)
            assert (caught.value.attempts, caught.value.__cause__ is None) == (1, False)
        assert names_in(folder) == []
        assert sandbox.chaos.played == {"truncated_body": len(places)}
        assert attachment.download(folder).size == SIZE

    assert (folder / "source.png").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("framing", FRAMINGS)
def test_cut__in_each_framing(framing: str, target: Path) -> None:
    """However the answer tells where it ends, a part of it is not taken for the whole."""
    data = FRAMINGS[framing](MEDIUM)
    body = data.index(b"\r\n\r\n") + 4
    last = len(data) - 1
    places = [body, *random.Random(framing).sample(range(body, last), 8), last]
    with ScriptedServer(*[say_and_hang_up(data[:place]) for place in places]) as server:
        use(server, max_retries=2)
        told = [str(refusal_of(target, ConnectionError)) for _ in places]

    assert ["cut short" in words for words in told] == [True] * len(places)
    assert len(server.requests) == len(places)


@pytest.mark.parametrize("play", PLAY)
def test_download__broken_off(play: str, target: Path) -> None:
    """Whatever breaks it off is told, chained, and not repeated; the connection is not kept."""
    with ScriptedServer(PLAY[play], answer(b"whole", headers=PNG)) as server:
        use(server, max_retries=2)
        error = refusal_of(target, ConnectionError)
        assert row().read() == b"whole"

    assert error.__cause__ is not None
    assert "retry the request: it changes nothing" in str(error)
    assert [request.connection for request in server.requests] == [1, 2]


def test_download__longer_than_told(tmp_path: Path) -> None:
    """What comes behind the medium is none of it, and its connection is not used again."""
    with ScriptedServer(lambda peer: peer.send(WHOLE + b"HTTP/1.1 200 OK\r\n\r\n")) as server:
        use(server)
        assert row().read() == MEDIUM
        assert row().read() == MEDIUM

    assert [request.connection for request in server.requests] == [1, 2]


@pytest.mark.parametrize(
    ("data", "size", "expected"),
    [
        (WHOLE, 5, len(MEDIUM)),
        (WHOLE, len(MEDIUM) + 5, len(MEDIUM)),
        (FRAMINGS["in chunks"](MEDIUM), len(MEDIUM) + 5, len(MEDIUM)),
        (FRAMINGS["until closed"](MEDIUM), 5, len(MEDIUM)),
        (FRAMINGS["until closed"](MEDIUM), None, len(MEDIUM)),
        (FRAMINGS["until closed"](MEDIUM), "5", len(MEDIUM)),
    ],
)
def test_download__size_of_the_row(data: bytes, size: Any, expected: int) -> None:
    """Where the answer itself tells where it ends, the size that the row has refuses nothing."""
    with ScriptedServer(say_and_hang_up(data)) as server:
        use(server)

        assert row(size=size).download(io.BytesIO()).size == expected


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (302, {"Location": "https://elsewhere.invalid/cat.png"}, Redirection),
        (401, {}, UnauthorizedAccess),
        (403, {}, ForbiddenAccess),
        (404, {}, ResourceNotFound),
        (500, {}, ServerError),
    ],
)
def test_download__status(
    status: int, headers: dict[str, str], expected: type[RequestorError], target: Path
) -> None:
    """A refusal has its class and its words, and its body goes nowhere; the connection is kept."""
    with ScriptedServer(answer({"message": "No such thing"}, status, headers)) as server:
        use(server)
        errors = [refusal_of(target, expected) for _ in range(2)]
        stream = io.BytesIO()
        refusal_of(stream, expected)

    assert (errors[0].http_status, errors[0].json_body) == (status, {"message": "No such thing"})
    assert stream.getvalue() == b""
    assert [request.connection for request in server.requests] == [1, 1, 1]


@pytest.mark.parametrize("status", [204, 206])
def test_download__success_without_the_medium(status: int, target: Path) -> None:
    """A success that is not 200 has no medium, or not all of it."""
    with ScriptedServer(answer(b"" if status == 204 else b"part", status)) as server:
        use(server)
        with pytest.raises(ResourceError, match="expected 200 with the file") as caught:
            row().download(target)

    assert (caught.value.http_status, caught.value.method) == (status, "GET")
    assert len(server.requests) == 1


def test_download__repeated_before_it_has_begun() -> None:
    """Until there is a medium, the call is repeated like any other."""
    busy = answer({"message": "later"}, 503, {"Retry-After": "0"})
    with ScriptedServer(busy, busy, answer(MEDIUM, headers=PNG)) as server:
        use(server, max_retries=2)

        assert row().read() == MEDIUM

    assert len(server.requests) == 3


@pytest.mark.parametrize(
    "data", [encode_answer(b"GIF89a", headers=PNG), FRAMINGS["in chunks"](b"GIF89a")]
)
def test_silence__none(data: bytes) -> None:
    """A medium may take longer than request_timeout as a whole, if it never pauses so long."""
    head, medium, rest = data.partition(b"GIF89a")

    def play(peer: Peer) -> None:
        peer.send(head)
        for place in range(len(medium)):
            moves = clock.moves
            peer.send(medium[place : place + 1])
            while clock.moves == moves and not peer.server.stopping.wait(0.001):
                pass  # until the client waits for the next byte
        peer.send(rest)

    with ScriptedServer(play) as server, late(lambda: True, AMPLE / 2, in_medium=True) as clock:
        use(server, request_timeout=AMPLE)

        assert row().read() == medium

    assert clock.ahead > AMPLE


STALLED: dict[str, Script] = {
    "before the answer": Peer.stall,
    "in the headers": say_and_stall(WHOLE[:30]),
    "before the medium": say_and_stall(WHOLE[: -len(MEDIUM)]),
    "in the medium": say_and_stall(WHOLE[:-5]),
    "in fields behind the medium": answer_with_trailer(50),
    "dripping headers": say_and_drip(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 100),
    "dripping a refusal": say_and_drip(encode_answer(b"x" * 100, 404)[:-100], b"x" * 100),
}


@pytest.mark.parametrize(
    ("place", "secured"), [*((place, False) for place in STALLED), ("in the medium", True)]
)
def test_silence__too_long(place: str, secured: bool, authority: Any, target: Path) -> None:
    """Silence ends in Timeout wherever it falls; only a medium may take longer as a whole."""
    begun = "the medium" in place
    context = authority.context() if secured else None
    with ScriptedServer(STALLED[place], tls=context) as server:
        use(server, request_timeout=AMPLE, api_verify_request=authority.bundle, max_retries=2)
        started = time.perf_counter()
        with late(lambda: server.requests, in_medium=begun):
            error = refusal_of(target, Timeout)

    assert time.perf_counter() - started < ENOUGH
    assert ("the rest of the body" in str(error)) == begun
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", ["stall", "drip"])
def test_silence__of_the_sandbox(fault: str, target: Path, tmp_path_factory: Any) -> None:
    """The sandbox can fall silent before a medium, and within one."""
    source = tmp_path_factory.mktemp("source") / "cat.png"
    source.write_bytes(MEDIUM)
    with Sandbox(allow_local_media=True) as sandbox:
        sandbox.configure()
        attachment = attach(source)
        within = {"at_once": 100_000} if fault == "drip" else {}
        rule = sandbox.chaos.add(fault, path="*/attachments/1", seconds=60, **within)
        with (
            configured(request_timeout=AMPLE),
            late(lambda: rule.played, in_medium=bool(within)),
            pytest.raises(Timeout) as caught,
        ):
            Attachment(dict(attachment.attributes), {"path": "messages/1"}).download(target)

    assert ("the rest of the body" in str(caught.value)) == (fault == "drip")
    assert sandbox.requests[-1].fault == fault


def test_silence__longer_than_sockets_count() -> None:
    """A request_timeout beyond all measure is as good as none."""
    with ScriptedServer(answer(MEDIUM, headers=PNG)) as server:
        use(server, request_timeout=1e300)

        assert row().read() == MEDIUM


def test_silence__of_the_caller() -> None:
    """The time that the caller takes is not the sender's silence."""
    with ScriptedServer(answer(MEDIUM, headers=PNG)) as server, late(lambda: True, 0) as clock:
        use(server, request_timeout=AMPLE)
        saved = row().download(io.BytesIO(), progress=lambda *_: clock.move(AMPLE + 1))

    assert saved.size == len(MEDIUM)
    assert clock.ahead > 2 * AMPLE


class Stopping(io.BytesIO):
    """A stream that raises at its second piece."""

    def __init__(self, failure: BaseException) -> None:
        super().__init__()
        self.failure = failure

    def write(self, data: Any) -> int:
        """Take the first piece."""
        if self.tell():
            raise self.failure
        return super().write(data)


FAILURES: list[BaseException] = [
    OSError(errno.ENOSPC, "no space left"),
    TimeoutError("of the caller"),
    ValueError("of the caller"),
    MemoryError(),
    KeyboardInterrupt(),
    SystemExit(1),
    LookupError("of the caller"),
]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
@pytest.mark.parametrize("raises", ["stream", "progress"])
def test_caller__raises(failure: BaseException, raises: str, target: Path) -> None:
    """What the stream or the progress raises comes through as it is; the connection is closed."""
    failure.__traceback__ = failure.__context__ = None

    def complain(so_far: int, _: int | None) -> None:
        if so_far > 100_000:
            raise failure

    with ScriptedServer(answer(MEDIUM, headers=PNG)) as server:
        use(server, max_retries=2)
        given: Any = (target, complain) if raises == "progress" else (Stopping(failure), None)
        with pytest.raises(type(failure)) as caught:
            row().download(given[0], progress=given[1])
        assert row().read() == MEDIUM

    assert caught.value is failure
    assert (failure.__cause__, failure.__context__) == (None, None)
    assert [request.connection for request in server.requests] == [1, 2]


def test_caller__raises_before_more_has_come() -> None:
    """A connection whose answer was not read to its end is not used again, even if it is idle."""

    def play(peer: Peer) -> None:
        peer.send(WHOLE[: 65_536 - len(MEDIUM)])
        given_up.wait(10)

    def give_up(*_: int) -> None:
        raise LookupError

    given_up = threading.Event()
    with ScriptedServer(play, answer(b"GIF", headers=PNG)) as server:
        use(server)
        with pytest.raises(LookupError):
            row().download(io.BytesIO(), progress=give_up)
        given_up.set()
        assert row().read() == b"GIF"

    assert [request.connection for request in server.requests] == [1, 2]


@pytest.fixture
def at_signal() -> Iterator[Callable[[Callable[[], Any]], None]]:
    """Give what says what is done at SIGUSR1."""
    before = signal.getsignal(signal.SIGUSR1)
    yield lambda act: signal.signal(signal.SIGUSR1, lambda *_: act()) and None
    signal.signal(signal.SIGUSR1, before)


def signal_amid(done: Callable[[], bool]) -> Script:
    """Return a script that sends some of a medium, a signal, and the rest when that is done."""

    def play(peer: Peer) -> None:
        peer.send(WHOLE[:-70_000])
        os.kill(os.getpid(), signal.SIGUSR1)
        while not done() and not peer.server.stopping.wait(0.01):
            pass  # the handler is at its call
        peer.send(WHOLE[-70_000:])

    return play


def test_signal__interrupts(at_signal: Callable[..., None], target: Path) -> None:
    """A download that is interrupted while it waits leaves nothing behind."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    at_signal(interrupt)
    with ScriptedServer(signal_amid(lambda: False), answer(b"x", headers=PNG)) as server:
        use(server)
        with pytest.raises(KeyboardInterrupt):
            row().download(target)
        assert row().read() == b"x"

    assert [request.connection for request in server.requests] == [1, 2]


def test_signal__makes_a_call(at_signal: Callable[..., None]) -> None:
    """A call that the handler of a signal makes does not disturb the download that waits."""
    made: list[Any] = []
    with ScriptedServer(answer({"count": 3})) as other:
        requestor = Requestor("k", "secret", other.url)
        at_signal(lambda: made.append(requestor.get("/x.json")))
        with ScriptedServer(signal_amid(lambda: bool(made))) as server:
            use(server)
            assert row().read() == MEDIUM

    assert made == [{"count": 3}]
