"""The demo: the main job from buying a number to reading the logs, shown as Python that is run.

Only the steps, and what runs and shows them, may live here.
"""

from __future__ import annotations

import ast
import sqlite3
import sys
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

import vivialconnect
from vivialconnect.common.settings import without_credentials
from vivialconnect.sandbox import Sandbox

if TYPE_CHECKING:
    import argparse

#: Who gets the messages in the sandbox, where nobody's telephone rings.
SANDBOX_RECIPIENT = "+15154469790"

#: Seconds after which the sandbox has queued, sent and delivered a message: visible, and short.
SANDBOX_DELAYS = (0.2, 0.4, 0.8)

#: What ``--live`` says before it asks.
LIVE_WARNING = """\
This uses the real service at {url}, with the account {account}. It will
  - buy a local number of the area code {area_code}, which stays yours, and is charged, until you
    release it,
  - send one SMS and one MMS to {number},
all at your account's prices."""


class Step(NamedTuple):
    """One step of the demo."""

    #: What it is about, for the reader.
    explanation: str
    #: The statements that are shown and run.
    source: str


SEARCH = Step(
    "Look for a number to buy. The answer is a list of rows; a row's fields are attributes.",
    """\
from vivialconnect import Log, Message, Number
found = Number.available(area_code=area_code, limit=3)
for number in found:
    print(number.phone_number, number.city, number.region)
""",
)

MAIN_JOB = (
    Step(
        "Buy the first of them. A row is sent when you say so, and takes over the answer.",
        """\
number = found[0]
number.buy()
number.id, number.name
""",
    ),
    Step(
        "Send a text from it.",
        """\
sms = Message()
sms.from_number = number.phone_number
sms.to_number = recipient
sms.body = "Your table is ready"
sms.send()
sms.id, sms.status
""",
    ),
    Step(
        "Send a picture. create() makes, fills and saves a row in one go.",
        """\
mms = Message.create({
    "from_number": number.phone_number,
    "to_number": recipient,
    "body": "This is what it looks like",
    "media_urls": [picture],
})
mms.id, mms.message_type
""",
    ),
    Step(
        "Wait until both have come to their end. reload() would ask for a row's state once.",
        """\
from vivialconnect import Timeout
for message in (sms, mms):
    try:
        message.wait_until("delivered", timeout=60)
    except Timeout:
        print(message.id, "takes longer")
sms.status, mms.status
""",
    ),
)

REPLY = Step(
    "Read an answer. In the sandbox you can be the other side too, and write it yourself.",
    """\
received = sandbox.receive(
    from_number=recipient, to_number=number.phone_number, body="On my way"
)
answer = Message.find_first(order="id desc")
answer.direction, answer.from_number, answer.body
""",
)

READING = (
    Step(
        "List the newest messages, and count them all.",
        """\
for message in Message.find(order="id desc", limit=2):
    print(message.id, message.to_number, message.status, message.body)
Message.count()
""",
    ),
    Step(
        "Read what was attached to the picture message.",
        """\
attachment = mms.attachments()[0]
attachment.file_name, attachment.content_type, attachment.size
""",
    ),
    Step(
        "Read the logs since the demo began. find_each() walks over all pages.",
        """\
from datetime import datetime, timedelta, timezone
now = datetime.now(timezone.utc)
for log in Log.find_each(start_time=began, end_time=now + timedelta(minutes=1)):
    print(log.log_type, log.description)
""",
    ),
    Step(
        "Make a mistake: this sender is not a number of the account. Errors say what happened.",
        """\
from vivialconnect import VivialConnectError
try:
    Message.create({"from_number": "+15555550100", "to_number": recipient, "body": "Hello"})
except VivialConnectError as error:
    print(type(error).__name__, error.http_status, error.error_code, error.outcome)
    print(error)
""",
    ),
)


class DemoError(Exception):
    """The demo cannot go on; the text says why and what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the demo's options.

    :param parser: The parser of the command.
    """
    parser.add_argument(
        "--database", metavar="FILE", help="keep the sandbox's state in this SQLite file"
    )
    parser.add_argument(
        "--area-code", default="913", metavar="DIGITS", help="where to buy (default: %(default)s)"
    )
    parser.add_argument(
        "--picture",
        default="https://www.python.org/static/img/python-logo.png",
        metavar="URL",
        help="what the MMS shows; the sandbox does not fetch it (default: %(default)s)",
    )
    parser.add_argument(
        "--live", action="store_true", help="use the real service, after asking; this costs money"
    )
    parser.add_argument("--number", metavar="TO", help="who gets the messages, like +19132597591")


def run(arguments: argparse.Namespace) -> int:
    """Run the demo.

    :param arguments: What the options of :func:`add_arguments` were parsed to.
    :returns: 0 if both messages were delivered, else 1; the reason stands on standard error.
    """
    try:
        if arguments.live:
            _play_live(arguments)
        else:
            _play_in_sandbox(arguments)
    except (vivialconnect.VivialConnectError, DemoError, ValueError) as error:
        return _fail(str(error))
    except BrokenPipeError:
        return _fail("nobody reads on; what is printed above has happened")
    except (OSError, sqlite3.Error) as error:
        return _fail("the sandbox cannot run here: {}".format(error))
    except KeyboardInterrupt:
        return _fail("interrupted; what is printed above has happened")
    return 0


def _play_in_sandbox(arguments: argparse.Namespace) -> None:
    """Play against a sandbox of this process, which leaves the settings as they were."""
    with Sandbox(database=arguments.database, delays=SANDBOX_DELAYS) as sandbox:
        sandbox.configure()
        print(
            "This runs against a sandbox on this machine. Nothing is sent and nothing is charged."
        )
        names = _play(arguments, arguments.number or SANDBOX_RECIPIENT, sandbox)
        print("\nThe account {} has {:.4f} USD left.".format(sandbox.account_id, _dollars(sandbox)))
    if arguments.database:
        print("The sandbox's state is in {}.".format(arguments.database))
    _check_delivered(names)


def _play_live(arguments: argparse.Namespace) -> None:
    """Play against the real service, if the user says so."""
    if not arguments.number:
        raise DemoError("--live needs --number: the telephone that gets the messages")
    _confirm(arguments)
    names = _play(arguments, arguments.number, None)
    number = names["number"]
    print("\n{} is yours now, and is charged until you release it:".format(number.phone_number))
    print("    Number.find({!r}).destroy()".format(number.id))
    _check_delivered(names)


def _confirm(arguments: argparse.Namespace) -> None:
    resource = vivialconnect.Resource
    if not (resource.api_key and resource.api_secret and resource.api_account_id):
        raise DemoError(
            "--live needs the environment variables VIVIALCONNECT_API_KEY, "
            "VIVIALCONNECT_API_SECRET and VIVIALCONNECT_ACCOUNT_ID"
        )
    print(
        LIVE_WARNING.format(
            url=without_credentials(resource.api_base_url or ""),
            account=resource.api_account_id,
            area_code=arguments.area_code,
            number=arguments.number,
        )
    )
    if not sys.stdin or not sys.stdin.isatty():
        raise DemoError("nothing was done: --live asks first, and there is no terminal to ask on")
    try:
        answer = input("Go on? [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in ("y", "yes"):
        raise DemoError("nothing was done")


def _play(arguments: argparse.Namespace, recipient: str, sandbox: Sandbox | None) -> dict[str, Any]:
    """Show and run the steps, and return the names that they made."""
    names: dict[str, Any] = {
        "area_code": arguments.area_code,
        "recipient": recipient,
        "picture": arguments.picture,
        # Half a minute earlier, in case the clocks of here and there differ.
        "began": datetime.now(timezone.utc) - timedelta(seconds=30),
        "sandbox": sandbox,
    }
    print(
        "Given: area_code={area_code!r}, recipient={recipient!r}, picture={picture!r}".format(
            **names
        )
    )
    _perform(SEARCH, names)
    if not names["found"]:
        raise DemoError(
            "no number is on sale in area code {}; name another with --area-code{}".format(
                arguments.area_code, " or another file with --database" if sandbox else ""
            )
        )
    for step in (*MAIN_JOB, *((REPLY,) if sandbox else ()), *READING):
        _perform(step, names)
    return names


def _perform(step: Step, names: dict[str, Any]) -> None:
    """Print the step as a session at Python's prompt, and run what is printed."""
    print("\n# " + step.explanation)
    lines = step.source.splitlines()
    for statement in ast.parse(step.source).body:
        shown = lines[statement.lineno - 1 : statement.end_lineno]
        print("\n".join(("... " if index else ">>> ") + line for index, line in enumerate(shown)))
        if isinstance(statement, ast.Expr):
            expression = compile(ast.Expression(statement.value), "<demo>", "eval")
            # Like the prompt; none of the steps' expressions is None, which it would not show.
            print(repr(eval(expression, names)))  # noqa: S307 - the text of this file, shown above
        else:
            block = compile(ast.Module([statement], []), "<demo>", "exec")
            exec(block, names)  # noqa: S102 - the text of this file, shown above


def _check_delivered(names: dict[str, Any]) -> None:
    for message in (names["sms"], names["mms"]):
        if message.status != "delivered":
            raise DemoError(
                "message {} was not delivered: {} {}".format(
                    message.id, message.status, message.error_message or ""
                ).rstrip()
            )
    print("Both messages were delivered.")


def _dollars(sandbox: Sandbox) -> float:
    return sandbox.balance / 10_000  # It counts in 1/100 cent.


def _fail(reason: str) -> int:
    sys.stdout.flush()
    print("vivialconnect demo: " + reason, file=sys.stderr)
    return 1
