"""A form in the terminal: asked field by field, sent, and asked again where the bot objects."""

import contextlib
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from bot.local.elements import STATEFUL, RefusedError
from bot.local.people import Person, Submission
from bot.local.render_mrkdwn import plain_text
from bot.local.render_text import held_text
from bot.local.signal import WaitedError
from bot.local.terminal_screen import Screen
from bot.local.things import Obj, View

Ask: TypeAlias = Callable[[str], Awaitable[str]]
Tell: TypeAlias = Callable[[list[str]], None]
Press: TypeAlias = Callable[[str], Awaitable[None]]

CANCEL = "/cancel"
PRESSED = re.compile(r"\s*press\s+(\d.*)")
REACTION_SECONDS = 3.0  # as long as the bot may change a form after a press in it
EMPTY = "-"
SEVERAL_LINES = "several lines, the last one a dot alone"


class CancelledByPersonError(Exception):
    """The person closes the form."""


class PressedError(Exception):
    """The person pressed something in the form, which may look different now."""


class Form:
    """Leads one person through the forms on their screen until there is none."""

    def __init__(self, person: Person, screen: Screen, ask: Ask, tell: Tell, press: Press) -> None:
        self._person = person
        self._screen = screen
        self._ask = ask
        self._tell = tell
        self._press = press

    async def fill_in(self) -> None:
        """Until no form is left. Whatever `ask` raises ends it, and the form stays open."""
        only: set[str] | None = None
        while (view := self._person.modal) is not None:
            self._tell(self._screen.draw(view))
            try:
                only = await self._once(view, only)
            except CancelledByPersonError:
                await self._person.closes(view)
                self._tell(["Closed."])
                only = None
            except PressedError:
                only = None

    async def _once(self, view: View, only: set[str] | None) -> set[str] | None:
        """Ask for the fields (only these, if given) and submit; returns which have to be asked again."""
        inputs = [block for block in view.definition["blocks"] if block["type"] == "input"]
        for block in inputs:
            if only is None or block["block_id"] in only:
                await self._field(view, block)
                if self._person.modal is not view:
                    return None
        if "submit" not in view.definition:
            await self._asked("Enter closes it")
            raise CancelledByPersonError
        label = plain_text(view.definition["submit"])
        await self._asked(f"Enter sends it (“{label}”), {CANCEL} closes it")
        if self._person.modal is not view:
            return None
        return self._say(await self._person.submits(view))

    def _say(self, submission: Submission) -> set[str] | None:
        match submission.outcome:
            case "errors" | "incomplete":
                self._tell(["Not taken yet:", *(f"  {text}" for text in submission.errors.values())])
                return set(submission.errors)
            case "failed":
                self._tell([str(submission.error)])
                return set()
            case "closed" | "cleared":
                self._tell(["Sent."])
        return None

    async def _asked(self, prompt: str) -> str:
        """A line, with what can be typed anywhere in a form already done: pressing and closing."""
        line = (await self._ask(f"{prompt}: ")).strip("\r\n")
        if line.strip() == CANCEL:
            raise CancelledByPersonError
        if pressed := PRESSED.fullmatch(line):
            before = self._shown()
            await self._press(pressed[1])
            with contextlib.suppress(WaitedError):
                await self._screen.changes(
                    self._person, lambda: self._shown() != before, limit=REACTION_SECONDS
                )
            raise PressedError
        return line

    def _shown(self) -> tuple[str, str] | None:
        view = self._person.modal
        return (view.id, view.hash) if view else None

    async def _field(self, view: View, block: Obj) -> None:
        element = block["element"]
        options = _options(element)
        if options:
            self._tell(
                [f"  {at}. {plain_text(option['text'])}" for at, option in enumerate(options, start=1)]
            )
        while True:
            line = await self._asked(_prompt(block, _short(held_text(block, view, empty=""))))
            if not line:
                return
            try:
                value = None if line == EMPTY else await self._value(element, line, options)
                await self._person.fills(view, {block["block_id"]: value})
            except (RefusedError, ValueError) as refused:
                self._tell([f"  {refused}"])
            else:
                return

    async def _value(self, element: Obj, line: str, options: list[Obj]) -> Any:
        """What the element holds after that line. Raises ValueError or `RefusedError`."""
        key = STATEFUL.get(element["type"], "")
        if element.get("multiline"):
            return await self._several_lines(line)
        if key == "selected_option":
            return _chosen(line, options)
        if key == "selected_options":
            return [_chosen(part, options) for part in line.split(",")]
        if key == "selected_users":
            return [self._user(part) for part in line.split(",")]
        return self._user(line) if key == "selected_user" else line

    async def _several_lines(self, first: str) -> str:
        lines = [first]
        while lines[-1] != ".":
            lines.append(await self._ask("… "))
        return "\n".join(lines[:-1])

    def _user(self, name: str) -> str:
        wanted = name.strip().removeprefix("@")
        for user_id, known in self._screen.names.users.items():
            if wanted == known:
                return user_id
        raise ValueError(f"nobody here is called {wanted}")


def _prompt(block: Obj, held: str) -> str:
    element = block["element"]
    notes = [SEVERAL_LINES] if element.get("multiline") else []
    if block.get("optional"):
        notes.append("optional")
    if held:
        notes.append(f"Enter keeps “{held}”, {EMPTY} empties it")
    return plain_text(block["label"]) + (f" ({'; '.join(notes)})" if notes else "")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else f"{flat[:59]}…"


def _options(element: Obj) -> list[Obj]:
    options = list(element.get("options", ()))
    for group in element.get("option_groups", ()):
        options += group["options"]
    return options


def _chosen(line: str, options: list[Obj]) -> str:
    """The value of the option with that number, label or value. Raises ValueError."""
    wanted = line.strip()
    for at, option in enumerate(options, start=1):
        if wanted.casefold() in (
            str(at),
            plain_text(option["text"]).casefold(),
            str(option["value"]).casefold(),
        ):
            return str(option["value"])
    raise ValueError(f"there is no choice {wanted}")
