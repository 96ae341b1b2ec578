"""What people did at the pages, written down as a test that does it again."""

from dataclasses import dataclass, field
from typing import TypeAlias

from slack_local.block_kit.input_state import interactive_elements
from slack_local.block_kit.text import full_text
from slack_local.model.records import Ephemeral, JsonObject, Message
from slack_local.model.slack import Slack
from slack_local.page.request import PageRequest
from slack_local.people.person import Person

Place: TypeAlias = tuple[str, str]
"""A channel's id and a thread's root `ts`."""

HEAD = '''"""Recorded from the page of the local workspace. Start your bot with `workspace.environment()`."""

from slack_local.workspace import LocalWorkspace

pytest_plugins = ["countersign.testing.pytest_plugin"]


async def test_what_was_recorded(workspace: LocalWorkspace) -> None:
    await workspace.connected()
'''
LONGEST_WORDS = 60


@dataclass
class Recording:
    """Handler as lines of Python. A line is made before its act, from what was there to act on."""

    slack: Slack
    _lines: list[str] = field(default_factory=list)
    _threads: dict[Place, str] = field(default_factory=dict)

    def clear(self) -> None:
        """Forget everything."""
        self._lines.clear()
        self._threads.clear()

    def lines(self, person: Person, request: PageRequest) -> list[str]:
        """What this act is in a test; nothing for what only looks."""
        who = f"workspace.{person.name}"
        match request.name:
            case "say":
                return self._said(who, request)
            case "run":
                return [f"await {who}.runs({request.text('text')!r}, {self._channel(request)!r})"]
            case "click":
                return self._clicked(person, who, request)
            case "submit":
                opened = f"form = await {who}.modal_opens(title={self._title(person)!r})"
                return [opened, f"await {who}.submits(form, {request.object('values')!r})"]
            case "close":
                return [f"await {who}.closes(await {who}.modal_opens())"]
            case "home":
                return [f"await {who}.opens_home()"]
            case "react" | "unreact" | "edit" | "delete" | "shortcut" | "stop" as other:
                return [f"# here {person.name} did what is not recorded: {other}"]
            case _:
                return []

    def keep(self, lines: list[str], request: PageRequest, came: JsonObject) -> None:
        """The act was done: its lines stay."""
        if request.name == "say" and not request.maybe("thread_ts"):
            name = f"thread_{len(self._threads) + 1}"
            self._threads[request.text("channel"), str(came["thread_ts"])] = name
            lines = [f"{name} = {lines[0]}"]
        self._lines += lines

    def as_test(self) -> str:
        """A test module: the acts, and then what the bot last wrote in each thread."""
        lines = [*self._lines]
        for (channel, root), name in self._threads.items():
            wrote = [m for m in self.slack.state.thread(channel, root) if m.by_bot and not _has_buttons(m)]
            if wrote and (words := _words(wrote[-1])):
                lines.append(f"await {name}.wait_for({words!r})")
        return HEAD + "".join(f"    {line}\n" for line in lines)

    def _channel(self, request: PageRequest) -> str:
        channel = self.slack.state.channels[request.text("channel")]
        return channel.id if channel.is_direct else f"#{channel.name}"

    def _said(self, who: str, request: PageRequest) -> list[str]:
        text, channel = request.text("text"), request.text("channel")
        if root := request.maybe("thread_ts"):
            thread = self._thread(channel, root)
            # A person answers what they have read: without the wait, a test would speak before the app.
            read = [m for m in self.slack.state.thread(channel, root) if m.by_bot][-1:]
            waits = [f"await {thread}.wait_for({_words(m)!r})" for m in read]
            return [*waits, f"await {who}.replies({thread}, {text!r})"]
        if self.slack.state.channels[channel].is_direct:
            return [f"await {who}.dms({text!r})"]
        return [f"await {who}.says({self._channel(request)!r}, {text!r})"]

    def _thread(self, channel: str, root: str) -> str:
        """The variable that holds this thread; one that the bot started is fetched first."""
        if (channel, root) not in self._threads:
            name = f"thread_{len(self._threads) + 1}"
            place = self.slack.state.channels[channel]
            started = [ts for ts in place.timeline if place.messages[ts].by_bot]
            number = started.index(root) if root in started else 0
            self._lines.append(f"{name} = await workspace.bot_thread('#{place.name}', {number})")
            self._threads[channel, root] = name
        return self._threads[channel, root]

    def _clicked(self, person: Person, who: str, request: PageRequest) -> list[str]:
        action = request.text("action_id")
        value = f", value={request.any('value')!r}" if request.any("value") is not None else ""
        if request.any("view"):
            home = person.home is not None and person.home.id == request.text("view")
            return [f"await {who}.clicks({who}.{'home' if home else 'modal'}, {action!r}{value})"]
        if request.any("ephemeral"):
            seen = next(e for e in person.ephemerals if e.id == request.any("ephemeral"))
            told = f"seen = await {who}.sees_ephemeral({_words(seen)!r})"
            return [told, f"await {who}.clicks(seen, {action!r}{value})"]
        place = self.slack.state.channels[request.text("channel")]
        message = place.messages[request.text("ts")]
        thread = self._thread(place.id, message.thread_ts or message.ts)
        older = self.slack.state.thread(place.id, message.thread_ts or message.ts)
        number = sum(m.by_bot and _has_buttons(m) and m.ts < message.ts for m in older)
        same = [
            element for _, element in interactive_elements(message.blocks) if element["action_id"] == action
        ]
        # A block's id may be new in every run: it is named only where the action's alone is not enough.
        block = f", {request.text('block_id')!r}" if len(same) > 1 else ""
        card = f"card = await {thread}.card({number})"
        return [card, f"await {who}.clicks(card.message, {action!r}{block}{value})"]

    def _title(self, person: Person) -> str | None:
        return person.modal.definition["title"]["text"] if person.modal else None


def _has_buttons(message: Message) -> bool:
    return any(element["type"] == "button" for _, element in interactive_elements(message.blocks))


def _words(said: Message | Ephemeral) -> str:
    """The first words of a message, enough to know it again."""
    text = full_text(said).strip()
    return text.partition("\n")[0][:LONGEST_WORDS]
