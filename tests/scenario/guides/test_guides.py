"""The interrupt examples of LangGraph's guides, old and new, played to their end by button, form, reply."""

import json
from collections.abc import Sequence

import pytest

from countersign.testing.cards import approval_card
from tests.scenario.guides.conftest import (
    Act,
    GuidePlayer,
    answer,
    answer_fields,
    approve,
    call,
    edit,
    edit_all,
    option,
    other,
    reject,
    rejected_because,
    reply,
    respond,
)
from tests.support.processes.bots import until

EMAIL = call("send_email", to="ann@example.com", subject="Hi", body="Hello")
HOTEL = call("book_hotel", hotel_name="Ritz")
RESERVE = call("reserve", hotel_name="Ritz")
ASSIST = call("human_assistance", query="Which framework?")
VERIFY = call("verify", name="LangGraph", birthday="Jan 17")
WEATHER = call("weather", city="sf")
EMAIL_2 = call("send_email", to="ann@example.com", subject="Hi")
QUERY = call("run_query", query="SELECT 1")
DEPLOY = call("request_approval", action_description="deploy")
TRANSFER = call("transfer", amount=5, to="ann")

PLAYS: dict[str, tuple[str, str, Sequence[Act], tuple[str, ...]]] = {
    # approve or reject
    "approval by button": ("approval", "pay", [approve], ("Approved", "Yes")),
    "rejection by button": ("approval", "pay", [reject], ("Approved", "No")),
    "approval by reply": ("approval", "pay", [reply("approve")], ("Approved", "Yes")),
    "rejection by reply": ("approval", "pay", [reply("reject, too much")], ("Approved", "No")),
    "approval as yes": ("approval", "pay", [other("yes", "yes_no")], ("Approved", "Yes")),
    "condition approved": ("approval_in_condition", "pay", [approve], ("did pay",)),
    "condition rejected": ("approval_in_condition", "pay", [reply("reject")], ("left it",)),
    "routed on": ("routed", "pay", [approve], ("done",)),
    "routed off": ("routed", "pay", [reject], ("cancelled",)),
    "routed off by reply": ("routed", "pay", [reply("rejected")], ("cancelled",)),
    "output approved": ("checked", "hello", [reply("Approved!")], ("sent",)),
    "output rejected": ("checked", "hello", [reject], ("dropped",)),
    # review and edit
    "content unchanged": ("review_content", "ok", [approve], ("text", "ok")),
    "content edited": ("review_content", "ok", [edit_all("better")], ("better",)),
    "content by reply": ("review_content", "ok", [reply("approve")], ("ok",)),
    "summary unchanged": ("review_summary", "hello", [approve], ("In short: hello",)),
    "summary edited": ("review_summary", "hello", [edit_all("Shorter.")], ("Shorter.",)),
    "revised": ("revise_text", "hello", [edit_all("Hello!")], ("Hello!",)),
    "not revised": ("revise_text", "hello", [reply("approve")], ("hello",)),
    "plan approved": ("plan", "cats", [approve], ("wrote it after []",)),
    "plan rejected": ("plan", "cats", [rejected_because("shorter"), approve], ("after ['shorter']",)),
    "plan rejected in a word": ("plan", "cats", [reject, reply("approve")], ("Rejected by a human",)),
    "plan rejected by reply": ("plan", "cats", [reply("reject: shorter"), approve], ("['shorter']",)),
    "plan with feedback": ("plan", "cats", [answer("use dogs"), approve], ("after ['use dogs']",)),
    # words, numbers, several questions
    "feedback by form": ("wait_for_feedback", "hello", [answer("go on!")], ("user_feedback", "go on!")),
    "feedback by reply": ("wait_for_feedback", "hello", [reply("go on!")], ("user_feedback", "go on!")),
    "age by form": ("age", "me", [answer("30")], ("age", "30")),
    "age by reply": ("age", "me", [reply("30")], ("age", "30")),
    "age at the second try": ("age", "me", [answer("-3"), answer("30")], ("age", "30")),
    "age of any kind": ("age", "me", [other("thirty", "text"), reply("30")], ("age", "30")),
    "age as text": ("age_as_text", "me", [reply("-1"), reply("30")], ("age", "30")),
    "age by an edge": ("age_by_edge", "me", [answer("130"), reply("30")], ("age", "30")),
    "two questions": ("two_questions", "me", [reply("Ada"), answer("36")], ("Ada", "36")),
    "three questions": ("three_questions", "me", [reply("Ada"), reply("36"), reply("London")], ("London",)),
    "a record by form": ("record", "me", [answer_fields(name="Bo", age="40")], ("Bo", "40")),
    "a record as JSON": ("record", "me", [other('{“name”: "Bo", "age": 40}')], ("Bo", "40")),
    # tools
    "e-mail approved": ("tools_agent", EMAIL, [approve], ("sent Hi to ann@example.com",)),
    "e-mail by reply": ("tools_agent", EMAIL, [reply("approve")], ("sent Hi to ann@example.com",)),
    "e-mail edited": (
        "tools_agent",
        EMAIL,
        [edit(to="bo@example.com", subject="Bye")],
        ("sent Bye to bo@example.com",),
    ),
    "e-mail rejected": ("tools_agent", EMAIL, [reject], ("cancelled the e-mail",)),
    "hotel accepted": ("tools_agent", HOTEL, [approve], ("booked Ritz",)),
    "hotel edited": ("tools_agent", HOTEL, [edit(args__hotel_name="Savoy")], ("booked Savoy",)),
    "hotel by reply": ("tools_agent", HOTEL, [reply("approve")], ("booked Ritz",)),
    "reviewed tool accepted": ("tools_agent", RESERVE, [approve], ("reserved Ritz",)),
    "reviewed tool edited": ("tools_agent", RESERVE, [edit(hotel_name="Savoy")], ("reserved Savoy",)),
    "reviewed tool answered": ("tools_agent", RESERVE, [respond("It is full.")], ("Results: It is full.",)),
    "assistance by reply": ("chatbot", ASSIST, [reply("LangGraph")], ("Results: LangGraph",)),
    "assistance by form": ("tools_agent", ASSIST, [answer("LangGraph")], ("Results: LangGraph",)),
    "verified": ("chatbot", VERIFY, [approve], ("Results: Correct",)),
    "verified by reply": ("chatbot", VERIFY, [reply("approved")], ("Results: Correct",)),
    "corrected": ("chatbot", VERIFY, [edit(birthday="Jan 18")], ("correction: LangGraph, Jan 18",)),
    "asked": ("ask_human", call("AskHuman", question="Where are you?"), [reply("Rome")], ("Results: Rome",)),
    # review of tool calls
    "call continued": ("review", WEATHER, [approve], ("sunny in sf",)),
    "call by reply": ("review", WEATHER, [reply("approve")], ("sunny in sf",)),
    "call updated": ("review", WEATHER, [edit(city="Rome")], ("sunny in Rome",)),
    "call with feedback": ("review", WEATHER, [respond("Ask for Rome.")], ("Results: Ask for Rome.",)),
    "call rejected": ("review", WEATHER, [rejected_because("Not now.")], ("Results: Not now.",)),
    # pages of 2026
    "schema approved": ("with_schema", "x", [answer_fields(approved=True, note="fine")], ("note=fine",)),
    "schema rejected": ("with_schema", "x", [answer_fields(approved=False)], ("approved=False note=None",)),
    "bare values": (
        "values",
        "x",
        [reply("Ada"), other("7", "number"), other("yes", "yes_no")],
        ("7", "Yes"),
    ),
    "bare values by JSON": ("values", "x", [answer("Ada"), other("[7]"), other("false")], ("7", "No")),
    "details as JSON": ("user_details", "x", [other('{"name": "Ada"}')], ("Name: Ada",)),
    "each approved": ("each", "x", [approve, reject], ("• Yes", "• No")),
    "each by reply": ("each", "x", [reply("reject"), reply("approve")], ("• No", "• Yes")),
    "reply approved": ("email", "Ann", [approve], ("sent: Dear Ann",)),
    "reply edited": ("email", "Ann", [edit(edited_response="Hi Ann")], ("sent: Hi Ann",)),
    "reply rejected": ("email", "Ann", [reply("reject")], ("nothing",)),
    "age by a loop of edges": ("pending_age", "me", [other("thirty", "text"), answer("30")], ("age", "30")),
    "by hand approved": ("tool_by_hand", EMAIL_2, [approve], ("sent Hi to ann@example.com",)),
    "by hand edited": ("tool_by_hand", EMAIL_2, [edit(subject="Bye")], ("sent Bye to ann@example.com",)),
    "by hand rejected": ("tool_by_hand", EMAIL_2, [reject], ("cancelled it",)),
    "query accepted": ("tool_by_hand", QUERY, [approve], ("rows of SELECT 1",)),
    "query edited": ("tool_by_hand", QUERY, [edit(query="SELECT 2")], ("rows of SELECT 2",)),
    "query answered": ("tool_by_hand", QUERY, [respond("Not that table.")], ("Results: Not that table.",)),
    "deploy approved": ("tool_by_hand", DEPLOY, [reply("approve")], ("'deploy' was approved.",)),
    "deploy rejected": ("tool_by_hand", DEPLOY, [rejected_because("Friday")], ("Reason: Friday",)),
    "deploy just rejected": ("tool_by_hand", DEPLOY, [reply("reject")], ("Reason: none",)),
    # subgraphs
    "subgraph as a node": ("as_node", "hi", [reply("Ada")], ("human_value", "Ada")),
    "subgraph with memory": ("as_node_with_memory", "hi", [answer("Ada")], ("human_value", "Ada")),
    "subgraph as a function": ("as_function", "hi", [reply("Ada")], ("human_value", "Ada")),
    "function with a saver": ("as_function_with_saver", "hi", [reply("Ada")], ("human_value", "Ada")),
    "function with memory": ("as_function_with_memory", "hi", [answer("Ada")], ("human_value", "Ada")),
    # the functional API, started by a message
    "essay approved": ("essay", "cats", [approve], ("An essay about cats", "Yes")),
    "essay rejected": ("essay", "cats", [reply("reject")], ("An essay about cats", "No")),
    "functional feedback": ("feedback", "foo", [reply("baz")], ("foo bar baz qux",)),
    "functional call continued": ("tool_review_functional", WEATHER, [approve], ("sunny in sf",)),
    "functional call updated": ("tool_review_functional", WEATHER, [edit(city="Rome")], ("sunny in Rome",)),
    "functional call rejected": (
        "tool_review_functional",
        WEATHER,
        [rejected_because("No.")],
        ("Results: No.",),
    ),
    "functional turns": (
        "multi_turn_functional",
        "hello",
        [reply("to Rome"), answer("bye")],
        ("advisor heard: to Rome",),
    ),
    # several turns
    "shared human node": (
        "shared",
        "a hotel please",
        [reply("a beach"), answer("a pool"), option("bye")],
        ("Goodbye.",),
    ),
    "human node per agent": (
        "per_agent",
        "hello",
        [reply("to Rome"), reply("which hotel?"), reply("with a pool"), reply("bye")],
        ("Goodbye.",),
    ),
    # static breakpoints and NodeInterrupt
    "prebuilt approved": ("prebuilt", TRANSFER, [approve], ("transferred 5 to ann",)),
    "prebuilt by reply": ("prebuilt", TRANSFER, [reply("approve")], ("transferred 5 to ann",)),
    "prebuilt edited": ("prebuilt", TRANSFER, [edit(amount="7")], ("transferred 7 to ann",)),
    "prebuilt rejected": ("prebuilt", TRANSFER, [rejected_because("Too much.")], ("Results: Too much.",)),
    "prebuilt rejected by reply": ("prebuilt", TRANSFER, [reply("reject no")], ("Results: no",)),
    "react approved": ("react", TRANSFER, [approve], ("transferred 5 to ann",)),
    "react edited": ("react", TRANSFER, [edit(to="bo")], ("transferred 5 to bo",)),
    "react rejected": ("react", TRANSFER, [reject], ("Results: Rejected by a human reviewer.",)),
    "react v1 edited": ("react_v1", TRANSFER, [edit(to="bo")], ("transferred 5 to bo",)),
    "react v1 rejected": ("react_v1", TRANSFER, [reject], ("Results: Rejected",)),
    "own approved": ("own", TRANSFER, [approve], ("transferred 5 to ann",)),
    "own edited": ("own", TRANSFER, [edit(to="bo")], ("transferred 5 to bo",)),
    "own rejected": ("own", TRANSFER, [reject], ("Results: Rejected",)),
    "after the model": ("own_after", TRANSFER, [edit(to="bo")], ("transferred 5 to bo",)),
    "before a step": ("before_step", "hello", [approve], ("step_3(hello)",)),
    "before a step by reply": ("before_step", "hello", [reply("approve")], ("step_3(hello)",)),
    "state edited": ("edit_state", "hello", [edit(input="bye")], ("step_1(hello) step_2(bye) step_3(bye)",)),
    "step rejected": ("edit_state", "hello", [reject], ("stopped before the step",)),
    "before and after": ("before_and_after", "hello", [approve, approve], ("step_3(hello)",)),
    "raised, state edited": (
        "dynamic",
        "hello world",
        [edit(input="also too long"), edit(input="foo")],
        ("step_2(foo) step_3(foo)",),
    ),
    "raised, step skipped": ("dynamic", "hello world", [option("Skip this step")], ("step_3(hello world)",)),
    "raised, run stopped": ("dynamic", "hello world", [reject], ("stopped before the step",)),
}


@pytest.mark.parametrize("name", PLAYS)
async def test_an_example_runs_as_it_is_and_is_answered_to_the_end(player: GuidePlayer, name: str) -> None:
    graph, text, acts, said = PLAYS[name]
    thread = await player.play(graph, text, acts)

    expected = ["opened", "decided", "resumed"] * len(acts)
    await until(lambda: player.events(thread) == expected, lambda: f"{expected}, not {player.events(thread)}")
    await player.ends_with(thread, *said)
    assert thread.cards() == []


async def test_questions_side_by_side_are_answered_in_any_order(player: GuidePlayer) -> None:
    thread = await player.begin("parallel", "hello")
    cards = [await approval_card(thread), await approval_card(thread, 1)]
    second = next(card for card in cards if "about b" in card.text)
    first = next(card for card in cards if "about a" in card.text)

    await answer("beta")(player, second)
    await second.closes()
    await answer("alpha")(player, first)

    await player.ends_with(thread, "a:alpha", "b:beta")


@pytest.mark.parametrize("words", ["no", "No way", "hm, let me think", "yes, but only half"])
@pytest.mark.parametrize("graph", ["approval_in_condition", "routed", "checked"])
async def test_talk_approves_nothing(player: GuidePlayer, graph: str, words: str) -> None:
    thread = await player.begin(graph, "pay")
    card = await approval_card(thread)

    await player.stage.ws.bob.replies(thread, words)

    await thread.wait_for("waits for a decision")
    assert card.is_open
    await reject(player, card)
    await card.closes()


@pytest.mark.parametrize("graph", ["prebuilt", "react", "react_v1", "own"])
async def test_a_breakpoint_before_several_calls_has_a_row_for_each(player: GuidePlayer, graph: str) -> None:
    calls = [
        {"name": "transfer", "args": {"amount": amount, "to": to}, "id": f"call_{amount}"}
        for amount, to in ((1, "ann"), (2, "bo"), (3, "cy"))
    ]
    thread = await player.begin(graph, json.dumps(calls))
    card = await approval_card(thread)
    rows = [b["block_id"] for b in card.message.blocks if b["block_id"].startswith("row:")]
    assert [row.split(":")[1] for row in rows] == ["0", "1", "2"]

    await card.reject(player.stage.ws.bob, "not bo", rows[1])
    await thread.wait_until(lambda: "rejected" in card.text.lower(), what="the second row to be decided")
    await card.click("approval:approve_rest", player.stage.ws.alice)

    said = await player.ends_with(
        thread, "Results: ", "transferred 1 to ann", "transferred 3 to cy", "not bo"
    )
    assert "to bo" not in said.text
    assert player.events(thread) == ["opened", "voted", "decided", "resumed"]


async def test_a_breakpoint_is_among_what_waits(player: GuidePlayer) -> None:
    thread = await player.begin("prebuilt", TRANSFER)
    card = await approval_card(thread)

    told = await player.stage.ws.bob.runs("/approvals")

    assert "Transfer" in told.text, told.text
    await reject(player, card)
    await card.closes()
