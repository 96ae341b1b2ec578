"""Two versions of a graph's code at once: a card that one opened is answered at the other.

Nothing is taken for an answer to something else, and the thread says what happened.
"""

import json
import textwrap
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, cast

import pytest
import pytest_asyncio

from countersign.testing.cards import ApprovalCard, approval_card, approval_cards
from slack_local.block_kit.text import full_text
from slack_local.people.threads import Thread
from tests.support.in_process import bot_in_process
from tests.support.postgres import databases
from tests.support.stage import Stage, open_stage

HEAD = """\
    from typing import NotRequired, TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    class State(TypedDict):
        text: str
        outcome: NotRequired[str]

    def pay(state):
        return {"outcome": "RAN" if state.get("outcome", "yes") == "yes" else "KEPT"}

    def graph(**steps):
        builder = StateGraph(State)
        builder.add_sequence(list(steps.items()))
        builder.add_edge(START, next(iter(steps)))
        return builder.compile()
"""
OLD = f"""\
{HEAD}
    def ask(state):
        return {{"outcome": "yes" if interrupt({{"question": "Pay?", "to": state["text"]}}) else "no"}}

    renamed = graph(ask=ask, pay=pay)
    removed = graph(ask=ask, pay=pay)
    reshaped = graph(ask=ask, pay=pay)
    moved = graph(ask=ask, pay=pay)
    same = graph(ask=ask, pay=pay)
"""
NEW = f"""\
{HEAD}
    def ask(state):
        return {{"outcome": "yes" if interrupt({{"question": "Pay?", "to": state["text"]}}) else "no"}}

    def ask_for_a_word(state):
        said = interrupt({{"question": "Pay?", "to": state["text"]}})
        return {{"outcome": "yes" if said == "pay it" else "no"}}

    def ask_first(state):
        deleted = interrupt({{"question": "Delete the archive?", "rows": 9000}})
        paid = interrupt({{"question": "Pay?", "to": state["text"]}})
        return {{"outcome": "yes" if deleted and paid else "no"}}

    renamed = graph(ask_politely=ask, pay=pay)
    removed = graph(pay=pay)
    reshaped = graph(ask=ask_for_a_word, pay=pay)
    moved = graph(ask=ask_first, pay=pay)
    same = graph(ask=ask, pay=pay)
"""
GRAPHS = ("renamed", "removed", "reshaped", "moved", "same")


@asynccontextmanager
async def running(
    stage: Stage, folder: Path, version: str, *, listen: bool, work: bool
) -> AsyncIterator[None]:
    home = folder / version
    home.mkdir(exist_ok=True)
    (home / f"{version}_code.py").write_text(textwrap.dedent({"old": OLD, "new": NEW}[version]))
    graphs = {name: f"./{version}_code.py:{name}" for name in GRAPHS}
    (home / "langgraph.json").write_text(json.dumps({"graphs": graphs}))
    given = {"LANGGRAPH_CONFIG": str(home / "langgraph.json"), "DEFAULT_GRAPH": ""}
    async with bot_in_process(stage.environment(**given), listen=listen, work=work):
        yield


@dataclass(frozen=True)
class Roll:
    """Which version of the code opened the cards, and which ones listen and work when they are answered."""

    opened: str
    listens: str
    works: str
    graphs: Sequence[str] = GRAPHS


Asked: TypeAlias = tuple[Stage, dict[str, ApprovalCard]]


@asynccontextmanager
async def rolled(folder: Path, server_url: str, template: str, roll: Roll) -> AsyncIterator[Asked]:
    with databases.database(server_url, template=template) as url:
        async with open_stage(folder / "stage", url) as stage:
            async with running(stage, folder, roll.opened, listen=True, work=True):
                await stage.ws.connected()
                threads = {name: await stage.ws.carol.mentions(f"{name}: Ann") for name in roll.graphs}
                cards = {name: await approval_card(thread) for name, thread in threads.items()}
            async with (
                running(stage, folder, roll.listens, listen=True, work=False),
                running(stage, folder, roll.works, listen=False, work=True),
            ):
                await stage.ws.connected()
                yield stage, cards


def rolled_out(roll: Roll) -> Callable[..., AsyncIterator[Asked]]:
    """A fixture: cards of each graph, and the versions that listen and work from then on."""

    @pytest_asyncio.fixture(scope="module", loop_scope="session")
    async def opened(
        tmp_path_factory: pytest.TempPathFactory, server_url: str, database_template: str
    ) -> AsyncIterator[Asked]:
        async with rolled(tmp_path_factory.mktemp("rolled"), server_url, database_template, roll) as stage:
            yield stage

    return cast("Callable[..., AsyncIterator[Asked]]", opened)


asked = rolled_out(Roll("old", listens="old", works="new"))
# The new code still listens, and a worker of the old code is left.
asked_by_new = rolled_out(
    Roll("new", listens="new", works="old", graphs=("renamed", "reshaped", "moved", "same"))
)
heard_by_new = rolled_out(Roll("old", listens="new", works="old"))


async def answered(stage: Stage, card: ApprovalCard) -> Thread:
    await card.approve(stage.ws.bob)
    await card.closes()
    return card.thread


async def card_says_so(card: ApprovalCard) -> None:
    await card.thread.wait_until(lambda: "Not used" in card.text or None, what="the card")


def ran(thread: Thread) -> bool:
    return any("RAN" in full_text(message) for message in thread.from_bot())


@pytest.mark.parametrize("graph", ["renamed", "removed"])
async def test_a_node_that_the_other_version_has_not_takes_no_answer_and_the_thread_says_so(
    asked: Asked, graph: str
) -> None:
    stage, cards = asked
    thread = await answered(stage, cards[graph])
    said = await thread.wait_for("agent was changed")
    assert "send a new message here" in full_text(said)
    await card_says_so(cards[graph])
    assert not ran(thread)


@pytest.mark.parametrize(("graph", "asks"), [("reshaped", "Pay?"), ("moved", "Delete the archive?")])
async def test_a_question_that_the_other_version_reads_or_asks_in_another_way_is_asked_anew(
    asked: Asked, graph: str, asks: str
) -> None:
    stage, cards = asked
    thread = await answered(stage, cards[graph])
    again = await thread.wait_until(lambda: next(iter(approval_cards(thread)), None), what="a new card")
    assert asks in again.text
    await card_says_so(cards[graph])
    await thread.wait_for("was not used")
    assert not ran(thread)
    await again.reject(stage.ws.bob)
    await again.closes()
    assert not ran(thread)


async def test_a_question_that_both_versions_ask_alike_is_answered_at_either(
    asked: Asked,
) -> None:
    stage, cards = asked
    thread = await answered(stage, cards["same"])
    await thread.wait_for("RAN")


@pytest.mark.parametrize("graph", GRAPHS)
async def test_a_newer_front_gives_the_answer_to_the_code_that_asked(heard_by_new: Asked, graph: str) -> None:
    """Also where the front's own code has no such node, or would read the answer in another way."""
    stage, cards = heard_by_new
    thread = await answered(stage, cards[graph])
    await thread.wait_for("RAN")
    assert "Not used" not in cards[graph].text


async def test_an_older_worker_that_has_not_the_node_uses_no_answer(asked_by_new: Asked) -> None:
    stage, cards = asked_by_new
    thread = await answered(stage, cards["renamed"])
    await thread.wait_for("agent was changed")
    await card_says_so(cards["renamed"])
    assert not ran(thread)


@pytest.mark.parametrize("graph", ["reshaped", "moved"])
async def test_a_question_that_an_older_worker_asks_in_another_way_is_asked_anew(
    asked_by_new: Asked, graph: str
) -> None:
    stage, cards = asked_by_new
    if graph == "reshaped":
        await cards[graph].submit("approval:other", stage.ws.bob, {"/": "not before Friday", "/as": "text"})
        await cards[graph].closes()
    else:
        await answered(stage, cards[graph])
    thread = cards[graph].thread
    again = await thread.wait_until(lambda: next(iter(approval_cards(thread)), None), what="a new card")
    assert "Pay?" in again.text
    await card_says_so(cards[graph])
    assert not ran(thread)
    await again.reject(stage.ws.bob)
    await again.closes()
    assert not ran(thread)


async def test_a_question_that_both_ask_alike_is_answered_by_an_older_worker(asked_by_new: Asked) -> None:
    stage, cards = asked_by_new
    thread = await answered(stage, cards["same"])
    await thread.wait_for("RAN")
