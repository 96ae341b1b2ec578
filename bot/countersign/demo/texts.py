"""The demo's texts: suggestions on the page, and what the terminal prints."""

from collections.abc import Iterator
from pathlib import Path

from countersign.policy_file import POLICY_FILE
from countersign.slack.app_manifest.permissions import SHORTCUTS as DECLARED
from slack_local.page.app_info import (
    AppInfo,
    AppSetting,
    Choice,
    Command,
    GuideStep,
    Shortcut,
    Suggestion,
)

STARTING = "Starting the bot. The first start also creates its database."
UNTIL_STOPPED = "It runs until you stop it with Ctrl-C."
SCRIPTED_MODEL = "scripted: it knows a few phrases. Set OPENAI_API_KEY or OPENAI_BASE_URL for a real one."
OWN_MODEL = "your own, as OPENAI_API_KEY, OPENAI_BASE_URL and MODEL say."
TOUR_OVER = "That is the tour. `countersign demo` lets you take part."
NO_POLICY_FILE = "none: there is no {name}, so every member decides everything."
WATCHED = "is loaded again when a file of the project changes"
INTRO = (
    "Agents act; people countersign. Agents run in these threads and ask before they do anything risky."
    " Try this:"
)

LANGUAGE = "BOT_LANGUAGE"
LANGUAGES = (Choice(value="en", label="English"), Choice(value="ko", label="한국어"))

COMMANDS = (
    Command(name="/agent", usage="[name:] text, or: graphs"),
    Command(name="/approvals", usage="what waits for you, or: history, delegate, grants, help"),
)
SHORTCUTS = tuple(
    Shortcut(callback_id=each.callback_id, name=each.name, everywhere=each.everywhere) for each in DECLARED
)

EXAMPLE_GRAPHS = AppInfo(
    intro=INTRO,
    commands=COMMANDS,
    shortcuts=SHORTCUTS,
    suggestions=(
        Suggestion(
            title="Ask for something that needs a yes",
            why="The assistant wants to post in #ops. It waits for a person, who sees what will be posted.",
            person="carol",
            channel="general",
            text="@{bot} post 'Deploy at noon' to #ops",
            steps=(
                GuideStep(person="carol", text="send the message. A card appears in its thread."),
                GuideStep(person="bob", text="press Approve on the card. The message is posted, once."),
                GuideStep(person="bob", text="open #ops on the left: there it is."),
            ),
        ),
        Suggestion(
            title="Try to approve as the guest",
            why="Gus is a guest. He sees the card and the buttons, and reads why his click does not count.",
            person="gus",
            channel="general",
            thread=True,
            steps=(GuideStep(person="gus", text="press Approve on the card, and read what Gus is told."),),
        ),
        Suggestion(
            title="Change what the agent wrote",
            why="A draft waits for review: press Edit, change a word, and the card shows what changed.",
            person="alice",
            channel="general",
            text="/agent review_and_edit: the office is closed on Friday",
            steps=(
                GuideStep(person="alice", text="send the command. The draft comes as a card."),
                GuideStep(
                    person="bob", text="press Edit, change a word, and approve. The card shows what changed."
                ),
            ),
        ),
        Suggestion(
            title="Ask for a refund that two others must approve",
            why="A policy: refunds from 1,000 need two of @finance, and never the person who asks.",
            person="alice",
            channel="general",
            text="/agent approve_or_reject: a refund for Dana Diaz",
            steps=(
                GuideStep(
                    person="alice",
                    text="send it, then Fill in the form: any customer, 1500 as amount, Start.",
                ),
                GuideStep(person="alice", text="press Approve: you can't, because you asked for it."),
                GuideStep(person="bob", text="press Approve. The card says 1 of 2; nothing is paid yet."),
                GuideStep(person="carol", text="press Approve. Now the refund is released."),
                GuideStep(
                    person="carol", text="open Inspector, then Bot: each of these clicks is in the ledger."
                ),
            ),
        ),
        Suggestion(
            title="Read it in Korean",
            why="Bob's Slack is set to Korean: his inbox, forms and private notes are in his language.",
            person="bob",
            channel="general",
            home=True,
            locale="ko-KR",
            steps=(
                GuideStep(
                    person="bob", text="this is your inbox. What waits for you can be decided here, too."
                ),
                GuideStep(
                    person="bob", text="choose 한국어 for cards and notes on the left, and ask for something."
                ),
            ),
        ),
    ),
)

OWN_GRAPHS = AppInfo(
    intro=INTRO,
    commands=COMMANDS,
    shortcuts=SHORTCUTS,
    suggestions=(
        Suggestion(
            title="See which of your graphs were loaded",
            why="The first one answers mentions; the others are called by name.",
            person="alice",
            channel="general",
            text="/agent graphs",
        ),
        Suggestion(
            title="Start your graph",
            why="It answers in a thread under the message. When it interrupts, a card appears there.",
            person="alice",
            channel="general",
            text="@{bot} hello",
        ),
        Suggestion(
            title="Decide as somebody else",
            why="Whatever is decided on the card resumes your graph.",
            person="bob",
            channel="general",
            thread=True,
        ),
    ),
)


def settings(language: str) -> tuple[AppSetting, ...]:
    """What can be set on the page: the language of what many people read."""
    return (
        AppSetting(name=LANGUAGE, label="Language of cards and notes", value=language, choices=LANGUAGES),
    )


def ready(
    *, page: str, log: Path, config: Path, policy: str | None, model: str, bot: str, app_info: AppInfo
) -> Iterator[str]:
    """The lines to print; the page's address is the first one in them."""
    yield from ("", "Countersign runs in a Slack of its own on this machine.", "")
    yield f"  The workspace   {page}"
    yield f"  The bot's log   {short(log)}"
    yield f"  The graphs      {short(config)}, which {WATCHED}"
    yield f"  The policy      {_policy(Path(policy) if policy else POLICY_FILE)}"
    yield f"  The model       {model}"
    yield from ("", "Things to try:")
    for number, one in enumerate(app_info.suggestions, start=1):
        yield f"  {number}. {one.title}"
        if one.text:
            yield f"     {one.person}, in #{one.channel}: {one.text.format(bot=bot)}"
        else:
            yield f"     as {one.person}, on a card in #{one.channel}"
    yield from ("", UNTIL_STOPPED)


def _policy(path: Path) -> str:
    """POLICY_FILE may name a file that is not there."""
    return short(path) if path.exists() else NO_POLICY_FILE.format(name=short(path))


def short(path: Path) -> str:
    """A path as short as it can be said from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
