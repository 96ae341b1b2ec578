"""Whatever a graph asks, its card and its views are Block Kit that Slack takes, and show what they must."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from countersign.approvals.approval import Approval, open_approval
from countersign.approvals.claim import Claim
from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.rule import NO_RULE
from countersign.approvals.vote import Vote
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.review import Review
from countersign.interrupts import digest, form_from_arguments, form_from_schema, parse
from countersign.slack.block_kit.builders import Block, RenderedMessage
from countersign.slack.cards import details_view as details
from countersign.slack.cards import open_card
from countersign.slack.cards.buttons import card_actions
from countersign.slack.cards.values.references import CardReference, ModalReference, RowsReference
from countersign.slack.forms.modal import Modal, fit_form, form_view
from countersign.slack.messages import render_message
from slack_local.block_kit.surfaces import message_blocks, view_definition
from tests.approvals.policy.policies import a_rule

BOB = Person(id="U0BOB00001", name="Bob <!here>", standing=Standing.MEMBER)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

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


def render_card(approval: Approval) -> RenderedMessage:
    return open_card.render_card(Review(approval))


def render_fallback_card(approval: Approval) -> RenderedMessage:
    return open_card.render_fallback_card(Review(approval))


def details_view(approval: Approval, ref: ModalReference) -> Block:
    return details.details_view(Review(approval), ref)


def approval_of(value: Json, schema: Json = None) -> Approval:
    return open_approval(
        thread_id="T0LOCAL001/C0GENERAL0/1.000001",
        interrupt_id="i1",
        digest=digest(value, schema),
        value=value,
        schema=schema,
        rows=len(parse(value, schema).rows),
        at=NOW,
    )


def vote(kind: DecisionKind, **more: Any) -> Vote:
    return Vote(decision=Decision(kind=kind, **more), by=BOB, at=NOW)


def voted(approval: Approval, kind: DecisionKind, **more: Any) -> Approval:
    return approval.with_votes(dict.fromkeys(range(len(approval.votes)), vote(kind, **more)))


def everything(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from everything(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from everything(inner)
    elif isinstance(value, str):
        yield value


def buttons(blocks: list[dict[str, Any]]) -> list[str]:
    return [e["action_id"] for b in blocks if b["type"] == "actions" for e in b["elements"]]


def modal_of(approval: Approval, page: int = 0) -> ModalReference:
    ref = CardReference(approval_id=approval.id, row=0, digest=approval.digest)
    return ModalReference(card=ref, channel="C0GENERAL0", message_ts="1.000002", page=page)


@often
@given(anything)
@example({f"k{n}": "v" * 100 for n in range(500)})
@example("x" * 1_000_000)
@example({"question": "q", "text": "<" * 12_000})
@example({"question": "&" * 500, "text": "&" * 12_000})
@example({"title": "&" * 500, "why": "&" * 600, "risk": "low", "options": ["&" * 3000] * 3})
@example({"title": "t", "summary": "&" * 500, "options": [f"{n}" + "&" * 70 for n in range(300)]})
@example({"action_requests": [{"name": "&" * 130, "args": {}, "description": "&" * 500}] * 30})
@example({"action_requests": [{"name": "&" * 60, "args": {"a": "&" * 900}}] * 30, "review_configs": []})
def test_any_payload_makes_a_card_that_slack_takes(value: Json) -> None:
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


def test_short_arguments_are_in_sight_behind_a_long_one() -> None:
    value: Json = {
        "type": "tool_approval",
        "name": "transfer",
        "args": {"memo": "m" * 50_000, "amount": 999_999, "to": "mallory"},
    }
    shown = str(render_card(approval_of(value)).blocks)
    assert "*Amount:* 999999" in shown
    assert "*To:* mallory" in shown
    assert "approval:view" in shown


def test_a_closed_card_says_what_was_answered_to_a_call_with_small_print() -> None:
    call: Json = {
        "name": "transfer",
        "args": {"to": "mallory", "amount": 5},
        "id": "call_1",
        "type": "tool_call",
    }
    approval = approval_of({"question": "May it run?", "tool_call": call})
    drawn = render_card(voted(approval, DecisionKind.RESPOND, message="Ask Ada first."))
    shown = "\n".join(everything(drawn.blocks))
    assert "mallory" in shown
    assert "Ask Ada first." in shown
    assert "shortened" not in shown


def test_a_label_of_the_bot_s_own_stands_without_quotes() -> None:
    approval = approval_of(
        "Which room?", schema={"type": "object", "properties": {"room": {"type": "integer"}}}
    )
    answered = voted(approval, DecisionKind.RESPOND, value={"room": 4})
    shown = "\n".join(everything(render_card(answered).blocks))
    assert "*Answer:* Room: 4" in shown
    assert "“Answer”" not in shown
    result = Outgoing(
        key="k", kind=OutgoingKind.RESULT, team="T1", channel="C1", thread_ts="1.0", body={"values": 7}
    )
    assert "*Result:* 7" in "\n".join(everything(render_message(result)[0].blocks))


def test_an_edited_text_shows_as_what_changed_alone() -> None:
    text = "First line.\nSecond line.\nThird line.\nFourth line.\nFifth line."
    approval = approval_of({"task": "Correct it.", "draft": text, "author": "Ada"})
    edited = text.replace("Fifth", "Last")
    shown = "\n".join(everything(render_card(voted(approval, DecisionKind.EDIT, value=edited)).blocks))
    assert "- ~Fifth~ line.\n+ *Last* line." in shown
    assert "First line." not in shown
    assert "Ada" in shown


def test_only_what_is_allowed_has_a_button() -> None:
    value: Json = {
        "action_requests": [{"name": "a", "args": {"x": 1}}, {"name": "b", "args": {"x": 2}}],
        "review_configs": [
            {"action_name": "a", "allowed_decisions": ["approve", "reject"]},
            {"action_name": "b", "allowed_decisions": ["edit"]},
        ],
    }
    blocks = render_card(approval_of(value)).blocks
    rows = {b["block_id"].split(":")[1]: b for b in blocks if b.get("block_id", "").startswith("row:")}
    assert buttons([rows["0"]]) == ["approval:approve", "approval:reject"]
    assert buttons([rows["1"]]) == ["approval:edit"]
    assert "approval:approve_rest" not in buttons(blocks)


def under_a_rule(value: Json, requester: str | None = BOB.id, name: str = "r") -> Approval:
    approval = approval_of(value)
    rules = (replace(a_rule('decisions = ["approve"]'), name=name),) * len(approval.votes)
    return replace(approval, requester=requester, rules=rules)


def test_a_card_under_a_rule_has_its_own_buttons_last_and_once() -> None:
    one: Json = {"type": "tool_approval", "name": "pay", "args": {"n": 1}}
    two: Json = {"action_requests": [{"name": f"t{n}", "args": {}} for n in range(2)], "review_configs": []}
    for value in (one, two):
        for drawn in (render_card(under_a_rule(value)), render_fallback_card(under_a_rule(value))):
            message_blocks(drawn.blocks)
            found = buttons(drawn.blocks)
            assert found[-3:] == ["approval:claim", "approval:delegate", "approval:cancel"]
            assert (found.count("approval:claim"), found.count("approval:cancel")) == (1, 1)


def test_what_has_no_requester_no_rule_or_no_rejection_has_no_cancel() -> None:
    call: Json = {"type": "tool_approval", "name": "pay", "args": {"n": 1}}
    for approval in (
        under_a_rule(call, requester=None),
        under_a_rule(call, name=NO_RULE),
        under_a_rule("Which one?"),
        replace(approval_of(call), requester=BOB.id),
    ):
        assert "approval:cancel" not in buttons(render_card(approval).blocks)


def test_the_card_says_who_is_looking() -> None:
    call: Json = {"type": "tool_approval", "name": "pay", "args": {"n": 1}}
    held = replace(under_a_rule(call), claim=Claim(by=BOB, at=NOW))
    for drawn in (render_card(held), render_fallback_card(held)):
        assert f":eyes: <@{BOB.id}> is looking" in "\n".join(everything(drawn.blocks))
    assert "approval:claim" not in buttons(render_card(approval_of(call)).blocks)
    assert "approval:claim" not in buttons(render_card(under_a_rule(call, name=NO_RULE)).blocks)


def test_a_cancelled_card_says_by_whom_and_nothing_of_a_rejection() -> None:
    approval = under_a_rule({"action_requests": [{"name": "pay", "args": {}}] * 2, "review_configs": []})
    rejection = replace(vote(DecisionKind.REJECT, message="Cancelled by the requester."), cancelled=True)
    drawn = render_card(approval.cancelled(rejection, None, "Cancelled by Bob."))
    assert buttons(drawn.blocks) == []
    shown = "\n".join(everything(drawn.blocks))
    assert shown.count(f"*Cancelled* by <@{BOB.id}>") == 2
    assert drawn.text.startswith("Cancelled by Bob &lt;!here&gt;:")
    assert "Rejected" not in shown
    assert "Reason" not in shown


def test_a_batch_shows_its_decided_rows_while_others_are_open() -> None:
    value: Json = {"action_requests": [{"name": f"t{n}", "args": {}} for n in range(3)], "review_configs": []}
    approval = approval_of(value)
    assert "approval:approve_rest" in buttons(render_card(approval).blocks)

    partly = approval.with_votes({1: vote(DecisionKind.REJECT, message="no")})
    blocks = render_card(partly).blocks
    open_rows = [b["block_id"] for b in blocks if b.get("block_id", "").startswith("row:")]
    assert open_rows == ["row:0:2", "row:2:2"]
    assert f"*2.* *T1* :no_entry: *Rejected* by <@{BOB.id}>" in str(blocks)

    last = render_card(partly.with_votes({0: vote(DecisionKind.APPROVE)})).blocks
    assert "approval:approve_rest" in buttons(last)


def test_a_batch_too_long_for_a_card_makes_room_as_its_rows_are_decided() -> None:
    value: Json = {
        "action_requests": [{"name": f"t{n}", "args": {}} for n in range(40)],
        "review_configs": [],
    }
    approval = approval_of(value)
    while approval.status is Status.PENDING:
        blocks = render_card(approval).blocks
        message_blocks(blocks)
        first = next(b["block_id"] for b in blocks if b.get("block_id", "").startswith("row:"))
        row = int(first.split(":")[1])
        approval = approval.with_votes({row: vote(DecisionKind.APPROVE)})
    message_blocks(render_card(approval).blocks)


def test_a_refused_answer_is_explained_on_the_card_that_opens_again() -> None:
    approval = voted(approval_of({"question": "Pay?", "amount": 3}), DecisionKind.APPROVE)
    shown = str(render_card(approval.reopened("amount has to be <5>", datetime.now(UTC))).blocks)
    assert "couldn't use the last answer" in shown
    assert "amount has to be &lt;5&gt;" in shown
    assert "approval:approve" in shown


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


def literal(value: object) -> str:
    """All the texts as people read them."""
    return unescape("\n".join(everything(value)))


def test_a_title_with_escapes_is_whole() -> None:
    question = "Is a < b && b < c? " + "x" * 120 + " THE END."
    approval = approval_of({"question": question, "amount": 5})
    whole = details_view(approval, modal_of(approval))

    assert question in literal(render_card(approval).blocks)
    assert question in literal(render_fallback_card(approval).blocks)
    assert question in literal(whole["blocks"])
    message_blocks(render_card(approval).blocks)


def test_rows_whose_tools_have_long_names_can_be_distinguished() -> None:
    names = ["mcp__production_database_server__delete_customer_" + end for end in ("record", "account")]
    approval = approval_of(
        {"action_requests": [{"name": name, "args": {}} for name in names], "review_configs": []}
    )
    half = approval.with_votes({0: vote(DecisionKind.REJECT)})

    for drawn in (
        render_card(approval),
        render_card(half),
        render_card(voted(approval, DecisionKind.REJECT)),
    ):
        assert all(name in literal(drawn.blocks) for name in names)


def test_what_escapes_push_out_of_a_rows_head_is_behind_its_button() -> None:
    words = "<b>careful</b> " * 30 + "THE END"
    actions: Json = [{"name": name, "args": {}, "description": words} for name in ("one", "two")]
    approval = approval_of({"action_requests": actions, "review_configs": []})
    whole = details_view(approval, modal_of(approval))

    views = [block["block_id"] for block in render_card(approval).blocks if "approval:view" in str(block)]
    assert [view.split(":")[1] for view in views] == ["0", "1"]
    assert literal([b for b in whole["blocks"] if "'plain_text'" in str(b)]).count(words) == 2


def test_a_batch_says_why_a_row_was_decided_while_others_are_open() -> None:
    args: Json = {"to": "ann", "amount": 5}
    value: Json = {"action_requests": [{"name": "pay", "args": args}] * 4, "review_configs": []}
    votes = {
        0: vote(DecisionKind.REJECT, message="she is *at* work & <!here>"),
        1: vote(DecisionKind.EDIT, value={"to": "ann", "amount": 7}),
        2: vote(DecisionKind.APPROVE),
    }

    blocks = render_card(approval_of(value).with_votes(votes)).blocks

    message_blocks(blocks)
    assert "`she is *at* work & <!here>`" in literal(blocks)
    assert "*Amount* `5` → `7`" in literal(blocks)


def batch_of(*args: Json) -> Json:
    return {"action_requests": [{"name": f"t{n}", "args": arg} for n, arg in enumerate(args)]}


def rest_button(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    elements = [element for block in blocks for element in block.get("elements", ())]
    (found,) = [each for each in elements if each.get("action_id") == "approval:approve_rest"]
    return dict(found)


def test_approve_all_counts_and_covers_the_rows_that_the_card_shows() -> None:
    approval = approval_of(batch_of(*({"n": n} for n in range(40))))
    blocks = render_card(approval).blocks
    shown = [int(b["block_id"].split(":")[1]) for b in blocks if b.get("block_id", "").startswith("row:")]
    rest = rest_button(blocks)

    assert len(shown) < 40
    assert RowsReference.unpack(rest["value"]).rows == tuple(shown)
    assert rest["text"]["text"] == f"Approve {len(shown)} shown in full"
    assert f"{40 - len(shown)} more (*{len(shown) + 1}* to *40*) are shown here once" in literal(blocks)
    assert "approval:view" in buttons(blocks)


def test_approve_all_leaves_out_a_row_that_is_too_long_to_show_and_names_it() -> None:
    approval = approval_of(batch_of({"n": 1}, {"text": "word " * 9000}, {"n": 3}))
    blocks = render_card(approval).blocks

    assert RowsReference.unpack(rest_button(blocks)["value"]).rows == (0, 2)
    assert rest_button(blocks)["text"]["text"] == "Approve 2 shown in full"
    assert "Too long to show in full: *2*." in literal(blocks)
    assert open_card.rows_for_approve_all(Review(approval)) == (0, 2)


def test_short_rows_are_shown_in_full_beside_long_ones() -> None:
    long = {f"k{n}": "word " * 40 for n in range(6)}
    approval = approval_of(batch_of({"n": 1}, long, {"n": 3}))
    assert RowsReference.unpack(rest_button(render_card(approval).blocks)["value"]).rows == (0, 1, 2)


def test_a_card_that_slack_refused_offers_to_approve_nothing_together() -> None:
    shown = buttons(render_fallback_card(approval_of(batch_of({"n": 1}, {"n": 2}))).blocks)
    assert "approval:approve_rest" not in shown
    assert shown.count("approval:view") == 2


def test_a_half_decided_batch_shows_the_values_that_an_edit_changed() -> None:
    value: Json = {"action_requests": [{"name": "pay", "args": {"to": "ann", "amount": 5}}] * 2}
    changed = {"to": "mallory", "amount": 5}
    half = approval_of(value).with_votes({0: vote(DecisionKind.EDIT, value=changed)})

    assert "*To* `ann` → `mallory`" in literal(render_card(half).blocks)
    assert "*To*\n`ann` → `mallory`" in literal(details_view(half, modal_of(half))["blocks"])


@pytest.mark.parametrize("kind", [DecisionKind.APPROVE, DecisionKind.EDIT])
def test_a_decision_that_was_not_used_is_not_called_approved(kind: DecisionKind) -> None:
    decided = voted(approval_of({"question": "Pay?", "amount": 3}), kind, value={"amount": 4})
    unused = decided.withdrawn("The question changed after this was decided.")
    card = render_card(unused)

    shown = f"{card.text}\n{literal(card.blocks)}\n{literal(details_view(unused, modal_of(unused)))}"
    assert "Approved" not in shown
    assert ":white_check_mark:" not in shown
    assert card.text == "Not used: Pay?"
    assert "*Not used.* The question changed after this was decided." in shown
    assert f"Not used: <@{BOB.id}>, {card_actions.outcome(kind).lower()}" in shown


def test_ids_and_the_digest_are_in_the_details_and_not_on_the_card() -> None:
    approval = approval_of({"question": "Pay?", "amount": 3})
    blocks = render_card(approval).blocks
    texts = literal([b.get("text") for b in blocks])
    details = literal(details_view(approval, modal_of(approval))["blocks"])

    assert approval.digest[:12] not in texts
    assert approval.digest in details
    assert str(approval.id) in details


def test_details_open_at_the_row_whose_button_was_clicked() -> None:
    approval = approval_of(batch_of(*({"text": f"row{n} " * 9000} for n in range(4))))
    ref = CardReference(approval_id=approval.id, row=2, digest=approval.digest)
    page = details.first_page(Review(approval), ref)
    assert page > 0
    assert "*3.* *T2*" in literal(details_view(approval, modal_of(approval, page))["blocks"])


def test_several_actions_are_approved_after_a_second_question_unless_they_can_be_taken_back() -> None:
    approval = approval_of(batch_of({"n": 1}, {"n": 2}))
    question = rest_button(render_card(approval).blocks)["confirm"]
    assert question["text"]["text"].startswith("This approves 2 actions as shown here.")
    assert question["confirm"]["text"] == "Approve all 2"

    undoable = replace(approval, rules=(a_rule("undo = 60"),) * 2)
    assert "confirm" not in rest_button(render_card(undoable).blocks)
    last = approval.with_votes({0: vote(DecisionKind.APPROVE)})
    assert "confirm" not in rest_button(render_card(last).blocks)
