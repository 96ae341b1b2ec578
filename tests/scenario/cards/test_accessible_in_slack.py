"""What a screen reader, or somebody who sees neither colours nor emoji, gets of a whole thread."""

import re

from slack_local.block_kit.input_state import interactive_elements
from slack_local.people.threads import Thread
from tests.scenario.conversation.streaming import asks
from tests.support.stage import Stage

RISKY = {"type": "tool_approval", "name": "wipe_disk", "args": {"disk": "sda"}}
_EMOJI = re.compile(r":[a-z0-9_+-]+:|[\U0001f000-\U0001ffff☀-➿]")
_DATE = re.compile(r"<!date\^[^>]*>")


def read_out(thread: Thread) -> list[str]:
    """The fallback texts of the bot's messages, which are what is read out."""
    return [message.text for message in thread.from_bot()]


async def test_every_message_of_a_thread_has_words_that_say_it(either: Stage) -> None:
    risky = await either.card(RISKY)
    opened = risky.message.text
    await risky.reject(by=either.ws.bob, reason="not on a weekday")
    await either.resumed(risky.thread)
    question = await either.card("Which environment?")
    await either.ws.carol.replies(question.thread, "staging")
    await either.resumed(question.thread)
    streamed = await asks(either, say=["A ", "wait:read", "word."], call="slow", then=["And the end."])
    either.release("read")
    either.release("slow")
    await streamed.wait_for("And the end.")
    failing = await either.ws.carol.mentions('steps: {"raise": "no"}')
    await failing.wait_for(lambda message: bool(message.text))

    assert opened.startswith("Approval needed: Wipe disk")
    assert "Disk: sda." in opened
    for thread in (risky.thread, question.thread, streamed, failing):
        for text in read_out(thread):
            words = re.findall(r"[^\W\d_]{2,}", _EMOJI.sub(" ", _DATE.sub(" ", text)))
            assert words, f"nothing is read out: {text!r}"
    closed = risky.message.text
    assert "Rejected by bob" in _EMOJI.sub("", closed)


async def test_times_are_in_the_readers_zone_and_what_cannot_be_undone_asks_once_more(either: Stage) -> None:
    details = {"disk": "sda", "at": "2026-12-01T09:00:00Z"}
    card = await either.card({"title": "Wipe the disk?", "risk": "high", "details": details})
    shown = str(card.message.blocks)
    assert "<!date^" in shown
    buttons = [element for _, element in interactive_elements(list(card.message.blocks))]
    (approve,) = [button for button in buttons if button["action_id"] == "approval:approve"]
    assert approve["confirm"]["text"]["text"]
    order = [button["action_id"] for button in buttons]
    assert order.index("approval:approve") < order.index("approval:reject")
    assert all(button["text"]["text"].strip() for button in buttons if "text" in button)
    await card.approve(by=either.ws.bob)
    await either.resumed(card.thread)
