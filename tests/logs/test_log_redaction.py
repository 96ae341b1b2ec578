"""What looks like a secret is redacted wherever it stands, and no value can forge a line of the log."""

import ast
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import countersign
from countersign.log_redaction import (
    FORMS,
    NAMED,
    REDACTED,
    SecretRedactor,
    escape_control_characters,
    may_hold_secret,
)

redactor = SecretRedactor({})

SECRETS = {
    "Slack bot": "xoxb-123456-abcdefghi",
    "Slack config": "xoxe.xoxp-1-Mi0yLTEyMzQ1Njc4OTA",
    "Slack app": "xapp-1-A123-456-abcdef",
    "Slack webhook": "https://hooks.slack.com/services/T000/B000/abcdefghijkl",
    "Slack response": "https://hooks.slack.com/actions/T000/1234567890/abcdefghijkl",
    "OpenAI": "sk-proj-abcdefghijklmnop",
    "Stripe": "sk_live_abcdefghijklmnop",
    "GitHub": "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "GitHub fine-grained": "github_pat_11ABCDEFG0_abcdefghijklmnopqrstuvwxyz",
    "GitLab": "glpat-abcdefghijklmnopqrst",
    "AWS": "AKIAIOSFODNN7EXAMPLE",
    "Google": "AIzaSyA-abcdefghijklmnopqrstuvwxyz01234",
    "JWT": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "Bearer": "Authorization: Bearer abc.def-ghi_jkl",
    "Basic": "basic dXNlcjpwYXNzd29yZA==",
    "URL": "postgresql://user:hunter2hunter2@db.example/prod",
    "URL without a user": "redis://:hunter2hunter2@cache.example/0",
    "assignment": "password=hunter2hunter2",
    "assignment with spaces": "db_password = 'hunter2 hunter2'",
    "JSON": '{"client_secret": "abcdefgh ijkl"}',
    "repr": "{'api_key': 'abcdefghijkl'}",
    "query": "https://api.example/x?user=1&access_token=abcdefghijkl&page=2",
    "private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabcdef\n-----END RSA PRIVATE KEY-----",
    "cut private key": "-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA",
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
def test_every_common_form_is_redacted_within_other_words(secret: str) -> None:
    redacted = redactor.redact(f"it said {secret}")

    assert REDACTED in redacted
    assert redacted.startswith("it said ")
    for word in ("hunter2", "abcdef", "EXAMPLE", "dozjgNry", "dXNlcjpw", "MIIEp", "Mi0yL"):
        assert word not in redacted


@pytest.mark.parametrize("pattern", [*FORMS, NAMED])
def test_every_text_that_a_pattern_matches_is_looked_at(pattern: str) -> None:
    matched = re.compile(pattern.replace("(?<=://)", "://").replace("(?=@)", "@"), re.DOTALL)

    @settings(max_examples=100, deadline=None)
    @given(st.from_regex(matched, fullmatch=True))
    def check(text: str) -> None:
        assert may_hold_secret(text)

    check()


def test_a_line_of_ids_is_matched_against_no_pattern() -> None:
    """They take six times as long as the rest of the line."""
    assert not may_hold_secret(
        '{"approval_id": "ee5a01a4-246d-44f3-9e12-c9f6ba6066a2", "thread_id": "T1/C1/1795735027.378230", '
        '"graph": "transfers", "version": 2, "rules": null, "by": "U0BOB00001", "outcome": "approved", '
        '"event": "approval_decided", "trace_id": "e0e7288036b28d955a23665f4b2ad071", "level": "info", '
        '"timestamp": "2026-11-26T23:17:08.898684Z"}'
    )


@pytest.mark.parametrize("character", list("\x00\x08\n\r\x1b\x7f\x9f\u2028\u2029\u202a\u202e\u2066\u2069"))
def test_what_a_terminal_obeys_is_escaped_wherever_it_stands(character: str) -> None:
    assert character not in escape_control_characters(f"ordinary {character} words")


@pytest.mark.parametrize(
    "harmless",
    [
        "the run used 120 output_tokens and 3 keys",
        "thread T1/C1/1700000000.000100 of graph refunds",
        "approval 0198c0de-1111-4222-8333-444455556666 decided",
        "https://example.com/path?page=2",
        "desk-top is not a key, nor is risk-averse",
        "user@example.com wrote at 12:30",
    ],
)
def test_ordinary_words_stay(harmless: str) -> None:
    assert redactor.redact(harmless) == harmless


def test_values_of_the_environment_that_look_secret_are_redacted_wherever_they_stand() -> None:
    mine = SecretRedactor(
        {
            "LEDGER_KEY": "four words of mine",
            "CRM_TOKEN": "plainlooking",
            "DATABASE_URL": "postgresql://bot:p4ssw0rdp4ss@db/prod",
            "MODEL": "plainmodelname",
            "SHORT_TOKEN": "on",
        }
    )

    text = mine.redact("four words of mine | plainlooking | p4ssw0rdp4ss | plainmodelname | turned on")

    assert text == f"{REDACTED} | {REDACTED} | {REDACTED} | plainmodelname | turned on"


def test_each_key_of_a_list_of_keys_is_redacted() -> None:
    new, old = "bmV3LW5ldy1uZXc", "b2xkLW9sZC1vbGQ"
    mine = SecretRedactor({"ENCRYPTION_KEY": f"{new}, {old}"})
    assert mine.redact(f"tried {old} and then {new}") == "tried [secret] and then [secret]"


def test_a_field_with_a_telling_name_is_redacted_whatever_it_holds() -> None:
    event = redactor(
        None, "info", {"event": "x", "password": "abc", "headers": {"Cookie": "a=b", "Host": "h"}}
    )

    assert event["password"] == REDACTED
    assert event["headers"] == {"Cookie": REDACTED, "Host": "h"}


def test_no_value_begins_a_new_line_or_steers_a_terminal() -> None:
    forged = "ok\n2026-01-01T00:00:00Z [info] approved\r\x1b[2J\u2028\u202e"

    escaped = escape_control_characters(forged)

    assert escaped == r"ok\n2026-01-01T00:00:00Z [info] approved\r\x1b[2J\u2028\u202e"
    event = redactor(None, "info", {"event": forged, "nested": [{"a": forged}], "exception": forged})
    assert "\n" not in event["event"]
    assert "\n" not in event["nested"][0]["a"]
    assert all(line.startswith("    ") for line in event["exception"].split("\n"))


@pytest.mark.parametrize(
    "text",
    [
        "password" * 20_000,
        "a." * 100_000,
        "-----BEGIN PRIVATE KEY-----" * 2_000,
        "://" + ":" * 100_000,
        "eyJ" * 60_000,
    ],
    ids=["names", "dots", "keys", "colons", "tokens"],
)
def test_a_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    """Four times the text costs about four times the processor time; a pattern that backtracks, sixteen."""

    def seconds(of: str) -> float:
        begun = time.thread_time()  # the machine may be busy with other things
        redactor.redact(of)
        return time.thread_time() - begun

    quarter = min(seconds(text[: len(text) // 4]) for _ in range(3))
    assert min(seconds(text) for _ in range(3)) < 12 * max(quarter, 0.001)


def test_no_field_of_our_own_lines_is_taken_for_a_secret() -> None:
    """An operator could not read it: a post's idempotency key is not a key that opens anything."""
    fields = {
        (str(path), call.lineno, keyword.arg)
        for path in Path(countersign.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "log"
        for keyword in call.keywords
        if keyword.arg
    }
    assert len(fields) > 100
    hidden = {
        where for where in fields if redactor(None, "info", {where[2]: "readable"})[where[2]] == REDACTED
    }
    assert hidden == set()
