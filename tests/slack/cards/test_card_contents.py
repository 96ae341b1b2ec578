"""What a card shows of its approval, and which buttons it has."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from countersign.approvals.assignment.claim import Claim
from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.policy.rule import NO_RULE
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.i18n import reader_language, workspace_language
from countersign.slack.cards.buttons import card_actions
from countersign.slack.messages import render_message
from slack_local.block_kit.surfaces import message_blocks
from tests.slack.rendered_approvals import (
    BOB,
    NOW,
    approval_of,
    buttons,
    details_view,
    everything,
    literal,
    modal_of,
    render_card,
    render_fallback_card,
    under_a_rule,
    vote,
    voted,
)


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


def test_details_that_nothing_is_beside_stands_among_the_decisions() -> None:
    """Alone on its line it would look like what is decided next."""
    value: Json = {"type": "tool_approval", "name": "mail", "args": {"body": "word " * 5000}}
    shown = buttons(render_card(approval_of(value)).blocks)
    assert (shown[0], shown[-2:]) == ("approval:approve", ["approval:view", "approval:reject"])


def test_what_heads_the_details_is_in_the_readers_language() -> None:
    schema: Json = {"type": "object", "properties": {"room": {"type": "integer"}}}
    approval = approval_of("Which room?", schema=schema)
    with reader_language("ko"):
        shown = literal(details_view(approval, modal_of(approval))["blocks"])
    for heading in ("*요청 데이터(JSON):*", "*답변 스키마(JSON):*", "승인 ID `", "다이제스트(SHA-256) `"):
        assert heading in shown


@pytest.mark.parametrize(
    ("value", "labels"),
    [
        ([1, "two"], ["*값:*"]),
        (
            {"countersign_breakpoint": [{"before": ["pay"], "state": 5, "inputs": [7]}]},
            ["*상태:*", "*입력:*"],
        ),
    ],
)
def test_the_bots_own_labels_are_in_the_language_of_the_card(value: Json, labels: list[str]) -> None:
    with workspace_language("ko"):
        shown = literal(render_card(approval_of(value)).blocks)
    for label in labels:
        assert label in shown


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


def test_a_refused_answer_is_explained_on_the_card_that_opens_again() -> None:
    approval = voted(approval_of({"question": "Pay?", "amount": 3}), DecisionKind.APPROVE)
    shown = str(render_card(approval.reopened("amount has to be <5>", datetime.now(UTC))).blocks)
    assert "couldn't use the last answer" in shown
    assert "amount has to be &lt;5&gt;" in shown
    assert "approval:approve" in shown


def test_a_title_with_escapes_is_whole() -> None:
    question = "Is a < b && b < c? " + "x" * 120 + " THE END."
    approval = approval_of({"question": question, "amount": 5})
    whole = details_view(approval, modal_of(approval))

    assert question in literal(render_card(approval).blocks)
    assert question in literal(render_fallback_card(approval).blocks)
    assert question in literal(whole["blocks"])
    message_blocks(render_card(approval).blocks)


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
