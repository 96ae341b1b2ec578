"""The main way, over both transports: a message starts an agent, its question is a card, people decide."""

import asyncio
from typing import Any

from countersign.testing.cards import ApprovalCard, approval_card
from slack_local.people.threads import Thread
from tests.support.stage import Stage

RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda", "times": 2}}


def posted_in(stage: Stage, channel: str, text: str) -> list[str]:
    """The root messages of a channel that say this, and only this."""
    place = stage.ws.slack.state.channels[stage.ws.channel_id(channel)]
    return [m.ts for m in place.messages.values() if m.text == text and not m.is_reply]


async def test_a_mention_becomes_a_card_and_an_approval_its_effect_and_answer(either: Stage) -> None:
    thread = await either.ws.carol.mentions("post 'Deploy at noon' to #ops")
    card = await approval_card(thread)
    assert {"approval:approve", "approval:reject", "approval:edit"} <= {*card.actions}
    assert "Deploy at noon" in card.text
    assert not posted_in(either, "ops", "Deploy at noon")

    await card.approve(by=either.ws.bob)

    closed = await card.closes()
    await thread.wait_for("The message is in #ops.")
    assert "Approved by bob" in closed.text
    assert either.ws.bob.id in str(closed.blocks)
    assert len(posted_in(either, "ops", "Deploy at noon")) == 1


async def test_a_rejection_with_a_reason_reaches_the_model(either: Stage) -> None:
    thread = await either.ws.carol.mentions("post 'Panic!' to #ops")
    card = await approval_card(thread)

    submission = await card.reject(by=either.ws.bob, reason="too alarming")

    assert submission.outcome == "closed"
    assert "Rejected by bob" in (await card.closes()).text
    assert "too alarming" in card.text
    await thread.wait_for("Your reason: too alarming")
    assert not posted_in(either, "ops", "Panic!")


async def test_a_rejection_needs_no_reason(either: Stage) -> None:
    thread = await either.ws.carol.mentions("post 'Never mind' to #ops")
    card = await approval_card(thread)

    await card.reject(by=either.ws.alice)

    await thread.wait_for("All right, I did not post to #ops.")
    assert not posted_in(either, "ops", "Never mind")


async def test_an_edit_runs_what_was_edited_and_shows_the_difference(either: Stage) -> None:
    thread = await either.ws.carol.mentions("post 'Deploy at midnight' to #ops")
    card = await approval_card(thread)

    submission = await card.edit(by=either.ws.bob, values={"/text": "Deploy at nine"})

    assert submission.outcome == "closed"
    closed = await card.closes()
    await thread.wait_for("Done, as you edited it.")
    assert "Edited and approved by bob" in closed.text
    assert "Deploy at midnight" in card.text
    assert "Deploy at nine" in card.text
    assert posted_in(either, "ops", "Deploy at nine")
    assert not posted_in(either, "ops", "Deploy at midnight")


async def test_a_reply_approves(either: Stage) -> None:
    card = await either.card(RISKY)

    await either.ws.bob.replies(card.thread, "approve")

    assert await either.resumed(card.thread) == {"type": "approve"}
    assert "Approved by bob" in (await card.closes()).text


async def test_a_reply_rejects_with_its_reason(either: Stage) -> None:
    card = await either.card(RISKY)

    await either.ws.bob.replies(card.thread, "reject because it is Friday")

    answer = await either.resumed(card.thread)
    assert answer["type"] == "reject"
    assert "it is Friday" in answer["message"]


async def test_a_question_is_answered_in_its_form(either: Stage) -> None:
    card = await either.card("Which environment?")
    assert card.actions == ["approval:answer", "approval:other", "approval:cancel_run"]

    await card.answer(by=either.ws.bob, value="staging & <prod>")

    assert await either.resumed(card.thread) == "staging & <prod>"
    assert "staging &amp; &lt;prod&gt;" in (await closed(card))


async def test_a_question_is_answered_by_a_reply(either: Stage) -> None:
    card = await either.card("Which environment?")

    await either.ws.carol.replies(card.thread, "the one at https://example.com, as bob@example.com said")

    answered = await either.resumed(card.thread)
    assert answered == "the one at https://example.com, as bob@example.com said"
    assert "Answered by carol" in (await card.closes()).text


async def test_assistance_comes_from_whoever_knows(either: Stage) -> None:
    thread = await either.ws.carol.mentions("ask someone which environment is meant")
    card = await approval_card(thread)
    assert "Which environment is meant?" in card.text

    await either.ws.bob.replies(thread, "staging")

    await thread.wait_for("I will go by your answer: staging")


async def test_a_thread_goes_on_without_another_mention(either: Stage) -> None:
    thread = await either.ws.carol.mentions("ask: hello")
    await thread.wait_for("Heard: hello")

    await either.ws.bob.replies(thread, "and more")

    await thread.wait_for("Heard: and more")
    users = [line["configurable"]["slack_user_id"] for line in either.noted(thread)]
    assert users == [either.ws.carol.id, either.ws.bob.id]


async def test_another_message_while_something_waits_is_answered_and_is_no_input(either: Stage) -> None:
    card = await either.card(RISKY)

    await either.ws.bob.replies(card.thread, "what is this about?")

    await card.thread.wait_for("This thread waits for a decision")
    assert card.is_open
    await card.approve(by=either.ws.bob)
    assert await either.resumed(card.thread) == {"type": "approve"}
    assert "what is this about" not in str(either.noted(card.thread))


async def test_a_mention_that_names_a_graph_starts_that_one(either: Stage) -> None:
    thread = await either.ws.carol.mentions("validated_input: the picnic")

    assert "How many people come to the picnic?" in (await approval_card(thread)).text


async def test_a_message_that_begins_like_a_name_of_a_graph_is_a_message(either: Stage) -> None:
    thread = await either.ws.carol.mentions("Note: remember the milk")

    answer = await thread.wait_for(lambda message: bool(message.text))
    assert "This run stopped" not in answer.text
    graphs = either.rows("SELECT graph FROM countersign.threads WHERE id = %s", thread.id)
    assert graphs == [("assistant",)]


async def test_direct_messages_need_no_mention(either: Stage) -> None:
    thread = await either.ws.carol.dms("ask: psst")
    await thread.wait_for("Heard: psst")

    asked = await either.ws.carol.dms('ask: {"ask": "Shall I?"}')
    await (await approval_card(asked)).answer(by=either.ws.carol, value="yes")

    assert await either.resumed(asked) == "yes"
    assert asked.ts != thread.ts


async def opened(stage: Stage, known: set[str]) -> Thread:
    """The thread that the bot began in #general since then."""
    channel = stage.ws.channel_id("general")
    place = stage.ws.slack.state.channels[channel]

    def look() -> Any:
        return next(
            (m for m in place.messages.values() if m.by_bot and m.ts not in known and not m.is_reply), 0
        )

    found = await stage.ws.slack.changes.wait_for(
        "anything",
        look,
        limit=10,
        what=lambda: f"a new thread among {[m.text for m in place.messages.values()]}",
    )
    return Thread(stage.ws.slack, channel, found.ts)


def roots(stage: Stage) -> set[str]:
    return set(stage.ws.slack.state.channels[stage.ws.channel_id("general")].messages)


async def test_the_command_begins_a_thread_for_whoever_typed_it(either: Stage) -> None:
    known = roots(either)

    answer = await either.ws.carol.runs("/agent post 'From a command' to #ops")

    assert answer.error is None
    thread = await opened(either, known)
    assert either.ws.carol.id in thread.messages()[0].text
    await (await approval_card(thread)).approve(by=either.ws.bob)
    await thread.wait_for("The message is in #ops.")


async def test_the_command_takes_a_graphs_name(either: Stage) -> None:
    known = roots(either)

    await either.ws.carol.runs("/agent ask: from afar")

    thread = await opened(either, known)
    await thread.wait_for("Heard: from afar")
    (noted,) = either.noted(thread)
    assert noted["configurable"]["slack_user_id"] == either.ws.carol.id
    assert noted["configurable"]["slack_thread_ts"] == thread.ts


async def test_the_command_lists_graphs_and_explains_itself(either: Stage) -> None:
    known = roots(either)

    listed = await either.ws.carol.runs("/agent graphs")
    empty = await either.ws.carol.runs("/agent")
    helped = await either.ws.carol.runs("/agent help")
    unknown = await either.ws.carol.runs("/agent nonesuch: do it")

    assert "validated_input" in listed.text
    assert "parallel_reviews" in listed.text
    assert "/agent text" in empty.text
    assert helped.text == empty.text
    assert "nonesuch" in unknown.text
    assert roots(either) == known


async def test_what_waits_is_listed_with_links_until_it_is_decided(either: Stage) -> None:
    card = await either.card(RISKY)
    link = f"p{card.ts.replace('.', '')}"

    async with asyncio.timeout(10):
        while link not in (listed := await either.ws.bob.runs("/approvals")).text:
            pass
    assert "archives/" in listed.text
    assert "Wipe" in listed.text
    await card.approve(by=either.ws.bob)
    await either.resumed(card.thread)
    assert link not in (await either.ws.bob.runs("/approvals")).text
    assert "lists what waits for you" in (await either.ws.bob.runs("/approvals please")).text


async def closed(card: ApprovalCard) -> str:
    await card.closes()
    return card.text
