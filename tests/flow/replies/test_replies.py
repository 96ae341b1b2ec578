"""Which words in a thread are a decision, and which name a graph."""

import pytest

from countersign.approvals.decision import Decision, DecisionKind
from countersign.flow.decisions.replies.reply_parser import parse_reply, seems_to_decide
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
        *("approve", "Approved!", "  APPROVE ", "approved.", "*approve*", "`Approve`", "_approved!_"),
        *("```approve```", "“approve”", "'approved'.", "«approve»", "*_approve_*"),
        *(":+1::skin-tone-3: approve", "approve :+1::skin-tone-3:", "approve \U0001f44d\U0001f3fd"),
        *(
            "\U0001f680 approved! :tada:",
            "approve \u2764\ufe0f.",
            "✅ approve",
            "approve :100: :slightly_smiling_face:",
        ),
    ],
)
def test_words_that_approve(text: str) -> None:
    assert parse_reply(text, APPROVAL) == Decision(kind=DecisionKind.APPROVE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("reject", None),
        ("Rejected!", None),
        ("*reject*", None),
        ("Rejected: too late", "too late"),
        ("reject, it is Friday", "it is Friday"),
        ("reject - ask Carol", "ask Carol"),
        ("reject because it is Friday.", "because it is Friday."),
        ("reject :-1::skin-tone-6:", None),
        (":x: “reject”", None),
        ("🙄 rejected :nope:", None),
        ("rejected\nbecause\nof this", "because\nof this"),
    ],
)
def test_words_that_reject_and_their_reason(text: str, reason: str | None) -> None:
    decision = parse_reply(text, APPROVAL)

    assert decision is not None
    assert decision.kind is DecisionKind.REJECT
    assert (decision.message or "").rstrip(".") == (reason or "").rstrip(".")


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "no",
        "ok",
        "y",
        "deny",
        "lgtm",
        ":+1:",
        "👍",
        "❌",
        "👍🏽",
        ":+1::skin-tone-3:",
        "approve :-1:",
        "approve 🤔",
        ":no_entry: approved",
        "approve :nope:",
        "approve :redcross:",
        "approve :face_with_rolling_eyes:",
        "approve :heavy_multiplication_x:",
        ":+1: approve :double_vertical_bar:",
        ":raised_hand_with_fingers_splayed: approve",
        "approve 🙄",
        "approve 😡.",
        "❗approve❗",
        "approve ↩",
        "👍⏸ approve",
        "\U0001f469\U0001f3fd\u200d\U0001f4bb approved",
        "> approve",
        "&gt; approve",
        "approve :tada: tomorrow",
        "~approve~",
        "*~Approved~*",
        "ap*prove*",
        "approve!!",
        "approve?",
        "approve, but only half",
        "yes, but only half",
        "approve it if Bob agrees",
        "approved by nobody",
        "disapprove",
        "no because it is Friday",
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
    for words in ("seven", "approve", "no: none"):
        decision = parse_reply(f" {words} ", request_)
        assert decision is not None
        assert decision.kind is DecisionKind.RESPOND
        assert words in {decision.value, decision.message}
    assert parse_reply("  ", request_) is None


def test_a_bare_no_is_asked_about_where_the_question_does_not_say_what_it_wants() -> None:
    request = parse("Soll ich überweisen?")

    for words in ("no", "No.", "reject", "don\u2019t!"):
        with pytest.raises(FormValidationError, match="Answer another way"):
            parse_reply(words, request)
    for words in ("yes", "no idea", "morgen"):
        answer = parse_reply(words, request)
        assert answer is not None
        assert answer.value == words


def test_talk_does_not_answer_a_question_for_a_yes_or_a_no() -> None:
    request = parse("Do you approve this action?")

    for words in ("no", "yes", "one moment", "I would not"):
        assert parse_reply(words, request) is None
    assert parse_reply("approve", request) == Decision(kind=DecisionKind.APPROVE)
    assert parse_reply("reject: no", request) == Decision(kind=DecisionKind.REJECT, message="no")


def test_an_option_is_chosen_by_the_words_that_decide_and_by_no_other() -> None:
    request = parse({"question": "Send?", "options": ["Approve", "reject", "later"]})

    assert parse_reply("approve", request) == Decision(kind=DecisionKind.RESPOND, value="Approve")
    assert parse_reply("reject.", request) == Decision(kind=DecisionKind.RESPOND, value="reject")
    for words in ("later", "yes", "reject: too late"):
        assert parse_reply(words, request) is None


def test_a_number_that_was_asked_for_stays_a_number() -> None:
    request = parse("How many?", {"type": "integer", "minimum": 1})
    assert parse_reply("7", request) == Decision(kind=DecisionKind.RESPOND, value=7)
    with pytest.raises(FormValidationError, match=r"\S"):
        parse_reply("a few", request)


def test_several_rows_are_not_decided_by_words() -> None:
    assert len(TWO_ROWS.rows) == 2
    assert parse_reply("approve", TWO_ROWS) is None
    assert parse_reply("reject", TWO_ROWS) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Essay writer (v2): tea", ("Essay writer (v2)", "tea")),
        ("Essay writer (v2):", ("Essay writer (v2)", "")),
        ("Essay writer (v2):tea", (None, "Essay writer (v2):tea")),
        ("Essay writer: tea", (None, "Essay writer: tea")),
        ("a: b", ("a", "b")),
    ],
)
def test_a_graph_that_is_configured_may_have_any_name(text: str, expected: tuple[str | None, str]) -> None:
    assert split_name(text, ["a", "Essay writer (v2)"]) == expected


@pytest.mark.parametrize(
    ("text", "seems"),
    [
        ("approve it please", True),
        ("I would rather reject this", True),
        ("denied", True),
        ("yes", True),
        ("*No*, too late", True),
        ("lgtm!", True),
        ("go ahead", True),
        (":+1:", True),
        (":white_check_mark: fine", True),
        ("well, yes", False),
        ("yesterday", False),
        ("nothing to add", False),
        ("what is this?", False),
        ("it is :tada:", False),
        ("x" * 200 + " approve", False),
        ("", False),
    ],
)
def test_who_may_believe_to_have_decided_something(text: str, seems: bool) -> None:
    assert seems_to_decide(text) is seems


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
