"""Questions in the ways of public repositories and forum threads, answered in Slack: what the graph heard.

Each graph of `project` is of a kind that was found in a public thread, template or page; none is copied. Its
outcome says RAN where the action was taken, and KEPT where it was not, with what it heard.
"""

from collections.abc import Sequence

import pytest

from countersign.testing.cards import approval_card
from slack_local.block_kit.text import full_text
from tests.scenario.guides.conftest import (
    Act,
    GuidePlayer,
    answer,
    answer_fields,
    approve,
    edit,
    option,
    other,
    reject,
    rejected_because,
    reply,
)

# What a yes does, and what a no does: the acts, and what the graph says in the end.
Play = tuple[Sequence[Act], tuple[str, ...]]
YES_AND_NO: dict[str, tuple[Play, Play]] = {
    "shipment": (([approve], ("RAN",)), ([rejected_because("wrong port")], ("KEPT",))),
    "memo": (([approve], ("RAN",)), ([reject], ("KEPT",))),
    "confirmed-plan": (([approve], ("RAN",)), ([rejected_because("too long")], ("KEPT", "too long"))),
    "outreach": (([approve], ("RAN",)), ([rejected_because("too pushy")], ("KEPT", "too pushy"))),
    "itinerary": (([approve], ("RAN",)), ([rejected_because("no flights")], ("KEPT", "no flights"))),
    "report": (([approve], ("RAN",)), ([reject], ("KEPT",))),
    "identity": (([approve], ("RAN", "thing")), ([edit(name="Ann")], ("KEPT", "Ann"))),
    "chapter": (([approve], ("RAN",)), ([rejected_because("dull")], ("KEPT", "reject", "dull"))),
    "ticker": (
        ([answer_fields(selected_symbol="GOOG")], ("RAN", "GOOG")),
        ([other('{"selected_symbol": ""}')], ("KEPT",)),
    ),
    "customer": (
        ([answer_fields(customer_id="C-42")], ("RAN", "C-42")),
        ([other('{"customer_id": "none"}')], ("RAN", "none")),
    ),
    "tool-calls": (([approve], ("RAN",)), ([rejected_because("not Ann")], ("KEPT", "not Ann"))),
    "team-plan": (([approve], ("RAN",)), ([reject], ("KEPT",))),
    "exam-question": (([approve], ("RAN",)), ([reject], ("KEPT",))),
    "reservation": (
        ([approve], ("RAN", "was approved")),
        ([rejected_because("full")], ("KEPT", "was rejected, full")),
    ),
    "page-update": (
        ([other('{"decisions": [{"type": "approve"}]}')], ("RAN", "approve")),
        ([other('{"decisions": [{"decision_type": "reject"}]}')], ("KEPT",)),
    ),
    "large-transfer": (([approve], ("RAN",)), ([reject], ("KEPT",))),
    "plan-step": (([approve], ("RAN",)), ([option("skip")], ("KEPT", "skip"))),
    "deletion": (([approve], ("RAN",)), ([reject], ("KEPT",))),
    "looped": (
        ([approve, reply("fine")], ("RAN", "fine")),
        ([reject, reply("too long")], ("KEPT", "too long")),
    ),
    "routed": (([option("pay")], ("RAN",)), ([option("__end__")], ("Result",))),
    "discovery": (
        ([other('["A thing.", "Bob"]')], ("RAN", "A thing.", "Bob")),
        ([other("[]")], ("RAN",)),
    ),
    "anonymized": (([option("oui")], ("RAN",)), ([option("non")], ("KEPT", "non"))),
    "suggestion": (([approve], ("RAN", "thing")), ([reject], ("KEPT",))),
    "security": (([approve], ("RAN",)), ([reject], ("KEPT",))),
    "post": (([option("done")], ("RAN",)), ([answer("Shorter.")], ("KEPT", "Shorter."))),
    "compliance": (
        ([answer("approve: well done")], ("RAN", "well done")),
        ([answer("no")], ("KEPT", "pending")),
    ),
    "review": (([approve], ("RAN",)), ([answer("Shorter.")], ("KEPT", "Shorter."))),
    "judged": (([answer("done")], ("RAN",)), ([answer("Shorter.")], ("KEPT", "Shorter."))),
    "turn": (([answer("Hello.")], ("KEPT", "Hello.")), ([answer("no")], ("KEPT", "no"))),
    "resume": (([answer("https://a.example/cv")], ("RAN", "https://a.example/cv")), ([reject], ("KEPT",))),
    "waveform": (([other("Stop it.", "text")], ("RAN",)), ([other("null")], ("RAN",))),
    "cancelled": (([reply("the date")], ("RAN", "the date")), ([option("cancelar")], ("KEPT",))),
}
MORE: dict[str, Play] = {
    "shipment": ([other('{"decision": "approve", "justification": "checked"}')], ("RAN", "checked")),
    "memo": ([answer_fields(action="revise", notes="shorter")], ("KEPT", "shorter")),
    "plan-step": ([edit(modified_step="rest")], ("RAN", "rest")),
    "suggestion": ([other("Another.", "text")], ("RAN", "Another.")),
    "security": ([reply("approve")], ("RAN",)),
    "deletion": ([reply("rejected, too old")], ("KEPT",)),
    "large-transfer": ([other('{"decision": "maybe"}')], ("KEPT",)),
}
ASKS_FOR_WORDS = {"cancelled", "turn", "looped"}  # a reply is the answer
TALK = ("no", "yes please", "I would approve, but Friday", "what is this?")


@pytest.mark.parametrize("graph", YES_AND_NO)
async def test_a_yes_and_a_no_are_heard_as_such(player: GuidePlayer, graph: str) -> None:
    for acts, said in YES_AND_NO[graph]:
        await player.play_out(graph, "thing", acts, *said)


@pytest.mark.parametrize("graph", MORE)
async def test_other_ways_to_answer_are_heard(player: GuidePlayer, graph: str) -> None:
    acts, said = MORE[graph]
    await player.play_out(graph, "thing", acts, *said)


@pytest.mark.parametrize("graph", sorted(YES_AND_NO.keys() - ASKS_FOR_WORDS))
async def test_talk_and_broken_json_decide_nothing(player: GuidePlayer, graph: str) -> None:
    thread = await player.begin(graph, "thing")
    card = await approval_card(thread)
    for words in TALK:
        await player.stage.ws.bob.replies(thread, words)
    await thread.wait_for(lambda message: "waits for" in full_text(message))
    form = await card.form("approval:other", player.stage.ws.bob)
    refused = await player.stage.ws.bob.submits(form, {"/": '{"approved": tru', "/as": "json"})
    assert refused.outcome == "errors"
    assert set(refused.errors) == {"/"}
    assert player.events(thread) == ["opened"]
