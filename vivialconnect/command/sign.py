"""``vivialconnect sign``: the canonical request and the signature of a request, stage by stage."""

from __future__ import annotations

import argparse
import re
import sys
from urllib.parse import urlsplit

from vivialconnect import Resource
from vivialconnect.command.api import _path, _read
from vivialconnect.command.failures import DONE, Failure, Misuse
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import complete
from vivialconnect.command.settings import connect
from vivialconnect.command.sign_check import compare, expected_stages
from vivialconnect.command.sign_request import RawRequest, read_request
from vivialconnect.command.sign_stages import stages
from vivialconnect.common import signing
from vivialconnect.common.settings import Settings
from vivialconnect.common.times import format_basic, format_http_date, parse_iso, utc_now

CHECK = "check"
JSON = "application/json"
#: The methods of which the Python client sends a body each time.
WITH_BODY = ("POST", "PUT")

_HEADER = re.compile(r"([!#$%&'*+.^`|~\w-]+):[ \t]*([^\x00-\x1f\x7f]*)", re.ASCII)
_TIME = re.compile(r"\d{8}T\d{6}Z", re.ASCII)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments to a parser."""
    complete(
        parser,
        "Show each stage of the canonical request and the signature, or check a raw request.",
        example="sign GET messages.json\n  vivialconnect sign check < request.txt",
    )
    parser.add_argument(
        "method", metavar="METHOD",
        help="GET, POST, PUT or DELETE; or check, for a raw HTTP request on stdin",
    )  # fmt: skip
    parser.add_argument(
        "url", metavar="URL", nargs="?",
        help="absolute URL; or a path below the account, or with a leading slash below the "
        "base URL",
    )  # fmt: skip
    parser.add_argument(
        "-d", "--data", metavar="TEXT", default="",
        help="body, byte for byte; @FILE reads a file, - reads stdin",
    )  # fmt: skip
    parser.add_argument(
        "-H", "--header", metavar="'NAME: VALUE'", dest="headers", action="append", default=[],
        type=parse_header, help="header to sign, or to replace; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--date", metavar="YYYYMMDDThhmmssZ", type=parse_time, help="time (default: now)"
    )
    parser.add_argument(
        "--signed-headers", metavar="A;B", type=parse_names,
        help="headers to sign, such as 'accept;date;host' (default: date and host, and "
        "content-type with a body, POST and PUT)",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the stages of a request, or check a raw one."""
    if (arguments.method == CHECK) != (arguments.url is None):
        raise Misuse("give a METHOD and a URL, or check alone", "Run: vivialconnect sign --help")
    with connect(arguments):
        settings = Resource.request._validated()
        return (_run_check if arguments.url is None else _run_sign)(arguments, settings)


def _run_sign(arguments: argparse.Namespace, settings: Settings) -> int:
    method, url = arguments.method.upper(), arguments.url
    if "://" not in url:
        url = settings.api_base_url + _path(url)
    body = _read(arguments.data)
    time = arguments.date or format_basic(utc_now())
    headers = {"accept": JSON, "date": format_http_date(parse_iso(time)), "host": _host(url)}
    if body or method in WITH_BODY:
        headers["content-type"] = JSON
    headers.update(arguments.headers)
    request = RawRequest(method, url, list(headers.items()), body)
    names = arguments.signed_headers or signing.signed_headers(headers)
    Output(arguments).fields(stages(settings, request, time, names))
    return DONE


def _host(url: str) -> str:
    host = urlsplit(url).netloc.rpartition("@")[2].lower()
    if not host:
        raise Misuse(f"URL must be absolute, or a path, got {url!r}")
    return host


def _run_check(arguments: argparse.Namespace, settings: Settings) -> int:
    request = read_request(b"" if sys.stdin is None else sys.stdin.buffer.read())
    expected = expected_stages(request, settings)
    verdict = compare(request, expected, settings)
    Output(arguments).fields({**expected, **verdict._asdict()})
    if not verdict.matches:
        raise Failure(verdict.difference)
    return DONE


def parse_header(text: str) -> tuple[str, str]:
    """Parse ``Name: value``.

    :returns: the name in lower case, and the value.
    :raises argparse.ArgumentTypeError: if it is no header.
    """
    found = _HEADER.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} must be 'Name: value'")
    return found[1].lower(), found[2]


def parse_time(text: str) -> str:
    """Check a time in the form of ``X-Auth-Date``, and return it.

    :raises argparse.ArgumentTypeError: if it has another form.
    """
    try:
        if _TIME.fullmatch(text):
            parse_iso(text)
            return text
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} must be a UTC time such as 20200702T101112Z")


def parse_names(text: str) -> list[str]:
    """Parse names of headers with semicolons between them, as ``X-Auth-SignedHeaders`` has them.

    :returns: the names in lower case, sorted.
    :raises argparse.ArgumentTypeError: if ``date`` or a name is missing.
    """
    names = sorted({name.strip().lower() for name in text.split(";")})
    if "" in names or "date" not in names:
        raise argparse.ArgumentTypeError(f"{text!r} must be names such as 'accept;date', with date")
    return names
