"""Countersign's script language: the local workspace's, and what people decide on cards."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from countersign.testing.cards import ApprovalCard, approval_cards
from slack_local.block_kit.input_state import all_blocks, interactive_elements
from slack_local.model.records import View
from slack_local.script.actions import Actions
from slack_local.script.context import WAIT_SECONDS, Bot, ExpectationError
from slack_local.script.fields import inputs_of, values_by_block
from slack_local.script.language import STATEMENTS, Language
from slack_local.script.player import Player
from slack_local.workspace import LocalWorkspace

DECISIONS: Mapping[str, tuple[str, ...]] = {
    "approves": ("PERSON approves [row ROW] [on card CARD]",),
    "approves_rest": ("PERSON approves the rest [on card CARD]",),
    "rejects": ("PERSON rejects [TEXT] [row ROW] [on card CARD]",),
    "edits": ("PERSON edits FIELDS [row ROW] [on card CARD]",),
    "responds": ("PERSON responds TEXT [row ROW] [on card CARD]",),
    "answers": ("PERSON answers TEXT [on card CARD]", "PERSON answers FIELDS [on card CARD]"),
    "expect_ledger": ("expect the ledger verified",),
}

LANGUAGE = Language({**STATEMENTS, **DECISIONS})

ANSWER = ("approval:answer", "approval:edit", "approval:respond")
"""What opens the form of an answer: a question's own button, or that of a form made from a schema."""

WHOLE_ANSWER = ("/", "/message")
"""The inputs that take an answer which is one text."""


class AuditedBot(Bot, Protocol):
    """A bot whose ledger can be verified."""

    async def verify_ledger(self) -> tuple[int, str]: ...


class Decisions(Actions):
    """One method for each decision of the language."""

    def __init__(self, workspace: LocalWorkspace, bot: Bot) -> None:
        super().__init__(workspace, bot)
        self._decisions: set[tuple[str, str]] = set()  # who decided which card, by name and `ts`

    async def approves(self, person: str, row: int | None = None, card: str = "") -> None:
        found = await self._card("approval:approve", person, card)
        await self._press("approval:approve", person, found, _block_id(found, "approval:approve", row))
        self._keep_decision(person, found, row)

    async def approves_rest(self, person: str, card: str = "") -> None:
        found = await self._card("approval:approve_rest", person, card)
        await self._press("approval:approve_rest", person, found, None)
        self._keep_decision(person, found, None)

    async def rejects(self, person: str, text: str = "", row: int | None = None, card: str = "") -> None:
        found = await self._card("approval:reject", person, card)
        await self._fill_in("approval:reject", person, found, row, {"/message": text} if text else {})

    async def edits(
        self, person: str, fields: Mapping[str, Any], row: int | None = None, card: str = ""
    ) -> None:
        found = await self._card("approval:edit", person, card)
        await self._fill_in("approval:edit", person, found, row, fields)

    async def responds(self, person: str, text: str, row: int | None = None, card: str = "") -> None:
        found = await self._card("approval:respond", person, card)
        await self._fill_in("approval:respond", person, found, row, {"/message": text})

    async def answers(
        self, person: str, text: str = "", fields: Mapping[str, Any] | None = None, card: str = ""
    ) -> None:
        found = await self._card(ANSWER, person, card)
        action = next(action for action in ANSWER if action in found.actions)
        await self._fill_in(action, person, found, None, fields or text)

    async def _card(self, action: str | Sequence[str], person: str, text: str) -> ApprovalCard:
        """Wait for the oldest open card that says this, offers this action (or one of them), and that this
        person has not decided: a decided card keeps its buttons until it is updated.
        """
        wanted = {action} if isinstance(action, str) else {*action}

        def look() -> ApprovalCard | None:
            fit = (card for card in approval_cards(self.thread) if wanted & {*card.actions})
            new = (card for card in fit if (person, card.ts) not in self._decisions)
            return next((card for card in new if self.says(card.message, text)), None)

        said = f" that says “{text}”" if text else ""
        what = f"a card{said} with {' or '.join(sorted(wanted))}, for {person}"
        return await self.thread.wait_until(look, limit=WAIT_SECONDS, what=what)

    async def _press(self, action: str, person: str, card: ApprovalCard, block_id: str | None) -> None:
        self.keep_outdated(card.message)
        self.check_click(await card.click(action, self.person(person), block_id))

    async def _fill_in(
        self,
        action: str,
        person: str,
        card: ApprovalCard,
        row: int | None,
        answer: Mapping[str, Any] | str,
    ) -> None:
        """Open a card's form, fill it in with fields or with the one answer it asks for, and submit it."""
        self.keep_outdated(card.message)
        block_id = _block_id(card, action, row)
        view = await card.form(action, self.person(person), block_id, limit=WAIT_SECONDS)
        if isinstance(answer, str):
            answer = {_whole_answer(view): answer}
        values = values_by_block(view, answer)
        await self.submit_form(person, view, values)
        if not self._form_errors:
            self._keep_decision(person, card, row)

    def _keep_decision(self, person: str, card: ApprovalCard, row: int | None) -> None:
        if row is None:
            self._decisions.add((person, card.ts))


class CountersignPlayer(Decisions, Player):
    """Plays scripts in which people decide on Countersign's cards."""

    def __init__(self, workspace: LocalWorkspace, bot: AuditedBot) -> None:
        super().__init__(workspace, bot)
        self._audited = bot

    async def expect_ledger(self) -> None:
        """`countersign audit verify` finds every entry of the ledger as it was written."""
        code, output = await self._audited.verify_ledger()
        if code != 0:
            raise ExpectationError(f"a ledger that is as it was written\ninstead: {output}")
        print(output.rstrip(), flush=True)


def _block_id(card: ApprovalCard, action: str, row: int | None) -> str | None:
    """The id of the block that row `row` (from 1) has its buttons in."""
    if row is None:
        return None
    for block, element in interactive_elements(all_blocks(card.message)):
        if block["block_id"].startswith(f"row:{row - 1}:") and element["action_id"] == action:
            return str(block["block_id"])
    raise ExpectationError(f"a row {row} with {action}, not {card}")


def _whole_answer(view: View) -> str:
    inputs = inputs_of(view)
    fit = [block for block in inputs if block in WHOLE_ANSWER] or list(inputs)
    if len(fit) != 1:
        raise ExpectationError(f"a form with one answer; it has {list(inputs)}, so name the fields")
    return fit[0]
