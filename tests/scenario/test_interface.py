"""What INTERFACE names beside the dialects: ids, forms, config, escaping, and payloads of any size."""

import re
from typing import Any

import pytest

from countersign.testing.cards import approval_card
from slack_local.block_kit.text import full_text
from slack_local.model.records import View
from slack_local.people.person import Person
from tests.support.stage import Stage

RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}


def callback(view: View) -> str:
    return str(view.definition["callback_id"])


def inputs(view: View) -> dict[str, dict[str, Any]]:
    """The elements of a form by their block's id."""
    blocks = view.definition["blocks"]
    return {block["block_id"]: block["element"] for block in blocks if block["type"] == "input"}


@pytest.mark.parametrize(
    ("value", "action", "block_ids"),
    [
        (RISKY, "approval:reject", ["/message"]),
        ({**RISKY, "args": {"disk": "sda", "a/b": {"~c": 1}}}, "approval:edit", ["/disk", "/a~1b/~0c"]),
        ("Which?", "approval:answer", ["/"]),
        ({"a": 1}, "approval:respond", ["/", "/as"]),
        ({"query": "Which?"}, "approval:respond", ["/message"]),
        ({"text_to_revise": "a\nb"}, "approval:edit", ["/"]),
        (
            {"question": "May it?", "tool_call": {"name": "x", "args": {"y": "z"}}},
            "approval:respond",
            ["/message"],
        ),
        ({"question": "Pay?", "amount": 1}, "approval:reject", ["/message"]),
    ],
)
async def test_a_form_is_called_as_its_button_and_its_inputs_as_their_values(
    stage: Stage, value: object, action: str, block_ids: list[str]
) -> None:
    card = await stage.card(value)

    view = await card.form(action, stage.ws.bob)

    assert callback(view) == action
    assert list(inputs(view)) == block_ids
    assert {element["action_id"] for element in inputs(view).values()} == {"value"}
    await stage.ws.bob.closes(view)


async def test_a_graph_sees_where_it_is(stage: Stage) -> None:
    thread = await stage.ws.carol.mentions("ask: where am I?", channel="#ops")
    await thread.wait_for("Heard: where am I?")

    (noted,) = stage.noted(thread)

    team, channel = stage.ws.slack.team, stage.ws.channel_id("ops")
    assert noted["configurable"] == {
        "thread_id": f"{team}/{channel}/{thread.ts}",
        "slack_team_id": team,
        "slack_channel_id": channel,
        "slack_thread_ts": thread.ts,
        "slack_user_id": stage.ws.carol.id,
    }


async def test_a_mention_inside_a_thread_of_others_opens_it(stage: Stage) -> None:
    talk = await stage.ws.carol.says("#general", "just talking")
    await stage.ws.bob.replies(talk, "so are we")
    assert talk.from_bot() == []

    await stage.ws.carol.mentions("ask: now you", thread_ts=talk.ts)

    await talk.wait_for("Heard: now you")
    assert stage.noted(talk)[0]["configurable"]["slack_thread_ts"] == talk.ts


async def test_what_people_and_graphs_write_stays_inert(stage: Stage) -> None:
    evil = "<!channel> <@U0BOB00001> <https://evil.example|click> & `code` *bold*"
    value = {"type": "tool_approval", "name": "wipe", "args": {evil: evil, "nested": {evil: [evil]}}}
    card = await stage.card(value)
    harmful = re.compile(r"<!channel|<@U0BOB00001>|<https://evil")
    drawn = [card.text]
    view = await card.form("approval:edit", stage.ws.bob)
    drawn.append(full_text(view))
    await stage.ws.bob.submits(
        view, {"/nested/" + evil.replace("~", "~0").replace("/", "~1"): f"{evil}\n{evil}!"}
    )

    answered = await stage.resumed(card.thread)

    await card.closes()
    drawn.append(card.text.replace(f"<@{stage.ws.bob.id}> ·", ""))
    assert answered["edited_action"]["args"] == {evil: evil, "nested": {evil: [evil, f"{evil}!"]}}
    for text in drawn:
        assert not harmful.search(text), text
    posts = stage.ws.log.calls("chat.postMessage")
    assert all(call.arguments["unfurl_links"] is False for call in posts)
    assert all(call.arguments["unfurl_media"] is False for call in posts)


async def test_what_a_graph_says_stays_inert(stage: Stage) -> None:
    thread = await stage.ws.carol.mentions("ask: <!channel> look at this")

    said = await thread.wait_for("Heard: ")

    assert "<!channel>" not in full_text(said)
    assert "&lt;!channel&gt; look at this" in full_text(said)


async def pages(stage: Stage, person: Person, view: View) -> list[str]:
    """All that a view of pages says, page by page, in order."""
    found = [full_text(view)]
    while forward := _forward(view):
        await person.clicks(view, forward)
        await stage.ws.slack.changes.wait_for(
            ("screen", person.id),
            lambda: full_text(view) != found[-1],
            limit=10,
            what=f"page {len(found) + 1}",
        )
        found.append(full_text(view))
    return found


def _forward(view: View) -> str | None:
    """The action id of the button to the next page."""
    for block in view.definition["blocks"]:
        for element in block.get("elements", ()):
            if element["type"] == "button" and element["text"]["text"].endswith("›"):
                return str(element["action_id"])
    return None


async def test_a_megabyte_is_readable_in_full_before_anybody_answers(stage: Stage) -> None:
    thread = await stage.asks({"built": "megabyte"})
    card = await approval_card(thread, limit=20)
    assert "approval:view" in card.actions
    view = await card.form("approval:view", stage.ws.bob)

    text = "".join(await pages(stage, stage.ws.bob, view))

    assert text.count("a" * 1000) >= 1
    letters = re.sub(r"[^az]", "", re.sub(r"```|\n", "", text))
    assert letters.count("a") >= 500_000
    assert letters.count("z") >= 500_000
    assert "MIDDLE" in text.replace("\n", "").replace("```", "")
    await stage.ws.bob.closes(view)
    await stage.ws.bob.replies(thread, "read it all")
    assert await stage.resumed(thread) == {"data": "read it all"}


async def test_a_payload_that_fits_its_card_has_nothing_more_to_view(stage: Stage) -> None:
    card = await stage.card(RISKY)

    assert "approval:view" not in card.actions
    assert "sda" in card.text


async def test_sixty_fields_are_one_form(stage: Stage) -> None:
    names = [f"field_{n}" for n in range(60)]
    schema = {"type": "object", "properties": {n: {"type": "integer"} for n in names}, "required": names}
    thread = await stage.asks({"ask": {"question": "All of them?"}, "schema": schema})
    card = await approval_card(thread)
    view = await card.form("approval:respond", stage.ws.bob)
    assert list(inputs(view)) == [f"/{name}" for name in names]

    await stage.ws.bob.submits(view, {f"/{name}": str(at) for at, name in enumerate(names)})

    assert await stage.resumed(thread) == {name: at for at, name in enumerate(names)}


async def test_errors_appear_at_their_field_and_what_was_typed_stays(stage: Stage) -> None:
    schema = {
        "type": "object",
        "properties": {
            "code": {"type": "string", "pattern": "^[A-Z]{3}$"},
            "even": {"type": "integer", "multipleOf": 2},
            "note": {"type": "string"},
        },
        "required": ["code", "even"],
    }
    card = await stage.card({"question": "Which?"}, schema)
    view = await card.form("approval:respond", stage.ws.bob)

    refused = await stage.ws.bob.submits(view, {"/code": "abc", "/even": "3", "/note": "kept"})

    assert refused.outcome == "errors"
    assert set(refused.errors) == {"/code", "/even"}
    assert view.values["/note"]["value"]["value"] == "kept"
    await stage.ws.bob.submits(view, {"/code": "ABC", "/even": "4"})
    assert await stage.resumed(card.thread) == {"code": "ABC", "even": 4, "note": "kept"}


async def test_a_graph_without_messages_starts_with_a_form_and_ends_with_fields(stage: Stage) -> None:
    thread = await stage.ws.carol.mentions("filled: please")
    await (await thread.card()).click("start:open", stage.ws.carol)
    form = await stage.ws.carol.modal_opens(title="Start")
    kinds = {place: element["type"] for place, element in inputs(form).items()}
    assert kinds["/due"] == "datepicker"
    assert kinds["/count"] == "number_input"
    values = {
        "/customer": "Ann & <Bo>",
        "/count": "3",
        "/price": "2.5",
        "/express": "true",
        "/size": "large",
        "/due": "2026-12-24",
        "/tags": "one\ntwo",
    }
    blank = await stage.ws.carol.submits(form, {**values, "/customer": "A", "/count": "99"})
    assert set(blank.errors) == {"/customer", "/count"} or set(blank.errors) == {"/count"}

    taken = await stage.ws.carol.submits(form, values)

    assert taken.outcome == "closed"
    result = full_text(await thread.wait_for(lambda m: "*Result*" in full_text(m)))
    for words in ("Ann &amp; &lt;Bo&gt;", "large", "2026-12-24", "one", "two", "7.5"):
        assert words in result
    assert "started by" in full_text(thread.from_bot()[0])
    assert thread.cards() == []


async def test_an_edit_shows_what_changed_field_by_field_and_line_by_line(either: Stage) -> None:
    value = {
        "type": "tool_approval",
        "name": "send",
        "args": {"to": "ann", "copies": 2, "body": "one\ntwo\nthree\nfour", "left": "alone"},
    }
    card = await either.card(value)

    await card.edit(either.ws.bob, {"/to": "bo", "/body": "one\n2\nthree\nfour"})

    await either.resumed(card.thread)
    await card.closes()
    assert "`ann` → `bo`" in card.text
    assert "- two\n+ 2" in card.text
    assert "  one" in card.text
    assert "Copies" in card.text
    assert "`2` → " not in card.text
