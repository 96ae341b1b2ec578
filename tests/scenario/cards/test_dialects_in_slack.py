"""INTERFACE's table of dialects, row by row: what people press, and what the graph is resumed with."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from countersign.testing.cards import ApprovalCard
from tests.support.stage import Stage

ARGS = {"to": "ann", "amount": 12, "urgent": False}
REFUND = {"name": "refund", "args": ARGS, "description": "Money leaves."}
ANY = {"action_name": "refund", "allowed_decisions": ["approve", "edit", "reject", "respond"]}
ONE = {"action_requests": [REFUND], "review_configs": [ANY]}
BATCH = {
    "action_requests": [REFUND, {"name": "log_out", "args": {"user": "eve"}}],
    "review_configs": [ANY, {"action_name": "log_out", "allowed_decisions": ["approve", "reject"]}],
}
PER_CALL = {"type": "tool_approval", "name": "refund", "args": ARGS, "tool_call_id": "call_1"}
INBOX = {
    "action_request": {"action": "refund", "args": ARGS},
    "config": {"allow_accept": True, "allow_edit": True, "allow_respond": True, "allow_ignore": True},
}
CALL = {"question": "May it?", "tool_call": {"name": "refund", "args": ARGS, "id": "call_1"}}
LONG = "Dear all,\nthe lift works again.\nYours"
REVIEW = {"task": "Improve it.", "text": LONG}
WHOLE_SCHEMA = {
    "type": "object",
    "properties": {
        "score": {"type": "integer", "minimum": 1, "maximum": 5},
        "weight": {"type": "number"},
        "remark": {"type": "string"},
        "again": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "note": {"type": ["string", "null"]},
    },
    "required": ["score", "remark"],
}
NEW_ARGS = {"to": "bo", "amount": 99, "urgent": True}
EDITS = {"/to": "bo", "/amount": "99", "/urgent": "true"}

Press = Callable[[ApprovalCard, Stage], Awaitable[object]]


def approve(card: ApprovalCard, stage: Stage) -> Awaitable[object]:
    return card.approve(stage.ws.bob)


def edit(values: Mapping[str, Any]) -> Press:
    return lambda card, stage: card.edit(stage.ws.bob, values)


def reject(reason: str | None = None) -> Press:
    return lambda card, stage: card.reject(stage.ws.bob, reason)


def respond(values: Mapping[str, Any]) -> Press:
    return lambda card, stage: card.submit("approval:respond", stage.ws.bob, values)


def answer(text: str) -> Press:
    return lambda card, stage: card.answer(stage.ws.bob, text)


@dataclass(frozen=True)
class Row:
    value: object
    press: Press
    resumed: object
    schema: object = None


EDITED = {"type": "edit", "edited_action": {"name": "refund", "args": NEW_ARGS}}
TABLE: dict[str, Row] = {
    "batched approve": Row(ONE, approve, {"decisions": [{"type": "approve"}]}),
    "batched edit": Row(ONE, edit(EDITS), {"decisions": [EDITED]}),
    "batched reject": Row(ONE, reject(), {"decisions": [{"type": "reject"}]}),
    "batched reject why": Row(ONE, reject("no"), {"decisions": [{"type": "reject", "message": "no"}]}),
    "batched respond": Row(
        ONE, respond({"/message": "hi"}), {"decisions": [{"type": "respond", "message": "hi"}]}
    ),
    "per call approve": Row(PER_CALL, approve, {"type": "approve"}),
    "per call edit": Row(PER_CALL, edit(EDITS), EDITED),
    "per call edit of one": Row(
        PER_CALL,
        edit({"/amount": "13"}),
        {"type": "edit", "edited_action": {"name": "refund", "args": {**ARGS, "amount": 13}}},
    ),
    "per call edit with a fraction": Row(
        PER_CALL,
        edit({"/amount": "12.5"}),
        {"type": "edit", "edited_action": {"name": "refund", "args": {**ARGS, "amount": 12.5}}},
    ),
    "per call reject": Row(PER_CALL, reject(), {"type": "reject"}),
    "per call reject why": Row(PER_CALL, reject("no"), {"type": "reject", "message": "no"}),
    "inbox accept": Row(INBOX, approve, [{"type": "accept", "args": {"action": "refund", "args": ARGS}}]),
    "inbox edit": Row(INBOX, edit(EDITS), [{"type": "edit", "args": {"action": "refund", "args": NEW_ARGS}}]),
    "inbox ignore": Row(INBOX, reject(), [{"type": "ignore", "args": None}]),
    "inbox response": Row(INBOX, respond({"/message": "hi"}), [{"type": "response", "args": "hi"}]),
    "inbox in a list": Row(
        [INBOX], approve, [{"type": "accept", "args": {"action": "refund", "args": ARGS}}]
    ),
    "tool call continue": Row(CALL, approve, ["continue", None]),
    "tool call update": Row(CALL, edit(EDITS), ["update", NEW_ARGS]),
    "tool call feedback": Row(CALL, respond({"/message": "hi"}), ["feedback", "hi"]),
    "tool call rejected": Row(CALL, reject(), ["feedback", "Rejected by a human reviewer."]),
    "tool call rejected why": Row(CALL, reject("no"), ["feedback", "no"]),
    "schema yes": Row("Sure?", approve, True, {"type": "boolean"}),
    "schema no": Row("Sure?", reject(), False, {"type": "boolean"}),
    "schema form": Row(
        {"question": "How good?"},
        respond({"/score": "4", "/weight": "0.5", "/remark": "a < b", "/again": "false", "/tags": "x\ny"}),
        {"score": 4, "weight": 0.5, "remark": "a < b", "again": False, "tags": ["x", "y"]},
        WHOLE_SCHEMA,
    ),
    "schema form leaves out": Row(
        {"question": "How good?"},
        respond({"/score": "1", "/remark": "bad"}),
        {"score": 1, "remark": "bad"},
        WHOLE_SCHEMA,
    ),
    "schema prefilled": Row(
        {"question": "How good?", "score": 3, "remark": "so so"},
        edit({"/score": "2"}),
        {"score": 2, "remark": "so so"},
        WHOLE_SCHEMA,
    ),
    "schema answered from what is there": Row(
        {"question": "How good?", "score": 3, "remark": "so so"},
        respond({"/score": "2"}),
        {"score": 2, "remark": "so so"},
        WHOLE_SCHEMA,
    ),
    "schema scalar": Row("How many?", respond({"/": "7"}), 7, {"type": "integer"}),
    "review as it is": Row(REVIEW, approve, {"edited_text": LONG}),
    "review edited": Row(REVIEW, edit({"/": "New\ntext"}), {"edited_text": "New\ntext"}),
    "revise as it is": Row({"text_to_revise": LONG}, approve, LONG),
    "revise edited": Row({"text_to_revise": LONG}, edit({"/": "New"}), "New"),
    "assistance": Row({"query": "Which?"}, respond({"/message": "this"}), {"data": "this"}),
    "approve": Row({"question": "Pay?", "amount": 5}, approve, True),
    "or reject": Row({"question": "Pay?", "amount": 5}, reject("no"), False),
    "question": Row("Which?", answer("this"), "this"),
    "question in an object": Row({"question": "Which?"}, answer("line 1\nline 2"), "line 1\nline 2"),
    "anything json": Row(
        {"a": 1}, respond({"/": '{"b": [1, 2.5, null, true, "x"]}'}), {"b": [1, 2.5, None, True, "x"]}
    ),
    "anything a number": Row([1, 2], respond({"/": "7"}), 7),
    "anything text": Row(7, respond({"/": "just words", "/as": "text"}), "just words"),
    "anything null": Row(None, respond({"/": "null"}), None),
}


@pytest.mark.parametrize("case", TABLE)
async def test_what_the_graph_is_resumed_with(stage: Stage, case: str) -> None:
    wanted = TABLE[case]
    card = await stage.card(wanted.value, wanted.schema)

    await wanted.press(card, stage)

    answered = await stage.resumed(card.thread)
    assert answered == wanted.resumed
    assert repr(answered) == repr(wanted.resumed), "equal, but typed otherwise"
    await card.closes()
    assert stage.ws.bob.modal is None


async def test_a_batch_is_answered_in_its_order(stage: Stage) -> None:
    card = await stage.card(BATCH)
    ids = [block["block_id"] for block in card.message.blocks if block["type"] == "actions"]
    second = next(block_id for block_id in ids if block_id.startswith("row:1:"))
    await card.reject(stage.ws.bob, "no", second)
    await card.thread.wait_until(lambda: second not in str(card.message.blocks), what="the row to close")

    await card.click("approval:approve", stage.ws.bob)

    decisions = [{"type": "approve"}, {"type": "reject", "message": "no"}]
    assert await stage.resumed(card.thread) == {"decisions": decisions}


async def test_a_half_decided_batch_shows_what_was_edited(stage: Stage) -> None:
    actions = [{"name": "pay", "args": {"to": to, "amount": 5}} for to in ("ann", "ben")]
    card = await stage.card({"action_requests": actions, "review_configs": []})
    first = next(b["block_id"] for b in card.message.blocks if b["block_id"].startswith("row:0:"))

    await card.edit(stage.ws.bob, {"/to": "mallory"}, first)

    await card.thread.wait_until(lambda: "Edited and approved" in card.text, what="the row to close")
    assert "`ann` → `mallory`" in card.text
    assert card.is_open
