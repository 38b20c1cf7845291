"""What the verbs do: the requests that they send, and what they write."""

from __future__ import annotations

import getpass

import pytest

from tests.command.calling import Caller
from tests.command.conftest import NUMBER, RECIPIENT
from vivialconnect import Connector, Contact, Credential, Message, Number, User
from vivialconnect.command import fields
from vivialconnect.command.failures import Misuse
from vivialconnect.sandbox import Sandbox

SPARE = "+19132593260"


def sent(sandbox: Sandbox) -> list[tuple[str, str]]:
    """Return method and path of the requests since the sandbox was furnished."""
    start = "/api/v1.0/accounts/12345"
    return [(each.method, each.path[len(start) :]) for each in sandbox.requests[7:]]


def test_send__fields(call: Caller, furnished: Sandbox) -> None:
    """``send`` sends the fields of its options, and writes the id alone if that is asked for."""
    line = f"send --from {NUMBER} --to {RECIPIENT} --media https://example.com/a.png --fields id"
    result = call(line, "-", stdin="Two\nlines\n")
    message = Message.find(result.out.strip())
    assert (message.body, message.num_media) == ("Two\nlines", 1)
    assert sent(furnished)[0] == ("POST", "/messages.json")


def test_send__closed_stdin(call: Caller, furnished: Sandbox) -> None:
    """``-`` needs stdin."""
    err = call(f"send --from {NUMBER} --to {RECIPIENT} -", stdin=None, status=2).err
    assert "stdin is closed" in err


def test_send__wait(call: Caller, furnished: Sandbox) -> None:
    """``--wait`` waits for a status."""
    line = f"send --connector-id 1 --to {RECIPIENT} --wait delivered --fields status Hi"
    assert call(line).out == "delivered\n"
    waiting = call("messages wait 1 --fields id", terminals="err")
    assert waiting.out == "1\n"
    assert waiting.err == "waiting up to 60 s for message 1 to be delivered\n"


def test_send__bulk(call: Caller, furnished: Sandbox) -> None:
    """Several recipients are one bulk send, after a confirmation."""
    line = f"send --from {NUMBER} --to {RECIPIENT} --to +15154469792 Hi"
    err = call(line, stdin="no\n", terminals="in err", status=1).err
    assert err == "Send 2 messages? [y/N] vivialconnect: nothing was done\n"
    assert sent(furnished) == []
    bulk_id, total = call(line, stdin="Y\n", terminals="in err").out.strip().split("\t")
    assert total == "2"
    assert len(call(f"bulks messages {bulk_id}").lines) == 2
    assert f"total_messages\t{total}" in call(f"bulks show {bulk_id}").lines


def test_buy_and_release(call: Caller, furnished: Sandbox) -> None:
    """A terminal asks before a number is bought or released."""
    buy = f"numbers buy {SPARE} --set name=Spare --fields name"
    asked = call(buy, stdin="yes\n", terminals="in err")
    assert asked.out == "Spare\n"
    assert asked.err == f"Buy {SPARE}, billed until it is released? [y/N] "
    refused = call("numbers release 1", stdin="", terminals="in err", status=1)
    assert refused.err.startswith(f"Release {NUMBER}? It may be sold to others. [y/N] ")
    assert Number.count() == 2
    assert call("numbers release 1 --yes").err == "number 1 is released\n"
    assert [number.id for number in Number.find()] == [2]


def test_search(call: Caller, sandbox: Sandbox) -> None:
    """``numbers search`` takes what ``Number.available`` takes."""
    result = call("numbers search --in-region KS --limit 2 --fields region")
    assert result.lines == ["KS", "KS"]
    assert sandbox.requests[-1].path.endswith("available/US/local.json")
    assert call("numbers search --number-type tollfree --limit 1").lines != []


def test_set__fields_by_type(call: Caller, furnished: Sandbox) -> None:
    """Values have the types that the class declares."""
    call("users set 1 active=false first_name=true timezone=null")
    user = User.find(1)
    assert (user.active, user.first_name) == (False, "true")
    call("numbers set 1", 'tags={"a": "1"}')
    assert Number.find(1).tags == {"a": "1"}
    call("account set company_name=Renamed")
    assert call("account show --fields company_name").out == "company_name\tRenamed\n"
    assert [method for method, _ in sent(furnished)][:2] == ["GET", "PUT"]


def test_read_value() -> None:
    """Each declared type has its form."""
    assert fields.read_value("a", "int | str | None", "null") is None
    assert fields.read_value("a", "int | str | None", "5") == "5"
    assert fields.read_value("a", "int | None", "5") == 5
    assert fields.read_value("a", "list[dict[str, Any]]", "[]") == []
    for annotation, text in (("int", "true"), ("bool", "1"), ("int", "null"), ("list[str]", "x")):
        with pytest.raises(Misuse, match="a must be "):
            fields.read_value("a", annotation, text)


def test_tags(call: Caller, furnished: Sandbox) -> None:
    """Tags are added to those that there are, and removed one by one."""
    assert call("numbers tag 1 table=4 floor=").lines == ["area\thall", "floor\t", "table\t4"]
    assert call("numbers untag 1 area floor").lines == ["table\t4"]
    assert Number.find(1).reload_tags() == {"table": "4"}


def test_reading(call: Caller, furnished: Sandbox) -> None:
    """What only reads writes what the service has."""
    assert call("numbers list --fields id,phone_number").out == f"1\t{NUMBER}\n"
    assert len(call("logs tail -n 2 --log-type message.queued").lines) == 2
    assert call("account status --fields free_trial").out == "free_trial\tfalse\n"
    assert call("messages attachments 2 --fields id,file_name").out == "1\tpicture.png\n"
    assert call("numbers lookup +15154469790 --fields carrier.name").lines == [
        "carrier.name\tSandbox Wireless"
    ]


def test_connector(call: Caller, furnished: Sandbox) -> None:
    """Numbers and callbacks of a connector are changed one by one."""
    Number(phone_number=SPARE).buy()
    assert call("connectors create name=Alerts --fields id,name").out == "2\tAlerts\n"
    assert call(f"connectors add-numbers 2 {SPARE} --fields phone_number").out == f"{SPARE}\n"
    assert call("connectors numbers 2 --fields phone_number").out == f"{SPARE}\n"
    assert call(f"connectors remove-numbers 2 {SPARE}").out == ""
    types = "--message-type text --event-type incoming"
    line = f"connectors add-callback 2 {types} --url https://example.com/in --method GET"
    assert call(line).out == "text\tincoming\tGET\thttps://example.com/in\n"
    assert call("connectors callbacks 2 --fields method").out == "GET\n"
    assert call(f"connectors remove-callback 2 {types}").out == ""
    assert Connector.find(2).callbacks == []
    assert call("connectors delete 2").err == "connector 2 is deleted\n"
    assert Connector.count() == 1


def test_contact(call: Caller, furnished: Sandbox) -> None:
    """A contact is created, changed and deleted."""
    fields_ = "first_name=Bo last_name=Li email=bo@example.com contact_type=main"
    assert call(f"contacts create {fields_} --fields id").out == "2\n"
    assert call("contacts set 2 city=Iowa --fields city").out == "Iowa\n"
    call("contacts delete 2")
    assert Contact.count() == 1


def test_credentials(call: Caller, furnished: Sandbox) -> None:
    """The secret of a new credential is written once; the path has the user."""
    created = call("credentials create reports --user 1 --json").json
    assert len(created["api_secret"]) > 20
    shown = call(f"credentials show {created['id']} --user 1")
    assert created["api_secret"] not in shown.out
    call(f"credentials set {created['id']} active=false --user 1")
    assert Credential.find(created["id"], "users/1/profile").active is False
    call(f"credentials delete {created['id']} --user 1")
    assert call("credentials count --user 1").out == "1\n"
    assert "required: --user" in call("credentials list", status=2).err
    furnished.chaos.add("internal_server_error", method="PUT")
    assert (
        "To find out, run: vivialconnect credentials show 1 --user 1"
        in call("credentials set 1 active=true --user 1", status=3).err
    )


def test_change_password(call: Caller, furnished: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are asked for without echo, or read from stdin."""
    passwords = iter(["sandbox-password", "battery-staple"])
    monkeypatch.setattr(getpass, "getpass", lambda _: next(passwords))
    note = "the password of user 1 is changed\n"
    assert call("users change-password 1", terminals="in err").err == note
    assert call("users change-password 1 -", stdin="battery-staple\nstaple-battery\n").err == note
    assert "on stdin" in call("users change-password 1", status=2).err
    short = call("users change-password 1 -", stdin="only-one\n", status=2).err
    assert "a secret is empty or missing: current password, new password" in short


def test_redact(call: Caller, furnished: Sandbox) -> None:
    """The text of a message is deleted."""
    call("messages redact 1")
    assert Message.find(1).body == ""


def test_segments(call: Caller, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments are counted without any settings."""
    monkeypatch.delenv("VIVIALCONNECT_API_KEY")
    assert call("messages segments -", stdin="Zdrav\u00ed\n").lines[:3] == [
        "encoding\tucs2", "segments\t1", "units\t6",
    ]  # fmt: skip


def test_aggregate(call: Caller, furnished: Sandbox) -> None:
    """Events are counted for each type and period."""
    line = "logs aggregate --aggregator-type years --start-time 30d --log-type number.purchased"
    assert call(line).lines[0].split("\t")[1:] == ["number.purchased", "1"]
    assert call("logs list --start-time 2099-01-01 --end-time 2099-01-02").out == ""


def test_transactions(call: Caller, furnished: Sandbox) -> None:
    """Transactions are chosen by their types."""
    line = "transactions list --transaction-type number_purchase --fields transaction_type"
    assert call(line).lines == ["number_purchase"]
    assert len(call(f"{line} --transaction-type sms_local_out").lines) > 1
