"""What each driven call of release 0.2.4 must bring about, and which failures are allowed.

Tables alone; how they are judged, stands with the tests.
"""

# ruff: noqa: FBT003 - the value that is expected of a call may be True.

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

DOCUMENTED = json.loads(
    (Path(__file__).parent.parent / "vectors" / "documented-names.json").read_text(encoding="utf-8")
)
ACCOUNT = "/api/v1.0/accounts/12345"
#: What fails without an exception: another value, another request, another state.
WRONG_EFFECT = "wrong effect"

Asked = tuple[str, str, int]


class Call(NamedTuple):
    """One call of the driver, and what it must bring about."""

    name: str
    #: The documented names that it uses.
    documented: str
    #: What the driver must report.
    value: Any
    #: What the sandbox must be asked meanwhile: method, target below the account, status.
    asked: Sequence[Asked] = ()
    #: A query of the sandbox's database afterwards, and the rows that it must give.
    state: tuple[str, list[tuple[Any, ...]]] | None = None
    #: The body of the last request.
    body: Any = None


def get(target: str, status: int = 200) -> Asked:
    """Describe a GET."""
    return ("GET", target, status)


STATUS = {
    "id": 12345,
    "free_trial": False,
    "free_trial_max_numbers": 1,
    "free_trial_purchased_count": 0,
}
EXAMPLE_NUMBER = {
    "name": "(913) 259-7591",
    "phone_number": "+19132597591",
    "area_code": "913",
    "phone_number_type": "local",
}
TEXT = "Grüße, 你好 \U0001f44b"
OURS, THEIRS = "+19132597591", "+15154469790"
SPAN = "start_time=20200101T000000Z&end_time=20990101T000000Z"
LOG_TYPES = [
    "message.delivered",
    "message.queued",
    "message.sending",
    "number.purchased",
    "number.released",
]
ERRORS = tuple(
    name
    for name, facts in DOCUMENTED.items()
    if facts["kind"] == "exception" and name != "ResourceError"
)

#: Answers that the driver can ask for by name: status, body, further headers.
CANNED: dict[str, tuple[int, bytes, dict[str, str]]] = {
    "text": (400, b'{"error":"words"}', {}),
    "object": (400, b'{"error":{"message":"words","param":"body"}}', {}),
    "teapot": (418, b'{"message":"words"}', {}),
    "conflict": (409, b'{"message":"words"}', {}),
    "invalid": (422, b'{"message":"words"}', {}),
    "limit": (429, b'{"message":"words"}', {}),
    "failure": (500, b'{"message":"words"}', {}),
    "page": (502, b"<html>Bad Gateway</html>", {}),
    "redirect": (302, b'{"message":"words"}', {"Location": ACCOUNT + "/users.json"}),
    "redirect_to_nowhere": (302, b'{"message":"words"}', {}),
    "temporary_redirect": (307, b'{"message":"words"}', {}),
    "nothing": (200, b"", {}),
    "broken": (200, b'{"messages":', {}),
}


def canned(name: str, kind: str, text: str = "words") -> Call:
    """Describe a call that is answered with one of the canned answers."""
    status = CANNED[name][0]
    told = None if kind == "ResourceError" else status
    target = "/messages.json?answer=" + name
    return Call("answered_" + name, kind, [kind, told, text], [get(target, status)])


CALLS: tuple[Call, ...] = (
    Call(
        "settings_written_and_read",
        " ".join("ResourceMeta." + name for name in DOCUMENTED["ResourceMeta"]["members"]),
        [
            True, True, "12345", True, True, 20, ["messages", "message", "id"],
            ["numbers", "phone_number"], ["attachments", "attachment"],
        ],
    ),
    # Accounts
    Call("billing_status", "Account.billing_status", STATUS, [get("/status.json")]),
    Call(
        "billing_status_of_the_configured_account",
        "Account.billing_status",
        STATUS,
        [get("/status.json")],
    ),
    Call("account_by_id", "Account Resource.find Resource.id Resource.is_new",
         [12345, "Sandbox Inc", False], [get(".json")]),
    Call("accounts", "Account Resource.find", [12345], [get("/api/v1.0/accounts.json")]),
    Call("account_count", "Account", 1, [get("/api/v1.0/accounts/count.json")]),
    Call("account_saved", "Account Resource.save", [True, "Newtech SRL"], [("PUT", ".json", 200)],
         ("SELECT company_name FROM accounts", [("Newtech SRL",)])),
    Call("account_reloaded", "Resource.reload", "Newtech SRL", [get(".json")]),
    # Users
    Call("user_created", "User Resource.create", [2, "ada", False], [("POST", "/users.json", 201)],
         ("SELECT username, first_name, last_name, email FROM users WHERE id = 2",
          [("ada", "Ada", "Lovelace", "ada@example.com")])),
    Call("user_with_fields_from_constructor", "User Resource.save Resource.is_new Resource.id",
         [[True, None], True, 3, False], [("POST", "/users.json", 201)],
         ("SELECT username, email FROM users WHERE id = 3", [("grace", "grace@example.com")])),
    Call("users", "User Resource.find",
         [[1, "sandbox12345", "Sandy"], [2, "ada", "Ada"], [3, "grace", None]],
         [get("/users.json")]),
    Call("users_of_a_page", "Resource.find", [2],
         [get("/users.json?page=2&limit=1&order=id+desc")]),
    Call("user_by_id", "Resource.find", [2, "ada@example.com", 12345], [get("/users/2.json")]),
    Call("user_count", "User", 3, [get("/users/count.json")]),
    Call("user_first", "Resource.find_first", "grace", [get("/users.json?order=id+desc")]),
    Call("user_first_of_none", "Resource.find_first", None,
         [get("/users.json?search=nobody+is+called+this")]),
    Call("user_saved", "Resource.save", [True, "King"], [("PUT", "/users/2.json", 200)],
         ("SELECT last_name FROM users WHERE id = 2", [("King",)])),
    Call("user_reloaded", "Resource.reload", "King", [get("/users/2.json")]),
    Call("user_role_after_save", "Resource.save", "User",
         [get("/users/2.json"), ("PUT", "/users/2.json", 200)]),
    Call("user_destroyed", "Resource.destroy", None,
         [get("/users/3.json"), ("DELETE", "/users/3.json", 204)],
         ("SELECT id FROM users ORDER BY id", [(1,), (2,)])),
    # Numbers
    Call("numbers_available", "Number.available",
         [["(913) 259-7591", "local", OURS], ["(913) 259-3260", "local", "+19132593260"]],
         [get("/numbers/available/US/local.json?area_code=913&limit=2")]),
    Call("numbers_available_with_opts", "Number.available", ["tollfree"],
         [get("/numbers/available/US/tollfree.json?limit=1")]),
    Call("number_bought", "Number Number.buy", [1, OURS, False], [("POST", "/numbers.json", 201)],
         ("SELECT id, name, phone_number, phone_number_type FROM numbers",
          [(1, "(913) 259-7591", OURS, "local")]),
         {"phone_number": EXAMPLE_NUMBER}),
    Call("number_bought_locally", "Number.buy_local", [2, "local"],
         [get("/numbers/available/US/local.json?area_code=212&limit=1"),
          ("POST", "/numbers.json", 201)],
         ("SELECT name, substr(phone_number, 1, 5) FROM numbers WHERE id = 2",
          [("second", "+1212")])),
    Call("number_bought_again", "Number.buy", 3,
         [get("/numbers/1.json"), get("/numbers/available/US/local.json?area_code=415&limit=1"),
          ("POST", "/numbers.json", 201)]),
    Call("numbers", "Number Resource.find", [[1, "third", "local", OURS]],
         [get("/numbers.json?limit=1")]),
    Call("number_by_id", "Resource.find", [OURS, True, "KANSAS CITY"], [get("/numbers/1.json")]),
    Call("number_count", "Number", 1, [get("/numbers/count.json?name=second")]),
    Call("number_saved", "Resource.save", [True, "https://example.com/texts"],
         [("PUT", "/numbers/1.json", 200)],
         ("SELECT incoming_text_url FROM numbers WHERE id = 1", [("https://example.com/texts",)])),
    Call("number_capabilities_after_save", "Resource.save", True,
         [get("/numbers/1.json"), ("PUT", "/numbers/1.json", 200)]),
    Call("number_reloaded", "Resource.reload", "https://example.com/texts",
         [get("/numbers/1.json")]),
    Call("number_destroyed", "Resource.destroy", None, [("DELETE", "/numbers/2.json", 204)],
         ("SELECT id FROM numbers", [(1,)])),
    # Messages
    Call("message_sent", "Message Message.send Resource.is_new", [1, "accepted", TEXT, False],
         [("POST", "/messages.json", 200)],
         ("SELECT from_number, to_number, body FROM messages", [(OURS, THEIRS, TEXT)]),
         {"message": {"from_number": OURS, "to_number": THEIRS, "body": TEXT}}),
    Call("message_sent_with_media", "Message.send", [2, 1], [("POST", "/messages.json", 200)],
         ("SELECT message_id, file_name FROM attachments", [(2, "cat.png")])),
    Call("message_without_id_sent", "Message.send", 3, [("POST", "/messages.json", 200)],
         ("SELECT body FROM messages WHERE id = 3", [("third",)]),
         {"message": {"from_number": OURS, "to_number": THEIRS, "body": "third"}}),
    Call("messages", "Resource.find",
         [[3, THEIRS, OURS, "third", "delivered"], [2, THEIRS, OURS, "picture", "delivered"],
          [1, THEIRS, OURS, TEXT, "delivered"]],
         [get("/messages.json?order=id+desc")]),
    Call("message_by_id", "Resource.find", [1, "delivered", "local_sms", "outbound-api"],
         [get("/messages/1.json")]),
    Call("message_count", "Message", 3, [get("/messages/count.json")]),
    Call("message_first", "Resource.find_first", 3, [get("/messages.json?order=id+desc")]),
    Call("message_reloaded", "Resource.reload", "delivered", [get("/messages/1.json")]),
    Call("message_redacted", "Resource.save", [True, ""],
         [get("/messages/3.json"), ("PUT", "/messages/3.json", 200)],
         ("SELECT body FROM messages WHERE id = 3", [("",)])),
    Call("attachments", "Attachment Message.attachments", [[1, 2, "image/png", "cat.png"]],
         [get("/messages/2.json"), get("/messages/2/attachments.json")]),
    Call("attachments_of_a_page", "Message.attachments", [1],
         [get("/messages/2.json"), get("/messages/2/attachments.json?limit=1")]),
    Call("attachment", "Message.attachment", [1, "image/png", True],
         [get("/messages/2.json"), get("/messages/2/attachments/1.json")]),
    Call("attachments_count", "Message.attachments_count", 1,
         [get("/messages/2.json"), get("/messages/2/attachments/count.json")]),
    Call("attachments_by_path", "Resource.find", [1], [get("/messages/2/attachments.json")]),
    Call("attachment_by_path", "Resource.find", "cat.png", [get("/messages/2/attachments/1.json")]),
    Call("bulk_sent", "Message.send_bulk", True, [("POST", "/messages/bulk.json", 200)],
         ("SELECT to_number, body FROM messages WHERE bulk_id IS NOT NULL ORDER BY id",
          [("+15154469791", "to both"), ("+15154469792", "to both")])),
    Call("bulk_sent_without_numbers", "Message.send_bulk", "ValueError"),
    Call("bulk_sent_to_an_empty_list", "Message.send_bulk", "ValueError"),
    Call("bulks", "Message.bulks", [[True, 2, 0]], [get("/messages/bulk.json")]),
    Call("bulk_dates", "Message.bulks", [True], [get("/messages/bulk.json")]),
    Call("bulk_messages", "Message.bulk_messages",
         [["+15154469791", "to both"], ["+15154469792", "to both"]],
         [get("/messages/bulk/{bulk_id}.json")]),
    # Logs
    Call("logs", "Log Resource.find", LOG_TYPES, [get("/logs.json?" + SPAN)]),
    Call("log_first", "Log Resource.find_first", "number.purchased", [get("/logs.json?" + SPAN)]),
    Call("logs_between_datetimes", "Log", "found",
         [get("/logs.json?start_time=20200101T000000Z&end_time=20990101T000000Z")]),
    Call("aggregated_logs", "Log.get_aggregated_logs", ["", LOG_TYPES],
         [get("/logs/aggregate.json?" + SPAN + "&aggregator_type=minutes")]),
    Call("aggregated_logs_of_a_type", "Log.get_aggregated_logs", [["number.purchased", 2]],
         [get("/logs/aggregate.json?" + SPAN
              + "&aggregator_type=years&log_type=number.purchased")]),
    # Ids that cannot be
    Call("message_of_unknown_id", "ResourceNotFound",
         ["ResourceNotFound", 404, "Resource not found for id 99999"],
         [get("/messages/99999.json", 404)]),
    Call("message_of_id_zero", "Resource.find",
         ["ResourceNotFound", 404, "Resource not found for id 0"], [get("/messages/0.json", 404)]),
    Call("message_of_empty_id", "Resource.find", ["ValueError"]),
    Call("message_of_id_with_slash", "Resource.find",
         ["ResourceNotFound", 404, "Resource not found for id a/b"],
         [get("/messages/a%2Fb.json", 404)]),
    # Errors of the service
    Call("message_refused", "BadRequest",
         ["BadRequest", 400, "10008: from_number invalid, inactive, or not owned"],
         [("POST", "/messages.json", 400)]),
    Call("message_destroyed", "MethodNotAllowed",
         ["MethodNotAllowed", 405, "The method DELETE is not allowed here"],
         [get("/messages/1.json"), ("DELETE", "/messages/1.json", 405)]),
    Call("wrong_secret", "UnauthorizedAccess", ["UnauthorizedAccess", 401],
         [get("/messages.json", 401)]),
    Call("wrong_key", "UnauthorizedAccess", ["UnauthorizedAccess", 401],
         [get("/messages.json", 401)]),
    Call("other_account", "ForbiddenAccess", ["ForbiddenAccess", 403],
         [get("/api/v1.0/accounts/54321/messages.json", 403)]),
    canned("text", "BadRequest"),
    canned("object", "BadRequest"),
    canned("teapot", "ClientError"),
    canned("conflict", "ResourceConflict"),
    canned("invalid", "ResourceInvalid"),
    canned("limit", "RateLimit"),
    canned("failure", "ServerError"),
    canned("page", "ServerError", "Bad Gateway"),
    canned("redirect", "Redirection"),
    canned("redirect_to_nowhere", "Redirection"),
    canned("temporary_redirect", "Redirection"),
    canned("nothing", "ResourceError"),
    canned("broken", "ResourceError"),
    Call("nobody_listens", "ConnectionError", "ConnectionError"),
    *(
        call
        for name in ERRORS
        for call in (
            Call(f"error_{name}_with_body", name,
                 ["words", 418, '{"message": "from the service"}']),
            Call(f"error_{name}_without_body", name, True),
        )
    ),
    Call("error_of_the_resource", "ResourceError", "words"),
    Call("error_with_nested_object", "BadRequest", 400),
    Call("error_with_page_for_body", "ServerError", 502),
    # Conversion
    Call("util_camelize", "Util.camelize", ["PhoneNumber", "Account", "IncomingTextUrl"]),
    Call("util_camelize_empty", "Util.camelize", ""),
    Call("util_underscore", "Util.underscore", ["phone_number", "account", "incoming_text_url"]),
    Call("util_pluralize", "Util.pluralize", ["messages", "queries", "boxes", "people", "news"]),
    Call("util_pluralize_hive", "Util.pluralize", "hives"),
    Call("util_singularize", "Util.singularize", ["message", "query", "box", "person", "news"]),
    Call("util_json_to_dict", "Util.json_to_dict", {"message": {"id": 1}}),
    Call("util_remove_root", "Util.remove_root", [{"id": 1}, {"id": 1, "body": "x"}]),
    Call("util_to_json", "Util.to_json", [{"object": {"id": 1}}, {"row": {"id": 1}}]),
    Call("util_to_json_datetime", "Util.to_json", '{"object":{"sent":"2020-07-02T10:11:12Z"}}'),
    Call("util_to_query", "Util.to_query", "order=id+desc"),
    Call("util_to_query_of_none", "Util.to_query", ""),
    Call("util_to_query_of_bool", "Util.to_query", "active=true"),
)  # fmt: skip
CALL_OF_NAME = {call.name: call for call in CALLS}

#: Each failure that is allowed: the call, the number of the defect in the list of those of the
#: original SDK, and the exact exception. The defects are:
DEFECTS = {
    1: "error classes crash on a body that is not a JSON object, and so on every network fault",
    2: "an error body whose error is an object crashes, for a name is not defined",
    3: "statuses that have no branch crash, for a name is not defined",
    5: "redirects are followed, with the signature of the first request",
    7: "reload() does not strip the root, so that the row's own fields stay old",
    8: "ids are not quoted; 0 and the empty text list everything",
    9: "datetimes go into queries as Python writes them, and not into JSON at all",
    10: "None and booleans go into queries as Python writes them",
    12: "Log.find gives one pseudo-log that holds the envelope",
    16: "after save() nested objects are instances of invented classes",
    18: "an absent id is sent as null",
    25: "buy() of a number that has an id is a PUT",
    26: "inflection of hive, and camelize of the empty word",
    28: "send_bulk accepts an empty to_numbers",
    31: "a 200 with an empty body crashes",
}
ALLOWED: dict[str, tuple[int, str]] = {
    "account_reloaded": (7, WRONG_EFFECT),
    "user_reloaded": (7, WRONG_EFFECT),
    "number_reloaded": (7, WRONG_EFFECT),
    "message_reloaded": (7, WRONG_EFFECT),
    "user_role_after_save": (16, "TypeError"),
    "number_capabilities_after_save": (16, "TypeError"),
    "number_bought_again": (25, WRONG_EFFECT),
    "message_without_id_sent": (18, WRONG_EFFECT),
    "bulk_sent_to_an_empty_list": (28, "BadRequest"),
    "logs": (12, "AttributeError"),
    "log_first": (12, "AttributeError"),
    "logs_between_datetimes": (9, "BadRequest"),
    "message_of_id_zero": (8, WRONG_EFFECT),
    "message_of_empty_id": (8, WRONG_EFFECT),
    "message_of_id_with_slash": (8, WRONG_EFFECT),
    "answered_object": (2, "NameError"),
    "answered_page": (1, "TypeError"),
    "answered_redirect": (5, "UnauthorizedAccess"),
    "answered_temporary_redirect": (3, "NameError"),
    "answered_nothing": (31, "TypeError"),
    "answered_broken": (1, "TypeError"),
    "nobody_listens": (1, "TypeError"),
    **{f"error_{name}_without_body": (1, "TypeError") for name in ERRORS},
    "error_with_page_for_body": (1, "TypeError"),
    "util_camelize_empty": (26, "IndexError"),
    "util_pluralize_hive": (26, WRONG_EFFECT),
    "util_to_json_datetime": (9, "TypeError"),
    "util_to_query_of_none": (10, WRONG_EFFECT),
    "util_to_query_of_bool": (10, WRONG_EFFECT),
}
