"""What the demo says when it is up: where things are, and what to try, on the page as in the terminal."""

from collections.abc import Iterator
from pathlib import Path

from slack_local.page.app_info import Try, Welcome

STARTING = "Starting the bot; the first time, its database is made, too."
UNTIL_STOPPED = "It runs until you stop it with Ctrl-C."
SCRIPTED = "scripted: it knows a few phrases. Set OPENAI_API_KEY or OPENAI_BASE_URL for a real one."
OWN = "your own, as OPENAI_API_KEY, OPENAI_BASE_URL and MODEL say."
WATCHED = "is loaded again when a file of the project changes"

OWN_GRAPHS = Welcome(
    tries=(
        Try(
            title="See which of your graphs were loaded",
            why="The first one answers mentions; the others are called by name.",
            person="alice",
            channel="general",
            text="/agent graphs",
        ),
        Try(
            title="Start your graph",
            why="It answers in a thread under the message. When it interrupts, a card appears there.",
            person="alice",
            channel="general",
            text="@{bot} hello",
        ),
        Try(
            title="Decide as somebody else",
            why="Whatever is decided on the card resumes your graph.",
            person="bob",
            channel="general",
            thread=True,
        ),
    )
)


def where_things_are(
    page: str, log: Path, config: Path, model: str, bot: str, welcome: Welcome
) -> Iterator[str]:
    """The lines to print; the page's address is the first one in them."""
    yield from ("", "Countersign runs in a Slack of its own on this machine.", "")
    yield f"  The workspace   {page}"
    yield f"  The bot's log   {short(log)}"
    yield f"  The graphs      {short(config)}, which {WATCHED}"
    yield f"  The model       {model}"
    yield from ("", "Three things to try:")
    for number, one in enumerate(welcome.tries, start=1):
        yield f"  {number}. {one.title}"
        if one.text:
            yield f"     {one.person}, in #{one.channel}: {one.text.format(bot=bot)}"
        else:
            yield f"     as {one.person}, on a card in #{one.channel}"
    yield from ("", UNTIL_STOPPED)


def short(path: Path) -> str:
    """A path as short as it can be said from here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
