"""The title of a request is its effect in words, never the raw name of a tool."""

import pytest

from countersign.approvals.json import Json
from countersign.interrupts import parse, with_action_title


def call(name: str, description: str | None = None) -> Json:
    value: dict[str, Json] = {"type": "tool_approval", "name": name, "args": {}}
    return value if description is None else {**value, "description": description}


STOP: Json = {"before": ["send_mail"], "state": {}}


def titled(value: Json) -> tuple[str, str | None]:
    shown = with_action_title(parse(value))
    return shown.title, shown.description


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("post_message", "Post message"),
        ("wipe", "Wipe"),
        ("http_get", "HTTP get"),
        ("sendMail", "Send mail (sendMail)"),
        ("mcp__crm__delete_customer", "Delete customer (mcp__crm__delete_customer)"),
        ("Transfer", "“Transfer”"),
        ("", "Run this tool"),
    ],
)
def test_a_tool_is_named_in_words(name: str, title: str) -> None:
    assert titled(call(name)) == (title, None)


@pytest.mark.parametrize(
    ("description", "title", "rest"),
    [
        ("Post this message. Everyone will see it.", "Post this message", "Everyone will see it."),
        ("Pay the invoice", "Pay the invoice", None),
        ("Pay now? By bank.", "Pay", "Pay now? By bank."),
        ("Pay the invoice.", "Pay the invoice", None),
        ("Pay (twice). By bank. Now.", "Pay (twice)", "By bank. Now."),
        ("W" * 99 + ".", "W" * 99, None),
        ("W" * 100, "W" * 100, None),
        ("W" * 101, "Pay", "W" * 101),
        ("Pay it.\n\nBy bank.", "Pay it", "\nBy bank."),
        ("May I *pay*?", "Pay", "May I *pay*?"),
        ("Pay: 5", "Pay", "Pay: 5"),
        ("W" * 200, "Pay", "W" * 200),
    ],
)
def test_the_first_plain_sentence_of_a_description_is_the_title(
    description: str, title: str, rest: str | None
) -> None:
    shown = titled(call("pay", description))
    assert shown == (title, rest)


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ({"action": "deploy_app", "version": 3}, "Deploy app"),
        ({"question": "Pay?", "amount": 3}, "Pay?"),
        ({"question": "Run it?", "amount": 3}, "Run it?"),
        (
            {"countersign_breakpoint": [{"before": ["send_mail"], "state": {}}]},
            "Go on with the step “Send mail”",
        ),
        ({"action_requests": [{"name": "a", "args": {}}] * 2}, "2 actions wait for approval"),
        (
            {
                "countersign_breakpoint": [
                    {"before": ["tools"], "tool_calls": [{"id": "1", "name": "send_mail", "args": {}}]}
                ]
            },
            "Send mail",
        ),
    ],
)
def test_what_a_payload_says_itself_stays(value: Json, title: str) -> None:
    assert titled(value)[0] == title
