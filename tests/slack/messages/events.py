"""Events that Slack delivered, and what the store has of them."""

from slack_local.people.threads import Thread
from tests.slack.conftest import Bot


async def stored(bot: Bot, thread: Thread) -> list[tuple[str, str, str]]:
    """What came in for the thread, once it has come."""
    await bot.until_it_has_a_job(thread)
    return [(row.kind.value, row.user, row.text) for row in await bot.outstanding(thread)]
