"""The canonical request and its HMAC, against vectors that six languages agreed on."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivialconnect import Requestor
from vivialconnect.common import signing, times
from vivialconnect.common.exchange import Request

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "hmac-vectors.json").read_text(encoding="utf-8")
)["vectors"]

#: What this client never signs with, or encodes in another way on purpose.
OF_OTHER_CLIENTS = {
    "v10_path_already_encoded": "encodes an encoded path once more, as release 0.2.4 does"
}
PYTHON_PROFILES = ("date;host", "content-type;date;host")
OURS = [
    vector
    for vector in VECTORS
    if vector["x_auth_signedheaders"] in PYTHON_PROFILES and vector["id"] not in OF_OTHER_CLIENTS
]
STAGES = ("method", "time", "path", "query", "headers", "signed names", "body digest")
MOMENT = datetime(2020, 7, 2, 10, 11, 12, tzinfo=timezone.utc)


def stages_of(canonical: str, signed: str) -> dict[str, str]:
    """Return a canonical request by stage, so that a difference names the stage."""
    lines = canonical.split("\n")
    headers = len(signed.split(";"))
    parts = [*lines[:4], "\n".join(lines[4 : 4 + headers]), *lines[4 + headers :]]
    return dict(zip(STAGES, parts))


def canonical_of(vector: dict[str, Any]) -> str:
    """Return the canonical request that we make of a vector."""
    fields = {name.lower(): value for name, value in vector["headers_signed"].items()}
    return signing.canonical_request(
        vector["method"],
        vector["x_auth_date"],
        vector["url"],
        {name: fields[name] for name in vector["x_auth_signedheaders"].split(";")},
        vector["body_utf8"].encode("utf-8"),
    )


def by_id(vectors: list[dict[str, Any]]) -> Any:
    """Return the parametrization over vectors, each named by its id."""
    return pytest.mark.parametrize("vector", vectors, ids=lambda vector: vector["id"])


def test_vectors__none_left_out() -> None:
    """Every vector in the Python header profile is checked, but for the one that records 0.2.4."""
    in_profile = {v["id"] for v in VECTORS if v["x_auth_signedheaders"] in PYTHON_PROFILES}

    assert len(OURS) == 13
    assert in_profile - {vector["id"] for vector in OURS} == set(OF_OTHER_CLIENTS)


@by_id(OURS)
def test_canonical_request__vector(vector: dict[str, Any]) -> None:
    """Each stage of the canonical request is the vector's."""
    signed = vector["x_auth_signedheaders"]

    assert stages_of(canonical_of(vector), signed) == stages_of(
        vector["expected_canonical_request"], signed
    )
    assert canonical_of(vector) == vector["expected_canonical_request"]


@by_id(OURS)
def test_signature__vector(vector: dict[str, Any]) -> None:
    """The signature and the Authorization header are the vector's."""
    signed = signing.signature(vector["api_secret"], canonical_of(vector))

    assert signed == vector["expected_signature"]
    assert signing.authorization(vector["api_key"], signed) == vector["expected_authorization"]


@by_id(OURS)
def test_requestor_sign__vector(vector: dict[str, Any]) -> None:
    """``Requestor.sign`` gives the vector's signature and the names that it signed."""
    requestor = Requestor(vector["api_key"], vector["api_secret"])

    assert requestor.sign(
        vector["method"],
        vector["x_auth_date"],
        vector["url"],
        vector["headers_signed"],
        vector["body_utf8"],
    ) == (vector["expected_signature"], vector["x_auth_signedheaders"])


@by_id([v for v in VECTORS if v["x_auth_signedheaders"] not in PYTHON_PROFILES])
def test_canonical_request__other_header_profiles(vector: dict[str, Any]) -> None:
    """The stages hold for whatever headers are signed, also those of other clients."""
    assert canonical_of(vector) == vector["expected_canonical_request"]


def test_canonical_path__already_encoded() -> None:
    """A path that is encoded already is not encoded twice, unlike in the vector of 0.2.4."""
    vector = next(v for v in VECTORS if v["id"] == "v10_path_already_encoded")
    ours = signing.canonical_path(vector["url"])
    theirs = stages_of(vector["expected_canonical_request"], vector["x_auth_signedheaders"])

    assert ours == "/api/v1.0/accounts/12345/tags/a%20b%2Fc.json".replace("%2F", "/")
    assert theirs["path"] == "/api/v1.0/accounts/12345/tags/a%2520b%252Fc.json"


@given(st.binary(max_size=40))
def test_canonical_path__any_bytes(data: bytes) -> None:
    """Whatever bytes a path is of, it stays them, and encoding it again changes nothing."""
    path = "/" + quote(data, safe="/-._~")
    canonical = signing.canonical_path("http://localhost" + path)

    assert unquote_to_bytes(canonical) == b"/" + data
    assert signing.canonical_path("http://localhost" + canonical) == canonical


@given(st.lists(st.tuples(st.text("ab&=+ %é[]", min_size=1), st.text("ab&=+ %é")), max_size=5))
def test_canonical_query__any_pairs(pairs: list[tuple[str, str]]) -> None:
    """No pair is lost or changed, whatever its characters, and the joined pairs are sorted."""
    sent = "&".join(f"{quote(key)}={quote(value)}" for key, value in pairs)
    canonical = signing.canonical_query("http://localhost/?" + sent)
    split = canonical.split("&") if canonical else []

    assert sorted(parse_qsl(canonical, keep_blank_values=True)) == sorted(pairs)
    assert split == sorted(split)
    assert "+" not in canonical


def test_canonical_query__bytes_that_are_no_utf8() -> None:
    """Bytes that are no UTF-8 are kept as they are."""
    assert signing.canonical_query("/?a=%FF%E9") == "a=%FF%E9"


@pytest.mark.parametrize("url", ["/path", "/path?", "http://localhost"])
def test_canonical_query__none(url: str) -> None:
    """Without a query the stage is an empty line."""
    assert signing.canonical_query(url) == ""


def test_signed_headers__not_sent() -> None:
    """A header that is to be signed and is not sent is refused by name."""
    with pytest.raises(ValueError, match="missing: date, host"):
        signing.signed_headers({"Accept": "x"})


def test_signed_headers__of_what_is_sent() -> None:
    """Names are compared without case, and the type is signed where there is one."""
    sent = {"HOST": "h", "Accept": "x", "date": "now"}

    assert [*signing.signed_headers(sent).items()] == [("date", "now"), ("host", "h")]
    assert [*signing.signed_headers({**sent, "content-Type": "c"})] == [*signing.SIGNED_HEADERS]


def test_canonical_headers__values_as_they_are() -> None:
    """Values stay as they are sent, spaces too."""
    assert signing.canonical_headers({"date": " now ", "host": "A:80"}) == "date: now \nhost:A:80"


@given(st.text(max_size=20), st.text(max_size=50))
def test_signature__is_hmac_sha256(secret: str, text: str) -> None:
    """The signature is HMAC-SHA256 under the secret as it is, in lower-case hex."""
    secret, text = (part.encode("utf-8", "ignore").decode("utf-8") for part in (secret, text))
    expected = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    assert signing.signature(secret, text) == expected


def test_body_digest__empty() -> None:
    """No body has the digest of the empty string."""
    assert signing.body_digest(b"") == hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize("hours", [-11, 0, 5.5])
def test_dates__any_zone(hours: float) -> None:
    """Both dates are UTC, whatever the zone of the moment."""
    moment = MOMENT.astimezone(timezone(timedelta(hours=hours)))

    assert times.format_basic(moment) == "20200702T101112Z"
    assert times.format_http_date(moment) == "Thu, 02 Jul 2020 10:11:12 GMT"


@given(st.datetimes(timezones=st.just(timezone.utc)))
def test_dates__same_instant(moment: datetime) -> None:
    """Both dates name the same second."""
    stamp = times.format_http_date(moment)

    assert stamp[5:16].split()[2] == f"{moment.year:04d}"
    assert stamp[17:25].replace(":", "") == times.format_basic(moment)[-7:-1]


def test_http_date__every_month_and_day() -> None:
    """Names of days and months are English, those of the standard library's formatter."""
    from email.utils import format_datetime  # noqa: PLC0415 - the reference

    for day in range(0, 366, 5):
        moment = MOMENT + timedelta(days=day)
        assert times.format_http_date(moment) == format_datetime(moment, usegmt=True)


def test_signing__path_and_query_of_one_url() -> None:
    """Path and query are read from the same URL, and its fragment and host from none."""
    url = "https://api.example/a%20b?x=1"

    assert urlsplit(url).query == "x=1"
    assert (signing.canonical_path(url), signing.canonical_query(url)) == ("/a%20b", "x=1")


@given(st.text(st.sampled_from("abZ09-._~%2DdfF4AaE=&+ /"), max_size=24))
def test_canonical_query__short_way(query: str) -> None:
    """A query that is taken as canonical at a glance is what decoding and encoding it give."""
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    encoded = [tuple(quote(text.encode("latin-1"), safe="") for text in pair) for pair in pairs]

    assert signing.canonical_query("/x?" + query) == "&".join(sorted(map("=".join, encoded)))


def test_signer__remembers_what_it_signed() -> None:
    """What a signer remembers is the text whose HMAC it gave."""
    url = "https://api.example/api/v1.0/accounts/1/messages.json?page=2"
    sent = {"Host": "api.example", "Content-Type": "application/json"}
    sign = signing.Signer("MTK1", "hidden", lambda: MOMENT)
    before = sign.canonical
    signed = sign(Request("POST", url, sent, b"{}"))
    fields = {"content-type": "application/json", "date": signed["Date"], "host": "api.example"}

    assert before == ""
    assert sign.canonical == signing.canonical_request(
        "POST", "20200702T101112Z", url, fields, b"{}"
    )
    assert signed == {
        "Date": "Thu, 02 Jul 2020 10:11:12 GMT",
        "X-Auth-Date": "20200702T101112Z",
        "X-Auth-SignedHeaders": "content-type;date;host",
        "Authorization": "HMAC MTK1:" + signing.signature("hidden", sign.canonical),
    }


def test_signer__shows_no_secret() -> None:
    """Its repr says nothing, and it has no dict to look into."""
    sign = signing.Signer("MTK1", "hidden", lambda: MOMENT)

    assert "hidden" not in repr(sign)
    assert not hasattr(sign, "__dict__")


def test_now__is_aware() -> None:
    """The clock that is used unless another is given knows that it is in UTC."""
    assert times.utc_now().utcoffset() == timedelta(0)
