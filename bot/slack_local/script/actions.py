"""What people do in a script, and what happens to the bot."""

from collections.abc import Mapping
from typing import Any

from slack_local.model.records import Message, View
from slack_local.people.person import Person
from slack_local.people.results import ClickResult, SubmissionResult
from slack_local.script.context import (
    WAIT_SECONDS,
    ExpectationError,
    ScriptContext,
    Surface,
    button_labelled,
    option_labelled,
)
from slack_local.script.fields import values_by_block


class Actions(ScriptContext):
    """One method for each action of the language, with the statement's arguments."""

    async def story(self, text: str) -> None:
        self._printer.heading(text)

    async def mentions(self, person: str, text: str, channel: str = "#general") -> None:
        self.enter(await self.person(person).mentions(text, channel))

    async def says_in(self, person: str, text: str, channel: str) -> None:
        self.enter(await self.person(person).says(channel, text))

    async def messages(self, person: str, text: str) -> None:
        self.enter(await self.person(person).dms(text))

    async def replies(self, person: str, text: str) -> None:
        await self.person(person).replies(self.thread, text)

    async def runs(self, person: str, text: str, channel: str = "#general") -> None:
        result = await self.person(person).runs(text, channel)
        if result.error:
            raise ExpectationError(f"the bot did not take the command: {result.error}")

    async def goes_to(self, text: str = "", number: int = 0) -> None:
        """The thread whose first message says `text`, or the script's thread `number` (from 1)."""
        if number:
            if number > len(self._threads):
                raise ExpectationError(f"a thread {number}; there are {len(self._threads)}")
            self.enter(self._threads[number - 1])
            return
        roots = [(thread, message) for thread in self._threads for message in thread.messages()[:1]]
        fit = [thread for thread, root in roots if self.says(root, text)]
        if len(fit) != 1:
            raise ExpectationError(f"one thread that begins with “{text}”, not {len(fit)}")
        self.enter(fit[0])

    async def presses(self, person: str, text: str, card: str = "") -> None:
        by = self.person(person)

        def look() -> Surface | None:
            return next((s for s in self._surfaces(by, card) if button_labelled(s, text)), None)

        surface: Surface = await self.wait_anywhere(look, f"a button “{text}” for {person}")
        block, element = button_labelled(surface, text) or ({}, {})
        if isinstance(surface, Message):
            self.keep_outdated(surface)
        self.check_click(await by.clicks(surface, element["action_id"], block["block_id"]))

    async def chooses(self, person: str, text: str, card: str = "") -> None:
        by = self.person(person)

        def look() -> Surface | None:
            return next((s for s in self._surfaces(by, card) if option_labelled(s, text)), None)

        surface: Surface = await self.wait_anywhere(look, f"an option “{text}” for {person}")
        block, element = option_labelled(surface, text) or ({}, {})
        self.check_click(await by.clicks(surface, element["action_id"], block["block_id"], value=text))

    async def presses_outdated(self, person: str, text: str) -> None:
        by, message = self.person(person), self.outdated(text)
        block, element = button_labelled(message, text) or ({}, {})
        payload = by.click_payload(message, element["action_id"], block["block_id"])
        self.check_click(await by.clicks_raw(payload))

    async def submits(self, person: str, fields: Mapping[str, Any] | None = None) -> None:
        view = await self.person(person).modal_opens(limit=WAIT_SECONDS)
        await self.submit_form(person, view, values_by_block(view, fields or {}))

    async def closes(self, person: str) -> None:
        by = self.person(person)
        await by.closes(await by.modal_opens(limit=WAIT_SECONDS))

    async def opens_home(self, person: str) -> None:
        await self.person(person).opens_home()

    async def kills_bot(self) -> None:
        await self._bot.kill()

    async def starts_bot(self) -> None:
        await self._bot.start()

    async def restarts_bot(self) -> None:
        await self._bot.stop()
        await self._bot.start()

    def _surfaces(self, person: Person, card: str) -> list[Surface]:
        """Where somebody can press something: their form, the thread, their notices and Home; or one card."""
        there: list[Surface] = [person.modal] if person.modal is not None else []
        if self._thread is not None:
            there += [m for m in reversed(self._thread.from_bot()) if self.says(m, card)]
        if not card:
            there += [*reversed(person.ephemerals), *([person.home] if person.home else [])]
        return there

    # -- for the actions of an app's own language -----------------------------------------------------

    def check_click(self, result: ClickResult) -> None:
        """Raise `ExpectationError` when the bot did not acknowledge a press."""
        if result.error:
            raise ExpectationError(f"the bot did not take the press in time: {result.error}")

    async def submit_form(self, person: str, view: View, values: Mapping[str, Any]) -> None:
        """Fill in a form by block id, print it, and submit it; its errors have to be expected next."""
        by = self.person(person)
        self._printer.form(by, await by.fills(view, values))
        self._check_submission(await by.submits(view))

    def _check_submission(self, result: SubmissionResult) -> None:
        if result.error:
            raise ExpectationError(f"the bot did not take the form: {result.error}")
        self._form_errors = dict(result.errors)
