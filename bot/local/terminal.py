"""The local workspace in a terminal: be one of its people, write, press, fill in forms."""

import asyncio
import contextlib
import math
import sys
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from bot.local.elements import RefusedError
from bot.local.people import Person
from bot.local.server import LocalWorkspace
from bot.local.terminal_form import Form
from bot.local.terminal_input import InputLines
from bot.local.terminal_screen import Screen, place_name
from bot.local.things import Message

HELP = (
    "What you can type:",
    "  text                  write it where you are; @countersign calls the bot",
    "  press 1               press the button with that number (or: press 1 VALUE, for a choice)",
    "  /agent TEXT           the bot's commands work in channels: /agent graphs, /approvals",
    "  /as bob               be somebody else; /who lists them",
    "  /go #ops              go to a channel; /go @countersign: your direct messages with the bot; /channels",
    "  /threads  /open 1     list the threads here, open one; /back leaves it",
    "  /show                 draw again what is here",
    "  /home                 the app's Home tab",
    "  /help  /quit",
)
CLEAR_LINE = "\r\x1b[K"
Command: TypeAlias = Callable[[str], Awaitable[None]]
Receive: TypeAlias = Callable[[], Awaitable[str | None]]


class _GoneError(Exception):
    """There will be no more input."""


class Terminal:
    """One visit. `write` gets text as it is to appear; by default it goes to standard output."""

    def __init__(self, workspace: LocalWorkspace, write: Callable[[str], None] | None = None) -> None:
        self._slack = workspace.slack
        self._people = workspace.people
        self._write = write or _to_standard_output
        self._is_screen = write is None and sys.stdout.isatty()
        self._screen = Screen(workspace.slack)
        self._person = workspace.alice
        self._channel = workspace.channel_id("general")
        self._thread: str | None = None
        self._prompt = ""
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._commands: dict[str, Command] = {
            "/as": self._become, "/who": self._who, "/go": self._go, "/channels": self._list_channels,
            "/threads": self._list_threads, "/open": self._open, "/back": self._back, "/show": self._show,
            "/home": self._home, "/help": self._help, "press": self._press,
        }  # fmt: skip

    async def visit(self, receive: Receive | None = None) -> None:
        """Take part until /quit or the end of the input. `receive` gives a line, or None at its end."""
        self._screen.skip_what_is_there()
        self._tell(
            ["", "You are alice, in #general. Type /help to see what you can do, /quit to stop the demo."]
        )
        async with contextlib.AsyncExitStack() as stack:
            if receive is None:
                receive = (await stack.enter_async_context(InputLines(sys.stdin.fileno()))).receive
            group = await stack.enter_async_context(asyncio.TaskGroup())
            beside = [group.create_task(work) for work in (self._watch(), self._read(receive))]
            with contextlib.suppress(_GoneError):
                await self._take_part()
            for task in beside:
                task.cancel()

    async def _read(self, receive: Receive) -> None:
        while (line := await receive()) is not None:
            await self._lines.put(line)
        await self._lines.put(None)

    async def _watch(self) -> None:
        """Show what is new as it comes."""
        while True:
            news = await self._slack.signals.until(
                "anything", lambda: self._screen.news(self._person) or None, limit=math.inf, what="news"
            )
            self._tell(news)

    async def _take_part(self) -> None:
        while True:
            await self._forms()
            here = place_name(self._slack, self._slack.world.channels[self._channel])
            inside = f" › {self._screen.thread_number(self._channel, self._thread)}" if self._thread else ""
            line = await self._line_or_form(f"{self._person.name} in {here}{inside}> ")
            if line is None:
                continue
            if line.strip() == "/quit":
                return
            try:
                await self._do(line.strip())
            except (RefusedError, ValueError) as refused:
                self._tell([f"That does not go: {refused}."])

    async def _forms(self) -> None:
        if self._person.modal is not None:
            await Form(self._person, self._screen, self._ask, self._tell, self._press).fill_in()

    async def _line_or_form(self, prompt: str) -> str | None:
        """The next line, or None as soon as a form opens on this person's screen."""
        line = asyncio.create_task(self._ask(prompt))
        form = asyncio.create_task(self._person.modal_opens(limit=math.inf))
        try:
            await asyncio.wait({line, form}, return_when=asyncio.FIRST_COMPLETED)
            return await line if line.done() else None
        finally:
            line.cancel()
            form.cancel()

    async def _ask(self, prompt: str) -> str:
        self._prompt = prompt
        if self._lines.empty():
            self._write(prompt)
        line = await self._lines.get()
        self._prompt = ""
        if line is None:
            raise _GoneError
        return line

    def _tell(self, lines: list[str]) -> None:
        """Write lines above the prompt that stands there, if one does."""
        start = CLEAR_LINE if self._prompt and self._is_screen else ""
        self._write(start + "".join(f"{line}\n" for line in lines) + self._prompt)

    async def _do(self, line: str) -> None:
        name, _, rest = line.partition(" ")
        if name in self._commands and not (name == "press" and not rest[:1].isdigit()):
            await self._commands[name](rest.strip())
        elif line.startswith("/"):
            await self._slash_command(line)
        elif line:
            await self._person.says(self._channel, line, self._thread)

    async def _slash_command(self, line: str) -> None:
        if self._thread:
            self._tell(["Slack has no slash commands in threads. /back takes you to the channel."])
            return
        answer = await self._person.runs(line, self._channel)
        if answer.error:
            self._tell([f"The bot did not take it: {answer.error}."])

    async def _press(self, rest: str) -> None:
        number, _, value = rest.partition(" ")
        press = self._screen.press(int(number)) if number.isdigit() else None
        if press is None:
            self._tell([f"There is no button {number}."])
            return
        clicked = await self._person.clicks(
            press.on, press.action_id, press.block_id, value=value.strip() or None
        )
        if clicked.error:
            self._tell([f"The bot did not take it in time ({clicked.error})."])

    async def _become(self, name: str) -> None:
        person = self._people.get(name.removeprefix("@"))
        if person is None:
            await self._who("")
            return
        self._person = person
        if person.id not in self._slack.world.channels[self._channel].members:
            await self._go("#general")
        self._tell([f"You are {person.user.real_name}{_standing(person)}.", *self._screen.news(person)])

    async def _who(self, _rest: str) -> None:
        self._tell([f"  {p.name:<8}{p.user.real_name}{_standing(p)}" for p in self._people.values()])

    async def _go(self, place: str) -> None:
        channel = self._person.direct() if place.startswith("@") else self._slack.world.channel(place)
        if channel is None or self._person.id not in channel.members:
            self._tell([f"{self._person.name} sees no channel {place or '(which?)'}. /channels lists them."])
            return
        self._channel, self._thread = channel.id, None

    async def _list_channels(self, _rest: str) -> None:
        mine = [c for c in self._slack.world.channels.values() if self._person.id in c.members]
        self._tell([f"  {place_name(self._slack, channel)}" for channel in mine])

    async def _list_threads(self, _rest: str) -> None:
        channel = self._slack.world.channels[self._channel]
        lines = []
        for ts in channel.timeline[-20:]:
            number = self._screen.thread_number(channel.id, ts)
            replies = len(channel.threads.get(ts, ()))
            first = self._screen.draw(channel.messages[ts])[0]
            lines.append(f"  {number:>3}  {first}  ({replies} {'reply' if replies == 1 else 'replies'})")
        self._tell(lines or ["Nobody wrote here yet."])

    async def _open(self, number: str) -> None:
        found = self._screen.thread(int(number)) if number.isdigit() else None
        if found is None or self._person.id not in self._slack.world.channels[found[0]].members:
            self._tell([f"There is no thread {number}. /threads lists them."])
            return
        self._channel, self._thread = found
        await self._show("")

    async def _back(self, _rest: str) -> None:
        self._thread = None

    async def _show(self, _rest: str) -> None:
        channel = self._slack.world.channels[self._channel]
        if self._thread:
            messages: list[Message] = self._slack.world.thread(channel.id, self._thread)
        else:
            messages = [channel.messages[ts] for ts in channel.timeline[-20:]]
        self._tell([f"  {line}" for message in messages for line in self._screen.draw(message)])

    async def _home(self, _rest: str) -> None:
        view = await self._person.opens_home()
        self._tell(self._screen.draw(view) if view else ["The Home tab is not published yet. Try again."])

    async def _help(self, _rest: str) -> None:
        self._tell(list(HELP))


def _standing(person: Person) -> str:
    if person.user.is_stranger:
        return ", from another workspace"
    return ", a guest" if person.user.is_restricted else ""


def _to_standard_output(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
