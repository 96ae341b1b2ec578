"""Graphs in many styles of Python: what arrives is what the card said, and nothing but a yes is a yes."""

from collections.abc import Sequence

import pytest

from countersign.testing.cards import approval_card
from slack_local.block_kit.text import full_text
from slack_local.people.threads import Thread
from tests.scenario.guides.conftest import (
    Act,
    GuidePlayer,
    answer,
    answer_fields,
    approve,
    option,
    other,
    reject,
    reply,
)
from tests.support.processes.bots import until

PLAYS: dict[str, tuple[str, str, Sequence[Act], tuple[str, ...]]] = {
    # a module in which other nodes decide as well
    "a case that everybody agrees to": (
        "desk",
        "a long story",
        [option("approve"), approve, answer("4")],
        ("sent with 5 seats",),
    ),
    "seats by reply": ("desk", "a long story", [option("approve"), approve, reply("2")], ("with 3 seats",)),
    "a case that an editor stops": ("desk", "a long story", [option("reject")], ("editor: reject",)),
    "an answer as an object": (
        "desk",
        "a long story",
        [other('{"decision": "later"}')],
        ("editor: later",),
    ),
    "a case that a lawyer stops": ("desk", "a long story", [option("approve"), reject], ("legal: reject",)),
    "a lawyer by reply": ("desk", "a long story", [option("approve"), reply("rejected")], ("legal: reject",)),
    # answers that are parsed
    "a model": (
        "model",
        "ship it",
        [answer_fields(outcome="ship", seats="3", remark="fine")],
        ("ship for 3, fine",),
    ),
    "a model that does not fit": ("model", "x", [other('{"outcome": "no"}')], ("not understood: 1",)),
    "one of two models": (
        "adapter",
        "Ann",
        [other('{"kind": "granted", "days": 2}')],
        ("2 days off",),
    ),
    "the other of two models": (
        "adapter",
        "Ann",
        [other('{"kind": "denied", "reason": "no cover"}')],
        ("no leave, no cover",),
    ),
    "a dataclass": ("signature", "lease", [other('{"signed": true, "by": "Ann"}')], ("signed by Ann",)),
    "a dataclass without a name": ("signature", "lease", [other('{"signed": true}')], ("unsigned",)),
    "a typed dict": ("typed", "a.txt", [approve], ("kept",)),
    "a typed dict with a no": ("typed", "a.txt", [reject], ("deleted",)),
    "a member of an enum": ("enum", "north", [option("safe")], ("goes the safe way",)),
    "a member that is a no": ("enum", "north", [option("none")], ("stays",)),
    "a property of an enum": ("gate", "east", [option("open")], ("went in",)),
    "a property that is false": ("gate", "east", [option("shut")], ("stayed out",)),
    # nodes of odd shapes
    "a decorator that agrees": ("decorated", "job", [approve], ("ran job",)),
    "a decorator that does not": ("decorated", "job", [reject], ("skipped",)),
    "a decorator by reply": ("decorated", "job", [reply("reject, no")], ("skipped",)),
    "a class": ("triage", "smoke", [answer("Fire ")], ("paged",)),
    "a class with other words": ("triage", "smoke", [answer("not fire")], ("filed as not fire",)),
    "a table": ("table", "post", [option("publish")], ("published post",)),
    "a table's default": ("table", "post", [other("nothing", "text")], ("left alone",)),
    "two signatures": ("signatures", "lease", [approve, approve], ("signed by Ann, Bob",)),
    "one signature": ("signatures", "lease", [approve, reject], ("signed by Ann",)),
    "no signature": ("signatures", "lease", [reject, reply("rejected")], ("signed by nobody",)),
    "items": ("items", "a b", [option("keep"), reject], ("kept ['a']",)),
    "a tool": ("by_tool", "a b c", [approve, reject, approve], ("removed ['a', 'c']",)),
    "a generator": ("generator", "hat", [reply("red"), reply("XL")], ("red, XL",)),
    "a task": ("functional", "text", [option("good"), option("fine")], ("good in the end",)),
    "a task with a no": ("functional", "text", [option("good"), other("meh", "text")], ("bad in the end",)),
    "a jump": ("hops", "bridge", [option("jump")], ("landed",)),
    "no jump": ("hops", "bridge", [reject], ("stays down",)),
}


@pytest.mark.parametrize("name", PLAYS)
async def test_what_arrives_is_what_the_card_said(player: GuidePlayer, name: str) -> None:
    graph, text, acts, said = PLAYS[name]
    await player.play_out(graph, text, acts, *said)


@pytest.mark.parametrize("graph", ["blank", "null", "empty"])
@pytest.mark.parametrize(("text", "kind", "said"), [("yes", "yes_no", "Yes"), ("Monday", "text", "Monday")])
async def test_a_question_without_a_word_takes_what_people_say_it_is(
    player: GuidePlayer, graph: str, text: str, kind: str, said: str
) -> None:
    thread = await player.begin(graph, "x")
    card = await approval_card(thread)
    for words in ("yes", "approve", "reject", "Monday"):
        await player.stage.ws.bob.replies(thread, words)
    action = "approval:answer" if "approval:answer" in card.actions else "approval:respond"
    result = await card.submit(action, player.stage.ws.bob, {"/": text, "/as": kind})

    assert result.outcome == "closed"
    await _is_resumed(player, thread)
    await player.ends_with(thread, "Result", said)


async def _is_resumed(player: GuidePlayer, thread: Thread) -> None:
    """One decision, which the graph took."""
    expected = ["opened", "decided", "resumed"]
    await until(
        lambda: player.events(thread)[:3] == expected, lambda: f"{expected}, not {player.events(thread)}"
    )


DOUBTFUL = (
    "yes",
    "yes please",
    "approve?",
    "approve it",
    "not approved",
    "I would approve, but",
    "~approve~",
    "approve :no_entry_sign:",
    "signed",
    "true",
    "no",
    "👍",
)
NOES: dict[str, Act] = {
    **dict.fromkeys(
        ("typed", "decorated", "signatures", "by_tool", "hops", "items"), reply("reject, just talk")
    ),
    "table": other("null"),
    "model": other("{}"),
    "enum": option("none"),
    "gate": option("shut"),
}


@pytest.mark.parametrize("graph", NOES)
async def test_talk_in_the_thread_decides_nothing(player: GuidePlayer, graph: str) -> None:
    thread = await player.begin(graph, "a")
    card = await approval_card(thread)
    for words in DOUBTFUL:
        await player.stage.ws.bob.replies(thread, words)
    await thread.wait_for(lambda message: "waits for a decision" in full_text(message))
    await NOES[graph](player, card)
    await card.closes()
    await _is_resumed(player, thread)
