"""The lines of text that a person has not seen yet."""

from collections.abc import Iterator

from slack_local.model.records import Channel, Ephemeral, Message
from slack_local.model.slack import Slack
from slack_local.people.person import Person
from slack_local.transcript.blocks import ephemeral_lines, message_lines
from slack_local.transcript.mrkdwn import names_in


class Unread:
    """Gives each message once, and again when it changed; numbers the threads as they come."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._seen: dict[tuple[str, str], str] = {}  # what each message looked like when it was last given
        self._threads: list[tuple[str, str]] = []
        self._heading = ""

    def lines(self, person: Person) -> list[str]:
        """What is new to this person; afterwards it counts as seen."""
        return [*self._new_messages(person), *self._new_ephemerals(person)]

    def _new_messages(self, person: Person) -> Iterator[str]:
        new = [
            (message, channel)
            for channel in self._slack.state.channels.values()
            if person.id in channel.members
            for message in channel.messages.values()
            if not message.streaming and self._seen.get((channel.id, message.ts)) != _appearance(message)
        ]
        for message, channel in sorted(new, key=lambda found: found[0].ts):
            changed = (channel.id, message.ts) in self._seen
            self._seen[channel.id, message.ts] = _appearance(message)
            yield from self._new_heading(channel, message, " (changed)" if changed else "")
            yield from (f"  {line}" for line in message_lines(message, names_in(self._slack.state)))

    def _new_ephemerals(self, person: Person) -> Iterator[str]:
        for ephemeral in self._slack.state.ephemerals[person.id]:
            if self._seen.get((person.id, ephemeral.ts)) != _appearance(ephemeral):
                self._seen[person.id, ephemeral.ts] = _appearance(ephemeral)
                self._heading = ""
                yield from ephemeral_lines(ephemeral, names_in(self._slack.state), person.name)

    def _new_heading(self, channel: Channel, message: Message, note: str) -> Iterator[str]:
        """Channel and thread of the message, unless the message above it has the same."""
        number = self._thread_number(channel.id, message.thread_ts or message.ts)
        name = f"@{self._slack.bot.name}" if channel.is_direct else f"#{channel.name}"
        heading = f"{name} › {number}{note}"
        if heading != self._heading:
            self._heading = heading
            yield heading

    def _thread_number(self, channel: str, root_ts: str) -> int:
        if (channel, root_ts) not in self._threads:
            self._threads.append((channel, root_ts))
        return self._threads.index((channel, root_ts)) + 1


def _appearance(message: Message | Ephemeral) -> str:
    return repr((message.text, message.blocks, message.attachments))
