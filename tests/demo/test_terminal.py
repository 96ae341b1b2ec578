"""Taking part from a terminal, with a real bolt app on the other side."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.local.server import LocalWorkspace
from bot.local.terminal import Terminal
from tests.demo.small_bot import small_bot


class Keyboard:
    """A person at a terminal: types lines and looks at what comes."""

    def __init__(self) -> None:
        self._typed: asyncio.Queue[str | None] = asyncio.Queue()
        self._changed = asyncio.Event()
        self.screen = ""

    async def receive(self) -> str | None:
        return await self._typed.get()

    def write(self, text: str) -> None:
        self.screen += text
        self._changed.set()

    async def types(self, line: str | None, then: str) -> str:
        """Type a line, wait until a text shows after it; returns all that was shown since."""
        start = len(self.screen)
        self._typed.put_nowait(line)
        return await self.sees(then, start)

    async def sees(self, text: str, start: int = 0) -> str:
        try:
            async with asyncio.timeout(10):
                while text not in self.screen[start:]:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            pytest.fail(f"no {text!r} on the screen:\n{self.screen[start:]}")
        return self.screen[start:]

    def leaves(self) -> None:
        self._typed.put_nowait(None)


@pytest.fixture
async def workspace() -> AsyncIterator[LocalWorkspace]:
    async with LocalWorkspace(retry_schedule=()) as running:
        yield running


@pytest.fixture
async def keyboard(workspace: LocalWorkspace) -> AsyncIterator[Keyboard]:
    keyboard = Keyboard()
    visit = asyncio.create_task(Terminal(workspace, write=keyboard.write).visit(keyboard.receive))
    await keyboard.sees("alice in #general>")
    yield keyboard
    keyboard.leaves()
    async with asyncio.timeout(5):
        await visit


async def test_a_card_is_drawn_and_pressed_and_drawn_again_once_it_changed(
    workspace: LocalWorkspace, keyboard: Keyboard
) -> None:
    async with small_bot(workspace):
        card = await keyboard.types("@countersign refund 12", "[2] Amend")
        assert "#general › 1" in card
        assert "alice: @countersign refund 12" in card
        assert "Refund 12 to <carol>?" in card
        assert "[1] Approve" in card
        told = await keyboard.types("press 1", "Only bob may.")
        assert "(only visible to you)" in told
        await keyboard.types("/as bob", "bob in #general>")
        assert "Only bob" not in keyboard.screen.partition("You are Bob Berger")[2]
        closed = await keyboard.types("press 1", "Approved by @bob")
        assert "(changed)" in closed


async def test_a_form_is_asked_field_by_field_until_the_bot_takes_it(
    workspace: LocalWorkspace, keyboard: Keyboard
) -> None:
    async with small_bot(workspace) as taken:
        await keyboard.types("@countersign refund 12", "[2] Amend")
        form = await keyboard.types("press 2", "Amount (Enter keeps “12”")
        assert "╭─ Amend" in form
        await keyboard.types("900", "Note (several lines")
        await keyboard.types("because", "…")
        await keyboard.types("it is due", "…")
        await keyboard.types(".", "2. At once")
        assert "there is no choice 7" in await keyboard.types("7", "Pace:")
        await keyboard.types("2", "Enter sends it (“Save”)")
        refused = await keyboard.types("", "Amount (Enter keeps “900”")
        assert "At most 100." in refused
        again = await keyboard.types("90", "Enter sends it")
        assert "Note" not in again.partition("Amount (Enter")[2], (
            "only the field with the error is asked again"
        )
        assert not taken
        await keyboard.types("", "Sent.")
        assert taken[0]["/amount"]["value"] == "90"
        assert taken[0]["/note"]["value"] == "because\nit is due"
        assert taken[0]["/pace"]["selected_option"]["value"] == "fast"


async def test_a_press_in_a_form_shows_what_it_changed_and_keeps_what_was_typed(
    workspace: LocalWorkspace, keyboard: Keyboard
) -> None:
    async with small_bot(workspace):
        await keyboard.types("@countersign refund 12", "[2] Amend")
        assert "[3] Explain" in await keyboard.types("press 2", "Amount (Enter keeps “12”")
        await keyboard.types("90", "Note (")
        again = await keyboard.types("press 3", "Amount (Enter keeps “90”")
        assert "It was paid twice." in again
        assert "Explain" not in again


async def test_a_form_can_be_left(workspace: LocalWorkspace, keyboard: Keyboard) -> None:
    async with small_bot(workspace) as taken:
        await keyboard.types("@countersign refund 12", "[2] Amend")
        await keyboard.types("press 2", "Amount (")
        await keyboard.types("/cancel", "alice in #general>")
        assert workspace.alice.modal is None
        assert not taken


async def test_threads_are_numbered_opened_and_written_in(
    workspace: LocalWorkspace, keyboard: Keyboard
) -> None:
    async with small_bot(workspace):
        await keyboard.types("@countersign refund 12", "[2] Amend")
        await keyboard.types("/open 1", "alice in #general › 1>")
        await keyboard.types("looks fine to me", "alice: looks fine to me")
        channel = workspace.slack.world.channels[workspace.channel_id("general")]
        assert [m.text for m in workspace.slack.world.thread(channel.id, channel.timeline[0])][-1] == (
            "looks fine to me"
        )
        refused = await keyboard.types("/agent graphs", "/back takes you to the channel")
        assert "no slash commands in threads" in refused
        await keyboard.types("/back", "alice in #general>")
        assert "(2 replies)" in await keyboard.types("/threads", "replies)")


async def test_a_slash_command_answers_this_person_alone(
    workspace: LocalWorkspace, keyboard: Keyboard
) -> None:
    async with small_bot(workspace):
        assert "(only visible to you)" in await keyboard.types("/agent hello", "You said: hello")


async def test_what_cannot_be_done_is_said(workspace: LocalWorkspace, keyboard: Keyboard) -> None:
    await keyboard.types("press 9", "There is no button 9.")
    await keyboard.types("/open 4", "There is no thread 4.")
    await keyboard.types("/go #nowhere", "sees no channel #nowhere")
    assert "Gus Guest, a guest" in await keyboard.types("/as nobody", "from another workspace")
    await keyboard.types("/nosuch", "The bot did not take it: ")
    await keyboard.types("/help", "/quit")


async def test_somebody_else_does_not_see_my_direct_messages(
    workspace: LocalWorkspace, keyboard: Keyboard
) -> None:
    await keyboard.types("/go @countersign", "alice in @countersign>")
    await keyboard.types("psst", "alice: psst")
    await keyboard.types("/as carol", "carol in #general>")
    shown = await keyboard.types("/show", "carol in #general>")
    assert "psst" not in shown
