"""Users who retry until their request is done: they click again and wait."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from countersign.testing.cards import ApprovalCard, approval_cards
from slack_local.block_kit.input_state import NotPossibleError
from slack_local.model.change_feed import WaitTimeoutError
from slack_local.people.threads import Card, Thread
from tests.chaos.fleet.bot_fleet import Fleet
from tests.chaos.fleet.invariants import Rows
from tests.support.postgres import databases

TIMEOUT = (
    100.0  # seconds: a dead worker's job is taken over after 6, its posts after 20, and that may die too
)


async def run_requests(fleet: Fleet, names: list[str], chance: Random) -> Thread:
    """One thread in which each request is approved, one after the other; sometimes by two users at once."""
    thread: Thread | None = None
    for request in names:
        if thread is None:
            thread = await fleet.ws.carol.mentions(f"gate: {request}")
        else:
            await fleet.ws.carol.replies(thread, request)
        name = request.split()[0]
        await approve(fleet, thread, name, both=chance.random() < 0.3)
        await wait_for_message(fleet, thread, f"Did {name}.")
    assert thread is not None
    return thread


async def approve(fleet: Fleet, thread: Thread, name: str, *, both: bool = False) -> None:
    """Press Approve on the request's card until Slack has shown no error."""
    card = await card_of(fleet, thread, name)
    users = [fleet.ws.alice, fleet.ws.bob] if both else [fleet.ws.bob]
    await asyncio.gather(*(clicks_approve(card, person) for person in users))


async def card_of(fleet: Fleet, thread: Thread, name: str, limit: float = TIMEOUT) -> ApprovalCard:
    """The card that asks about this request, as soon as it is there."""

    def look() -> ApprovalCard | None:
        return next(
            (c for c in approval_cards(thread) if re.search(rf"\b{name}\b", c.text)),
            None,
        )

    found = await _minding_failures(fleet, thread, look, f"the card of {name}", limit)
    assert isinstance(found, ApprovalCard)
    return found


async def wait_for_message(fleet: Fleet, thread: Thread, text: str, limit: float = TIMEOUT) -> None:
    def look() -> bool:
        return any(text == message.text for message in thread.from_bot())

    await _minding_failures(fleet, thread, look, repr(text), limit)


async def clicks_approve(card: ApprovalCard, person: Any) -> None:
    """Press Approve; after an error, press again while the button is there."""
    while card.is_open:
        try:
            clicked = await card.approve(by=person)
        except NotPossibleError:
            return
        if clicked.error is None:
            return
        await asyncio.sleep(0.1)


def is_failure(card: Card) -> bool:
    return "run:retry" in card.actions


async def _minding_failures(fleet: Fleet, thread: Thread, look: Any, what: str, limit: float) -> Any:
    """Wait for it. A step that was set aside meanwhile is tried again, as its message offers."""
    tried: set[str] = set()

    def found_or_failed() -> Any:
        failed = next((c for c in thread.cards() if is_failure(c) and c.ts not in tried), None)
        return look() or failed

    while True:
        try:
            found = await thread.wait_until(found_or_failed, limit=limit, what=what)
        except WaitTimeoutError as error:
            error.add_note(await Rows(fleet.stage.database_url).diagnostics())
            raise
        if not isinstance(found, Card) or not is_failure(found):
            return found
        clicked = await found.click("run:retry", by=fleet.ws.bob)
        if clicked.error is None:
            tried.add(found.ts)
        else:  # no bot is connected; without a pause, clicks would keep Slack's stand-in from connecting one
            await asyncio.sleep(0.1)


@asynccontextmanager
async def refused_by_the_database(fleet: Fleet) -> AsyncIterator[None]:
    """For the block, the test's database takes no connections, and those there were are cut."""
    url = fleet.stage.database_url
    name = conninfo_to_dict(url)["dbname"]
    async with await psycopg.AsyncConnection.connect(
        databases.with_database(url, "postgres"), autocommit=True
    ) as admin:

        async def allow(whether: bool) -> None:
            # The bot may be a superuser, whom only this limit keeps out.
            query = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(
                sql.Identifier(str(name)), sql.Literal(whether)
            )
            await admin.execute(query)

        await allow(False)
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        try:
            yield
        finally:
            await allow(True)
