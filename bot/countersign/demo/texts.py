"""The demo's texts: what the page offers to try, what the terminal prints when the demo is up."""

from collections.abc import Iterator
from pathlib import Path

from countersign.slack.app_manifest.permissions import SHORTCUTS as DECLARED
from slack_local.page.app_info import AppInfo, Command, Shortcut, Suggestion

STARTING = "Starting the bot. The first start also creates its database."
UNTIL_STOPPED = "It runs until you stop it with Ctrl-C."
SCRIPTED_MODEL = "scripted: it knows a few phrases. Set OPENAI_API_KEY or OPENAI_BASE_URL for a real one."
OWN_MODEL = "your own, as OPENAI_API_KEY, OPENAI_BASE_URL and MODEL say."
TOUR_OVER = "That is the tour. `countersign demo` lets you take part."
WATCHED = "is loaded again when a file of the project changes"
INTRO = (
    "Agents act; people countersign. Agents run in these threads and ask before they do anything risky."
    " Try this:"
)

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
            why="The assistant wants to post in #ops. It waits for a person: switch to Bob and approve.",
            person="carol",
            channel="general",
            text="@{bot} post 'Deploy at noon' to #ops",
        ),
        Suggestion(
            title="Try to approve as the guest",
            why="Gus is a guest. He sees the card and the buttons, and reads why his click does not count.",
            person="gus",
            channel="general",
            thread=True,
        ),
        Suggestion(
            title="Change what the agent wrote",
            why="A draft waits for review: press Edit, change a word, and the card shows what changed.",
            person="alice",
            channel="general",
            text="/agent review_and_edit: the office is closed on Friday",
        ),
        Suggestion(
            title="Ask for a refund that two others must approve",
            why="Enter 1500 as amount. Alice can't approve her own refund; Bob and Carol of @finance can.",
            person="alice",
            channel="general",
            text="/agent approve_or_reject: a refund for Dana Diaz",
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


def ready(*, page: str, log: Path, config: Path, model: str, bot: str, app_info: AppInfo) -> Iterator[str]:
    """The lines to print; the page's address is the first one in them."""
    yield from ("", "Countersign runs in a Slack of its own on this machine.", "")
    yield f"  The workspace   {page}"
    yield f"  The bot's log   {short(log)}"
    yield f"  The graphs      {short(config)}, which {WATCHED}"
    yield f"  The model       {model}"
    yield from ("", "Things to try:")
    for number, one in enumerate(app_info.suggestions, start=1):
        yield f"  {number}. {one.title}"
        if one.text:
            yield f"     {one.person}, in #{one.channel}: {one.text.format(bot=bot)}"
        else:
            yield f"     as {one.person}, on a card in #{one.channel}"
    yield from ("", UNTIL_STOPPED)


def short(path: Path) -> str:
    """A path as short as it can be said from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
