"""Countersign's cards for tests: the buttons of its interface, as methods."""

from collections.abc import Mapping
from typing import Any

from slack_local.model.records import Message, View
from slack_local.people.results import ClickResult, SubmissionResult
from slack_local.people.threads import Card, CardUser, Thread, buttons_of


class ApprovalCard(Card):
    """A card of Countersign. `block_id` names one row of a card with several actions."""

    @classmethod
    def is_card(cls, message: Message) -> bool:
        """Whether it has buttons of an approval: a message with *Fill in the form* starts a run."""
        return any(element["action_id"].startswith("approval:") for element in buttons_of(message))

    @property
    def actions(self) -> list[str]:
        """The action ids that do something now: all but *Details*, which is on every card."""
        return [action for action in super().actions if action != "approval:details"]

    async def details(self, by: CardUser) -> View:
        """Press Details and wait for what opens."""
        return await self.form("approval:details", by)

    async def approve(self, by: CardUser, block_id: str | None = None) -> ClickResult:
        """Press Approve."""
        return await self.click("approval:approve", by, block_id)

    async def reject(
        self, by: CardUser, reason: str | None = None, block_id: str | None = None
    ) -> SubmissionResult:
        """Press Reject and submit the form, with a reason if one is given."""
        return await self.submit("approval:reject", by, {"/message": reason} if reason else {}, block_id)

    async def edit(
        self, by: CardUser, values: Mapping[str, Any], block_id: str | None = None
    ) -> SubmissionResult:
        """Press Edit, change values by their JSON Pointer, submit."""
        return await self.submit("approval:edit", by, values, block_id)

    async def respond(self, by: CardUser, message: str, block_id: str | None = None) -> SubmissionResult:
        """Press Respond and submit the message."""
        return await self.submit("approval:respond", by, {"/message": message}, block_id)

    async def answer(self, by: CardUser, value: Any = None, **values: Any) -> SubmissionResult:
        """Press Answer and submit: one value for the whole answer, or values by JSON Pointer."""
        return await self.submit("approval:answer", by, values or {"/": value})

    async def withdraw(self, by: CardUser, block_id: str | None = None) -> ClickResult:
        """Press Withdraw my vote."""
        return await self.click("approval:withdraw", by, block_id)

    async def undo(self, by: CardUser) -> ClickResult:
        """Press Undo."""
        return await self.click("approval:undo", by)

    async def claim(self, by: CardUser) -> ClickResult:
        """Press I'm looking."""
        return await self.click("approval:claim", by)

    async def ask_someone_else(self, by: CardUser, person: str, note: str = "") -> SubmissionResult:
        """Press Ask someone and submit the form: a user's id, and a note."""
        values = {"/person": person} | ({"/note": note} if note else {})
        return await self.submit("approval:delegate", by, values)

    async def cancel(self, by: CardUser) -> ClickResult:
        """Press Cancel request."""
        return await self.click("approval:cancel", by)

    async def cancel_run(
        self, by: CardUser, reason: str | None = None, block_id: str | None = None
    ) -> SubmissionResult:
        """Press Cancel run and submit the form, with a reason if one is given."""
        values = {"/message": reason} if reason else {}
        return await self.submit("approval:cancel_run", by, values, block_id)

    async def answer_another_way(self, by: CardUser, text: str, kind: str = "text") -> SubmissionResult:
        """Press Answer another way and submit the text as `text`, `number`, `yes_no` or `json`."""
        return await self.submit("approval:other", by, {"/": text, "/as": kind})


async def approval_card(thread: Thread, number: int = 0, *, limit: float = 10.0) -> ApprovalCard:
    """Wait for open card `number` (oldest is 0) of a thread. Raises `WaitTimeoutError`."""
    return await thread.card(number, limit=limit, kind=ApprovalCard)


def approval_cards(thread: Thread) -> list[ApprovalCard]:
    """The cards of a thread that are open now."""
    return thread.cards(kind=ApprovalCard)
