"""Options, and answers that a card does not offer: what people press and type, and what the graph gets."""

from typing import Any

import pytest

from countersign.testing.cards import ApprovalCard
from slack_local.block_kit.input_state import all_blocks
from tests.support.stage import Stage

WHERE = {"question": "Where to?", "options": ["staging", "prod"]}
SHIP = {
    "title": "Ship how?",
    "choices": [
        {"label": "Now", "value": 1},
        {"title": "Later", "id": False},
        {"name": "Never", "key": None},
    ],
}
OTHER = "approval:other"


def menu(card: ApprovalCard) -> dict[str, Any]:
    elements = [each for block in all_blocks(card.message) for each in block.get("elements", ())]
    (found,) = [each for each in elements if each.get("action_id") == "approval:options"]
    return dict(found)


@pytest.mark.parametrize(
    ("value", "position", "answer"),
    [(WHERE, 0, "staging"), (WHERE, 1, "prod"), (SHIP, 0, 1), (SHIP, 1, False), (SHIP, 2, None)],
)
async def test_an_option_is_a_button_that_answers_with_the_option(
    stage: Stage, value: object, position: int, answer: object
) -> None:
    card = await stage.card(value)
    assert "approval:approve" not in card.actions

    await card.click(f"approval:option:{position}", stage.ws.bob)

    resumed = await stage.resumed(card.thread)
    assert repr(resumed) == repr(answer)
    await card.closes()
    assert "Answered" in card.text


async def test_options_that_sound_like_a_yes_and_a_no_are_answered_as_they_are(stage: Stage) -> None:
    value = {"question": "Send it?", "options": ["approve", "reject"]}
    clicked, replied = await stage.card(value), await stage.card(value)

    await clicked.click("approval:option:1", stage.ws.bob)
    assert await stage.resumed(clicked.thread) == "reject"

    await stage.ws.bob.replies(replied.thread, "yes please")
    await replied.thread.wait_for("waits for a decision")
    await stage.ws.bob.replies(replied.thread, "approve")
    assert await stage.resumed(replied.thread) == "approve"


@pytest.mark.parametrize("count", [6, 200])
async def test_more_than_five_options_are_a_menu(stage: Stage, count: int) -> None:
    card = await stage.card({"question": "Which city?", "options": [f"city {at}" for at in range(count)]})
    assert not [action for action in card.actions if action.startswith("approval:option:")]
    found = menu(card)
    groups = found.get("option_groups", [{"options": found.get("options")}])
    assert sum(len(group["options"]) for group in groups) == count

    await stage.ws.bob.clicks(card.message, "approval:options", value=str(count - 1))

    assert await stage.resumed(card.thread) == f"city {count - 1}"
    await card.closes()


async def test_options_that_are_too_many_for_a_menu_are_typed(stage: Stage) -> None:
    card = await stage.card({"question": "Which city?", "options": [f"city {at}" for at in range(301)]})

    wrong = await card.submit("approval:respond", stage.ws.bob, {"/": "city 301"})
    assert "Choose one of" in wrong.errors["/"]
    assert stage.ws.bob.modal is not None
    await stage.ws.bob.submits(stage.ws.bob.modal, {"/": "city 300"})

    assert await stage.resumed(card.thread) == "city 300"


@pytest.mark.parametrize(
    "options",
    [
        ["a" * 3000, "a" * 2999 + "b"],
        ["a", "a", 1, True, None, ["nested"], {"x": 1}, "", "   "],
        ["<!channel>", "\u202egpj.exe", "*bold*", "a\nb", "<@U1>"],
        [{"label": "x" * 500, "value": {"deep": [1, {"a": None}]}}],
        [],
    ],
    ids=["long", "mixed", "hostile", "object", "none"],
)
async def test_unusual_options_make_a_card_that_slack_takes(stage: Stage, options: list[Any]) -> None:
    card = await stage.card({"question": "Which?", "options": options})
    assert OTHER in card.actions

    await card.answer_another_way(stage.ws.bob, "done")

    assert await stage.resumed(card.thread) == "done"


async def test_the_answer_of_a_long_option_is_all_of_it(stage: Stage) -> None:
    card = await stage.card({"question": "Which?", "options": ["a" * 3000, "a" * 2999 + "b"]})

    await card.click("approval:option:1", stage.ws.bob)

    assert await stage.resumed(card.thread) == "a" * 2999 + "b"


@pytest.mark.parametrize(
    ("typed", "kind", "answer"),
    [
        ("no", "text", "no"),
        ("4", "text", "4"),
        ("4", "number", 4),
        ("-2.5", "number", -2.5),
        ("no", "yes_no", False),
        ("Yes", "yes_no", True),
        ("null", "json", None),
        ('{"a": [1, 2.5, null, true, "x"]}', "json", {"a": [1, 2.5, None, True, "x"]}),
        ("{\u201ca\u201d:\u00a0\u201cb\u00a0c\u201d}", "json", {"a": "b\u00a0c"}),
        ('{"said": "\u201chi\u201d"}', "json", {"said": "\u201chi\u201d"}),
    ],
)
async def test_any_json_can_be_given_another_way(stage: Stage, typed: str, kind: str, answer: object) -> None:
    card = await stage.card({"question": "Pay this?", "amount": 5})

    await card.answer_another_way(stage.ws.bob, typed, kind)

    assert repr(await stage.resumed(card.thread)) == repr(answer)
    await card.closes()


@pytest.mark.parametrize(
    ("typed", "kind", "error"),
    [
        ('{"a": 1', "json", "not valid JSON"),
        ("{\u201ca\u201d: }", "json", "not valid JSON"),
        ("maybe", "yes_no", "yes or no"),
        ("four", "number", "a number"),
    ],
)
async def test_what_is_not_of_its_kind_is_an_error_at_the_field(
    stage: Stage, typed: str, kind: str, error: str
) -> None:
    card = await stage.card("Which?")

    result = await card.answer_another_way(stage.ws.bob, typed, kind)

    assert error in result.errors["/"]
    assert card.is_open


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ({"type": "tool_approval", "name": "x", "args": {}}, None),
        ({"action_requests": [{"name": "x", "args": {}}]}, None),
        ({"action_request": {"action": "x", "args": {}}, "config": {"allow_accept": True}}, None),
        ("Sure?", {"type": "boolean"}),
        ("How many?", {"type": "integer"}),
    ],
)
async def test_a_dialect_that_says_what_it_takes_takes_nothing_else(
    stage: Stage, value: object, schema: object
) -> None:
    assert OTHER not in (await stage.card(value, schema)).actions


async def test_a_question_for_a_yes_or_a_no_is_not_answered_by_talk(stage: Stage) -> None:
    card = await stage.card("Do you approve this action?")
    assert {"approval:approve", "approval:reject"} <= set(card.actions)

    await stage.ws.bob.replies(card.thread, "no")
    await card.thread.wait_for("waits for a decision")
    await stage.ws.bob.replies(card.thread, "I would wait a day")
    assert card.is_open
    await card.reject(stage.ws.bob)

    assert await stage.resumed(card.thread) is False


async def test_a_text_that_says_no_is_not_taken_for_a_yes(stage: Stage) -> None:
    card = await stage.card("Soll ich?")

    await stage.ws.bob.replies(card.thread, "no")
    await card.thread.wait_for("Answer another way")
    refused = await card.answer(stage.ws.bob, "No.")
    assert "Answer another way" in refused.errors["/"]
    assert stage.ws.bob.modal is not None
    await stage.ws.bob.submits(stage.ws.bob.modal, {"/": "morgen"})

    assert await stage.resumed(card.thread) == "morgen"


async def test_a_request_that_describes_itself_is_laid_out(stage: Stage) -> None:
    value = {
        "title": "Pay the invoice",
        "summary": "From Acme, due today",
        "risk": "high",
        "why": "The supplier stops delivering",
        "details": {"amount": 12.5},
        "ticket": "T-1",
    }
    card = await stage.card(value)

    for text in (
        "Pay the invoice",
        "From Acme",
        ":red_circle: *High risk*",
        "*The agent says:* The supplier",
    ):
        assert text in card.text
    for text in ("*Amount:* 12.50", "*Ticket:* T-1"):
        assert text in card.text
    await card.approve(stage.ws.bob)
    assert await stage.resumed(card.thread) is True
