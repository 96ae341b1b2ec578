"""A recording as the source of a pytest module, which runs unchanged."""

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
    MessageRef,
    OpenedHome,
    PressedStop,
    RanCommand,
    Replied,
    Submitted,
    UsedShortcut,
    Wrote,
)
from slack_local.page.recording.harness import Harness, app_fixture


def pytest_source(
    slack: Slack, harness: Harness, actions: Iterable[Action], last_words: Iterable[LastWords]
) -> str:
    """The module's source. It needs pytest-asyncio."""
    writer = _Writer(slack)
    lines = [line for action in actions for line in writer.lines(action)]
    lines += [f"await thread_{last.thread}.wait_for({last.text!r})" for last in last_words]
    imports = {"import pytest", *harness.imports}
    app = app_fixture(slack.app)
    if app:
        imports.add("from slack_local.model.seed import App")
    if "pytest_asyncio" in harness.fixtures:
        imports.add("import pytest_asyncio")
    ordered = sorted(imports, key=lambda line: (line.startswith("from"), line))
    body = "".join(f"    {line}\n" for line in (*lines, "assert workspace.log.violations() == []"))
    fixtures = "".join(f"\n\n{fixture}" for fixture in (app, harness.fixtures) if fixture)
    return (
        '"""Recorded from the page of the local workspace."""\n\n'
        + "\n".join(ordered)
        + "\n\npytestmark = pytest.mark.asyncio\n"
        + fixtures
        + f"\n\nasync def test_recorded(workspace, {harness.fixture}):\n"
        + body
    )


class _Writer:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._mention = f"@{slack.bot.name} "

    def lines(self, action: Action) -> Iterator[str]:
        match action:
            case Wrote() | Replied() | RanCommand() | BotStartedThread():
                yield from self._writing(action)
            case CardClosed(card=card):
                yield f"await card_{card}.closes()"
            case ClickedCard() | ClickedNotice() | ClickedForm() | ClickedHome():
                yield from self._clicking(action)
            case Filled() | Submitted() | ClosedForm():
                yield from self._form(action)
            case OpenedHome(person=person):
                yield f"await {_who(person)}.opens_home()"
            case ActedOnMessage(person=person, method=method, message=message, text=text):
                yield from self._on_message(person, method, message, text)
            case UsedShortcut(person=person, callback_id=callback_id):
                yield f"await {_who(person)}.shortcuts({callback_id!r})"
            case PressedStop(person=person, thread=thread):
                yield f"await {_who(person)}.stops(thread_{thread})"

    def _writing(self, action: Wrote | Replied | RanCommand | BotStartedThread) -> Iterator[str]:
        match action:
            case Wrote(person=person, channel=channel, text=text, thread=thread, files=files) if files:
                where = repr(channel) if channel else f"{_who(person)}.direct().id"
                along = self._contents(files)
                yield f"thread_{thread} = await {_who(person)}.says({where}, {text!r}, files={along})"
            case Wrote(person=person, channel="", text=text, thread=thread):
                yield f"thread_{thread} = await {_who(person)}.dms({text!r})"
            case Wrote(person=person, channel=channel, text=text, thread=thread):
                if text.startswith(self._mention):
                    rest = text.removeprefix(self._mention)
                    yield f"thread_{thread} = await {_who(person)}.mentions({rest!r}, {channel!r})"
                else:
                    yield f"thread_{thread} = await {_who(person)}.says({channel!r}, {text!r})"
            case Replied(person=person, thread=thread, text=text, after=after, files=files):
                if after:
                    yield f"await thread_{thread}.wait_for({after!r})"
                if files:
                    place = f"thread_{thread}.channel, {text!r}, thread_{thread}.ts"
                    yield f"await {_who(person)}.says({place}, files={self._contents(files)})"
                    return
                yield f"await {_who(person)}.replies(thread_{thread}, {text!r})"
            case RanCommand(person=person, channel=channel, command=command):
                where = repr(channel) if channel else f"{_who(person)}.direct().id"
                yield f"await {_who(person)}.runs({command!r}, {where})"
            case BotStartedThread(thread=thread, channel=channel, index=index):
                yield f"thread_{thread} = await workspace.bot_thread({channel!r}, {index})"

    def _clicking(self, action: ClickedCard | ClickedNotice | ClickedForm | ClickedHome) -> Iterator[str]:
        who = _who(action.person)
        match action:
            case ClickedCard(thread=thread, card=card, saying=saying):
                chosen = f"saying={saying!r}" if saying else ""
                yield f"card_{card} = await thread_{thread}.card({chosen})"
                target = f"card_{card}.message"
            case ClickedNotice(text=text):
                yield f"notice = await {who}.sees_ephemeral({text!r})"
                target = "notice"
            case ClickedForm(title=title):
                yield f"form = await {who}.modal_opens(title={title!r})"
                target = "form"
            case ClickedHome():
                yield f"home = await {who}.home_shows(lambda home: True)"
                target = "home"
        yield f"await {who}.clicks({target}, {self._click(action.click, who)})"

    def _click(self, click: Click, who: str) -> str:
        arguments = [repr(click.action_id)]
        if click.block_id is not None:
            arguments.append(repr(click.block_id))
        if click.value is not None:
            arguments.append(f"value={self._value(click.value, who)}")
        if click.values:
            arguments.append(f"values={self._values(click.values, who)}")
        return ", ".join(arguments)

    def _form(self, action: Filled | Submitted | ClosedForm) -> Iterator[str]:
        who = _who(action.person)
        yield f"form = await {who}.modal_opens(title={action.title!r})"
        match action:
            case Filled(values=values):
                yield f"await {who}.fills(form, {self._values(values, who)})"
            case Submitted(values=values, errors=errors):
                yield f"submission = await {who}.submits(form, {self._values(values, who)})"
                yield f"assert submission.errors == {dict(errors)!r}"
            case ClosedForm(everything=everything):
                yield f"await {who}.closes(form{', everything=True' if everything else ''})"

    def _on_message(self, person: str, method: str, message: MessageRef, text: str) -> Iterator[str]:
        if message.bot_text:
            found = f"await thread_{message.thread}.wait_for({message.bot_text!r})"
        else:
            found = f"thread_{message.thread}.written_by({_who(message.author)})[{message.index}]"
        arguments = [repr(text), found] if method == "shortcuts" else [found, *([repr(text)] if text else [])]
        yield f"await {_who(person)}.{method}({', '.join(arguments)})"

    def _contents(self, files: Iterable[str]) -> str:
        """The files' contents by name, as source."""
        found = (self._slack.state.files[file] for file in files)
        return repr({file.name: file.content or b"" for file in found})

    def _values(self, values: Mapping[str, Any], who: str) -> str:
        inside = ", ".join(f"{name!r}: {self._value(value, who)}" for name, value in values.items())
        return f"{{{inside}}}"

    def _value(self, value: Any, who: str) -> str:
        """The value as source; a file that was uploaded is uploaded again."""
        if isinstance(value, list):
            return f"[{', '.join(self._value(one, who) for one in value)}]"
        file = self._slack.state.files.get(value.get("id", "")) if isinstance(value, dict) else None
        if file is not None:
            return f"await {who}.uploads({file.name!r}, {file.content!r})"
        return repr(value)


def _who(person: str) -> str:
    return f"workspace.people[{person!r}]" if person not in NAMED else f"workspace.{person}"


NAMED = ("alice", "bob", "carol", "gus", "eve")
"""The people whom a workspace has as properties."""
