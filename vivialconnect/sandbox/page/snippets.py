"""Commands that repeat a request: with curl, in Python, and with ``vivialconnect api``.

They sign the request with the key and the secret in the environment, so they hold neither.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from urllib.parse import urlsplit

from vivialconnect.sandbox.http.canonical import decode_pairs, join, percent
from vivialconnect.sandbox.http.request import Request
from vivialconnect.sandbox.http.response import JSON
from vivialconnect.sandbox.page.bodies import as_text, mask_secrets
from vivialconnect.sandbox.page.context import Document
from vivialconnect.sandbox.routes.router import BASE_PATH

#: The methods of the client.
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE"))
_NOW = """\
now=$(LC_ALL=C date -u '+%Y%m%dT%H%M%SZ %a, %d %b %Y %H:%M:%S GMT')
stamp=${now%% *} date=${now#* }"""
_HMAC = """openssl dgst -sha256 -hmac "$VIVIALCONNECT_API_SECRET" -r | cut -d' ' -f1"""
_ACCOUNT_PATH = re.compile(r"/accounts/[0-9]+/(.+)")
#: What curl would read as a pattern of many URLs.
_GLOBBED = re.compile(r"[\[\]{}]")


def snippets(request: Request, base_url: str) -> Document:
    """Return the commands that repeat a request; ``None`` for those that cannot express it.

    :param request: the request.
    :param base_url: the base URL of the sandbox.
    """
    body = as_text(request.body)
    if body is None or "\0" in body or not request.target.isascii():
        return {"curl": None, "python": None, "command": None}
    body = mask_secrets(body)
    return {
        "curl": curl(request, body, base_url),
        "python": python(request, body),
        "command": command(request, body),
    }


def curl(request: Request, body: str, base_url: str) -> str:
    """Return a shell script that signs the request and sends it with curl.

    :param request: the request.
    :param body: its body.
    :param base_url: the base URL of the sandbox.
    """
    parts = urlsplit(base_url)
    headers = {"date": '"date:$date"', "host": shlex.quote(f"host:{parts.netloc}")}
    sent = ['"Date: $date"', '"X-Auth-Date: $stamp"']
    if body:
        content_type = request.headers.get("Content-Type", JSON)
        headers["content-type"] = shlex.quote(f"content-type:{content_type}")
        sent.append(shlex.quote(f"Content-Type: {content_type}"))
    names = ";".join(sorted(headers))
    sent.append(f"'X-Auth-SignedHeaders: {names}'")
    sent.append('"Authorization: HMAC $VIVIALCONNECT_API_KEY:$signature"')
    pairs = sorted(
        join((percent(key), percent(value)) for key, value in decode_pairs(request.query))
    )
    lines = [
        request.method,
        '"$stamp"',
        shlex.quote(request.path),
        shlex.quote("&".join(pairs)),
        *(headers[name] for name in sorted(headers)),
        shlex.quote(names),
        hashlib.sha256(body.encode("utf-8")).hexdigest(),
    ]
    canonical = "printf '{}' {}".format("\\n".join(["%s"] * len(lines)), " ".join(lines))
    url = f"{parts.scheme}://{parts.netloc}{request.path}"
    url += "?" + request.query if request.query else ""
    words = ["curl -sS", "-I" if request.method == "HEAD" else f"-X {request.method}"]
    words += ["-g"] if _GLOBBED.search(url) else []
    words += [shlex.quote(url), *(f"-H {header}" for header in sent)]
    words += [f"--data-raw {shlex.quote(body)}"] if body else []
    return "\n".join([_NOW, f"signature=$({canonical} | {_HMAC})", " ".join(words)])


def python(request: Request, body: str) -> str | None:
    """Return a Python program that repeats the request; ``None`` if it cannot be expressed.

    :param request: the request.
    :param body: its body.
    """
    path = _path_below_base(request, body)
    takes_body = request.method in {"POST", "PUT"}
    if path is None or (body and request.method in {"GET", "HEAD"}):
        return None
    arguments = [repr(path + "?" + request.query if request.query else path)]
    if body:
        document = repr(json.loads(body))
        arguments.append(document if takes_body else f"payload={document}")
    call = f"Requestor().{request.method.lower()}({', '.join(arguments)})"
    return f"from vivialconnect import Requestor\n\nprint({call})"


def command(request: Request, body: str) -> str | None:
    """Return the ``vivialconnect api`` command that repeats the request.

    :param request: the request.
    :param body: its body.
    :returns: the command; ``None`` if it cannot be expressed.
    """
    path = _path_below_base(request, body)
    if path is None:
        return None
    below_account = _ACCOUNT_PATH.fullmatch(path)
    path = below_account.group(1) if below_account else path
    words = ["vivialconnect", "api", request.method, path]
    for key, value in decode_pairs(request.query):
        words += ["-q", f"{key}={value}"]
    words += ["-d", body] if body else []
    return shlex.join(words)


def _path_below_base(request: Request, body: str) -> str | None:
    """Return the path below the base URL, if the client can make such a request."""
    if request.method not in METHODS or not request.path.startswith(BASE_PATH + "/"):
        return None
    try:
        json.loads(body or "null")
    except ValueError:
        return None
    return request.path[len(BASE_PATH) :]
