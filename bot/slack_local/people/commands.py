"""Slash commands, shortcuts, the app's Home, an agent's Stop button."""

from dataclasses import replace

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.model.errors import SlackError
from slack_local.model.records import Channel, Message, ResponseUrl, View
from slack_local.operations import messages
from slack_local.payloads import events, interactions
from slack_local.people.clicking import Clicking
from slack_local.people.results import ClickResult, CommandResult
from slack_local.people.threads import Thread
from slack_local.transport.delivery import Ack
from slack_local.web_api.response_urls import ResponseUrls

FAILED = "failed with the error"


class Commands(Clicking):
    """Somebody who calls the app."""

    async def runs(self, command: str, channel: str = "#general") -> CommandResult:
        """Type a slash command in a channel (Slack has none in threads); returns its immediate answer."""
        if self.user.is_stranger:
            raise NotPossibleError(f"{self.name} is of another workspace, where this app is not installed")
        name, _, text = command.strip().partition(" ")
        if not name.startswith("/"):
            raise NotPossibleError(f"a command begins with a slash: {name!r} would be a message")
        place = self._place(channel)
        payload = interactions.slash_command(self._slack, self.id, place, name, text.strip())
        ack = await self._delivery.interact("slash_commands", payload)
        if ack.error is not None:
            word = "operation_timeout" if "timeout" in ack.error else "dispatch_failed"
            text = f"{name} {FAILED} “{word}”"
            messages.post_ephemeral(self._slack, self.id, place.id, text, by_slack=True)
            return CommandResult(text=text, payload=None, error=word)
        self._answer_command(place, ack)
        return CommandResult(text=str((ack.answer or {}).get("text", "")), payload=ack.answer, error=None)

    def _answer_command(self, place: Channel, ack: Ack) -> None:
        if not ack.answer:
            return
        response_url = ResponseUrl(secret="", user=self.id, channel=place.id, expires_at=0, uses_left=1)
        try:
            ResponseUrls(self._slack, self._delivery).respond(response_url, ack.answer)
        except SlackError as refused:
            self._slack.violation("slash command answer", refused.error, refused.messages)

    async def shortcuts(self, callback_id: str, message: Message | None = None) -> ClickResult:
        """Use a global shortcut, or one of a message's menu."""
        if message is None:
            return await self.clicks_raw(interactions.global_shortcut(self._slack, self.id, callback_id))
        self._place(message.channel)
        return await self.clicks_raw(
            interactions.message_shortcut(self._slack, self.id, callback_id, message)
        )

    async def sets_language(self, locale: str) -> None:
        """Set the language of this person's Slack, such as `ko-KR`. The app is told with `user_change`."""
        self.user = replace(self.user, locale=locale)
        self._slack.state.users[self.id] = self.user
        self._slack.changes.notify("people", "anything")
        if "user_change" in self._slack.app.events:
            await self._delivery.until_acknowledged(events.user_changed_event(self._slack, self.user))

    async def opens_home(self, tab: str = "home") -> View | None:
        """Open the app's Home; returns what is published there now."""
        if "app_home_opened" in self._slack.app.events:
            event = events.home_opened_event(self._slack, self.id, self.direct(), tab)
            self._delivery.events([event])
        return self.home

    async def stops(self, thread: Thread) -> None:
        """Press the Stop button that Slack shows while the agent's session is processing."""
        slack = self._slack
        session = slack.state.sessions.get((thread.channel, thread.ts), {})
        if session.get("status") != "processing" or "agent_session_stopped" not in slack.app.events:
            raise NotPossibleError("there is no Stop button: no session is processing here")
        streams = [message for message in thread.from_bot() if message.streaming]
        for message in streams:
            message.streaming, message.stopped_by_user = False, True
            slack.message_changed(message)
        stopped = [message.ts for message in streams]
        self._delivery.events([events.stopped_event(slack, self.id, thread.channel, thread.ts, stopped)])

    async def looks_at(self, channel: str | None) -> None:
        """Look at a channel (or at nothing) while the app's panel is open beside it."""
        if "app_context_changed" in self._slack.app.events:
            seen = self._place(channel).id if channel else None
            self._delivery.events([events.context_event(self._slack, self.id, self.direct(), seen)])
