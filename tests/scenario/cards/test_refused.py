"""Who may not decide, and what cannot be decided: nothing changes, and the person alone is told why."""

import copy
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from countersign.testing.cards import ApprovalCard
from slack_local.block_kit.text import full_text
from slack_local.payloads import interactions
from slack_local.people.person import Person
from tests.support.stage import Stage

RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}
ACCEPT_ONLY = {
    "action_request": {"action": "wipe", "args": {"disk": "sda"}},
    "config": {"allow_accept": True, "allow_edit": False, "allow_respond": False, "allow_ignore": False},
}
Payload = dict[str, Any]


async def still_open(stage: Stage, card: ApprovalCard, answer: object = None) -> None:
    """The card waits as before, and takes a decision of bob's."""
    assert card.is_open
    assert [event for event, _ in stage.ledger(card.thread) if event != "refused"] == ["opened"]
    await card.approve(by=stage.ws.bob)
    assert await stage.resumed(card.thread) == (answer or {"type": "approve"})
    assert "by bob" in (await card.closes()).text


async def told_newly(person: Person, known: int) -> str:
    await person.sees_ephemeral(lambda _: len(person.ephemerals) > known)
    return person.ephemerals[-1].text


@pytest.mark.parametrize(("who", "why"), [("gus", "Guests"), ("eve", "other workspaces")])
async def test_a_click_of_somebody_who_may_not_decide(stage: Stage, who: str, why: str) -> None:
    card = await stage.card(RISKY)
    person = stage.ws.people[who]

    for action in ("approval:approve", "approval:reject", "approval:edit"):
        known = len(person.ephemerals)
        assert (await card.click(action, person)).error is None
        assert why in await told_newly(person, known)

    assert person.modal is None
    await still_open(stage, card)


async def test_a_click_of_an_app(stage: Stage) -> None:
    card = await stage.card(RISKY)
    robot = stage.ws.people.get("robot") or stage.ws.add_person("robot", is_bot=True)

    await card.approve(by=robot)

    await still_open(stage, card)


@pytest.mark.parametrize(("who", "why"), [("gus", "Guests"), ("eve", "other workspaces")])
async def test_a_form_that_somebody_else_submits(stage: Stage, who: str, why: str) -> None:
    card = await stage.card(RISKY)
    view = await card.form("approval:reject", stage.ws.bob)
    person = stage.ws.people[who]

    forged = await person.submits_raw(view, interactions.view_submission(stage.ws.slack, person.id, view))

    assert forged.outcome == "updated"
    assert why in full_text(view)
    await stage.ws.bob.closes(view)
    await still_open(stage, card)


async def test_replies_of_those_who_may_not_decide(stage: Stage) -> None:
    card = await stage.card(RISKY)
    known = len(stage.ws.gus.ephemerals)

    await stage.ws.gus.replies(card.thread, "approve")

    assert "Guests" in await told_newly(stage.ws.gus, known)
    await still_open(stage, card)


async def test_a_click_on_a_card_that_is_closed(stage: Stage) -> None:
    card = await stage.card(RISKY)
    late = stage.ws.alice.click_payload(card.message, "approval:approve")
    form = stage.ws.alice.click_payload(card.message, "approval:edit")
    await card.approve(by=stage.ws.bob)
    await stage.resumed(card.thread)
    await card.closes()
    closed = card.text

    for payload in (late, form):
        known = len(stage.ws.alice.ephemerals)
        await stage.ws.alice.clicks_raw(payload)
        assert "approved by bob already" in await told_newly(stage.ws.alice, known)

    assert stage.ws.alice.modal is None
    assert card.text == closed
    assert len(stage.noted(card.thread)) == 1


async def test_a_form_that_comes_after_somebody_else_decided(stage: Stage) -> None:
    card = await stage.card(RISKY)
    view = await card.form("approval:edit", stage.ws.alice)
    await card.approve(by=stage.ws.bob)
    await stage.resumed(card.thread)

    late = await stage.ws.alice.submits(view, {"/disk": "sdb"})

    assert late.outcome == "updated"
    assert "approved by bob already" in full_text(view)
    assert [block["type"] for block in view.definition["blocks"]] == ["section"]
    await stage.ws.alice.closes(view)
    assert len(stage.noted(card.thread)) == 1


FORGERIES: dict[str, Callable[[str], object]] = {
    "truncated": lambda value: value[:-10],
    "another_digest": lambda value: value[:-1] + ("0" if value[-1] != "0" else "1"),
    "no_digest": lambda value: ".".join([*value.split(".")[:2], ""]),
    "unknown_approval": lambda value: ".".join([str(uuid4()), *value.split(".")[1:]]),
    "upper_case": str.upper,
    "another_row": lambda value: value.replace(".0.", ".7."),
    "negative_row": lambda value: value.replace(".0.", ".-1."),
    "huge_row": lambda value: value.replace(".0.", f".{'9' * 1000}."),
    "empty": lambda value: "",
    "missing": lambda value: None,
    "a_number": lambda value: 7,
    "sql": lambda value: "'; DROP TABLE countersign.approvals; --",
    "nul": lambda value: "\x00" + value,
}


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_button_value_that_we_did_not_write(stage: Stage, forgery: str) -> None:
    card = await stage.card(RISKY)
    for action in ("approval:approve", "approval:reject", "approval:view"):
        payload = stage.ws.bob.click_payload(card.message, "approval:approve")
        payload["actions"][0] |= {
            "action_id": action,
            "value": FORGERIES[forgery](payload["actions"][0]["value"]),
        }
        if payload["actions"][0]["value"] is None:
            del payload["actions"][0]["value"]
        known = len(stage.ws.bob.ephemerals)

        assert (await stage.ws.bob.clicks_raw(payload)).error is None

        # Whoever only reads may read an old version of the question.
        if action == "approval:view" and stage.ws.bob.modal is not None:
            await stage.ws.bob.closes(stage.ws.bob.modal)
        elif action != "approval:view":
            assert await told_newly(stage.ws.bob, known)
    await still_open(stage, card)


async def test_a_value_of_another_card(stage: Stage) -> None:
    one, other = await stage.card(RISKY), await stage.card({**RISKY, "args": {"disk": "sdz"}})
    mixed = stage.ws.bob.click_payload(one.message, "approval:approve")
    mixed["actions"][0]["value"] = stage.ws.bob.click_payload(other.message, "approval:approve")["actions"][
        0
    ]["value"]
    known = len(stage.ws.bob.ephemerals)

    await stage.ws.bob.clicks_raw(mixed)

    assert "outdated" in await told_newly(stage.ws.bob, known)
    assert stage.noted(other.thread) == []
    await still_open(stage, one)
    await still_open(stage, other)


async def test_a_value_that_is_used_in_another_channel(stage: Stage) -> None:
    card = await stage.card(RISKY)
    elsewhere = await (await stage.ws.carol.dms('ask: {"ask": "Shall I?"}')).card()
    payload = stage.ws.carol.click_payload(elsewhere.message, "approval:answer")
    payload["actions"][0] |= {
        "action_id": "approval:approve",
        "value": stage.ws.bob.click_payload(card.message, "approval:approve")["actions"][0]["value"],
    }
    payload["message"]["blocks"] = copy.deepcopy(card.message.blocks)
    known = len(stage.ws.carol.ephemerals)

    await stage.ws.carol.clicks_raw(payload)

    assert "This card has no approval here." in await told_newly(stage.ws.carol, known)
    await still_open(stage, card)


async def test_a_form_whose_metadata_was_changed(stage: Stage) -> None:
    card = await stage.card(RISKY)
    view = await card.form("approval:reject", stage.ws.bob)
    payload = interactions.view_submission(stage.ws.slack, stage.ws.bob.id, view)

    for changed in ("", "nonsense", payload["view"]["private_metadata"][:-4], "x" * 3000):
        forged = copy.deepcopy(payload)
        forged["view"]["private_metadata"] = changed
        assert (await stage.ws.bob.submits_raw(view, forged)).outcome == "updated"

    await stage.ws.bob.closes(view)
    await still_open(stage, card)


async def test_a_decision_that_is_not_allowed(stage: Stage) -> None:
    card = await stage.card(ACCEPT_ONLY)
    assert card.actions == ["approval:approve", "approval:cancel_run"]
    answer = [{"type": "accept", "args": ACCEPT_ONLY["action_request"]}]

    for kind in ("edit", "reject", "respond", "answer", "approve_rest_not", "view_not"):
        payload = stage.ws.bob.click_payload(card.message, "approval:approve")
        payload["actions"][0]["action_id"] = f"approval:{kind}"
        known = len(stage.ws.bob.ephemerals)
        await stage.ws.bob.clicks_raw(payload)
        if kind in {"edit", "reject", "respond", "answer"}:
            assert "not possible here" in await told_newly(stage.ws.bob, known)

    assert stage.ws.bob.modal is None
    await still_open(stage, card, answer)


async def test_a_form_for_a_decision_that_is_not_allowed(stage: Stage) -> None:
    card = await stage.card(ACCEPT_ONLY)
    other = await stage.card(RISKY)
    view = await other.form("approval:edit", stage.ws.bob, limit=5)
    payload = interactions.view_submission(stage.ws.slack, stage.ws.bob.id, view)
    value = stage.ws.bob.click_payload(card.message, "approval:approve")["actions"][0]["value"]
    payload["view"]["private_metadata"] = f"{value}/{card.message.channel}/{card.ts}/0"

    forged = await stage.ws.bob.submits_raw(view, payload)

    assert forged.outcome in {"updated", "errors"}
    assert "not possible here" in full_text(view) + str(forged.errors)
    await stage.ws.bob.closes(view)
    await still_open(stage, card, [{"type": "accept", "args": ACCEPT_ONLY["action_request"]}])
    await still_open(stage, other)
