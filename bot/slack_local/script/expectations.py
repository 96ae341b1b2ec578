"""What a script expects to come of it."""

from typing import TypeVar

from slack_local.model.records import Message
from slack_local.people.threads import Card, Thread
from slack_local.script.scene import WAIT_SECONDS, Scene, Surface, named
from slack_local.transcript.printer import UnexpectedError

T = TypeVar("T")


class Expecting(Scene):
    """One method for each expectation of the language. What holds is waited for; what must not is looked at.

    A message counts when it came or changed since the acts that stand right above the expectations.
    """

    async def expect_thread(
        self, text: str = "", channel: str = "#general", seconds: int = WAIT_SECONDS
    ) -> None:
        place = self.place(channel)

        def look() -> Message | None:
            new = (m for m in self._new_in(channel) if not m.is_reply)
            return next((m for m in new if self.says(m, text)), None)

        what = f"a thread of the bot's in {channel}"
        root = await self._workspace.slack.changes.wait_for(
            ("channel", place.id), look, limit=seconds, what=what
        )
        self.enter(Thread(self._workspace.slack, place.id, root.ts))

    async def expect_said(self, text: str, channel: str | None = None, seconds: int = WAIT_SECONDS) -> None:
        if channel is None:
            here = self.here
            await here.wait_until(lambda: self._said(here.from_bot(), text), limit=seconds, what=f"“{text}”")
            return
        place = self.place(channel)
        await self._workspace.slack.changes.wait_for(
            ("channel", place.id),
            lambda: self._said(self._new_in(channel), text),
            limit=seconds,
            what=lambda: f"“{text}” in {channel}; new are {[m.text for m in self._new_in(channel)]}",
        )

    async def expect_unsaid(self, text: str, channel: str | None = None) -> None:
        found = self._said(self.here.from_bot() if channel is None else self._new_in(channel), text)
        if found:
            raise UnexpectedError(f"no “{text}”\ninstead: {found[0].text}")

    async def expect_card(self, text: str = "", seconds: int = WAIT_SECONDS) -> None:
        said = f" that says “{text}”" if text else ""
        await self.here.wait_until(lambda: self._open(text), limit=seconds, what=f"an open card{said}")

    async def expect_no_card(self, seconds: int = WAIT_SECONDS) -> None:
        await self.here.wait_until(lambda: not self._open(""), limit=seconds, what="no open card")

    async def expect_cards(self, number: int, seconds: int = WAIT_SECONDS) -> None:
        what = f"{number} open cards"
        await self.here.wait_until(lambda: len(self._open("")) == number, limit=seconds, what=what)

    async def expect_button(self, text: str, seconds: int = WAIT_SECONDS) -> None:
        await self.here.wait_until(
            lambda: any(named(m, text) for m in self.here.from_bot()),
            limit=seconds,
            what=f"a button “{text}”",
        )

    async def expect_no_button(self, text: str) -> None:
        if any(named(message, text) for message in self.here.from_bot()):
            raise UnexpectedError(f"no button “{text}”")

    async def expect_seen(self, person: str, text: str, seconds: int = WAIT_SECONDS) -> None:
        by = self.person(person)

        def look() -> Surface | None:
            new: list[Surface] = [seen for seen in by.ephemerals if self.is_new(seen)]
            there = [*new, *(view for view in (by.modal, by.home) if view is not None)]
            return next((what for what in there if self.says(what, text)), None)

        await self.sees(
            by, look, f"“{text}” on {person}'s screen; {person} was told {by.ephemerals}", seconds
        )

    async def expect_error(self, text: str) -> None:
        if not any(text in said for said in self._refused.values()):
            raise UnexpectedError(
                f"the form to be refused with “{text}”\ninstead: {self._refused or 'taken'}"
            )
        self._refused = {}

    def _open(self, text: str) -> list[Card]:
        return [card for card in self.here.cards() if self.says(card.message, text)]

    def _new_in(self, channel: str) -> list[Message]:
        """What the bot wrote in a channel since the acts."""
        messages = self.place(channel).messages.values()
        return [message for message in messages if message.by_bot and self.is_new(message)]

    def _said(self, messages: list[Message], text: str) -> list[Message]:
        new = (message for message in messages if self.is_new(message) and not message.streaming)
        return [message for message in new if self.says(message, text)]
