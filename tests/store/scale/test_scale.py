"""Ten times as much of everything: what a click, a card, a sweep or a Home tab asks touches no more pages.

`python -m benchmarks.scale` times the same statements with a million approvals that wait.
"""

import asyncio
from collections.abc import Mapping

import pytest

from benchmarks.scale.population import Size, multiply
from benchmarks.scale.statements import NOT_TIMED, CannotTime, Timed, time_statements
from countersign.approvals.decision import DecisionKind
from countersign.store.queries import QUERIES
from tests.flow.graphs.prepared_graphs import everything_prepared
from tests.support.harness import a_thread, open_harness
from tests.support.postgres import databases

FEW, MANY = Size(pending=400, entries=4_000), Size(pending=4_000, entries=40_000)
LEVELS = 40  # pages: an index that is a level deeper, some times
COUNTED_TO = 10  # what an inbox counts to; both sizes have three times as much for one person
LOOKED_BACK = 1_000  # entries of the ledger, likewise
LATEST = {"decided_lately"}  # somebody's latest 500 decisions and requests, which few have at this size
COMPARED = sorted(QUERIES.keys() - NOT_TIMED - LATEST)


async def two_approvals(url: str) -> None:
    """One that waits and one that is closed, as the bot leaves them."""
    async with open_harness(url, everything_prepared()) as harness:
        await harness.say(a_thread(), "deploy")
        thread = a_thread()
        await harness.say(thread, "deploy")
        await harness.answer(await harness.the_card(thread), DecisionKind.APPROVE)
        await harness.rows("UPDATE countersign.approvals SET rendered_version = version")


@pytest.fixture(scope="module")
def timed(server_url: str, database_template: str) -> Mapping[Size, Mapping[str, Timed | CannotTime]]:
    found = {}
    for size in (FEW, MANY):
        with databases.database(server_url, template=database_template) as url:
            asyncio.run(two_approvals(url))
            multiply(url, size)
            found[size] = {name: one(url, name) for name in COMPARED}
    return found


def one(url: str, name: str) -> Timed | CannotTime:
    try:
        return time_statements(url, [name], counted=COUNTED_TO, look_back=LOOKED_BACK, times=1)[name]
    except CannotTime as error:
        return error


@pytest.mark.parametrize("name", COMPARED)
def test_a_statement_touches_no_more_pages(
    timed: Mapping[Size, Mapping[str, Timed | CannotTime]], name: str
) -> None:
    few, many = timed[FEW][name], timed[MANY][name]
    assert isinstance(few, Timed), few
    assert isinstance(many, Timed), many
    assert many.pages <= 1.5 * few.pages + LEVELS, (few, many)
