"""Signed calls as one writes them without an SDK: the yardsticks.

The signing is the one of ``docs/signing.rst``, written down once more, so that these do not become
faster or slower with the client. Each gives the parsed rows as dicts.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import platform
import time
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import data

PAYLOAD = {
    "message": {"from_number": data.FROM_NUMBER, "to_number": data.TO_NUMBER, "body": data.BODY}
}
#: The fields that the client sends too, so that the requests are equally long.
HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": "VivialConnect PythonClient 1.0.0",
    "X-VivialConnect-User-Agent": json.dumps(
        {
            "client_version": "1.0.0",
            "lang": "python",
            "lang_version": platform.python_version(),
            "publisher": "vivialconnect",
            "request_lib": "requests",
        }
    ),
}
DATE = "%a, %d %b %Y %H:%M:%S GMT"
FIND_ONE = data.MESSAGES + "/1.json"
SEND = data.MESSAGES + ".json"
OK = 200


def sign(method: str, url: str, body: bytes) -> dict[str, str]:
    """Return the fields that sign a request."""
    now = time.gmtime()
    timestamp = time.strftime("%Y%m%dT%H%M%SZ", now)
    parts = urlsplit(url)
    headers = {"date": time.strftime(DATE, now), "host": parts.netloc}
    if body:
        headers["content-type"] = "application/json"
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    names = ";".join(sorted(headers))
    lines = [
        method,
        timestamp,
        quote(unquote(parts.path), safe="/-._~"),
        "&".join(sorted(quote(key, "") + "=" + quote(value, "") for key, value in pairs)),
        *(f"{name}:{headers[name]}" for name in sorted(headers)),
        names,
        hashlib.sha256(body).hexdigest(),
    ]
    signature = hmac.new(data.API_SECRET.encode(), "\n".join(lines).encode(), hashlib.sha256)
    return {
        "Date": headers["date"],
        "X-Auth-Date": timestamp,
        "X-Auth-SignedHeaders": names,
        "Authorization": f"HMAC {data.API_KEY}:{signature.hexdigest()}",
    }


class ByHand:
    """What the yardsticks share: the calls, by the one way that each has to send."""

    def __init__(self, origin: str, bundle: str | None) -> None:
        self._base = origin + data.BASE
        self._connect(origin, bundle)

    def _connect(self, origin: str, bundle: str | None) -> None:
        raise NotImplementedError  # each contestant says its own

    def _call(self, method: str, path: str, payload: Any = None) -> Any:
        raise NotImplementedError  # each contestant says its own

    def find_one(self) -> Any:
        """Return one message."""
        return self._call("GET", FIND_ONE)["message"]

    def send(self) -> Any:
        """Send a message, and return it."""
        return self._call("POST", SEND, PAYLOAD)["message"]

    def find_list(self, length: int) -> Any:
        """Return a list of messages."""
        return self._call("GET", f"{data.MESSAGES}.json?limit={length}")["messages"]

    @staticmethod
    def view(answer: Any) -> Any:
        """Return what shows that an answer is the right one."""
        if isinstance(answer, list):
            return [len(answer), answer[-1]["id"], answer[-1]["body"]]
        return [answer["id"], answer["body"]]


class HttpClient(ByHand):
    """http.client over one kept connection."""

    def _connect(self, origin: str, bundle: str | None) -> None:
        import http.client
        import ssl

        host = urlsplit(origin).netloc
        if bundle is None:
            self._connection = http.client.HTTPConnection(host)
        else:
            context = ssl.create_default_context(cafile=bundle)
            self._connection = http.client.HTTPSConnection(host, context=context)

    def _call(self, method: str, path: str, payload: Any = None) -> Any:
        url = self._base + path
        body = b"" if payload is None else json.dumps(payload).encode()
        headers = {**HEADERS, **sign(method, url, body)}
        if body:
            headers["Content-Type"] = "application/json"
        self._connection.request(method, data.BASE + path, body or None, headers)
        response = self._connection.getresponse()
        text = response.read()
        if response.status != OK:
            raise ValueError(response.status)
        return json.loads(text)


class Urllib3(ByHand):
    """urllib3 with a pool of as many connections as threads."""

    def _connect(self, origin: str, bundle: str | None) -> None:
        import urllib3

        self._pool = urllib3.PoolManager(maxsize=16, ca_certs=bundle)

    def _call(self, method: str, path: str, payload: Any = None) -> Any:
        url = self._base + path
        body = b"" if payload is None else json.dumps(payload).encode()
        headers = {**HEADERS, **sign(method, url, body)}
        if body:
            headers["Content-Type"] = "application/json"
        response = self._pool.request(method, url, body=body or None, headers=headers)
        if response.status != OK:
            raise ValueError(response.status)
        return json.loads(response.data)


class Session(ByHand):
    """requests.Session, signed through ``auth=``."""

    def _connect(self, origin: str, bundle: str | None) -> None:
        import requests

        class Auth(requests.auth.AuthBase):
            def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
                body: Any = request.body or b""
                request.headers.update(sign(str(request.method), str(request.url), body))
                return request

        self._session = requests.Session()
        self._session.headers.update(HEADERS)
        self._session.verify = bundle or True
        self._auth = Auth()

    def _call(self, method: str, path: str, payload: Any = None) -> Any:
        response = self._session.request(
            method, self._base + path, json=payload, auth=self._auth, timeout=30
        )
        response.raise_for_status()
        return response.json()
