"""Which words in a thread are a decision, and which name a graph."""

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.flow.decisions.reply_parser import parse_reply, reply_hint
from countersign.flow.graph_name import split_name
from countersign.interrupts import FormValidationError, ReviewRequest, parse

APPROVAL = parse({"question": "Do it?", "what": "deploy"})
QUESTION = parse("How many?")
ASSISTANCE = parse({"query": "Which one?"})
TWO_ROWS = parse(
    {
        "action_requests": [{"name": name, "args": {}} for name in ("a", "b")],
        "review_configs": [
            {"action_name": name, "allowed_decisions": ["approve", "reject"]} for name in ("a", "b")
        ],
    }
)


@pytest.mark.parametrize(
    "text",
    [
        "approve",
        "Approved!",
        "  YES ",
        "y",
        "ok.",
        "Okay",
        "accept",
        "Go ahead",
        "lgtm",
        "do it!",
        "Yep",
        "sure",
        "+1",
        ":+1:",
        "👍",
        ":thumbsup:",
        ":white_check_mark:",
        "✅",
    ],
)
def test_words_that_approve(text: str) -> None:
    assert parse_reply(text, APPROVAL) == Decision(kind=DecisionKind.APPROVE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("reject", None),
        ("Rejected: too late", "too late"),
        ("deny, it is Friday", "it is Friday"),
        ("no", None),
        ("No.", None),
        ("nope - ask Carol", "ask Carol"),
        ("no because it is Friday", "because it is Friday"),
        ("no, too late", "too late"),
        ("decline\nbecause\nof this", "because\nof this"),
        (":-1: not now", "not now"),
        ("❌", None),
        ("n", None),
        ("-1 too late", "too late"),
    ],
)
def test_words_that_reject_and_their_reason(text: str, reason: str | None) -> None:
    assert parse_reply(text, APPROVAL) == Decision(kind=DecisionKind.REJECT, message=reason)


@pytest.mark.parametrize(
    "text",
    [
        "yes, but only half",
        "yes?",
        "approve it if Bob agrees",
        "not ok",
        "okay then",
        "approved by nobody",
        "nobody knows",
        "no idea",
        "n times",
        "surely not",
        "no-one knows",
        "notes: see above",
        "rejection is not what I want",
        "",
        "   ",
        "…",
    ],
)
def test_other_words_decide_nothing(text: str) -> None:
    assert parse_reply(text, APPROVAL) is None


@pytest.mark.parametrize("request_", [QUESTION, ASSISTANCE])
def test_a_question_takes_any_words_even_those_that_elsewhere_approve(request_: ReviewRequest) -> None:
    for words in ("seven", "yes", "no: none"):
        decision = parse_reply(f" {words} ", request_)
        assert decision is not None
        assert decision.kind is DecisionKind.RESPOND
        assert words in {decision.value, decision.message}
    assert parse_reply("  ", request_) is None


def test_a_number_that_was_asked_for_stays_a_number() -> None:
    request = parse("How many?", {"type": "integer", "minimum": 1})
    assert parse_reply("7", request) == Decision(kind=DecisionKind.RESPOND, value=7)
    with pytest.raises(FormValidationError, match=r"\S"):
        parse_reply("a few", request)


def test_only_words_that_decide_something_are_named() -> None:
    assert reply_hint(APPROVAL) == ", or reply `approve` or `reject` with a reason"
    assert reply_hint(parse({"text_to_revise": "a text"}, None)) == ", or reply `approve`"
    assert reply_hint(parse({"any": ["thing"]}, None)) == ""
    assert reply_hint(TWO_ROWS) == ""


def test_several_rows_are_not_decided_by_words() -> None:
    assert len(TWO_ROWS.rows) == 2
    assert parse_reply("approve", TWO_ROWS) is None
    assert parse_reply("reject", TWO_ROWS) is None


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("refunds: 12 euros", "refunds", "12 euros"),
        ("  refunds:\n12", "refunds", "12"),
        ("refunds:", "refunds", ""),
        ("my-graph_2.v1: x: y", "my-graph_2.v1", "x: y"),
        ("refund 12 euros: now", None, "refund 12 euros: now"),
        ("https://example.com/ says", None, "https://example.com/ says"),
        ("12:30 is fine", None, "12:30 is fine"),
        (":+1: fine", None, ":+1: fine"),
        ("", None, ""),
    ],
)
def test_a_name_before_a_colon_and_a_space_picks_a_graph(text: str, name: str | None, rest: str) -> None:
    assert split_name(text) == (name, rest)
