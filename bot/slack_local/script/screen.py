"""What one person has seen of the workspace and what is new to them, with numbers to name it by."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from slack_local.model.records import Channel, Ephemeral, JsonObject, Message, View
from slack_local.model.slack import Slack
from slack_local.people.person import Person
from slack_local.transcript.blocks import ephemeral_lines, message_lines, view_lines
from slack_local.transcript.mrkdwn import Names, names_in

Surface: TypeAlias = Message | Ephemeral | View


@dataclass(frozen=True)
class Press:
    """What a number stands for: an element of something on the screen."""

    on: Surface
    action_id: str
    block_id: str


class Screen:
    """Draws each thing once, and again when it changed. Numbers stay what they are while the screen lives."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._seen: dict[tuple[str, str], str] = {}  # what each message looked like when it was last drawn
        self._threads: list[tuple[str, str]] = []
        self._presses: list[Press] = []
        self._place = ""

    def skip_what_is_there(self) -> None:
        """Take everything that is there for seen."""
        for channel in self._slack.state.channels.values():
            for message in channel.messages.values():
                self._seen[channel.id, message.ts] = _looks(message)
                if message.ts in channel.threads:
                    self.thread_number(channel.id, message.ts)
        for to, ephemerals in self._slack.state.ephemerals.items():
            self._seen |= {(to, seen.ts): _looks(seen) for seen in ephemerals}

    async def changes(self, person: Person, look: Callable[[], bool], *, limit: float) -> None:
        """Wait until `look` holds of this person's screen. Raises `WaitTimeoutError`."""
        await self._slack.changes.wait_for(("screen", person.id), look, limit=limit, what="a change")

    def thread_number(self, channel: str, root_ts: str) -> int:
        """The number of a thread, from 1."""
        if (channel, root_ts) not in self._threads:
            self._threads.append((channel, root_ts))
        return self._threads.index((channel, root_ts)) + 1

    def thread(self, number: int) -> tuple[str, str] | None:
        """Channel and root of the thread with that number."""
        return self._threads[number - 1] if 0 < number <= len(self._threads) else None

    def press(self, number: int) -> Press | None:
        """What stands under a number."""
        return self._presses[number - 1] if 0 < number <= len(self._presses) else None

    def news(self, person: Person) -> list[str]:
        """What this person can see and has not been shown yet, as lines."""
        return [*self._new_messages(person), *self._new_ephemerals(person)]

    def _new_messages(self, person: Person) -> Iterator[str]:
        fresh = [
            (message, channel)
            for channel in self._slack.state.channels.values()
            if person.id in channel.members
            for message in channel.messages.values()
            if not message.streaming and self._seen.get((channel.id, message.ts)) != _looks(message)
        ]
        for message, channel in sorted(fresh, key=lambda found: found[0].ts):
            again = (channel.id, message.ts) in self._seen
            self._seen[channel.id, message.ts] = _looks(message)
            yield from self._placed(channel, message, " (changed)" if again else "")
            yield from (f"  {line}" for line in self.draw(message))

    def _new_ephemerals(self, person: Person) -> Iterator[str]:
        for seen in self._slack.state.ephemerals[person.id]:
            if self._seen.get((person.id, seen.ts)) != _looks(seen):
                self._seen[person.id, seen.ts] = _looks(seen)
                self._place = ""
                yield from self.draw(seen)

    def _placed(self, channel: Channel, message: Message, note: str) -> Iterator[str]:
        """Where the message stands, unless the one above it stands there too."""
        number = self.thread_number(channel.id, message.thread_ts or message.ts)
        place = f"{place_name(self._slack, channel)} › {number}"
        if place + note != self._place:
            self._place = place + note
            yield f"{place}{note}"

    def draw(self, what: Surface) -> list[str]:
        """Something as it looks now, its buttons numbered."""

        def number(block: JsonObject, element: JsonObject) -> int | None:
            return (
                self._number(Press(what, element["action_id"], block["block_id"]))
                if "action_id" in element
                else None
            )

        match what:
            case Message():
                return message_lines(what, self.names, number)
            case Ephemeral():
                return ephemeral_lines(what, self.names, number)
            case View():
                return view_lines(what, self.names, number)

    @property
    def names(self) -> Names:
        return names_in(self._slack.state)

    def _number(self, press: Press) -> int:
        for at, known in enumerate(self._presses, start=1):
            if known.on is press.on and (known.action_id, known.block_id) == (
                press.action_id,
                press.block_id,
            ):
                return at
        self._presses.append(press)
        return len(self._presses)


def place_name(slack: Slack, channel: Channel) -> str:
    """`#ops`, or `@countersign` for direct messages with the bot."""
    return f"@{slack.bot.name}" if channel.is_direct else f"#{channel.name}"


def _looks(what: Message | Ephemeral) -> str:
    return repr((what.text, what.blocks, what.attachments))
