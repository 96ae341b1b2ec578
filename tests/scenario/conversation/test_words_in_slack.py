"""What people and graphs say to each other, over the wire: names, links, files, images, and always an end."""

import base64
import json
from typing import Any

from countersign.testing.cards import approval_card
from slack_local.block_kit.text import full_text
from slack_local.model.records import Message
from slack_local.operations import messages
from slack_local.people.threads import Thread
from tests.support.stage import Stage

PNG = b"\x89PNG\r\n\x1a\n and so on"
RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}


async def saying(stage: Stage, **wish: Any) -> Thread:
    return await stage.ws.carol.mentions(f"say: {json.dumps(wish)}")


def write_raw(stage: Stage, text: str, thread_ts: str | None = None) -> Thread:
    """A message of carol's as Slack's composer sends it, markup and all."""
    slack = stage.ws.slack
    message = Message(
        channel=stage.ws.channel_id("#general"),
        ts=slack.clock.ts(),
        user=stage.ws.carol.id,
        team=slack.team,
        text=text,
        thread_ts=thread_ts,
    )
    messages.post(slack, stage.ws.delivery, message)
    return Thread(slack, message.channel, thread_ts or message.ts)


async def heard(stage: Stage, thread: Thread) -> str:
    await thread.wait_for("Heard.")
    return str(stage.noted(thread)[-1]["heard"])


async def test_people_channels_and_groups_reach_the_graph_by_name(stage: Stage) -> None:
    bot, group = stage.ws.slack.app.bot_user, "S0FINANCE1"
    channel, bob = stage.ws.channel_id("#ops"), stage.ws.bob.id

    thread = write_raw(
        stage,
        f"<@{bot}> say: tell <@{bob}>, <@{stage.ws.alice.id}|alice> &amp; <!subteam^{group}> "
        f"in <#{channel}>, "
        "<!here>, by <!date^1767322800^{date}|2 January>: <https://evil.example|https://bank.example>",
    )

    assert await heard(stage, thread) == (
        f"tell @Bob Berger ({bob}), @Alice Arden ({stage.ws.alice.id}) & @finance ({group}) "
        f"in #ops ({channel}), @here, by 2 January: https://bank.example (https://evil.example)"
    )
    calls = [call for call in stage.ws.log.calls() if call.method == "users.info"]
    before = len(calls)
    again = write_raw(stage, f"<@{bot}> say: and <@{bob}>")
    assert await heard(stage, again) == f"and @Bob Berger ({bob})"
    asked = [call for call in stage.ws.log.calls() if call.method == "users.info"][before:]
    assert not any(bob in str(call) for call in asked)


async def test_ids_in_an_answer_and_on_a_card_are_shown_as_names_and_notify_nobody(either: Stage) -> None:
    bob = either.ws.bob.id

    thread = await saying(either, content=f"**Ask** <@{bob}>, @Bob Berger ({bob}) and <!channel>.")

    answer = await thread.wait_for("Ask")
    assert answer.blocks[0]["text"] == "**Ask** @Bob Berger, @Bob Berger and &lt;!channel&gt;."
    card = await either.card({"question": f"Pay <@{bob}>?", "to": f"<@{bob}|alice>"})
    assert f"Pay @Bob Berger ⟨@{bob}⟩?" in card.text
    assert f"@Bob Berger ⟨@{bob}|alice⟩" in card.text
    frame, *buttons = card.message.blocks
    request_line, *values = frame["child_blocks"]
    assert f"Requested by <@{either.ws.carol.id}> " in request_line["text"]["text"]
    assert "<" not in json.dumps([frame["title"], *values, *buttons])


async def test_a_link_that_looks_like_another_shows_its_host(stage: Stage) -> None:
    thread = await saying(
        stage, content="See [bank.example](https://evil.test/x) & <https://evil.test|https://bank.example>"
    )

    answer = await thread.wait_for("evil.test")
    text = answer.blocks[0]["text"]
    assert "[bank.example](https://evil.test/x) (evil.test)" in text
    assert "[https://bank.example](https://evil.test) (evil.test)" in text


async def test_tables_and_code_of_a_long_answer_keep_head_and_language(stage: Stage) -> None:
    rows = "\n".join(f"| thing {n} | {'x' * 40} |" for n in range(400))
    code = "\n".join(f"print({n}, {'y' * 40!r})" for n in range(400))

    thread = await saying(
        stage, content=f"| a | b |\n|---|---|\n{rows}\n\n```python\n{code}\n```\n\nThe end."
    )

    await thread.wait_for("The end.")
    texts = [message.blocks[0]["text"] for message in thread.from_bot()]
    assert all(text.startswith("| a | b |\n|---|---|\n") for text in texts if "| thing" in text)
    assert all("```python\n" in text and text.count("```") == 2 for text in texts if "print(" in text)
    assert len([text for text in texts if "| thing" in text]) > 1
    assert len([text for text in texts if "print(" in text]) > 1


async def test_images_are_posted_as_files_and_nothing_is_fetched(stage: Stage) -> None:
    data = base64.b64encode(PNG).decode()
    blocks = [
        {"type": "text", "text": "Here it is."},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
        {"type": "image", "base64": "!!", "mime_type": "image/png"},
        {"type": "image", "url": "https://example.org/far.png"},
    ]

    thread = await saying(stage, content=blocks)

    shared = await thread.wait_for(lambda message: bool(message.files))
    (file,) = shared.files
    assert file["name"].endswith(".png")
    assert stage.ws.slack.state.files[file["id"]].content == PNG
    await thread.wait_for("is not base64")
    texts = [full_text(message) for message in thread.from_bot()]
    assert "Here it is." in texts[0]
    assert "https://example.org/far.png" in texts[0]


async def test_words_of_a_subgraph_come_before_its_card_and_a_silent_run_ends_with_done(
    either: Stage,
) -> None:
    thread = await saying(either, before="I looked it up.", ask=RISKY, content="")

    card = await approval_card(thread)
    assert thread.from_bot()[0].text == "I looked it up."
    await card.approve(by=either.ws.bob)

    await thread.wait_for("Done.")
    assert [m.text for m in thread.from_bot()].count("I looked it up.") == 1


async def test_skin_tones_and_formatting_around_a_word_decide_and_a_doubt_does_not(stage: Stage) -> None:
    card = await stage.card(RISKY)

    await stage.ws.bob.replies(card.thread, "approve :thinking_face:")
    await card.thread.wait_for("waits for a decision")
    assert card.is_open
    await stage.ws.bob.replies(card.thread, "*approve* :+1::skin-tone-3:")

    assert await stage.resumed(card.thread) == {"type": "approve"}
    assert card.thread.transcript().count("waits for a decision") == 1


async def test_markdown_in_a_description_is_drawn_as_markdown_and_inert(stage: Stage) -> None:
    description = "**Wipe** the disk <!channel>:\n\n- all of it\n- see [bank.example](https://evil.test)"
    card = await stage.card({**RISKY, "description": description})

    drawn = [block["text"] for block in card.message.blocks if block["type"] == "markdown"]

    (text,) = drawn
    assert text.splitlines() == [
        "**Wipe** the disk &lt;!channel&gt;:",
        "",
        "- all of it",
        "- see [bank.example](https://evil.test) (evil.test)",
    ]
    await card.approve(by=stage.ws.bob)
    assert await stage.resumed(card.thread) == {"type": "approve"}
    await card.closes()
