"""What people do in a script."""

from collections.abc import Mapping, Sequence
from typing import Any

from slack_local.block_kit.input_state import STATE_KEYS, all_blocks, interactive_elements
from slack_local.model.records import View
from slack_local.people.person import ClickResult, SubmissionResult
from slack_local.people.threads import Card
from slack_local.script.scene import WAIT_SECONDS, Scene, Surface, named
from slack_local.transcript.mrkdwn import plain_text
from slack_local.transcript.printer import UnexpectedError

ANSWER = ("approval:answer", "approval:edit", "approval:respond")
"""What opens the form of an answer: a question's own button, or that of a form made from a schema."""

WHOLE_ANSWER = ("/", "/message")
"""The inputs that take an answer which is one text."""


class Acting(Scene):
    """One method for each act of the language, with what stands in the line's places."""

    async def mentions(self, person: str, text: str, channel: str = "#general") -> None:
        self.enter(await self.person(person).mentions(text, channel))

    async def says_in(self, person: str, text: str, channel: str) -> None:
        self.enter(await self.person(person).says(channel, text))

    async def messages(self, person: str, text: str) -> None:
        self.enter(await self.person(person).dms(text))

    async def replies(self, person: str, text: str) -> None:
        await self.person(person).replies(self.here, text)

    async def runs(self, person: str, text: str, channel: str = "#general") -> None:
        answer = await self.person(person).runs(text, channel)
        if answer.error:
            raise UnexpectedError(f"the bot did not take the command: {answer.error}")

    async def goes_to(self, text: str) -> None:
        roots = [(thread, message) for thread in self._threads for message in thread.messages()[:1]]
        fit = [thread for thread, root in roots if self.says(root, text)]
        if len(fit) != 1:
            raise UnexpectedError(f"one thread that begins with “{text}”, not {len(fit)}")
        self.enter(fit[0])

    async def approves(self, person: str, row: int | None = None, card: str = "") -> None:
        by, found = self.person(person), await self._card("approval:approve", person, card)
        self._taken(await found.click("approval:approve", by, _block(found, "approval:approve", row)))
        self._decided(person, found, row)

    async def approves_rest(self, person: str, card: str = "") -> None:
        by, found = self.person(person), await self._card("approval:approve_rest", person, card)
        self._taken(await found.click("approval:approve_rest", by))
        self._decided(person, found, None)

    async def rejects(self, person: str, text: str = "", row: int | None = None, card: str = "") -> None:
        found = await self._card("approval:reject", person, card)
        await self._fills_in("approval:reject", person, found, row, {"/message": text} if text else {})

    async def edits(
        self, person: str, fields: Mapping[str, Any], row: int | None = None, card: str = ""
    ) -> None:
        found = await self._card("approval:edit", person, card)
        await self._fills_in("approval:edit", person, found, row, fields)

    async def responds(self, person: str, text: str, row: int | None = None, card: str = "") -> None:
        found = await self._card("approval:respond", person, card)
        await self._fills_in("approval:respond", person, found, row, {"/message": text})

    async def answers(
        self, person: str, text: str = "", fields: Mapping[str, Any] | None = None, card: str = ""
    ) -> None:
        found = await self._card(ANSWER, person, card)
        action = next(action for action in ANSWER if action in found.actions)
        await self._fills_in(action, person, found, None, fields or text)

    async def presses(self, person: str, text: str, card: str = "") -> None:
        by = self.person(person)

        def look() -> Surface | None:
            there: list[Surface] = [by.modal] if by.modal is not None else []
            there += [m for m in reversed(self.here.from_bot()) if self.says(m, card)] if self._thread else []
            if not card:
                there += [*reversed(by.ephemerals), *([by.home] if by.home else [])]
            return next((what for what in there if named(what, text)), None)

        what = f"a button “{text}” for {person}"
        found: Surface = await self.anywhere(look, what)
        block, element = named(found, text) or ({}, {})
        self._taken(await by.clicks(found, element["action_id"], block["block_id"]))

    async def submits(self, person: str, fields: Mapping[str, Any] | None = None) -> None:
        view = await self.person(person).modal_opens(limit=WAIT_SECONDS)
        await self._submits(person, view, _values(view, fields or {}))

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

    # -- how it is done -------------------------------------------------------------------------------

    async def _card(self, action: str | Sequence[str], person: str, text: str) -> Card:
        """Wait for the oldest open card that says this, offers this action (or one of them), and that this
        person has not decided already: a decided card may stand there as it was for another moment.
        """
        wanted = {action} if isinstance(action, str) else {*action}

        def look() -> Card | None:
            fit = (card for card in self.here.cards() if wanted & {*card.actions})
            new = (card for card in fit if (person, card.ts) not in self._decisions)
            return next((card for card in new if self.says(card.message, text)), None)

        said = f" that says “{text}”" if text else ""
        what = f"a card{said} with {' or '.join(sorted(wanted))}, for {person}"
        return await self.here.wait_until(look, limit=WAIT_SECONDS, what=what)

    def _decided(self, person: str, card: Card, row: int | None) -> None:
        if row is None:
            self._decisions.add((person, card.ts))

    async def _fills_in(
        self, action: str, person: str, card: Card, row: int | None, given: Mapping[str, Any] | str
    ) -> None:
        """Open a card's form, fill it in with fields or with the one answer it asks for, and submit it."""
        block = _block(card, action, row)
        view = await card.form(action, self.person(person), block, limit=WAIT_SECONDS)
        values = {_whole_answer(view): given} if isinstance(given, str) else _values(view, given)
        await self._submits(person, view, values)
        if not self._refused:
            self._decided(person, card, row)

    async def _submits(self, person: str, view: View, values: Mapping[str, Any]) -> None:
        self._told.form(self.person(person), await self.person(person).fills(view, values))
        self._submitted(await self.person(person).submits(view))

    def _submitted(self, came: SubmissionResult) -> None:
        if came.error:
            raise UnexpectedError(f"the bot did not take the form: {came.error}")
        self._refused = dict(came.errors)

    def _taken(self, clicked: ClickResult) -> None:
        if clicked.error:
            raise UnexpectedError(f"the bot did not take the press in time: {clicked.error}")


def _block(card: Card, action: str, row: int | None) -> str | None:
    """The id of the block that row `row` (from 1) has its buttons in."""
    if row is None:
        return None
    for block, element in interactive_elements(all_blocks(card.message)):
        if block["block_id"].startswith(f"row:{row - 1}:") and element["action_id"] == action:
            return str(block["block_id"])
    raise UnexpectedError(f"a row {row} with {action}, not {card}")


def _inputs(view: View) -> dict[str, str]:
    """The form's inputs: block ids with their labels."""
    blocks = (
        block
        for block, element in interactive_elements(view.definition["blocks"])
        if element["type"] in STATE_KEYS
    )
    return {block["block_id"]: plain_text(block.get("label")) for block in blocks}


def _values(view: View, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields by name, JSON Pointer or label, as values by block id."""
    return {_field(_inputs(view), name): value for name, value in fields.items()}


def _field(inputs: Mapping[str, str], name: str) -> str:
    ending = name if name.startswith("/") else f"/{name}"
    for fits in (
        lambda block: block == ending,
        lambda block: inputs[block].casefold() == name.casefold(),
        lambda block: block.endswith(ending),
    ):
        if found := [block for block in inputs if fits(block)]:
            return found[0]
    raise UnexpectedError(f"a field {name}; the form has {[*inputs]}")


def _whole_answer(view: View) -> str:
    inputs = _inputs(view)
    fit = [block for block in inputs if block in WHOLE_ANSWER] or list(inputs)
    if len(fit) != 1:
        raise UnexpectedError(f"a form with one answer; it has {list(inputs)}, so name the fields")
    return fit[0]
