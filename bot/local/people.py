"""How a person acts in the workspace: writes, presses, fills in, types commands.

Used by tests, by the terminal and by the page. A person can do what Slack's client lets them do and no
more; `clicks_raw` is the exception, for stale and forged clicks.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from bot.local import conduct, payloads
from bot.local.delivery import Ack, Delivery
from bot.local.elements import STATEFUL, RefusedError, complaint, filled, initial_values, standing_in
from bot.local.errors import SlackError
from bot.local.modals import settle_submission
from bot.local.rendering import message_json, rich_text
from bot.local.response_url import ResponseUrls
from bot.local.slack import Slack
from bot.local.things import Channel, Ephemeral, Hook, Message, Obj, User, View
from bot.local.threads import Thread, everything_said

FAILED = "failed with the error"
TROUBLE = "We had some trouble connecting. Try again?"
_URL = re.compile(r"https?://[^\s<>|]+")
_EMAIL = re.compile(r"(?<![\w.@/:])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NAMED = re.compile(r"(?<![\w@.])@(\w+)")


@dataclass(frozen=True, kw_only=True)
class Clicked:
    """What came of a press: `error` is what the person saw when the bot did not take it in time."""

    payload: Obj
    error: str | None


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What came of submitting a form.

    `outcome` is closed, cleared, errors, updated, pushed, incomplete (the client did not let it go) or
    failed (the bot did not answer in time or not sensibly); `errors` are by block id.
    """

    outcome: str
    errors: Mapping[str, str]
    view: View | None  # the form that now shows, if any
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class CommandAnswer:
    """The immediate answer to a slash command: what the bot acknowledged with, or why it failed."""

    text: str
    payload: Obj | None
    error: str | None


class Person:
    """One member (or guest, or stranger) at their screen."""

    def __init__(self, slack: Slack, delivery: Delivery, user: User) -> None:
        self._slack = slack
        self._delivery = delivery
        self.user = user

    def __repr__(self) -> str:
        return f"<{self.user.name}>"

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    # -- writing ------------------------------------------------------------------------------------

    async def says(self, channel: str, text: str, thread_ts: str | None = None) -> Thread:
        """Write in a channel (id or `#name`), or in one of its threads; returns that thread.

        `@name` becomes a mention, as in Slack's composer; everything else is escaped.
        Raises `RefusedError` when this person cannot see the channel.
        """
        place = self._place(channel)
        typed = self._composed(text)
        message = Message(
            channel=place.id,
            ts=self._slack.clock.ts(),
            user=self.id,
            team=self.user.team_id,
            text=typed,
            thread_ts=thread_ts,
            blocks=rich_text(typed),
            client_msg_id=str(uuid4()),
        )
        conduct.post(self._slack, self._delivery, message)
        return Thread(self._slack, place.id, thread_ts or message.ts)

    async def mentions(self, text: str, channel: str = "#general", thread_ts: str | None = None) -> Thread:
        """Write `@bot text` in a channel."""
        return await self.says(channel, f"@{self._slack.bot.name} {text}", thread_ts)

    async def dms(self, text: str, thread_ts: str | None = None) -> Thread:
        """Write to the bot directly."""
        return await self.says(self.direct().id, text, thread_ts)

    async def replies(self, thread: Thread, text: str) -> Thread:
        """Write in a thread."""
        return await self.says(thread.channel, text, thread.ts)

    async def edits(self, message: Message, text: str) -> None:
        """Change a message of their own."""
        self._own(message)
        typed = self._composed(text)
        edited = {"user": self.id, "ts": self._slack.clock.ts()}
        conduct.change(
            self._slack, self._delivery, message, text=typed, blocks=rich_text(typed), edited=edited
        )

    async def deletes(self, message: Message) -> None:
        """Delete a message of their own."""
        self._own(message)
        conduct.delete(self._slack, self._delivery, message)

    async def reacts(self, message: Message, name: str) -> None:
        """Add a reaction."""
        self._place(message.channel)
        users = message.reactions.setdefault(name, [])
        if self.id not in users:
            users.append(self.id)
            self._slack.message_changed(message)
            if "reaction_added" in self._slack.app.events:
                event = payloads.reaction_event(self._slack, "reaction_added", self.id, name, message)
                self._delivery.events([event])

    def _own(self, message: Message) -> None:
        if message.user != self.id:
            raise RefusedError(f"{self.name} did not write that message")

    def _place(self, channel: str) -> Channel:
        place = self._slack.world.channel(channel)
        if place is None or self.id not in place.members:
            raise RefusedError(f"{self.name} is not in {channel}")
        return place

    def direct(self) -> Channel:
        """The direct messages between this person and the bot."""
        return self._slack.world.open_direct(self._slack.app.bot_user, self.id, int(self._slack.clock.now()))

    def _composed(self, text: str) -> str:
        """What Slack's composer makes of typed text: escaped, with mentions and links marked up."""
        names = {user.name: user.id for user in self._slack.world.users.values()}
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        text = _EMAIL.sub(lambda m: f"<mailto:{m[0]}|{m[0]}>", _URL.sub(lambda m: f"<{m[0]}>", text))
        return _NAMED.sub(lambda m: f"<@{names[m[1]]}>" if m[1] in names else m[0], text)

    # -- pressing -----------------------------------------------------------------------------------

    async def clicks(
        self,
        message: Message | Ephemeral | View,
        action_id: str,
        block_id: str | None = None,
        *,
        value: Any = None,
        values: Mapping[str, Any] | None = None,
    ) -> Clicked:
        """Press the button (or choose `value` in the select) that stands there right now.

        `values` are inputs of the same message, by block id. Raises `RefusedError` when it is not there.
        """
        if isinstance(message, View):
            return await self._clicks_view(message, action_id, block_id, value)
        block, element = self._find(message.blocks, action_id, block_id)
        state = initial_values(message.blocks)
        for name, given in (values or {}).items():
            self._put(message.blocks, state, name, given)
        action = self._action(block, element, value, state)
        channel = self._place(message.channel)
        if isinstance(message, Ephemeral):
            payload = payloads.ephemeral_action(
                self._slack, self.id, message, channel, action=action, values=state
            )
        else:
            shown = message_json(self._slack, message)
            payload = payloads.message_action(
                self._slack, self.id, shown, channel, action=action, values=state
            )
        return await self.clicks_raw(payload)

    async def _clicks_view(self, view: View, action_id: str, block_id: str | None, value: Any) -> Clicked:
        if view.user != self.id or view.id not in self._slack.world.views:
            raise RefusedError(f"that view is not on {self.name}'s screen")
        block, element = self._find(view.definition["blocks"], action_id, block_id)
        action = self._action(block, element, value, view.values)
        return await self.clicks_raw(payloads.view_action(self._slack, self.id, view, action))

    def click_payload(self, message: Message, action_id: str, block_id: str | None = None) -> Obj:
        """A click on a message as it is now, as a payload to send later (stale) or tamper with (forged)."""
        block, element = self._find(message.blocks, action_id, block_id)
        state = initial_values(message.blocks)
        return payloads.message_action(
            self._slack,
            self.id,
            message_json(self._slack, message),
            self._slack.world.channels[message.channel],
            action=self._action(block, element, None, state),
            values=state,
        )

    async def clicks_raw(self, payload: Obj) -> Clicked:
        """Send an interaction payload as it is."""
        ack = await self._delivery.interact("interactive", payload)
        return Clicked(payload=payload, error=ack.error)

    def _find(self, blocks: list[Obj], action_id: str, block_id: str | None) -> tuple[Obj, Obj]:
        there = []
        for block, element in standing_in(blocks):
            there.append(element["action_id"])
            if element["action_id"] != action_id or block_id not in (None, block["block_id"]):
                continue
            only = element.get("visible_to_user_ids")
            if only and self.id not in only:
                continue
            return block, element
        raise RefusedError(f"there is no {action_id!r} for {self.name} here; there is {there}")

    def _action(self, block: Obj, element: Obj, value: Any, state: dict[str, dict[str, Obj]]) -> Obj:
        action: Obj = {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "type": element["type"],
        }
        if element["type"] == "button":
            return action | {k: element[k] for k in ("text", "value", "style", "url") if k in element}
        if element["type"] == "overflow":
            chosen = next((o for o in element["options"] if o.get("value") == value), None)
            if chosen is None:
                raise RefusedError(f"there is no option {value!r}")
            return action | {"selected_option": chosen}
        if element["type"] not in STATEFUL:
            return action | {k: element[k] for k in ("value",) if k in element}
        held = filled(element, value)
        state.setdefault(block["block_id"], {})[element["action_id"]] = held
        return action | held

    # -- forms --------------------------------------------------------------------------------------

    @property
    def modal(self) -> View | None:
        """The form on top of this person's screen."""
        stack = self._slack.world.modals.get(self.id)
        return stack[-1] if stack else None

    async def modal_opens(self, *, limit: float = 10.0, title: str | None = None) -> View:
        """Wait for a form to show (with that title, if given). Raises `WaitedError`."""

        def look() -> View | None:
            view = self.modal
            fits = view is not None and title in (None, view.definition["title"]["text"])
            return view if fits else None

        return await self._slack.signals.until(
            ("screen", self.id), look, limit=limit, what=lambda: f"a form on {self.name}'s screen"
        )

    async def fills(self, view: View, values: Mapping[str, Any]) -> View:
        """Fill in inputs, by block id; None empties one. Raises `RefusedError` for what does not go."""
        self._must_show(view)
        for block_id, value in values.items():
            element, block = self._put(view.definition["blocks"], view.values, block_id, value)
            view.errors.pop(block_id, None)
            if block.get("dispatch_action"):
                action = self._action(block, element, value, view.values)
                await self.clicks_raw(payloads.view_action(self._slack, self.id, view, action))
        self._slack.screen_changed(self.id)
        return view

    def _put(
        self, blocks: list[Obj], state: dict[str, dict[str, Obj]], block_id: str, value: Any
    ) -> tuple[Obj, Obj]:
        for block, element in standing_in(blocks):
            if block["block_id"] == block_id and element["type"] in STATEFUL:
                state.setdefault(block_id, {})[element["action_id"]] = filled(element, value)
                return element, block
        raise RefusedError(
            f"there is no input {block_id!r}; there are {[b['block_id'] for b, _ in standing_in(blocks)]}"
        )

    def _must_show(self, view: View) -> None:
        if self.modal is not view:
            raise RefusedError(f"that form is not on top of {self.name}'s screen")

    async def submits(self, view: View, values: Mapping[str, Any] | None = None) -> Submission:
        """Press the form's submit button, after filling in `values`."""
        if values:
            await self.fills(view, values)
        self._must_show(view)
        missing = self._incomplete(view)
        if missing:
            view.errors = missing
            self._slack.screen_changed(self.id)
            return Submission(outcome="incomplete", errors=missing, view=view)
        return await self.submits_raw(view, payloads.view_submission(self._slack, self.id, view))

    async def submits_raw(self, view: View, payload: Obj) -> Submission:
        """Send a submission as it is, and do to the form what the bot answers."""
        ack = await self._delivery.interact("interactive", payload)
        if ack.error is not None:
            return Submission(outcome="failed", errors={}, view=view, error=TROUBLE)
        if self._slack.world.views.get(view.id) is not view:
            return Submission(outcome="closed", errors={}, view=self.modal)
        try:
            outcome = settle_submission(self._slack, view, ack.answer)
        except SlackError as refused:
            self._slack.violation("view_submission answer", refused.error, refused.messages)
            return Submission(outcome="failed", errors={}, view=view, error=TROUBLE)
        return Submission(outcome=outcome, errors=dict(view.errors), view=self.modal)

    def _incomplete(self, view: View) -> dict[str, str]:
        found: dict[str, str] = {}
        for block in view.definition["blocks"]:
            if block["type"] == "input":
                state = view.values.get(block["block_id"], {}).get(block["element"]["action_id"])
                if said := complaint(block, state):
                    found[block["block_id"]] = said
        return found

    async def closes(self, view: View, *, everything: bool = False) -> None:
        """Press the form's close button (or, with `everything`, the X that closes the whole stack)."""
        self._must_show(view)
        world = self._slack.world
        gone = list(world.modals[self.id]) if everything or view.definition.get("clear_on_close") else [view]
        for closed in reversed(gone):
            world.pop_modal(self.id)
            if closed.definition.get("notify_on_close"):
                payload = payloads.view_closed(self._slack, self.id, closed, cleared=len(gone) > 1)
                await self._delivery.interact("interactive", payload)
        self._slack.screen_changed(self.id)

    # -- commands, shortcuts, Home --------------------------------------------------------------------

    async def runs(self, command: str, channel: str = "#general") -> CommandAnswer:
        """Type a slash command in a channel (Slack has none in threads); returns its immediate answer."""
        name, _, text = command.strip().partition(" ")
        place = self._place(channel)
        payload = payloads.slash_command(self._slack, self.id, place, name, text.strip())
        ack = await self._delivery.interact("slash_commands", payload)
        if ack.error is not None:
            word = "operation_timeout" if "timeout" in ack.error else "dispatch_failed"
            told = f"{name} {FAILED} “{word}”"
            conduct.whisper(self._slack, self.id, place.id, told, by_slack=True)
            return CommandAnswer(text=told, payload=None, error=word)
        self._answer_command(place, ack)
        return CommandAnswer(text=str((ack.answer or {}).get("text", "")), payload=ack.answer, error=None)

    def _answer_command(self, place: Channel, ack: Ack) -> None:
        if not ack.answer:
            return
        hook = Hook(secret="", user=self.id, channel=place.id, expires_at=0, uses_left=1)
        try:
            ResponseUrls(self._slack, self._delivery).respond(hook, ack.answer)
        except SlackError as refused:
            self._slack.violation("slash command answer", refused.error, refused.messages)

    async def shortcuts(self, callback_id: str, message: Message | None = None) -> Clicked:
        """Use a global shortcut, or one of a message's menu."""
        if message is None:
            return await self.clicks_raw(payloads.global_shortcut(self._slack, self.id, callback_id))
        self._place(message.channel)
        return await self.clicks_raw(payloads.message_shortcut(self._slack, self.id, callback_id, message))

    async def opens_home(self, tab: str = "home") -> View | None:
        """Open the app's Home; returns what is published there now."""
        if "app_home_opened" in self._slack.app.events:
            event = payloads.home_opened_event(self._slack, self.id, self.direct(), tab)
            self._delivery.events([event])
        return self.home

    @property
    def home(self) -> View | None:
        """This person's Home tab of the app, if it was published."""
        return self._slack.world.homes.get(self.id)

    async def home_shows(self, fits: Callable[[View], bool], *, limit: float = 10.0) -> View:
        """Wait for the Home tab to fit. Raises `WaitedError`."""
        return await self._slack.signals.until(
            ("screen", self.id),
            lambda: self.home if self.home is not None and fits(self.home) else None,
            limit=limit,
            what=lambda: f"{self.name}'s Home",
        )

    @property
    def ephemerals(self) -> list[Ephemeral]:
        """What only this person sees, oldest first."""
        return list(self._slack.world.ephemerals[self.id])

    async def is_told(self, fits: str | Callable[[Ephemeral], bool], *, limit: float = 10.0) -> Ephemeral:
        """Wait for an ephemeral message that contains a text or fits. Raises `WaitedError`."""

        def look() -> Ephemeral | None:
            for seen in self._slack.world.ephemerals[self.id]:
                if (fits in everything_said(seen)) if isinstance(fits, str) else fits(seen):
                    return seen
            return None

        return await self._slack.signals.until(
            ("screen", self.id),
            look,
            limit=limit,
            what=lambda: (
                f"an ephemeral message to {self.name}; there are {[e.text for e in self.ephemerals]}"
            ),
        )
