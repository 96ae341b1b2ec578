"""A recording as a script, as far as the script language can express it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

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
    OpenedHome,
    PressedStop,
    RanCommand,
    Replied,
    Submitted,
    UsedShortcut,
    Wrote,
)
from slack_local.page.recording.harness import Harness

ON_MESSAGES = {
    "reacts": "reacted to",
    "unreacts": "took a reaction back from",
    "edits": "edited",
    "deletes": "deleted",
    "shortcuts": "used a shortcut on",
}
_PLAIN_NAME = re.compile(r"[\w/.~-]+")


def script_source(
    slack: Slack, harness: Harness, actions: Iterable[Action], last_words: Iterable[LastWords]
) -> str:
    """The script. What no statement can say is left as a comment."""
    writer = _Writer(slack)
    lines = [line for action in actions for line in writer.lines(action)]
    for last in last_words:
        lines += [*writer.enter(last.thread), f"expect {_quoted(last.text)} by now"]
    lines.append("expect no violations")
    head = f"# Recorded from the page of the local workspace. Play it: {harness.play}\n\n"
    return head + "".join(f"{line}\n" for line in lines)


class _Writer:
    """The script is in one thread at a time; `_thread` is the one that it is in."""

    def __init__(self, slack: Slack) -> None:
        self._mention = f"@{slack.bot.name} "
        self._thread = 0
        self._cards: dict[int, tuple[int, str]] = {}  # thread and text of each pressed card

    def enter(self, thread: int) -> Iterator[str]:
        if thread != self._thread:
            self._thread = thread
            yield f"go to thread {thread}"

    def lines(self, action: Action) -> Iterator[str]:
        match action:
            case Wrote() | Replied() | RanCommand() | BotStartedThread():
                yield from self._writing(action)
            case CardClosed(card=card):
                thread, saying = self._cards[card]
                yield from self.enter(thread)
                if not saying:
                    yield "expect no card"
            case ClickedCard(person=person, thread=thread, card=card, saying=saying, click=click):
                self._cards[card] = thread, saying
                yield from self.enter(thread)
                yield self._click(person, click, f" on card {_quoted(saying)}" if saying else "")
            case (
                ClickedNotice(person=person, click=click)
                | ClickedForm(person=person, click=click)
                | ClickedHome(person=person, click=click)
            ):
                yield self._click(person, click, "")
            case Filled(person=person):
                yield f"# {person} filled in a form without submitting it, which scripts cannot say"
            case Submitted():
                yield from self._submitted(action)
            case ClosedForm(person=person):
                yield f"{person} closes the form"
            case OpenedHome(person=person):
                yield f"{person} opens the home tab"
            case ActedOnMessage(person=person, method=method):
                yield f"# {person} {ON_MESSAGES[method]} a message, which scripts cannot say"
            case UsedShortcut(person=person, callback_id=callback_id):
                yield f"# {person} used the shortcut {callback_id}, which scripts cannot say"
            case PressedStop(person=person):
                yield f"# {person} pressed Stop, which scripts cannot say"

    def _writing(self, action: Wrote | Replied | RanCommand | BotStartedThread) -> Iterator[str]:
        if isinstance(action, Wrote | Replied) and action.files:
            yield f"# {action.person} sent files along ({len(action.files)}), which scripts cannot say"
        match action:
            case Wrote(person=person, channel="", text=text, thread=thread):
                self._thread = thread
                yield f"{person} messages {_quoted(text)}"
            case Wrote(person=person, channel=channel, text=text, thread=thread):
                self._thread = thread
                if text.startswith(self._mention):
                    yield f"{person} mentions {_quoted(text.removeprefix(self._mention))} in {channel}"
                else:
                    yield f"{person} says {_quoted(text)} in {channel}"
            case Replied(person=person, thread=thread, text=text, after=after):
                yield from self.enter(thread)
                if after:
                    yield f"expect {_quoted(after)} by now"
                yield f"{person} replies {_quoted(text)}"
            case RanCommand(person=person, channel=channel, command=command):
                where = f" in {channel}" if channel else ""
                yield f"{person} runs {_quoted(command)}{where}"
            case BotStartedThread(channel=channel, text=text, thread=thread):
                self._thread = thread
                yield f"expect thread {_quoted(text)} in {channel}"

    @staticmethod
    def _click(person: str, click: Click, on_card: str) -> str:
        if click.label and not click.values:
            verb = "presses" if click.is_button else "chooses"
            return f"{person} {verb} {_quoted(click.label)}{on_card}"
        return f"# {person} used {click.action_id}, which scripts cannot say"

    def _submitted(self, action: Submitted) -> Iterator[str]:
        unsaid = [name for name, value in action.values.items() if not _can_be_said(value)]
        if unsaid:
            yield f"# {action.person} put into {', '.join(unsaid)} what scripts cannot say"
        fields = " ".join(_field(name, value) for name, value in _said(action.values, unsaid).items())
        yield f"{action.person} submits {fields}".rstrip()
        for error in action.errors.values():
            yield f"expect error {_quoted(error)}"
            break


def _said(values: Mapping[str, Any], unsaid: Iterable[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in unsaid}


def _can_be_said(value: Any) -> bool:
    many = value if isinstance(value, list) else [value]
    return all(one is None or isinstance(one, (str, int, float, bool)) for one in many)


def _field(name: str, value: Any) -> str:
    written = name if _PLAIN_NAME.fullmatch(name) else _quoted(name)
    return f"{written}={json.dumps(value, ensure_ascii=False)}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
