"""Cards of several rows: what they show of each, and which rows one button approves."""

from dataclasses import replace
from typing import Any

from countersign.approvals.decision import DecisionKind
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status
from countersign.flow.review import Review
from countersign.slack.cards import details_view as details
from countersign.slack.cards import open_card
from countersign.slack.cards.values.references import CardReference, RowsReference
from slack_local.block_kit.surfaces import message_blocks
from tests.approvals.policy.policies import a_rule
from tests.slack.rendered_approvals import (
    BOB,
    approval_of,
    buttons,
    details_view,
    literal,
    modal_of,
    render_card,
    render_fallback_card,
    vote,
    voted,
)


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
