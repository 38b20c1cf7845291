"""``vivialconnect api``: sends any request, and writes the body of the response as it comes."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from vivialconnect import Resource, ResourceList, VivialConnectError, configured
from vivialconnect.command.failures import DONE, Misuse
from vivialconnect.command.lists import fields_of, with_little_memory
from vivialconnect.command.output import Output
from vivialconnect.command.parsing import complete, parse_assignment
from vivialconnect.command.settings import connect
from vivialconnect.common import paths
from vivialconnect.common.downloads import DownloadSink
from vivialconnect.common.exchange import Call, Limits, Request, Response, Sign
from vivialconnect.resources._iteration import KeyIterator, PageIterator

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
#: The query parameters that ``--all`` sets.
PAGING = ("page", "start_key")


class Anything(Resource):
    """An object of any list."""

    singular = "item"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to a parser."""
    complete(
        parser,
        "Send any request of the API, and write the body of the response.",
        example="api GET messages.json -q limit=5",
    )
    parser.add_argument("method", metavar="METHOD", type=str.upper, choices=METHODS)
    parser.add_argument(
        "path",
        metavar="PATH",
        help="below the account (messages.json), or with a slash below the base URL "
        "(/accounts.json)",
    )
    parser.add_argument(
        "-f", "--field", dest="body_fields", metavar="A.B=TEXT", action="append", default=[],
        type=parse_assignment,
        help="text in the JSON body: message.body=Hi; message.to_numbers[]=N adds to a list",
    )  # fmt: skip
    parser.add_argument(
        "-q", "--query", metavar="NAME=VALUE", action="append", default=[], type=parse_assignment,
        help="parameter of the query; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "-d", "--data", metavar="JSON", help="the JSON body; @FILE reads a file, - reads stdin"
    )
    parser.add_argument("--all", action="store_true", help="write one array of all pages")
    parser.add_argument(
        "--dry-run", action="store_true", help="write the request without its signature"
    )


def run(arguments: argparse.Namespace) -> int:
    """Send the request, and write the body of the response."""
    body = _body(arguments)
    query = _query(arguments.query)
    if arguments.all and (arguments.method != "GET" or not query.keys().isdisjoint(PAGING)):
        raise Misuse("--all needs GET, and sets page and start_key itself")
    with connect(arguments):
        call = Call(arguments.method, _path(arguments.path), query, body)
        if arguments.dry_run:
            _write_request(call)
        elif arguments.all:
            _write_all_pages(call, arguments)
        else:
            _write_response(call)
    return DONE


def _path(path: str) -> str:
    if path.startswith("/"):
        return path
    return paths.account_path(Resource.api_account_id) + "/" + path


def _query(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the query; a repeated ``name[]`` is a list."""
    query: dict[str, Any] = {}
    for name, value in pairs:
        if name.endswith("[]"):
            query.setdefault(name[:-2], []).append(value)
        elif name in query:
            raise Misuse(f"the parameter {name} is given twice; write {name}[] for a list")
        else:
            query[name] = value
    return query


def _body(arguments: argparse.Namespace) -> bytes | None:
    if arguments.data is None:
        fields = nest(arguments.body_fields)
        is_sent = fields or arguments.method in ("POST", "PUT")
        return json.dumps(fields, ensure_ascii=False).encode() if is_sent else None
    if arguments.body_fields:
        raise Misuse("--data and --field exclude each other")
    data = _read(arguments.data)
    try:
        json.loads(data)
    except ValueError as error:
        raise Misuse(f"--data is not JSON: {error}") from error
    return data


def _read(data: str) -> bytes:
    if data == "-":
        if sys.stdin is None:
            raise Misuse("--data - reads stdin, but stdin is closed")
        return sys.stdin.buffer.read()
    if data.startswith("@"):
        return Path(data[1:]).read_bytes()
    return data.encode("utf-8", "surrogateescape")


def nest(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Return an object of paths and texts.

    :raises Misuse: if a path is given twice, or leads through a text.

    >>> nest([("message.body", "Hi"), ("message.to_numbers[]", "+15154469790")])
    {'message': {'body': 'Hi', 'to_numbers': ['+15154469790']}}
    """
    root: dict[str, Any] = {}
    for path, text in pairs:
        *parents, last = path.removesuffix("[]").split(".")
        inner: Any = root
        for name in parents:
            inner = inner.setdefault(name, {}) if isinstance(inner, dict) else None
        if path.endswith("[]") and isinstance(inner, dict):
            found = inner.setdefault(last, [])
            if isinstance(found, list):
                found.append(text)
                continue
        elif isinstance(inner, dict) and last not in inner:
            inner[last] = text
            continue
        raise Misuse(f"--field {path} contradicts another one")
    return root


def _write_response(call: Call) -> None:
    if call.method == "GET" and not call.path.partition("?")[0].endswith(paths.SUFFIX):
        _write_file(call)
        return
    content = b""

    def keep(response: Response) -> None:
        nonlocal content
        content = response.content

    try:
        Resource.request.perform(call, on_response=keep)
    except VivialConnectError as error:
        write_bytes(content or (error.http_body or "").encode())
        raise
    write_bytes(content)


def _write_file(call: Call) -> None:
    """Write the content of an attachment."""
    sys.stdout.flush()
    sink = DownloadSink(sys.stdout.buffer.write)
    Resource.request.perform(call._replace(sink=sink), sink.result, on_response=sink.finish)


def write_bytes(content: bytes) -> None:
    """Write bytes to stdout, and end the last line."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    if content and not content.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()


def _write_all_pages(call: Call, arguments: argparse.Namespace) -> None:
    def fetch(**paging: Any) -> ResourceList[Anything]:
        query = {**call.query, **paging}
        return Anything._read_list(Resource.request.get(call.path, query))

    is_keyed = call.path.endswith(("/logs.json", "/logs/aggregate.json"))
    iterator = KeyIterator if is_keyed else PageIterator
    found: Iterator[Anything] = with_little_memory(iterator(fetch))
    arguments.format = arguments.format or "json"
    Output(arguments).rows(map(fields_of, found), ["id"])


class _Described(Exception):
    """The request of ``--dry-run``, which is not sent."""

    def __init__(self, request: Request) -> None:
        super().__init__()
        self.request = request


class _DryRun:
    """A transport that sends nothing."""

    def send(self, request: Request, sign: Sign, limits: Limits) -> NoReturn:  # noqa: ARG002 - of the protocol
        raise _Described(request)


def _write_request(call: Call) -> None:
    try:
        with configured(transport=_DryRun()):
            Resource.request.perform(call)
    except _Described as described:
        request = described.request
    target = "/" + request.url.split("/", 3)[3]
    head = [f"{request.method} {target} HTTP/1.1"]
    head += [f"{name}: {value}" for name, value in request.headers.items()]
    write_bytes("\n".join([*head, "", ""]).encode() + (request.body or b""))
