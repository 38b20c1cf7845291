"""Calls that fail, each in its own way and for real: what the table of errors is made of. No tests.

Each takes a :class:`Stage` and raises. What the sandbox can do wrong by itself or by its chaos is
done there; the rest is played by scripted servers, and by ports where nobody listens.
"""

from __future__ import annotations

import math
import os
import pickle
import socket
from contextlib import suppress
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any, Callable, NamedTuple
from unittest import mock

from tests.integration.scripted_server import (
    Authority,
    Script,
    ScriptedServer,
    answer,
    configure,
    encode_answer,
    say_and_hang_up,
    say_and_stall,
    use,
)
from vivialconnect import (
    Account,
    Attachment,
    Log,
    Message,
    Number,
    Requestor,
    Resource,
    VivialConnectError,
    configured,
)
from vivialconnect.common import transport
from vivialconnect.common.exchange import Request

if TYPE_CHECKING:
    from vivialconnect.common.exchange import Limits, Response, Sign
    from vivialconnect.sandbox import Sandbox

SENDER, RECIPIENT = "+19132597591", "+15154469790"
#: An answer with a medium, but for the medium's last byte.
MEDIUM = encode_answer(b"GIF89a...")[:-1]


class Stage(NamedTuple):
    """What the calls fail against.

    :param sandbox: A sandbox, the client configured for it, with one number and no repetitions.
    :param authority: A certificate authority that nobody trusts.
    """

    sandbox: Sandbox
    authority: Authority


Call = Callable[[], Any]
Scene = Callable[[Stage], Any]


class Failure(NamedTuple):
    """A call that fails.

    :param tried: The call, and what was the matter, as the table shows it.
    :param scene: Makes it happen.
    """

    tried: str
    scene: Scene


def text(**changes: Any) -> Message:
    """Return a message that the sandbox takes, but for what is changed."""
    fields = {"from_number": SENDER, "to_number": RECIPIENT, "body": "Hello"}
    return Message({**fields, **changes})


def send() -> None:
    """Send a message."""
    text().send()


def download(target: Any = None) -> None:
    """Ask for a medium, and throw it away."""
    Attachment(7, {"path": "messages/9"}).download(BytesIO() if target is None else target)


def find() -> None:
    """Ask for a message."""
    Message.find(1)


def alone(call: Call) -> Scene:
    """Return a scene of a call that needs no stage."""
    return lambda _: call()


def setting(name: str, value: Any, call: Call = find) -> Scene:
    """Return a scene of a call with one setting as it should not be."""

    def play(_: Stage) -> None:
        setattr(Resource, name, value)
        call()

    return play


def unset(*names: str) -> Scene:
    """Return a scene of a call with settings that stand nowhere."""

    def play(_: Stage) -> None:
        for name in names:
            delattr(Resource, name)
        find()

    return play


def chaos(call: Call, fault: str, **parameters: Any) -> Scene:
    """Return a scene of a call that meets a fault of the sandbox."""

    def play(stage: Stage) -> None:
        stage.sandbox.chaos.add(fault, **parameters)
        call()

    return play


def answered(call: Call, status: int, body: Any) -> Scene:
    """Return a scene of a call that is answered with a status that no sandbox gives."""
    return played(answer(body, status), call)


def played(script: Script, call: Call) -> Scene:
    """Return a scene of a call that is answered by a script."""

    def play(_: Stage) -> None:
        with ScriptedServer(script) as server:
            use(server, request_timeout=Resource.request_timeout)
            call()

    return play


def _nobody_listens(_: Stage) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # bound but not listening: nobody else gets the port
        configure(f"http://127.0.0.1:{bound.getsockname()[1]}")
        send()


def _unknown_host(_: Stage) -> None:
    configure("https://api.example.invalid/api/v1.0")
    send()


def _untrusted(stage: Stage) -> None:
    with ScriptedServer(answer(), tls=stage.authority.context()) as server:
        use(server)
        send()


def _another_host(stage: Stage) -> None:
    with ScriptedServer(answer(), tls=stage.authority.context("example.org")) as server:
        use(server, api_verify_request=stage.authority.bundle)
        send()


def _no_tls(_: Stage) -> None:
    with ScriptedServer(greeting=say_and_hang_up(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        configure(server.url.replace("http:", "https:"))
        send()


def _no_bundle(_: Stage) -> None:
    configure("https://127.0.0.1:9/api/v1.0", api_verify_request="/nowhere/authority.pem")
    send()


def _proxy_refuses(_: Stage) -> None:
    refusal = say_and_hang_up(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
    with ScriptedServer(refusal) as proxy, mock.patch.dict(os.environ, {"HTTPS_PROXY": proxy.url}):
        configure("https://api.example.invalid/api/v1.0")
        send()


def _too_busy(stage: Stage) -> None:
    stage.sandbox.chaos.add("service_unavailable", retry_after=0)
    Resource.max_retries = 2
    find()


def _lost_once(stage: Stage) -> None:
    # The first attempt arrives and its answer is lost; the second is told to come back later.
    stage.sandbox.chaos.add("close", times=1)
    stage.sandbox.chaos.add("too_many_requests", retry_after=3600)
    Resource.max_retries = 1
    Number(1).destroy()


def _another_account(_: Stage) -> None:
    Resource.api_account_id = 67890
    find()


class _Meddler:
    """A transport that changes the request after it was signed, as a proxy might."""

    def send(self, request: Request, sign: Sign, limits: Limits) -> Response:
        """Sign one request, and send another."""
        signed = sign(request)
        url = request.url + "?limit=1"
        changed = Request(request.method, url, request.headers, request.body)
        return transport.shared.send(changed, lambda _: signed, limits)


def _changed_on_its_way(stage: Stage) -> None:
    sandbox = stage.sandbox
    meddled = Requestor(sandbox.api_key, sandbox.api_secret, sandbox.url, transport=_Meddler())
    meddled.get("/accounts/12345/messages.json")


def _lose(stage: Stage, message: Message, fault: str) -> None:
    stage.sandbox.chaos.add(fault, method="POST", times=1)
    with suppress(VivialConnectError):  # that it is lost is what is wanted
        message.send()


def _two_alike(stage: Stage) -> None:
    text(body="Twice").send()
    lost = text(body="Twice")
    _lose(stage, lost, "drop_answer")
    lost.find_sent()


def _perhaps_older(stage: Stage) -> None:
    stage.sandbox.chaos.add("clock_off", seconds=-20, method="POST", times=1)
    text(body="Once").send()
    lost = text(body="Once")
    _lose(stage, lost, "close")
    lost.find_sent()


MISUSE: list[Failure] = [
    Failure("any request without settings", unset("api_key", "api_secret", "api_account_id")),
    Failure("any request with a key but no secret", unset("api_secret")),
    Failure("any request with a key of two lines", setting("api_key", "MTK\n1")),
    Failure("any request with ``request_timeout = 0``", setting("request_timeout", 0)),
    Failure("any request with ``max_retries = -1``", setting("max_retries", -1)),
    Failure("any request with ``api_verify_request = 1``", setting("api_verify_request", 1)),
    Failure(
        'any request with ``api_base_url = "api.vivialconnect.net"``',
        setting("api_base_url", "api.vivialconnect.net"),
    ),
    Failure('``configured(api_key="")``', alone(lambda: configured(api_key=""))),
    Failure('``configured(api_key="MTK1")``', alone(lambda: configured(api_key="MTK1"))),
    Failure("``pickle.dumps(configured())``", alone(lambda: pickle.dumps(configured()))),
    Failure('``Message.find("")``', alone(lambda: Message.find(""))),
    Failure("``Message.find(id=7)``", alone(lambda: Message.find(id=7))),
    Failure('``Message.find(page=float("nan"))``', alone(lambda: Message.find(page=math.nan))),
    Failure("``Message.find_each(limit=-1)``", alone(lambda: Message.find_each(limit=-1))),
    Failure(
        '``Number.available({"limit": 1}, limit=2)``',
        alone(lambda: Number.available({"limit": 1}, limit=2)),
    ),
    Failure(
        '``Attachment.find(path="../users")``', alone(lambda: Attachment.find(path="../users"))
    ),
    Failure("``Attachment.find(1)``", alone(lambda: Attachment.find(1))),
    Failure('``Message({"id": 7}, id=7)``', alone(lambda: Message({"id": 7}, id=7))),
    Failure("``Message([1]).save()``", alone(lambda: Message([1]).save())),  # type: ignore[arg-type] # the case
    Failure("``send()`` of a sent message", alone(lambda: text(id=7).send())),
    Failure("``send_bulk()`` without ``to_numbers``", alone(lambda: text().send_bulk())),
    Failure("``reload()`` of a new object", alone(lambda: text().reload())),
    Failure("``destroy()`` of a new object", alone(lambda: Number().destroy())),
    Failure("``find_sent()`` of a sent message", alone(lambda: text(id=7).find_sent())),
    Failure("``find_sent()`` of a message that was not sent", alone(lambda: text().find_sent())),
    Failure("``message.bodi``", alone(lambda: text().bodi)),  # type: ignore[attr-defined] # the case
    Failure("``message.status`` of a new object", alone(lambda: text().status)),
    Failure("``download()`` of a new object", alone(lambda: Attachment().download())),
    Failure("``download()`` into a text stream", alone(lambda: download(StringIO()))),
    Failure("``Log.find(7)``", alone(lambda: Log.find(7))),  # type: ignore[arg-type] # the case
    Failure("``Log.count()``", alone(Log.count)),
]
NETWORK: list[Failure] = [
    Failure("``send()``, connection refused", _nobody_listens),
    Failure("``send()`` to an unknown host", _unknown_host),
    Failure("``send()``, untrusted certificate", _untrusted),
    Failure("``send()``, certificate of another host", _another_host),
    Failure("``send()`` over https to an http server", _no_tls),
    Failure("``send()``, missing CA bundle", _no_bundle),
    Failure("``send()``, refused by the proxy", _proxy_refuses),
    Failure("``send()``, lost response", chaos(send, "drop_answer")),
    Failure("``find(1)``, lost response", chaos(find, "drop_answer")),
    Failure("``send()``, connection reset", chaos(send, "reset")),
    Failure("``send()``, response cut short", chaos(send, "truncated_body")),
    Failure("``send()``, response that is not HTTP", chaos(send, "garbage_status_line")),
    Failure("``send()``, response with a header of 100 KB", chaos(send, "huge_header")),
    Failure("``send()``, no response in time", chaos(send, "stall")),
    Failure("``find(1)``, no response in time", chaos(find, "stall")),
    Failure("``download()``, file cut short", played(say_and_hang_up(MEDIUM), download)),
    Failure(
        "``download()``, rest of the file not in time", played(say_and_stall(MEDIUM), download)
    ),
    Failure("``destroy()``, lost response, then 429", _lost_once),
]
STATUSES: list[Failure] = [
    Failure("``send()``, redirected", chaos(send, "redirect_to_other_host")),
    Failure(
        "``send()`` from a number of another account",
        alone(lambda: text(from_number="+15555550100").send()),
    ),
    Failure("``find(1)`` with a wrong secret", setting("api_secret", "guessed")),
    Failure("``find(1)`` with an unknown key", setting("api_key", "MTKNOBODY")),
    Failure("``find(1)``, clock one hour ahead", chaos(find, "clock_off", seconds=-3600)),
    Failure("``find()``, query changed on its way", _changed_on_its_way),
    Failure("``find(1)`` in another account", _another_account),
    Failure("``find(404)``", alone(lambda: Message.find(404))),
    Failure("``destroy()`` of a message", alone(lambda: Message(7).destroy())),
    Failure("``send()``, 409", answered(send, 409, {"message": "It was changed already"})),
    Failure(
        "``send()``, 422",
        answered(send, 422, {"error": {"message": "The text is too long", "param": "body"}}),
    ),
    Failure("``send()`` over the rate limit", chaos(send, "too_many_requests")),
    Failure(
        "``send()`` over the rate limit, with ``Retry-After``",
        chaos(send, "too_many_requests", retry_after=30),
    ),
    Failure("``send()``, 418", answered(send, 418, b"")),
    Failure("``send()``, 500", chaos(send, "internal_server_error")),
    Failure("``find(1)``, 500", chaos(find, "internal_server_error")),
    Failure("``send()``, 502 with HTML", chaos(send, "bad_gateway")),
    Failure("``find(1)``, 503 at each attempt", _too_busy),
    Failure("``send()``, 600", answered(send, 600, b"")),
]
ANSWERS: list[Failure] = [
    Failure("``send()``, broken JSON", chaos(send, "malformed_json")),
    Failure("``find(1)``, broken JSON", chaos(find, "malformed_json", method="GET")),
    Failure("``send()``, a list", chaos(send, "wrong_json_type")),
    Failure(
        "``Message.find()``, an object", chaos(Message.find, "wrong_json_type", document={"id": 1})
    ),
    Failure("``download()``, a part", answered(download, 206, b"GIF")),
    Failure("``Message.count()``, empty response", chaos(Message.count, "empty_answer")),
    Failure(
        "``Account.billing_status()``, empty response",
        chaos(Account.billing_status, "empty_answer"),
    ),
    Failure(
        "``created_at`` with an invalid time",
        alone(lambda: text(date_created="yesterday").created_at),
    ),
    Failure("``find_sent()``, two duplicates", _two_alike),
    Failure("``find_sent()``, one older duplicate", _perhaps_older),
]
SECTIONS: dict[str, list[Failure]] = {
    "Invalid use": MISUSE,
    "No usable response": NETWORK,
    "The service refused or failed": STATUSES,
    "Unusable responses": ANSWERS,
}
