"""What an approver reads on a card, in which order, and what is left of it once it is decided."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest
import pytest_asyncio

from slack_local.block_kit.input_state import interactive_elements
from slack_local.block_kit.text import full_text
from slack_local.fault_injection import ApiFault
from tests.scenario.policy.governing import open_governed
from tests.support.place import Place
from tests.support.stage import Stage

POLICY = """
[[rule]]
name = "refunds"
action = "send_refund"
approvers = [{group = "@treasury"}]
summary = "Refund {amount} to {customer}"
expire_after = "2h"
"""
LETTER = "Dear Ms Diaz,\n\nyour refund is on its way."
REFUND = {
    "type": "tool_approval",
    "tool_call_id": "call_f655f0d2",
    "name": "send_refund",
    "args": {
        "customer": "Dana Diaz",
        "amount": 129.9,
        "is_urgent": True,
        "reviewed_by": ["ada", "grace"],
        "letter": LETTER,
        "sql": "UPDATE orders\n  SET refunded = true;",
    },
    "risk": "high",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(place: Place) -> AsyncIterator[Stage]:
    async with open_governed(place, POLICY) as stage:
        yield stage


def texts(blocks: Sequence[Any]) -> Iterator[str]:
    """What a section or a line of small print says, in the order of the blocks."""
    for block in blocks:
        if block["type"] == "container":
            yield block["title"]["text"]
            yield from texts(block["child_blocks"])
        elif block["type"] in ("section", "header"):
            yield block["text"]["text"]
        elif block["type"] == "context":
            yield from (element["text"] for element in block["elements"])


def buttons(blocks: Sequence[Any]) -> list[tuple[str, str | None]]:
    """Their labels and colours, in order."""
    return [
        (each["text"]["text"], each.get("style"))
        for _, each in interactive_elements(list(blocks))
        if each["type"] == "button"
    ]


async def test_a_card_says_what_who_and_by_when_and_is_its_record_afterwards(desk: Stage) -> None:
    card = await desk.card(REFUND)
    shown = list(texts(card.message.blocks))

    assert shown[0] == "Refund 129.90 to Dana Diaz"
    assert shown[1].startswith(f"Requested by <@{desk.ws.carol.id}> ")
    assert "ask agent" in shown[1]
    assert "*High risk*" in shown[1]
    values = "\n".join(shown[2:])
    for line in ("*Customer:* Dana Diaz", "*Amount:* 129.90", "*Is urgent:* Yes"):
        assert line in values.split("\n")
    assert "*Reviewed by:*\n• ada\n• grace" in values
    assert "*Letter:*\n>Dear Ms Diaz,\n>\n>your refund is on its way." in values
    assert "*SQL:*\n```\nUPDATE orders\n  SET refunded = true;\n```" in values
    assert "Rejected if nobody answers by <!date^" in values
    assert "call_f655f0d2" not in str(shown), "ids are behind Details"
    colours = buttons(card.message.blocks)
    decisions = [each for each in colours if each[0] in ("Approve", "Edit", "Respond", "Reject")]
    assert decisions == [("Approve", "primary"), ("Edit", None), ("Respond", None), ("Reject", "danger")]
    assert {style for label, style in colours if label not in ("Approve", "Reject", "Cancel request")} == {
        None
    }

    view = await card.form("approval:view", by=desk.ws.bob)
    assert "call_f655f0d2" in str(view.definition)
    await desk.ws.bob.closes(view)
    await card.reject(by=desk.ws.bob, reason="Not without a photo.")

    record = await card.closes()
    assert buttons(record.blocks) == []
    said = list(texts(record.blocks))
    assert said[0] == "*Refund 129.90 to Dana Diaz*"
    assert f"*Rejected* by <@{desk.ws.bob.id}>" in said[1]
    assert "Not without a photo." in said[2]
    (fold,) = [block for block in record.blocks if block["type"] == "container"]
    assert (fold["title"]["text"], fold["default_collapsed"]) == ("What was asked", True)
    assert "Dana Diaz" in full_text(card.message)
    for said_afterwards in ("Not without a photo.", "Resumed."):
        await card.thread.wait_for(said_afterwards)


async def test_a_workspace_that_refuses_the_newest_blocks_gets_classic_ones(desk: Stage) -> None:
    """The last test with this bot, which sends classic blocks from here on."""
    desk.ws.faults.on_call("chat.postMessage", ApiFault.ERROR, error="invalid_blocks")

    card = await desk.card(REFUND)

    assert card.message.blocks[0]["type"] == "header"
    assert "*Amount:* 129.90" in card.text
    await card.approve(by=desk.ws.bob)
    await desk.resumed(card.thread)
    record = await card.closes()
    assert "container" not in {block["type"] for block in [*card.message.blocks, *record.blocks]}


@pytest.mark.parametrize(
    ("action", "title", "submit"),
    [
        ("approval:edit", "Edit", "Approve with edits"),
        ("approval:respond", "Respond", "Send response"),
        ("approval:reject", "Reject", "Reject"),
    ],
)
async def test_each_form_is_called_as_its_button(either: Stage, action: str, title: str, submit: str) -> None:
    card = await either.card({**REFUND, "name": "refund"})

    view = await card.form(action, by=either.ws.bob)

    pressed = next(
        each for _, each in interactive_elements(card.message.blocks) if each["action_id"] == action
    )
    definition = view.definition
    assert pressed["text"]["text"] == definition["title"]["text"] == title
    assert (definition["submit"]["text"], definition["close"]["text"]) == (submit, "Cancel")
    await either.ws.bob.closes(view)
    await card.approve(by=either.ws.bob)
    await either.resumed(card.thread)
