"""What a script expects to happen."""

from slack_local.model.records import Channel, Message
from slack_local.people.threads import Card, Thread
from slack_local.script.context import (
    WAIT_SECONDS,
    ExpectationError,
    ScriptContext,
    Surface,
    button_labelled,
)


class Expectations(ScriptContext):
    """One method for each expectation of the language. What must be there is waited for; what must not be
    there is looked at once.

    A message counts when it came or changed since the actions right above the expectations.
    """

    async def expect_thread(
        self, text: str = "", channel: str = "#general", seconds: int = WAIT_SECONDS
    ) -> None:
        def look() -> Message | None:
            new = (m for m in self._new_in(channel) if not m.is_reply)
            return next((m for m in new if self.says(m, text)), None)

        place, what = self.channel(channel), f"a thread of the bot's in {channel}"
        root = await self.wait_in_channel(place, look, what, seconds)
        self.enter(Thread(self._workspace.slack, place.id, root.ts))

    async def expect_said(self, text: str, channel: str | None = None, seconds: int = WAIT_SECONDS) -> None:
        if channel is None:
            here = self.thread
            await here.wait_until(
                lambda: self._saying(here.from_bot(), text), limit=seconds, what=f"“{text}”"
            )
            return
        await self.wait_in_channel(
            self.channel(channel),
            lambda: self._saying(self._new_in(channel), text),
            lambda: f"“{text}” in {channel}; new are {[m.text for m in self._new_in(channel)]}",
            seconds,
        )

    async def expect_by_now(self, text: str, channel: str | None = None, seconds: int = WAIT_SECONDS) -> None:
        """Every message counts here, old ones too."""
        place = self._place(channel)
        await self.wait_in_channel(place, lambda: self._ever_saying(channel, text), f"“{text}”", seconds)

    async def expect_once(self, text: str, channel: str | None = None, seconds: int = WAIT_SECONDS) -> None:
        """Every message counts here, so that one that was posted twice before is found."""
        await self.expect_by_now(text, channel, seconds)
        if (number := len(self._ever_saying(channel, text))) != 1:
            raise ExpectationError(f"“{text}” once\ninstead: {number} times")

    async def expect_unsaid(self, text: str, channel: str | None = None) -> None:
        messages = self.thread.from_bot() if channel is None else self._new_in(channel)
        if found := self._saying(messages, text):
            raise ExpectationError(f"no “{text}”\ninstead: {found[0].text}")

    async def expect_card(self, text: str = "", seconds: int = WAIT_SECONDS) -> None:
        said = f" that says “{text}”" if text else ""
        await self.thread.wait_until(
            lambda: self._open_cards(text), limit=seconds, what=f"an open card{said}"
        )

    async def expect_no_card(self, seconds: int = WAIT_SECONDS) -> None:
        await self.thread.wait_until(lambda: not self._open_cards(""), limit=seconds, what="no open card")

    async def expect_cards(self, number: int, seconds: int = WAIT_SECONDS) -> None:
        await self.thread.wait_until(
            lambda: len(self._open_cards("")) == number, limit=seconds, what=f"{number} open cards"
        )

    async def expect_button(self, text: str, seconds: int = WAIT_SECONDS) -> None:
        await self.thread.wait_until(
            lambda: any(button_labelled(m, text) for m in self.thread.from_bot()),
            limit=seconds,
            what=f"a button “{text}”",
        )

    async def expect_no_button(self, text: str) -> None:
        if any(button_labelled(message, text) for message in self.thread.from_bot()):
            raise ExpectationError(f"no button “{text}”")

    async def expect_seen(self, person: str, text: str, seconds: int = WAIT_SECONDS) -> None:
        by = self.person(person)

        def look() -> Surface | None:
            new: list[Surface] = [ephemeral for ephemeral in by.ephemerals if self.is_new(ephemeral)]
            there = [*new, *(view for view in (by.modal, by.home) if view is not None)]
            return next((surface for surface in there if self.says(surface, text)), None)

        what = f"“{text}” on {person}'s screen; their ephemeral messages are {by.ephemerals}"
        await self.wait_on_screen(by, look, what, seconds)

    async def expect_error(self, text: str) -> None:
        if not any(text in error for error in self._form_errors.values()):
            instead = self._form_errors or "taken"
            raise ExpectationError(f"the form to be refused with “{text}”\ninstead: {instead}")
        self._form_errors = {}

    async def expect_no_violations(self) -> None:
        if violations := self._workspace.log.violations():
            raise ExpectationError(f"nothing that Slack would refuse\ninstead: {violations}")

    def _place(self, channel: str | None) -> Channel:
        return self.channel(channel if channel is not None else self.thread.channel)

    def _ever_saying(self, channel: str | None, text: str) -> list[Message]:
        """What the bot wrote in the thread, or in that channel, that says this."""
        place = self._place(channel)
        messages = self.thread.from_bot() if channel is None else place.messages.values()
        return [m for m in messages if m.by_bot and not m.streaming and self.says(m, text)]

    def _open_cards(self, text: str) -> list[Card]:
        return [card for card in self.thread.cards() if self.says(card.message, text)]

    def _new_in(self, channel: str) -> list[Message]:
        """What the bot wrote in a channel since the actions."""
        messages = self.channel(channel).messages.values()
        return [message for message in messages if message.by_bot and self.is_new(message)]

    def _saying(self, messages: list[Message], text: str) -> list[Message]:
        new = (message for message in messages if self.is_new(message) and not message.streaming)
        return [message for message in new if self.says(message, text)]
