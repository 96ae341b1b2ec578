"""Records what people do on the pages. An action is read before it is carried out, from the state then."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from slack_local.block_kit.input_state import all_blocks, interactive_elements
from slack_local.model.records import Channel, JsonObject, Message, View
from slack_local.model.slack import Slack
from slack_local.page.recording.actions import (
    ActedOnMessage,
    Action,
    BotStartedThread,
    CardClosed,
    Click,
    ClickedCard,
    ClickedForm,
    ClickedHome,
    ClickedNotice,
    ClosedForm,
    Filled,
    LastWords,
    MessageRef,
    OpenedHome,
    PressedStop,
    RanCommand,
    Replied,
    Submitted,
    UsedShortcut,
    Wrote,
)
from slack_local.page.recording.message_matching import distinguishing_text, first_words
from slack_local.page.request import PageRequest
from slack_local.people.person import Person
from slack_local.people.threads import buttons_of

MESSAGE_ACTIONS = {
    "react": ("reacts", "name"),
    "unreact": ("unreacts", "name"),
    "edit": ("edits", "text"),
    "delete": ("deletes", ""),
}
"""What the page asks for, as the method of `Person` and the argument that it takes besides the message."""


class Recorder:
    """The actions since the recording began."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._actions: list[Action] = []
        self._threads: list[tuple[str, str]] = []  # channel and root of each thread, numbered from 1
        self._pressed: dict[tuple[str, str], int] = {}  # pressed cards that were open then, and their numbers
        self._cards = 0

    def clear(self) -> None:
        """Forget everything."""
        self._actions.clear()
        self._threads.clear()
        self._pressed.clear()
        self._cards = 0

    @property
    def actions(self) -> tuple[Action, ...]:
        """What was done so far, oldest first."""
        return tuple(self._actions)

    def last_words(self) -> Iterator[LastWords]:
        """What the bot last wrote in each thread, cards left out."""
        for number, (channel, root) in enumerate(self._threads, start=1):
            wrote = [m for m in self._slack.state.thread(channel, root) if m.by_bot and not buttons_of(m)]
            if wrote and (text := first_words(wrote[-1])):
                yield LastWords(thread=number, text=text)

    def read(self, person: Person, request: PageRequest) -> Action | None:
        """The action of a request; None for one that only reads."""
        closed = list(self._closed_cards())
        action = self._read(person, request)
        if action is not None:
            self._actions += closed
            for card in closed:
                self._pressed = {key: number for key, number in self._pressed.items() if number != card.card}
        return action

    def _read(self, person: Person, request: PageRequest) -> Action | None:
        name = request.name
        if name in MESSAGE_ACTIONS:
            method, argument = MESSAGE_ACTIONS[name]
            return self._on_message(person, request, method, request.text(argument) if argument else "")
        match name:
            case "say":
                return self._written(person, request)
            case "run":
                channel = self._channel_name(self._channel(request))
                return RanCommand(person=person.name, channel=channel, command=request.text("text"))
            case "click":
                return self._clicked(person, request)
            case "shortcut":
                callback_id = request.text("callback_id")
                if request.any("ts"):
                    return self._on_message(person, request, "shortcuts", callback_id)
                return UsedShortcut(person=person.name, callback_id=callback_id)
            case "home":
                return OpenedHome(person=person.name)
            case "stop":
                thread = self._thread(self._channel(request), request.text("thread_ts"))
                return PressedStop(person=person.name, thread=thread)
            case "fill" | "submit" | "close":
                return self._on_form(person, request)
            case _:
                return None

    def keep(self, action: Action | None, request: PageRequest, result: JsonObject) -> None:
        """The request was carried out, with this result: its action stays."""
        match action:
            case None:
                return
            case Submitted():
                action = replace(action, errors=result.get("errors") or {})
            case Wrote():
                self._threads.append((request.text("channel"), str(result["thread_ts"])))
            case ClickedCard():
                self._pressed[request.text("channel"), request.text("ts")] = action.card
        self._actions.append(action)

    # -- where ----------------------------------------------------------------------------------------

    def _channel(self, request: PageRequest) -> Channel:
        return self._slack.state.channels[request.text("channel")]

    @staticmethod
    def _channel_name(channel: Channel) -> str:
        return "" if channel.is_direct else f"#{channel.name}"

    def _thread(self, channel: Channel, root: str) -> int:
        """The number of a thread. One that the bot began is entered into the recording first."""
        key = (channel.id, root)
        if key not in self._threads:
            self._threads.append(key)
            roots = [ts for ts in channel.timeline if channel.messages[ts].by_bot]
            started = BotStartedThread(
                thread=len(self._threads),
                channel=self._channel_name(channel),
                index=roots.index(root) if root in roots else 0,
                text=first_words(channel.messages[root]) if root in channel.messages else "",
            )
            self._actions.append(started)
        return self._threads.index(key) + 1

    # -- writing --------------------------------------------------------------------------------------

    def _written(self, person: Person, request: PageRequest) -> Action:
        channel, text = self._channel(request), request.maybe("text") or ""
        files, root = request.texts("files"), request.maybe("thread_ts")
        if root is None:
            number, place = len(self._threads) + 1, self._channel_name(channel)
            return Wrote(person=person.name, channel=place, text=text, thread=number, files=files)
        thread = self._thread(channel, root)
        # A person answers what they have read: without the wait, a test would write before the bot does.
        read = [m for m in self._slack.state.thread(channel.id, root) if m.by_bot][-1:]
        after = first_words(read[0]) if read else ""
        return Replied(person=person.name, thread=thread, text=text, after=after, files=files)

    def _on_message(self, person: Person, request: PageRequest, method: str, text: str) -> Action:
        channel = self._channel(request)
        message = channel.messages[request.text("ts")]
        root = message.thread_ts or message.ts
        same_author = [m for m in self._slack.state.thread(channel.id, root) if m.user == message.user]
        reference = MessageRef(
            thread=self._thread(channel, root),
            bot_text=first_words(message) if message.by_bot else "",
            author=self._slack.state.users[message.user].name,
            index=same_author.index(message),
        )
        return ActedOnMessage(person=person.name, method=method, message=reference, text=text)

    # -- pressing and filling in ----------------------------------------------------------------------

    def _clicked(self, person: Person, request: PageRequest) -> Action:
        if request.any("view"):
            view = self._slack.state.views[request.text("view")]
            click = self._click(view.definition["blocks"], request)
            if view.type == "home":
                return ClickedHome(person=person.name, click=click)
            return ClickedForm(person=person.name, title=_title(view), click=click)
        if request.any("ephemeral"):
            notice = next(e for e in person.ephemerals if e.id == request.any("ephemeral"))
            click = self._click(all_blocks(notice), request)
            return ClickedNotice(person=person.name, text=first_words(notice), click=click)
        channel = self._channel(request)
        message = channel.messages[request.text("ts")]
        root = message.thread_ts or message.ts
        self._cards += 1
        return ClickedCard(
            person=person.name,
            thread=self._thread(channel, root),
            card=self._cards,
            saying=distinguishing_text(message, self._other_cards(channel, root, message)),
            click=self._click(all_blocks(message), request),
        )

    def _other_cards(self, channel: Channel, root: str, message: Message) -> list[Message]:
        messages = self._slack.state.thread(channel.id, root)
        return [m for m in messages if m.by_bot and m is not message and buttons_of(m)]

    def _closed_cards(self) -> Iterator[CardClosed]:
        """The clicked cards that have closed since: the next action was taken after that."""
        for (channel, ts), number in self._pressed.items():
            message = self._slack.state.channels[channel].messages.get(ts)
            if message is not None and not buttons_of(message):
                yield CardClosed(card=number)

    @staticmethod
    def _click(blocks: list[JsonObject], request: PageRequest) -> Click:
        action_id, block_id = request.text("action_id"), request.maybe("block_id")
        same = [(b, e) for b, e in interactive_elements(blocks) if e["action_id"] == action_id]
        found = (e for b, e in same if block_id in (None, b["block_id"]))
        element: JsonObject = next(found, {"type": ""})
        value = request.any("value")
        is_button = element["type"] == "button"
        label = str(element["text"]["text"]) if is_button else _option_label(element, value)
        return Click(
            action_id=action_id,
            label=label,
            is_button=is_button,
            # A block's id may be new in every run, so it is kept only where the action id is ambiguous.
            block_id=block_id if len(same) > 1 else None,
            value=value,
            values=request.object("values"),
        )

    def _on_form(self, person: Person, request: PageRequest) -> Action:
        title = _title(self._slack.state.views[request.text("view")])
        match request.name:
            case "fill":
                return Filled(person=person.name, title=title, values=request.object("values"))
            case "submit":
                values = request.object("values")
                return Submitted(person=person.name, title=title, values=values, errors={})
            case _:
                return ClosedForm(person=person.name, title=title, everything=request.flag("everything"))


def _title(view: View) -> str:
    return str(view.definition.get("title", {}).get("text", ""))


def _option_label(element: JsonObject, value: Any) -> str:
    options = list(element.get("options", ()))
    for group in element.get("option_groups", ()):
        options += group["options"]
    return next((str(o["text"]["text"]) for o in options if o.get("value") == value), "")
