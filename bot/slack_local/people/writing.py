"""Writing, editing, deleting, reacting."""

import re
from collections.abc import Mapping, Sequence
from uuid import uuid4

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.model.records import Channel, ChannelKind, File, JsonObject, Message, new_id
from slack_local.operations import messages
from slack_local.payloads import events
from slack_local.payloads.serializers import file_json, rich_text
from slack_local.people.screen import Screen
from slack_local.people.threads import Thread

_URL = re.compile(r"https?://[^\s<>|]+")
_EMAIL = re.compile(r"(?<![\w.@/:])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
MAX_INPUT_FILE = 10 << 20  # docs.slack.dev/reference/block-kit/block-elements/file-input-element
_NAMED = re.compile(r"(?<![\w@.])@(\w+)")


class Writing(Screen):
    """Somebody who writes."""

    async def says(
        self,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        files: Mapping[str, bytes] | None = None,
        uploaded: Sequence[str] = (),
    ) -> Thread:
        """Write in a channel (id or `#name`), or in one of its threads; returns that thread.

        `@name` becomes a mention, as in Slack's composer; everything else is escaped. `files` are shared
        along, contents by name, and so are those that they uploaded, by id. Raises `NotPossibleError` when
        this person cannot see the channel.
        """
        place = self._place(channel)
        typed = self._composed(text)
        shared = [self._shared(file, place) for file in uploaded]
        shared += [self._file(name, content, place) for name, content in (files or {}).items()]
        message = Message(
            channel=place.id,
            ts=self._slack.clock.ts(),
            user=self.id,
            team=self.user.team_id,
            text=typed,
            thread_ts=thread_ts,
            subtype="file_share" if shared else None,
            blocks=rich_text(typed),
            client_msg_id=str(uuid4()),
            files=shared,
        )
        messages.post(self._slack, self._delivery, message)
        return Thread(self._slack, place.id, thread_ts or message.ts)

    async def deletes_file(self, message: Message, name: str) -> None:
        """Delete a file of theirs that they shared in this message."""
        self._own(message)
        found = next((f for f in message.files if f.get("name") == name), None)
        if found is None:
            raise NotPossibleError(f"{self.name} shared no file {name} there")
        file = self._slack.state.files[found["id"]]
        file.deleted, file.content = True, None
        files = [file_json(self._slack, file) if f is found else f for f in message.files]
        messages.change(self._slack, self._delivery, message, files=files)

    async def uploads(self, name: str, content: bytes) -> JsonObject:
        """Choose a file of theirs, for a form's file input (a list of what this returns) or for a message."""
        if len(content) > MAX_INPUT_FILE:
            raise NotPossibleError(f"a form takes files of up to {MAX_INPUT_FILE >> 20} MB")
        return self._file(name, content)

    def _shared(self, file_id: str, place: Channel) -> JsonObject:
        file = self._slack.state.files.get(file_id)
        if file is None or file.user != self.id or file.channels:
            raise NotPossibleError(f"{self.name} has no file {file_id} to share")
        file.channels = [place.id]
        return file_json(self._slack, file)

    def _file(self, name: str, content: bytes, place: Channel | None = None) -> JsonObject:
        file = File(
            id=new_id("F"),
            name=name,
            title=name,
            size=len(content),
            created=int(self._slack.clock.now()),
            user=self.id,
            ticket="",
            content=content,
            complete=True,
            channels=[place.id] if place else [],
        )
        self._slack.state.files[file.id] = file
        return file_json(self._slack, file)

    async def joins(self, channel: str) -> None:
        """Become a member of a public channel."""
        place = self._slack.state.channel(channel)
        if place is None or place.kind is not ChannelKind.PUBLIC:
            raise NotPossibleError(f"{self.name} cannot join {channel}")
        messages.join(self._slack, self._delivery, place, [self.id])

    async def leaves(self, channel: str) -> None:
        """Stop being a member of a channel."""
        messages.leave(self._slack, self._delivery, self._place(channel), self.id)

    async def invites(self, user: str, channel: str) -> None:
        """Bring somebody (a user id; the bot's too) into a channel."""
        messages.join(self._slack, self._delivery, self._place(channel), [user], inviter=self.id)

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
        messages.change(
            self._slack, self._delivery, message, text=typed, blocks=rich_text(typed), edited=edited
        )

    async def deletes(self, message: Message) -> None:
        """Delete a message of their own."""
        self._own(message)
        messages.delete(self._slack, self._delivery, message)

    async def moderates(self, message: Message) -> None:
        """Delete somebody else's message, an app's too, as admins of a workspace may."""
        self._place(message.channel)
        if not self.user.is_admin:
            raise NotPossibleError(f"{self.name} is no admin, and may delete their own messages only")
        messages.delete(self._slack, self._delivery, message)

    async def reacts(self, message: Message, name: str) -> None:
        """Add a reaction."""
        self._place(message.channel)
        users = message.reactions.setdefault(name, [])
        if self.id not in users:
            users.append(self.id)
            self._reaction_changed("reaction_added", message, name)

    async def unreacts(self, message: Message, name: str) -> None:
        """Take their own reaction back."""
        self._place(message.channel)
        users = message.reactions.get(name, [])
        if self.id in users:
            users.remove(self.id)
            if not users:
                del message.reactions[name]
            self._reaction_changed("reaction_removed", message, name)

    def _reaction_changed(self, kind: str, message: Message, name: str) -> None:
        self._slack.message_changed(message)
        if kind in self._slack.app.events:
            event = events.reaction_event(self._slack, kind, self.id, name, message)
            self._delivery.events([event])

    def _own(self, message: Message) -> None:
        if message.user != self.id:
            raise NotPossibleError(f"{self.name} did not write that message")

    def _composed(self, text: str) -> str:
        """The text that Slack's composer sends for typed text: escaped, with mentions and links marked up."""
        names = {user.name: user.id for user in self._slack.state.users.values()}
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        text = _EMAIL.sub(lambda m: f"<mailto:{m[0]}|{m[0]}>", _URL.sub(lambda m: f"<{m[0]}>", text))
        return _NAMED.sub(lambda m: f"<@{names[m[1]]}>" if m[1] in names else m[0], text)
