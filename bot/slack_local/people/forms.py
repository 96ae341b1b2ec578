"""Filling in, submitting and closing forms."""

from collections.abc import Mapping
from typing import Any

from slack_local.block_kit.input_state import NotPossibleError, validation_message
from slack_local.model.errors import SlackError
from slack_local.model.records import JsonObject, View
from slack_local.operations.views import apply_response
from slack_local.payloads import interactions
from slack_local.people.clicking import Clicking
from slack_local.people.results import SubmissionResult

CONNECTION_ERROR = "We had some trouble connecting. Try again?"


class Forms(Clicking):
    """Somebody with a form before them."""

    async def fills(self, view: View, values: Mapping[str, Any]) -> View:
        """Fill in inputs, by block id; None empties one. Raises `NotPossibleError` for what does not go."""
        self._must_show(view)
        for block_id, value in values.items():
            element, block = self._put(view.definition["blocks"], view.values, block_id, value)
            view.errors.pop(block_id, None)
            if block.get("dispatch_action"):
                action = self._action(block, element, value, view.values)
                await self.clicks_raw(interactions.view_action(self._slack, self.id, view, action))
        self._slack.screen_changed(self.id)
        return view

    def _must_show(self, view: View) -> None:
        if self.modal is not view:
            raise NotPossibleError(f"that form is not on top of {self.name}'s screen")

    async def submits(self, view: View, values: Mapping[str, Any] | None = None) -> SubmissionResult:
        """Press the form's submit button, after filling in `values`."""
        if values:
            await self.fills(view, values)
        self._must_show(view)
        missing = self._incomplete(view)
        if missing:
            view.errors = missing
            self._slack.screen_changed(self.id)
            return SubmissionResult(outcome="incomplete", errors=missing, view=view)
        return await self.submits_raw(view, interactions.view_submission(self._slack, self.id, view))

    async def submits_raw(self, view: View, payload: JsonObject) -> SubmissionResult:
        """Send a submission as it is, and do to the form what the bot answers."""
        ack = await self._delivery.interact("interactive", payload)
        if ack.error is not None:
            return SubmissionResult(outcome="failed", errors={}, view=view, error=CONNECTION_ERROR)
        if self._slack.state.views.get(view.id) is not view:
            return SubmissionResult(outcome="closed", errors={}, view=self.modal)
        try:
            outcome = apply_response(self._slack, view, ack.answer)
        except SlackError as refused:
            self._slack.violation("view_submission answer", refused.error, refused.messages)
            return SubmissionResult(outcome="failed", errors={}, view=view, error=CONNECTION_ERROR)
        return SubmissionResult(outcome=outcome, errors=dict(view.errors), view=self.modal)

    def _incomplete(self, view: View) -> dict[str, str]:
        found: dict[str, str] = {}
        for block in view.definition["blocks"]:
            if block["type"] == "input":
                state = view.values.get(block["block_id"], {}).get(block["element"]["action_id"])
                if said := validation_message(block, state):
                    found[block["block_id"]] = said
        return found

    async def closes(self, view: View, *, everything: bool = False) -> None:
        """Press the form's close button (or, with `everything`, the X that closes the whole stack)."""
        self._must_show(view)
        state = self._slack.state
        gone = list(state.modals[self.id]) if everything or view.definition.get("clear_on_close") else [view]
        for closed in reversed(gone):
            state.pop_modal(self.id)
            if closed.definition.get("notify_on_close"):
                payload = interactions.view_closed(self._slack, self.id, closed, cleared=len(gone) > 1)
                await self._delivery.interact("interactive", payload)
        self._slack.screen_changed(self.id)
