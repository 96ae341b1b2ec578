"""The graphs that come along, one per pattern, through every branch on the real engine."""

from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode

from countersign.demo.model import ScriptedModel
from graphs import review_tool_calls, side_effects
from graphs.assistant.actions import post_message
from tests.graphs.driving import HERE, Thread, compiled, graph_names, load
from tests.graphs.memory_host import CrashError, MemoryHost

Open = Callable[[str], Thread]
REFUND = {"customer": "Mara", "amount": 12.5, "currency": "EUR", "goodwill": False, "reason": "Broken"}


@pytest.mark.parametrize("name", graph_names())
def test_every_graph_loads_and_says_what_it_takes(model: ScriptedModel, name: str) -> None:
    assert load(name).get_input_jsonschema()["required"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [(True, "Released: 12.50 EUR to Mara."), (False, "Declined: nothing is paid to Mara.")],
)
async def test_approve_or_reject_goes_where_the_answer_points(
    thread_of: Open, answer: bool, outcome: str
) -> None:
    thread = thread_of("approve_or_reject")
    await thread.start(REFUND)
    assert await thread.the_pending() == {"question": "Pay this refund?", **REFUND}
    await thread.answer(answer)
    assert (await thread.values())["outcome"] == outcome


def test_approve_or_reject_is_started_by_a_form_of_typed_fields(model: ScriptedModel) -> None:
    schema = load("approve_or_reject").get_input_jsonschema()
    kinds = {name: field["type"] for name, field in schema["properties"].items()}
    assert kinds == {
        "customer": "string",
        "amount": "number",
        "currency": "string",
        "goodwill": "boolean",
        "reason": "string",
    }
    assert "reason" not in schema["required"]


async def test_review_and_edit_puts_the_persons_text_into_the_state(
    thread_of: Open, model: ScriptedModel
) -> None:
    thread = thread_of("review_and_edit")
    await thread.start({"topic": "the summer party"})
    asked = await thread.the_pending()
    assert set(asked) == {"task", "text"}
    assert "the summer party" in asked["text"]
    assert "\n" in asked["text"], "it is known as a text to edit by its length or its lines"
    await thread.answer({"edited_text": "We party."})
    assert (await thread.values())["announcement"] == "We party."
    assert len(model.requests) == 1, "the review does not ask the model for another draft"


async def test_a_reviewed_tool_call_continues(thread_of: Open, host: MemoryHost) -> None:
    thread = thread_of("review_tool_calls")
    await thread.say("post 'hello' to #ops")
    asked = await thread.the_pending()
    assert asked["tool_call"]["args"] == {"channel": "#ops", "text": "hello"}
    await thread.answer(["continue", None])
    assert list(host.posts.values()) == [("C00000001", "hello")]
    assert await thread.is_over()


async def test_a_reviewed_tool_call_is_updated(thread_of: Open, host: MemoryHost) -> None:
    thread = thread_of("review_tool_calls")
    await thread.say("post 'hello' to #ops")
    await thread.answer(["update", {"channel": "#general", "text": "good morning"}])
    assert list(host.posts.values()) == [(HERE, "good morning")]
    calls = [m.tool_calls for m in (await thread.values())["messages"] if getattr(m, "tool_calls", None)]
    assert [call["args"]["text"] for (call,) in calls] == ["good morning"]


async def test_feedback_on_a_tool_call_goes_back_to_the_model(thread_of: Open, host: MemoryHost) -> None:
    thread = thread_of("review_tool_calls")
    await thread.say("post 'hello' to #ops")
    await thread.answer(["feedback", "Too short, say 'hello everyone' instead."])
    assert host.posts == {}
    assert (await thread.the_pending())["tool_call"]["args"]["text"] == "hello everyone"
    await thread.answer(["feedback", "Not today."])
    assert host.posts == {}
    assert await thread.last_words() == "Understood, I did not post to #ops. Your reason: Not today."


@pytest.mark.parametrize(
    ("answer", "posted"),
    [(["continue", None], ["one"]), (["update", {"channel": HERE, "text": "new"}], ["new"])],
)
async def test_a_call_that_nobody_reviewed_does_not_run(
    host: MemoryHost, answer: list[Any], posted: list[str]
) -> None:
    calls = [
        {"name": "post_message", "args": {"channel": HERE, "text": text}, "id": text, "type": "tool_call"}
        for text in ("one", "two")
    ]
    builder = StateGraph(MessagesState)
    builder.add_node("think", lambda _state: {"messages": [AIMessage("Done.")]})
    builder.add_node("review", review_tool_calls.review)
    builder.add_node("act", ToolNode([post_message]))
    builder.add_edge(START, "review")
    builder.add_edge("act", "think")
    thread = Thread(builder.compile(), host)
    await thread.start({"messages": [AIMessage("", tool_calls=calls)]})
    await thread.answer(answer)
    assert [text for _, text in host.posts.values()] == posted
    assert await thread.last_words() == "Done."


async def test_human_assistance_brings_a_persons_words_to_the_model(
    thread_of: Open, model: ScriptedModel
) -> None:
    thread = thread_of("human_assistance")
    await thread.say("ask someone where the office is")
    assert await thread.the_pending() == {"query": "Where is the office?"}
    await thread.answer({"data": "in the harbour"})
    assert model.requests[-1]["messages"][-1]["content"] == "in the harbour"
    assert "in the harbour" in await thread.last_words()


@pytest.mark.parametrize("name", ["multi_turn_separate", "multi_turn_shared"])
async def test_two_agents_talk_with_a_person_and_hand_over(thread_of: Open, name: str) -> None:
    thread = thread_of(name)

    async def has_the_turn(agent: str) -> bool:
        asked = (await thread.the_pending())["question"]
        return f"The {agent} waits" in asked and (await thread.last_words()).startswith(f"The {agent} here.")

    await thread.say("a picnic in May.")
    assert await has_the_turn("planner")
    assert "I noted: a picnic in May." in await thread.last_words()
    await thread.answer("what is the budget?")
    assert await has_the_turn("treasurer")
    await thread.answer("and the price of the train?")
    assert await has_the_turn("treasurer"), "still the active one"
    await thread.answer("who brings the salad?")
    assert await has_the_turn("planner")
    await thread.answer("Done")
    assert await thread.is_over()
    await thread.say("one more thing.")
    assert "one more thing" in await thread.last_words()


async def test_validated_input_asks_until_the_answer_is_valid(thread_of: Open) -> None:
    thread = thread_of("validated_input")
    await thread.start({"event": "the picnic"})
    assert await thread.the_pending() == {"question": "How many people come to the picnic?"}
    for wrong, problem in (("many", "“many” is not a whole number."), ("900", "Our rooms hold 1 to 200")):
        await thread.answer(wrong)
        assert (await thread.the_pending())["question"].startswith(problem)
    await thread.answer(" 12 ")
    assert (await thread.values())["seats"] == 12


async def test_nested_shows_which_code_runs_again(thread_of: Open) -> None:
    thread = thread_of("nested")
    await thread.start({"document": "the report"})
    assert await thread.the_pending() == {"question": "Legal, what about “the report”?"}
    thread.told.clear()
    await thread.answer("fine")
    assert await thread.the_pending() == {"question": "Press, what about “the report”?"}
    ran_as_a_node = ["Legal: ask"]
    then_came = ["parent: call_press", "Press: read", "Press: ask"]
    assert [told["ran"] for told in thread.told] == ran_as_a_node + then_came
    thread.told.clear()
    await thread.answer("hold it")
    ran_as_a_function = ["parent: call_press", "Press: ask"]
    assert [told["ran"] for told in thread.told] == ran_as_a_function
    values = await thread.values()
    assert (values["legal"], values["press"]) == ("fine", "hold it")


async def test_parallel_reviews_are_answered_in_any_order(thread_of: Open) -> None:
    thread = thread_of("parallel_reviews")
    await thread.start({"position": "cook", "candidates": ["Ann", "Ben", "Cem"], "places": 2})
    waiting = {one.value["candidate"]: one for one in await thread.pending()}
    assert list(waiting) == ["Ann", "Ben", "Cem"]
    schema = waiting["Ann"].response_schema
    assert isinstance(schema, dict)
    assert schema["properties"].keys() == {"score", "remark"}
    for name, score in (("Cem", 5), ("Ann", 1), ("Ben", 4)):
        before = {one.id for one in await thread.pending()}
        await thread.answer({"score": score, "remark": "so so"}, waiting[name])
        assert {one.id for one in await thread.pending()} == before - {waiting[name].id}
    values = await thread.values()
    assert values["invited"] == ["Cem", "Ben"]
    assert len(values["verdicts"]) == 3


async def test_a_verdict_out_of_bounds_leaves_the_question_answerable(thread_of: Open) -> None:
    thread = thread_of("parallel_reviews")
    await thread.start({"position": "cook", "candidates": ["Ann"], "places": 1})
    with pytest.raises(ValueError, match="less than or equal to 5"):
        await thread.answer({"score": 6, "remark": "!"})
    await thread.answer({"score": 5, "remark": "!"})
    assert (await thread.values())["invited"] == ["Ann"]


async def test_side_effects_posts_once_after_the_answer(thread_of: Open, host: MemoryHost) -> None:
    thread = thread_of("side_effects")
    await thread.start({"announcement": "We moved."})
    assert host.posts == {}
    await thread.answer(True)
    assert host.posts == {f"{thread.id}:announcement": (HERE, "We moved.")}
    assert (await thread.values())["outcome"] == "Posted."


async def test_side_effects_posts_nothing_after_a_no(thread_of: Open, host: MemoryHost) -> None:
    thread = thread_of("side_effects")
    await thread.start({"announcement": "We moved."})
    await thread.answer(False)
    assert host.posts == {}


async def test_side_effects_posts_once_though_its_node_runs_again(thread_of: Open, host: MemoryHost) -> None:
    thread = thread_of("side_effects")
    await thread.start({"announcement": "We moved."})
    host.crash_after_effect = True
    with pytest.raises(CrashError):
        await thread.answer(True)
    assert len(host.posts) == 1
    await thread.start(None)
    assert (await thread.values())["outcome"] == "Posted."
    assert len(host.posts) == 1


async def test_side_effects_says_so_outside_the_bot(model: ScriptedModel) -> None:
    thread = Thread(load("side_effects"), None)
    await thread.start({"announcement": "We moved."})
    await thread.answer(True)
    assert "runs without Countersign" in (await thread.values())["outcome"]


async def test_the_wrong_way_posts_before_anyone_agreed_and_again_after(host: MemoryHost) -> None:
    thread = Thread(compiled(side_effects.wrong), host)
    await thread.start({"announcement": "We moved."})
    assert len(host.posts) == 1
    await thread.answer(False)
    assert len(host.posts) == 2
