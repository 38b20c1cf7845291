"""What a service, or what stands in its place, may answer: a Hypothesis strategy for raw bytes."""

from __future__ import annotations

import json
import math
import zlib
from typing import Any, Callable, NamedTuple

from hypothesis import strategies as st

#: What the service's answers have as keys, and some that they have not.
NAMES = (
    "account", "accounts", "attachment", "attachments", "bulk_id", "bulks", "canonical_request",
    "body", "count", "date_created", "error", "error_code", "from_number", "id", "items",
    "last_key", "log_id", "log_items", "logs", "message", "messages", "numbers", "param",
    "phone_number", "phone_numbers", "save", "to_number", "user", "users", "x", "_private", "",
)  # fmt: skip
_VALUES = (
    None, True, False, 0, 1, 1.5, 10**400, math.nan, math.inf, "", "x", "hi", "+1", "\ud800", "é",
    "2020-07-02T10:11:12Z", "2099-07-02", "0001-01-01T00:00:00+14:00",
)  # fmt: skip
_LEAVES = st.one_of(st.sampled_from(_VALUES), st.integers(), st.text(max_size=8))
_ROWS = st.dictionaries(st.sampled_from(NAMES), _LEAVES, max_size=5)
_KNOWN_ROWS = st.builds(lambda row, id_: {**row, "id": id_}, _ROWS, _LEAVES)
_SAID = st.one_of(_LEAVES, _ROWS, _KNOWN_ROWS, st.lists(_KNOWN_ROWS, max_size=3), st.lists(_LEAVES))
_ENVELOPES = st.dictionaries(st.sampled_from(NAMES), _SAID, max_size=3)
_SOUND_ROW = {"id": 7, "body": "hi", "to_number": "+1", "date_created": "2099-07-02"}
#: What every call can use.
EVERYTHING = {
    **dict.fromkeys(("message", "phone_number", "account", "attachment"), _SOUND_ROW),
    **{name: [_SOUND_ROW] for name in ("messages", "phone_numbers", "accounts", "users", "logs")},
    "attachments": [_SOUND_ROW],
    "user": {**_SOUND_ROW, "credential": _SOUND_ROW, "credentials": [_SOUND_ROW]},
    "transactions": [_SOUND_ROW],
    "count": 3,
    "bulk_id": "b",
    "bulks": [{"bulk_id": "b", "date_created": "20200702T101112Z"}, {"bulk_id": "c"}],
}
_REFUSED = {"canonical_request": "GET\n20200702T101112Z\n/\n\ndate:x\ndate\n0", "message": "no"}
_BROKEN_BULKS = {"bulks": [{"date_created": "soon"}]}
#: What a service in good health answers, and the errors of known shapes.
_USUAL = (
    (200, EVERYTHING), (200, EVERYTHING), (201, EVERYTHING), (200, {"message": _SOUND_ROW}),
    (200, {"messages": [_SOUND_ROW, _SOUND_ROW]}), (200, _BROKEN_BULKS), (401, _REFUSED),
    (401, {}), (404, {"error": {"message": "no", "param": "id"}}), (429, {"error": "later"}),
    (301, {}), (500, None),
)  # fmt: skip
_JSON_BODIES = st.builds(
    lambda said, plain: json.dumps(said, ensure_ascii=plain).encode("utf-8", "surrogatepass"),
    st.one_of(_ENVELOPES, _SAID),
    st.booleans(),
)
_DEEP_BODIES = st.builds(
    '{{"{0}": [{{"id": 1, "{1}": {2}}}], "{1}": {2}, "count": 1}}'.format,
    st.sampled_from(NAMES),
    st.sampled_from(NAMES),
    st.sampled_from([50, 200, 300, 450, 900, 2_000, 15_000, 150_000]).map(
        lambda n: "[" * n + "]" * n
    ),
).map(str.encode)
_ODD_BODIES = (
    b"", b" \r\n", b"\xef\xbb\xbf{}", b"\xff\xfe{\0}\0", b"<html>", b'{"count": 1', b"NaN",
    b'{"count": ' + b"9" * 4_000 + b"}", b'{"count": ' + b"9" * 60_000 + b"}",
    b'{"count": 1e999, "id": -1E-99999}', b'"' + b"\\u00e9" * 9_000 + b'"', b"[" * 150_000,
)  # fmt: skip
_BODIES = st.one_of(
    _JSON_BODIES,
    _JSON_BODIES,
    _JSON_BODIES,
    _DEEP_BODIES,
    st.binary(max_size=60),
    st.sampled_from(_ODD_BODIES),
)


def _squeeze(body: bytes, wbits: int) -> bytes:
    packer = zlib.compressobj(wbits=wbits)
    return packer.compress(body) + packer.flush()


_CODINGS: tuple[tuple[bytes, Callable[[bytes], bytes]], ...] = (
    (b"gzip", lambda body: _squeeze(body, 31)),
    (b"deflate", lambda body: _squeeze(body, 15)),
    (b"Deflate", lambda body: _squeeze(body, -15)),
    (b"gzip, deflate", lambda body: _squeeze(_squeeze(body, 31), 15)),
    (b"gzip", lambda body: _squeeze(body, 31)[:-9]),
    (b"gzip", lambda body: body),
    (b"deflate", lambda body: body),
    (b"br", lambda body: body),
    (b", ".join([b"gzip"] * 9), lambda body: body),
)
_ODD_VALUES = (
    b"Thu, 02 Jul 2020 10:11:12 GMT", b"Fri, 31 Dec 9999 23:59:59 -0100", b"1 Jan 100 0:0:0 +9999",
    b"Thu, 99 Jul 99999999999999999999 10:11:12 GMT", b"", b" ", b"7", b"-7", b"9" * 400,
    b"http://[x", b"//h:x/", b"../" * 99, b"/\xe9", b"text/html; charset=\xff; =", b"1.",
    b"a=b; expires=Thu, 02 Jul 2020 10:11:12 GMT",
)  # fmt: skip
_HEADERS = st.tuples(
    st.sampled_from(
        [b"Content-Type", b"Date", b"Link", b"Location", b"Retry-After", b"Set-Cookie", b"X"]
    ),
    st.one_of(
        st.sampled_from(_ODD_VALUES),
        st.binary(max_size=20).map(lambda value: value.translate(None, b"\r\n")),
    ),
)
_STATUSES = st.one_of(
    st.sampled_from([200, 200, 201, 204, 301, 400, 401, 404, 429, 500, 503]), st.integers(200, 999)
)
_LENGTHS = st.sampled_from(
    [b"0", b"-1", b"5", b"1e3", b"9" * 30, b"9" * 5_000, b"3, 3", b"3, 4", b"", b"x", b"+5", b" 7 "]
)
_CHUNK_SIZES = st.sampled_from(
    [b"-1", b"-5", b"f" * 9, b"f" * 16, b"f" * 90, b"0x5", b"5;a=b", b"", b"g", b"7fffffffffffffff"]
)
_START_LINES = (
    b"HTTP/1.0 200 OK", b"HTTP/1.0 404", b"HTTP/0.9 200", b"HTTP/2 200", b"http/1.1 200", b"ICY",
    b"HTTP/1.1 20", b"HTTP/1.1 2000 x", b"HTTP/1.1 -20", b"HTTP/1.1 \xb200", b"HTTP/1.1", b"",
    b"HTTP/1.1 100 x", b"HTTP/1.1 101 x", b"HTTP/1.1 103", b"HTTP/1.1 199 x",
)  # fmt: skip


class Answer(NamedTuple):
    """The bytes of an answer, and whether the connection has to end for it to end."""

    data: bytes
    closes: bool


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Draw what a service, or what stands in its place, may answer: sound, odd or broken."""
    usual = draw(st.sampled_from([*[None] * 12, *_USUAL]))
    status, body = (
        (draw(_STATUSES), draw(_BODIES))
        if usual is None
        else (usual[0], json.dumps(usual[1]).encode())
    )
    start = b"HTTP/1.1 %d Odd" % status
    headers = draw(st.lists(_HEADERS, max_size=3))
    if draw(st.integers(0, 4)) == 0:
        coding, code = draw(st.sampled_from(_CODINGS))
        headers.append((b"Content-Encoding", coding))
        body = code(body)
    damage = draw(st.sampled_from([*[None] * 8, *_DAMAGES]))
    if damage is None:
        whole = _whole(start, [(b"Content-Length", b"%d" % len(body)), *headers], body)
        # What comes after an answer without a body would be taken for the next answer.
        return Answer(whole, start.startswith((b"HTTP/1.1 204", b"HTTP/1.1 304")))
    return Answer(damage(draw, start, headers, body), closes=True)


def usual_answers() -> list[Answer]:
    """Return what is drawn most often, and no object at all, each once and whole.

    That is, without more, with a date of long ago, and with a time to wait.
    """
    found = []
    for status, document in (*_USUAL, (200, [1])):
        body = json.dumps(document).encode()
        length = (b"Content-Length", b"%d" % len(body))
        for more in ([], [(b"Date", b"Thu, 02 Jul 2020 10:11:12 GMT")], [(b"Retry-After", b"0")]):
            whole = _whole(b"HTTP/1.1 %d Odd" % status, [length, *more], body)
            found.append(Answer(whole, closes=False))
    return found


Headers = list[tuple[bytes, bytes]]


def _whole(start: bytes, headers: Headers, body: bytes) -> bytes:
    return b"\r\n".join([start, *(b": ".join(field) for field in headers), b"", body])


def _lie(draw: st.DrawFn, start: bytes, headers: Headers, body: bytes) -> bytes:
    lengths = [(b"Content-Length", draw(_LENGTHS)) for _ in range(draw(st.integers(1, 2)))]
    return _whole(start, [*headers, *lengths], body)


def _chunk(draw: st.DrawFn, start: bytes, headers: Headers, body: bytes) -> bytes:
    size = draw(st.one_of(st.just(b"%x" % len(body)), st.just(b"%x" % len(body)), _CHUNK_SIZES))
    end = draw(st.sampled_from([b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n", b"0\r\n", b"", b"0"]))
    coding = draw(st.sampled_from([b"chunked", b"chunked", b"gzip, chunked", b"Chunked", b"x"]))
    chunks = size + b"\r\n" + body + b"\r\n" + end
    return _whole(start, [*headers, (b"Transfer-Encoding", coding)], chunks)


def _start_oddly(draw: st.DrawFn, start: bytes, headers: Headers, body: bytes) -> bytes:
    return _whole(
        draw(st.sampled_from(_START_LINES)),
        headers,
        draw(st.sampled_from([b"", start + b"\r\n"])) + body,
    )


def _say_more(draw: st.DrawFn, start: bytes, headers: Headers, body: bytes) -> bytes:
    interim = b"".join(
        _whole(line, headers[:1], b"")
        for line in draw(st.lists(st.sampled_from(_START_LINES), max_size=3))
    )
    return interim + _whole(start, [(b"Content-Length", b"%d" % len(body)), *headers], body)


def _crowd(draw: st.DrawFn, start: bytes, headers: Headers, body: bytes) -> bytes:
    name = draw(
        st.one_of(st.sampled_from([b"", b" ", b"X", b"a:b", b"\xff"]), st.binary(max_size=9))
    )
    value = draw(st.sampled_from([b"", b"x" * 65_000, b"x" * 66_000, b"a\r b\n c", b"\0\x85\x1c"]))
    times = 1 if len(value) > 9 else draw(st.sampled_from([1, 2, 99, 120]))
    return _whole(start, [*headers, *[(name, value)] * times], body)


def _scratch(draw: st.DrawFn, start: bytes, headers: Headers, body: bytes) -> bytes:
    whole = _whole(start, [(b"Content-Length", b"%d" % len(body)), *headers], body)
    at = draw(st.integers(0, len(whole)))
    return whole[:at] + draw(st.binary(max_size=4)) + whole[at + draw(st.integers(0, 4)) :]


def _cut(draw: st.DrawFn, start: bytes, headers: Headers, body: bytes) -> bytes:
    whole = _whole(start, [(b"Content-Length", b"%d" % len(body)), *headers], body)
    return whole[: draw(st.integers(0, len(whole)))]


def _babble(draw: st.DrawFn, *_: Any) -> bytes:
    return draw(st.binary(max_size=80))


_DAMAGES = (_lie, _chunk, _start_oddly, _say_more, _crowd, _scratch, _cut, _babble)
