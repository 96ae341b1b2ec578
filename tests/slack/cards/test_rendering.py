"""Whatever a graph asks, its card and its views are Block Kit that Slack takes, and show what they must."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from countersign.approvals.assignment.claim import Claim
from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.interrupts import form_from_arguments, form_from_schema
from countersign.slack.forms.modal import Modal, fit_form, form_view
from countersign.slack.messages import render_message
from slack_local.block_kit.surfaces import message_blocks, view_definition
from tests.slack.rendered_approvals import (
    BOB,
    NOW,
    approval_of,
    buttons,
    details_view,
    everything,
    modal_of,
    render_card,
    render_fallback_card,
    under_a_rule,
    vote,
    voted,
)

NO_TEXTS = {
    *(OutgoingKind.CARD, OutgoingKind.DIRECT, OutgoingKind.POINTER),
    *(OutgoingKind.FILE, OutgoingKind.REMOVAL, OutgoingKind.PRIVATE_NOTE),
}
texts = st.text(max_size=60) | st.sampled_from(
    [
        "<!channel> & <https://evil|bank>",
        "```\nescape",
        "*bold* _it_ `code`",
        "\u202eevil\u0000",
        "x" * 5000,
        "&" * 4000,
        "line\n" * 700,
    ]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
payloads = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(texts, inner, max_size=12),
    max_leaves=40,
)
calls = st.builds(
    lambda name, args, text: {"type": "tool_approval", "name": name, "args": args, "description": text},
    texts,
    st.dictionaries(texts, payloads, max_size=15),
    texts,
)
batches = st.lists(
    st.builds(lambda n, a: {"name": n, "args": a}, texts, st.dictionaries(texts, payloads, max_size=6)),
    min_size=1,
    max_size=30,
).map(lambda actions: {"action_requests": actions, "review_configs": []})
questions = st.builds(
    lambda q, rest: {**rest, "question": q}, texts, st.dictionaries(texts, payloads, max_size=5)
)
anything = payloads | calls | batches | questions
often = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


# Each is drawn in a test of its own: all of them in one take longer on a busy machine than a test may.
LARGE: list[Json] = [
    {f"k{n}": "v" * 100 for n in range(500)},
    "x" * 300_000,
    {"question": "q", "text": "<" * 12_000},
    {"question": "&" * 500, "text": "&" * 12_000},
    {"title": "&" * 500, "why": "&" * 600, "risk": "low", "options": ["&" * 3000] * 3},
    {"title": "t", "summary": "&" * 500, "options": [f"{n}" + "&" * 70 for n in range(300)]},
    {"action_requests": [{"name": "&" * 130, "args": {}, "description": "&" * 500}] * 30},
    {"action_requests": [{"name": "&" * 60, "args": {"a": "&" * 900}}] * 30, "review_configs": []},
]


@pytest.mark.parametrize("value", LARGE, ids=range(len(LARGE)))
def test_a_large_payload_makes_a_card_that_slack_takes(value: Json) -> None:
    assert_that_slack_takes_its_cards(value)


@often
@given(anything)
def test_any_payload_makes_a_card_that_slack_takes(value: Json) -> None:
    assert_that_slack_takes_its_cards(value)


def assert_that_slack_takes_its_cards(value: Json) -> None:
    approval = replace(approval_of(value), status_reason="&" * 600)
    half = dict.fromkeys(range(len(approval.votes) // 2), vote(DecisionKind.APPROVE))
    partly = approval.with_votes(half) if half else approval
    held = replace(
        under_a_rule(value), status_reason="&" * 600, claim=Claim(by=BOB, at=NOW), look_alikes={"pay": "pаy"}
    )
    drawings = (render_card(approval), render_fallback_card(approval), render_card(partly))
    for drawn in (*drawings, render_card(held), render_fallback_card(held)):
        message_blocks(drawn.blocks)
        assert len(drawn.text) <= 4000
        assert not any("<!channel>" in text or "<https" in text for text in everything(drawn.blocks))


@often
@given(anything, st.sampled_from(DecisionKind), payloads, texts)
@example(
    {"action_requests": [{"name": "&" * 60, "args": {"a": "&" * 900}}] * 80, "review_configs": []},
    DecisionKind.APPROVE,
    None,
    "",
)
@example(
    {"action_requests": [{"name": "&" * 60, "args": {"a": "&" * 900}}] * 5, "review_configs": []},
    DecisionKind.EDIT,
    {"a": "<" * 5000},
    "",
)
def test_any_closed_card_is_one_that_slack_takes_and_has_no_buttons(
    value: Json, kind: DecisionKind, answer: Json, words: str
) -> None:
    decided = voted(approval_of(value), kind, value=answer, message=words or None)
    for approval in (
        decided,
        decided.resumed(),
        decided.withdrawn(words),
        approval_of(value).withdrawn(words),
    ):
        drawn = render_card(approval)
        message_blocks(drawn.blocks)
        assert buttons(drawn.blocks) == []
        assert not any("<!channel>" in text or "<!here>" in text for text in everything(drawn.blocks))


@often
@given(anything)
@example({f"k{n}": "v" * 100 for n in range(500)})
def test_any_payload_can_be_read_to_its_end(value: Json) -> None:
    approval = approval_of(value)
    for page in (0, 1, 9999):
        view = details_view(approval, modal_of(approval, page))
        view_definition(view, "modal")
        assert approval.digest in str(view["blocks"][-1])


@often
@given(st.dictionaries(texts, payloads, max_size=20) | payloads)
@example({f"k{n}": "v" for n in range(300)})
@example({"text": "word " * 3000})
@example({"text": "x" * 1_000_000})
def test_any_arguments_make_a_form_that_slack_takes(args: Json) -> None:
    modal = Modal(callback_id="approval:edit", title="Edit", submit="Save", private_metadata="-")
    view_definition(form_view(fit_form(form_from_arguments(args)), modal), "modal")


@often
@given(st.sampled_from(sorted(set(OutgoingKind) - NO_TEXTS)), texts, payloads)
@example(OutgoingKind.AGENT_MESSAGE, "word & " * 10_000, None)
@example(OutgoingKind.NOTE, "&" * 10_000, None)
@example(OutgoingKind.ROOT, "x" * 10_000, None)
@example(OutgoingKind.RESULT, "", {f"k{n}": "v" * 900 for n in range(120)})
def test_any_message_is_one_that_slack_takes(kind: OutgoingKind, text: str, values: Json) -> None:
    body: Json = {
        "text": text, "values": values, "tools": [{text: values}],
        "error_id": "r1", "ask_again": True, "graph": "g", "user": "U1",
    }  # fmt: skip
    row = Outgoing(key="k", kind=kind, team="T", channel="C", thread_ts="1.0", body=body)
    for drawn in render_message(row):
        message_blocks(drawn.blocks)
        assert drawn.text
        assert len(drawn.text) <= 40_000
        assert not any("<!channel>" in text for text in everything(drawn.blocks))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "boolean"},
        {"type": "integer", "minimum": 1, "maximum": 5},
        {"enum": ["a", "b", None]},
        {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(200)}},
        {"type": "array", "items": {"enum": [f"o{n}" for n in range(60)]}},
        {"type": "string", "enum": [f"o{n}" for n in range(100)]},
        {"type": "object", "properties": {"on": {"type": "string", "format": "date"}}, "required": ["on"]},
    ],
)
def test_any_schema_makes_a_form_that_slack_takes(schema: Json) -> None:
    modal = Modal(callback_id="approval:answer", title="Answer", submit="Send", private_metadata="-")
    view_definition(form_view(fit_form(form_from_schema(schema)), modal), "modal")
