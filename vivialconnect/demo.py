"""The demo: buys a number, sends messages and reads the logs, and shows the Python code."""

from __future__ import annotations

import argparse
import ast
import sqlite3
import sys
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

import vivialconnect
from vivialconnect.common.settings import without_credentials
from vivialconnect.sandbox import Sandbox

#: The recipient of the messages in the sandbox.
SANDBOX_RECIPIENT = "+15154469790"

#: Seconds after which an accepted message is queued, sending and delivered.
SANDBOX_DELAYS = (0.2, 0.4, 0.8)

#: The question of ``--live``.
LIVE_WARNING = """\
This uses the service at {url} with account {account}. At your account's prices, it will:
  - buy a local number in area code {area_code}, which is billed until you release it
  - send one SMS and one MMS to {number}"""


class Step(NamedTuple):
    """One step of the demo."""

    #: What the step does.
    explanation: str
    #: The statements to show and run.
    source: str


SEARCH = Step(
    "Search for a number to buy. Fields of a resource are attributes of the object.",
    """\
from vivialconnect import Log, Message, Number
found = Number.available(area_code=area_code, limit=3)
for number in found:
    print(number.phone_number, number.city, number.region)
""",
)

MAIN_JOB = (
    Step(
        "Buy the first number. The object is updated from the response.",
        """\
number = found[0]
number.buy()
number.id, number.name
""",
    ),
    Step(
        "Send an SMS from it.",
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
        "Send an MMS with a picture. create() makes an object and saves it.",
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
        "Wait until both messages are delivered. reload() would update an object once.",
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
    "Read a reply. In the sandbox, receive() stands in for the other person.",
    """\
inbound = sandbox.receive(
    from_number=recipient, to_number=number.phone_number, body="On my way"
)
reply = Message.find_first(order="id desc")
reply.direction, reply.from_number, reply.body
""",
)

READING = (
    Step(
        "List the newest messages, and count all messages.",
        """\
for message in Message.find(order="id desc", limit=2):
    print(message.id, message.to_number, message.status, message.body)
Message.count()
""",
    ),
    Step(
        "Read the attachment of the MMS.",
        """\
attachment = mms.attachments()[0]
attachment.file_name, attachment.content_type, attachment.size
""",
    ),
    Step(
        "Read the logs since the demo began. find_each() iterates over all pages.",
        """\
from datetime import datetime, timedelta, timezone
now = datetime.now(timezone.utc)
for log in Log.find_each(start_time=began, end_time=now + timedelta(minutes=1)):
    print(log.log_type, log.description)
""",
    ),
    Step(
        "Handle an error: this sender is not a number of the account.",
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
    """The demo cannot continue; the message says why."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to a parser."""
    parser.add_argument(
        "--database", metavar="FILE", help="SQLite file to keep the sandbox's state in"
    )
    parser.add_argument(
        "--area-code",
        default="913",
        metavar="DIGITS",
        help="area code of the number (default: %(default)s)",
    )
    parser.add_argument(
        "--picture",
        default="https://www.python.org/static/img/python-logo.png",
        metavar="URL",
        help="picture of the MMS, which the sandbox does not fetch (default: %(default)s)",
    )
    parser.add_argument(
        "--live", action="store_true", help="use the real service, which costs money"
    )
    parser.add_argument("--number", help="recipient of the messages, such as +19132597591")


def run(arguments: argparse.Namespace) -> int:
    """Run the demo.

    :param arguments: the parsed arguments.
    :returns: the exit status: 0 if both messages were delivered, 1 otherwise.
    """
    try:
        if arguments.live:
            _run_live(arguments)
        else:
            _run_in_sandbox(arguments)
    except (vivialconnect.VivialConnectError, DemoError, ValueError) as error:
        return _fail(str(error))
    except BrokenPipeError:
        return _fail("the output was closed; the steps printed above were carried out")
    except (OSError, sqlite3.Error) as error:
        return _fail(f"cannot run a sandbox: {error}")
    except KeyboardInterrupt:
        return _fail("interrupted; the steps printed above were carried out")
    return 0


def _run_in_sandbox(arguments: argparse.Namespace) -> None:
    """Run the demo in a sandbox."""
    with Sandbox(database=arguments.database, delays=SANDBOX_DELAYS) as sandbox:
        sandbox.configure()
        print("This runs in a sandbox on this machine. It sends no messages and costs no money.")
        variables = _run_steps(arguments, arguments.number or SANDBOX_RECIPIENT, sandbox)
        dollars = sandbox.balance / 10_000  # The balance is in 1/100 cent.
        print(f"\nThe account {sandbox.account_id} has {dollars:.4f} USD left.")
    if arguments.database:
        print(f"The sandbox's state is in {arguments.database}.")
    _check_delivered(variables)


def _run_live(arguments: argparse.Namespace) -> None:
    """Run the demo with the real service, after a confirmation."""
    if not arguments.number:
        raise DemoError("--live needs --number, the recipient of the messages")
    _confirm(arguments)
    variables = _run_steps(arguments, arguments.number, None)
    number = variables["number"]
    print(
        f"\nYour account has the number {number.phone_number} now. It is billed until you "
        "release it:"
    )
    print(f"    Number.find({number.id!r}).destroy()")
    _check_delivered(variables)


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
        raise DemoError("nothing was done: --live needs a terminal for the confirmation")
    try:
        answer = input("Continue? [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in ("y", "yes"):
        raise DemoError("nothing was done")


def _run_steps(
    arguments: argparse.Namespace, recipient: str, sandbox: Sandbox | None
) -> dict[str, Any]:
    """Show and run the steps, and return the variables that they set."""
    variables: dict[str, Any] = {
        "area_code": arguments.area_code,
        "recipient": recipient,
        "picture": arguments.picture,
        # Half a minute earlier, because the clock of the service may differ.
        "began": datetime.now(timezone.utc) - timedelta(seconds=30),
        "sandbox": sandbox,
    }
    text = "Variables: area_code={area_code!r}, recipient={recipient!r}, picture={picture!r}"
    print(text.format(**variables))
    _run_step(SEARCH, variables)
    if not variables["found"]:
        raise DemoError(
            "no number is for sale in area code {}. Use another one with --area-code{}.".format(
                arguments.area_code, ", or another file with --database" if sandbox else ""
            )
        )
    for step in (*MAIN_JOB, *((REPLY,) if sandbox else ()), *READING):
        _run_step(step, variables)
    return variables


def _run_step(step: Step, variables: dict[str, Any]) -> None:
    """Print a step as a session of the Python interpreter, and run it."""
    print("\n# " + step.explanation)
    lines = step.source.splitlines()
    for statement in ast.parse(step.source).body:
        shown = lines[statement.lineno - 1 : statement.end_lineno]
        print("\n".join(("... " if index else ">>> ") + line for index, line in enumerate(shown)))
        if isinstance(statement, ast.Expr):
            expression = compile(ast.Expression(statement.value), "<demo>", "eval")
            # The interpreter would not show None, but no expression of the steps is None.
            print(repr(eval(expression, variables)))  # noqa: S307 - the code is in this file
        else:
            block = compile(ast.Module([statement], []), "<demo>", "exec")
            exec(block, variables)  # noqa: S102 - the code is in this file


def _check_delivered(variables: dict[str, Any]) -> None:
    for message in (variables["sms"], variables["mms"]):
        if message.status != "delivered":
            raise DemoError(
                "message {} was not delivered: {} {}".format(
                    message.id, message.status, message.error_message or ""
                ).rstrip()
            )
    print("Both messages were delivered.")


def _fail(reason: str) -> int:
    sys.stdout.flush()
    print("vivialconnect demo: " + reason, file=sys.stderr)
    return 1
