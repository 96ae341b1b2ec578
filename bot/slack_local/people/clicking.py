"""Clicking buttons and choosing in menus, in messages and views."""

from collections.abc import Mapping
from typing import Any

from slack_local.block_kit.input_state import (
    STATE_KEYS,
    NotPossibleError,
    all_blocks,
    attachment_of,
    filled,
    initial_state,
    interactive_elements,
)
from slack_local.model.records import Ephemeral, JsonObject, Message, View
from slack_local.payloads import interactions
from slack_local.payloads.serializers import message_json, view_json
from slack_local.people.results import ClickResult
from slack_local.people.screen import Screen


class Clicking(Screen):
    """Somebody who presses what is there."""

    async def clicks(
        self,
        message: Message | Ephemeral | View,
        action_id: str,
        block_id: str | None = None,
        *,
        value: Any = None,
        values: Mapping[str, Any] | None = None,
    ) -> ClickResult:
        """Press the button that is there right now, by its action id or label, or choose `value` in a select.

        `values` are inputs of the same message, by block id. Raises `NotPossibleError` when it is not there.
        """
        if isinstance(message, View):
            return await self._clicks_view(message, action_id, block_id, value)
        blocks = all_blocks(message)
        block, element = self._find(blocks, action_id, block_id)
        state = initial_state(blocks)
        for name, given in (values or {}).items():
            self._put(blocks, state, name, given)
        action = self._action(block, element, value, state)
        channel = self._place(message.channel)
        if isinstance(message, Ephemeral):
            payload = interactions.ephemeral_action(
                self._slack, self.id, message, channel, action=action, values=state
            )
        else:
            shown = message_json(self._slack, message)
            number = attachment_of(message, block)
            payload = interactions.message_action(
                self._slack, self.id, shown, channel, action=action, values=state, attachment=number
            )
        return await self.clicks_raw(payload)

    async def _clicks_view(self, view: View, action_id: str, block_id: str | None, value: Any) -> ClickResult:
        if view.user != self.id or view.id not in self._slack.state.views:
            raise NotPossibleError(f"that view is not on {self.name}'s screen")
        block, element = self._find(view.definition["blocks"], action_id, block_id)
        action = self._action(block, element, value, view.values)
        return await self.clicks_raw(interactions.view_action(self._slack, self.id, view, action))

    async def searches(
        self, where: Message | View, action_id: str, typed: str, block_id: str | None = None
    ) -> list[JsonObject]:
        """Type into an external select; the options that the bot offers, to choose one of as it is."""
        blocks = where.definition["blocks"] if isinstance(where, View) else all_blocks(where)
        block, element = self._find(blocks, action_id, block_id)
        if not element["type"].endswith("external_select"):
            raise NotPossibleError(f"{action_id!r} has its options already")
        if isinstance(where, View):
            part: JsonObject = {
                "container": {"type": "view", "view_id": where.id},
                "view": view_json(self._slack, where),
            }
        else:
            part = {"message": message_json(self._slack, where), "channel": {"id": where.channel}}
        payload = interactions.block_suggestion(
            self._slack, self.id, block["block_id"], action_id, typed=typed, where=part
        )
        ack = await self._delivery.interact("interactive", payload)
        answer = ack.answer or {}
        groups = answer.get("option_groups", ())
        return list(answer.get("options", ())) + [option for group in groups for option in group["options"]]

    def click_payload(self, message: Message, action_id: str, block_id: str | None = None) -> JsonObject:
        """A click on a message as it is now, as a payload to send later (stale) or tamper with (forged)."""
        blocks = all_blocks(message)
        block, element = self._find(blocks, action_id, block_id)
        state = initial_state(blocks)
        return interactions.message_action(
            self._slack,
            self.id,
            message_json(self._slack, message),
            self._slack.state.channels[message.channel],
            action=self._action(block, element, None, state),
            values=state,
            attachment=attachment_of(message, block),
        )

    async def clicks_raw(self, payload: JsonObject) -> ClickResult:
        """Send an interaction payload as it is."""
        ack = await self._delivery.interact("interactive", payload)
        return ClickResult(payload=payload, error=ack.error)

    def _find(
        self, blocks: list[JsonObject], action_id: str, block_id: str | None
    ) -> tuple[JsonObject, JsonObject]:
        there = []
        for block, element in interactive_elements(blocks):
            there.append(element["action_id"])
            label = element["text"]["text"] if element["type"] == "button" else None
            if action_id not in (element["action_id"], label) or block_id not in (None, block["block_id"]):
                continue
            only = element.get("visible_to_user_ids")
            if only and self.id not in only:
                continue
            return block, element
        raise NotPossibleError(f"there is no {action_id!r} for {self.name} here; there is {there}")

    def _action(
        self, block: JsonObject, element: JsonObject, value: Any, state: dict[str, dict[str, JsonObject]]
    ) -> JsonObject:
        action: JsonObject = {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "type": element["type"],
        }
        if element["type"] == "button":
            return action | {k: element[k] for k in ("text", "value", "style", "url") if k in element}
        if element["type"] == "feedback_buttons":
            both = (element["positive_button"], element["negative_button"])
            pressed = next((each for each in both if value in (each["value"], each["text"]["text"])), None)
            if pressed is None:
                raise NotPossibleError(f"there is no button {value!r}")
            return action | {"text": pressed["text"], "value": pressed["value"]}
        if element["type"] == "overflow":
            chosen = next(
                (o for o in element["options"] if value in (o.get("value"), o["text"]["text"])), None
            )
            if chosen is None:
                raise NotPossibleError(f"there is no option {value!r}")
            return action | {"selected_option": chosen}
        if element["type"] not in STATE_KEYS:
            return action | {k: element[k] for k in ("value",) if k in element}
        held = filled(element, value)
        state.setdefault(block["block_id"], {})[element["action_id"]] = held
        return action | held

    def _put(
        self, blocks: list[JsonObject], state: dict[str, dict[str, JsonObject]], block_id: str, value: Any
    ) -> tuple[JsonObject, JsonObject]:
        for block, element in interactive_elements(blocks):
            if block["block_id"] == block_id and element["type"] in STATE_KEYS:
                state.setdefault(block_id, {})[element["action_id"]] = filled(element, value)
                return element, block
        there = [block["block_id"] for block, _ in interactive_elements(blocks)]
        raise NotPossibleError(f"there is no input {block_id!r}; there are {there}")
