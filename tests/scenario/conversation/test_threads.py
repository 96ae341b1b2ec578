"""What a thread holds together: order, several questions, who hears what, and what is not for us."""

import asyncio
from pathlib import Path

import pytest

from countersign.testing.cards import ApprovalCard, approval_card, approval_cards
from slack_local.block_kit.text import full_text
from slack_local.fault_injection import DeliveryFault
from slack_local.people.threads import Thread
from tests.support.in_process import bot_in_process
from tests.support.stage import Stage, open_stage

RISKY = {"type": "tool_approval", "name": "wipe", "args": {"disk": "sda"}}


async def card_with(thread: Thread, words: str) -> ApprovalCard:
    """The open card that says this."""
    return await thread.wait_until(
        lambda: next((card for card in approval_cards(thread) if words in card.text), None),
        what=f"a card with {words!r}",
    )


async def test_messages_are_taken_in_their_order_while_another_thread_is_stuck(stage: Stage) -> None:
    stuck = await stage.asks({"wait_for": "order"})
    await stage.reached("order")
    for number in range(1, 6):
        await stage.ws.carol.replies(stuck, f"number {number}")
        await stage.ws.delivery.idle()

    other = await stage.ws.carol.mentions("ask: meanwhile")
    await other.wait_for("Heard: meanwhile")
    assert stuck.from_bot() == []
    stage.release("order")

    await stuck.wait_for("Heard: number 5")
    assert [line["heard"] for line in stage.noted(stuck)] == [None, *(f"number {n}" for n in range(1, 6))]
    said = [message.text for message in stuck.from_bot()]
    assert said == ["Resumed.", *(f"Heard: number {n}" for n in range(1, 6))]


async def test_a_reply_that_overtakes_the_mention_it_follows_is_heard(stage: Stage) -> None:
    for name in ("app_mention", "message"):
        stage.ws.faults.on_delivery(name, DeliveryFault.LOSE)
    thread = await stage.ws.carol.mentions("ask: the first")
    await stage.ws.carol.replies(thread, "the second")
    await stage.ws.delivery.idle()
    await thread.wait_for("Heard: the first")
    await stage.ws.carol.replies(thread, "the third")
    await thread.wait_for("Heard: the third")

    assert [line["heard"] for line in stage.noted(thread)] == ["the first", "the second", "the third"]


async def test_a_reply_that_overtakes_its_mention_by_a_moment_is_heard_too(stage: Stage) -> None:
    chatter = await stage.ws.carol.says("#general", "not for the bot")
    await stage.ws.bob.replies(chatter, "what was said before the mention is no part of it")
    await stage.ws.delivery.idle()
    for name in ("app_mention", "message"):
        stage.ws.faults.on_delivery(name, DeliveryFault.DELAY, seconds=0.7)
    await stage.ws.carol.mentions("ask: the first", thread_ts=chatter.ts)
    await stage.ws.carol.replies(chatter, "the second")

    await chatter.wait_for("Heard: the second")

    assert [line["heard"] for line in stage.noted(chatter)] == ["the first", "the second"]


async def test_two_questions_of_one_node_are_asked_one_after_the_other(stage: Stage) -> None:
    thread = await stage.asks({"asks": ["First?", "Second?"]})
    first = await approval_card(thread)
    assert "First?" in first.text
    again = await first.form("approval:answer", stage.ws.alice)
    await first.answer(by=stage.ws.bob, value="one")
    second = await card_with(thread, "Second?")

    late = await stage.ws.alice.submits(again, {"/": "one more"})

    assert late.outcome == "updated"
    assert "answered by bob already" in full_text(again)
    await stage.ws.alice.closes(again)
    assert second.is_open
    await second.answer(by=stage.ws.bob, value="two")
    await thread.wait_for("Resumed.")
    assert [line["answers"] for line in stage.noted(thread)] == [["one", "two"]]


async def test_parallel_questions_leave_each_other_alone(stage: Stage) -> None:
    names = [f"Number {n}?" for n in range(5)]
    thread = await stage.asks({"parallel": names})
    await approval_card(thread, 4)
    cards = [await card_with(thread, name) for name in names]

    await cards[3].answer(by=stage.ws.bob, value="3")
    await cards[3].closes()
    await asyncio.gather(
        cards[0].answer(by=stage.ws.alice, value="0"), cards[4].answer(by=stage.ws.carol, value="4")
    )
    await cards[1].answer(by=stage.ws.bob, value="1")
    await cards[2].answer(by=stage.ws.bob, value="2")

    for n in range(5):
        await thread.wait_for(f"One of several: {n}")
    for card in cards:
        await card.closes()
    said = [message.text for message in thread.from_bot() if message.text.startswith("One of several")]
    assert said == [f"One of several: {n}" for n in range(5)]
    answered = {line["asked"]: line["answers"] for line in stage.noted(thread)}
    assert answered == {name: [str(n)] for n, name in enumerate(names)}


async def test_an_answer_that_only_the_graph_can_judge_is_asked_for_again(
    stage: Stage,
) -> None:
    thread = await stage.asks({"even": "Which number?"})
    card = await approval_card(thread)
    await card.submit("approval:respond", stage.ws.bob, {"/number": "3"})

    await thread.wait_until(lambda: card.is_open and "unlucky" in card.text, what="the card to open again")

    await card.submit("approval:respond", stage.ws.alice, {"/number": "4"})
    assert await stage.resumed(thread) == 4
    assert [event for event, _ in stage.ledger(thread)] == [
        "opened", "decided", "reopened", "decided", "resumed",
    ]  # fmt: skip


async def test_an_approval_costs_slack_few_calls(stage: Stage) -> None:
    before = stage.ws.log.cursor
    card = await stage.card(RISKY)
    await card.approve(by=stage.ws.alice)
    await stage.resumed(card.thread)
    await card.closes()
    calls = [call.method for call in stage.ws.log.calls(since=before)]

    assert len(calls) <= 5, calls


async def test_what_is_no_message_of_a_person_is_ignored(stage: Stage) -> None:
    thread = await stage.ws.carol.mentions("ask: keep this")
    await thread.wait_for("Heard: keep this")
    root = thread.messages()[0]

    await stage.ws.carol.edits(root, f"<@{stage.ws.slack.app.bot_user}> ask: something else")
    reply = (await stage.ws.carol.replies(thread, "to be deleted")).messages()[-1]
    await thread.wait_for("Heard: to be deleted")
    await stage.ws.carol.deletes(reply)
    await stage.ws.carol.replies(thread, "last")
    await thread.wait_for("Heard: last")

    assert [line["heard"] for line in stage.noted(thread)] == ["keep this", "to be deleted", "last"]


async def test_a_mention_without_words_is_answered_to_its_writer_alone(stage: Stage) -> None:
    known = len(stage.ws.alice.ephemerals)

    thread = await stage.ws.alice.mentions("")

    await stage.ws.alice.sees_ephemeral(lambda _: len(stage.ws.alice.ephemerals) > known)
    assert thread.from_bot() == []


async def test_text_that_comes_with_a_file_is_heard(stage: Stage) -> None:
    bot = stage.ws.slack.bot.name

    thread = await stage.ws.carol.says("#general", f"@{bot} ask: see the file", files={"a.txt": b"hello"})

    await thread.wait_for("Heard: see the file")


async def test_what_waits_in_a_private_channel_is_listed_to_its_members_only(stage: Stage) -> None:
    channel = stage.ws.add_channel("board", [stage.ws.alice, stage.ws.bob], private=True)
    thread = await stage.ws.alice.mentions('ask: {"ask": "Which house is sold?"}', channel=channel)
    card = await approval_card(thread)

    insider = await stage.ws.bob.runs("/approvals")
    outsider = await stage.ws.carol.runs("/approvals")

    assert channel in insider.text
    assert channel not in outsider.text
    await card.answer(by=stage.ws.bob, value="the old one")
    assert await stage.resumed(thread) == "the old one"


async def test_a_command_where_the_bot_is_not_is_explained(tmp_path: Path, database_url: str) -> None:
    refused = {"not_in_channel", "channel_not_found"}
    async with open_stage(tmp_path / "stage", database_url, refused=refused) as stage:
        channel = stage.ws.add_channel("secret", [stage.ws.alice], private=True)
        stage.ws.slack.state.channels[channel].members.pop(stage.ws.slack.app.bot_user)
        async with bot_in_process(stage.environment()):
            await stage.ws.connected()
            await stage.ws.alice.runs("/agent ask: hello", channel=channel)

            await stage.ws.alice.sees_ephemeral("not in this channel")


@pytest.mark.parametrize("words", ["approve", "Approved.", "APPROVE!", "*approved*"])
async def test_plain_words_approve(stage: Stage, words: str) -> None:
    card = await stage.card(RISKY)

    await stage.ws.bob.replies(card.thread, words)

    assert await stage.resumed(card.thread) == {"type": "approve"}


@pytest.mark.parametrize(
    "words",
    ["yes", "LGTM", ":+1:", "go ahead", "yes, but only half of it", "no idea", "approve?", "not approve"],
)
async def test_words_that_are_no_clear_decision_decide_nothing(stage: Stage, words: str) -> None:
    card = await stage.card(RISKY)

    await stage.ws.bob.replies(card.thread, words)

    await card.thread.wait_for("This thread waits for a decision")
    assert card.is_open
    assert stage.noted(card.thread) == []


async def test_words_that_were_written_before_the_question_do_not_answer_it(stage: Stage) -> None:
    thread = await stage.asks({"wait_for": "asked_later", "ask": "Which colour?"})
    await stage.reached("asked_later")
    await stage.ws.carol.replies(thread, "by the way, yes")
    await stage.ws.delivery.idle()
    stage.release("asked_later")

    card = await approval_card(thread)
    await stage.ws.carol.sees_ephemeral("You had just written “by the way, yes”.")
    assert card.is_open
    await stage.ws.carol.replies(thread, "blue")

    assert await stage.resumed(thread) == "blue"
    await thread.wait_for("Heard: by the way, yes")


async def test_a_long_answer_arrives_in_full_and_in_order(stage: Stage) -> None:
    text = " ".join(f"word{n}" for n in range(4000))

    thread = await stage.ws.carol.mentions(f"ask: {text}")

    await thread.wait_for("word3999")
    told = " ".join(block["text"] for m in thread.from_bot() for block in m.blocks if "text" in block)
    assert [word for word in told.split() if word.startswith("word")] == text.split()
    assert len(thread.from_bot()) > 1


async def test_the_command_works_in_direct_messages_and_what_waits_there_is_listed(stage: Stage) -> None:
    direct = stage.ws.bob.direct()
    known = set(direct.messages)

    await stage.ws.bob.runs('/agent ask: {"ask": "Just between us?"}', channel=direct.id)

    root = await stage.ws.slack.changes.wait_for(
        "anything",
        lambda: next((m for m in direct.messages.values() if m.ts not in known and not m.is_reply), None),
        limit=10,
        what="a thread in bob's direct messages",
    )
    thread = Thread(stage.ws.slack, direct.id, root.ts)
    card = await approval_card(thread)
    assert direct.id in (await stage.ws.bob.runs("/approvals")).text
    assert direct.id not in (await stage.ws.alice.runs("/approvals")).text
    await card.answer(by=stage.ws.bob, value="yes")
    assert await stage.resumed(thread) == "yes"


async def test_an_unfinished_edit_does_not_keep_others_from_deciding_what_is_left(stage: Stage) -> None:
    actions = [{"name": "wipe", "args": {"disk": disk}} for disk in ("sda", "sdb", "sdc")]
    allowed = {"action_name": "wipe", "allowed_decisions": ["approve", "edit", "reject"]}
    card = await stage.card({"action_requests": actions, "review_configs": [allowed]})
    rows = [block["block_id"] for block in card.message.blocks if block["type"] == "actions"]
    view = await card.form("approval:edit", stage.ws.bob, rows[0])
    await card.click("approval:approve_rest", stage.ws.gus)
    await stage.ws.gus.sees_ephemeral("Guests")

    await card.click("approval:approve_rest", stage.ws.alice)
    late = await stage.ws.bob.submits(view, {"/disk": "sdz"})

    assert late.outcome == "updated"
    assert "already" in full_text(view)
    await stage.ws.bob.closes(view)
    assert await stage.resumed(card.thread) == {"decisions": [{"type": "approve"}] * 3}
