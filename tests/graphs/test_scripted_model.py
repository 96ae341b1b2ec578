"""The scripted model's wire format, strictness and troubles, seen by plain HTTP and by OpenAI's client."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import openai
import pytest

from countersign.demo.model import Fault, ScriptedModel

POST = {"type": "function", "function": {"name": "post_message", "parameters": {"type": "object"}}}
KEY = {"Authorization": "Bearer any"}
CALL = {"id": "call_1", "type": "function", "function": {"name": "post_message", "arguments": "{}"}}


@pytest.fixture
async def http(model: ScriptedModel) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers=KEY) as session:
        yield session


@pytest.fixture
async def client(model: ScriptedModel) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(api_key="any", base_url=model.base_url, max_retries=0, timeout=0.5) as one:
        yield one


def chat(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "scripted", "messages": [{"role": "user", "content": text}], **more}


async def ask(http: aiohttp.ClientSession, model: ScriptedModel, body: Any) -> tuple[int, Any]:
    async with http.post(f"{model.base_url}/chat/completions", json=body) as response:
        return response.status, await response.json()


async def test_the_same_conversation_gets_the_same_reply(
    http: aiohttp.ClientSession, model: ScriptedModel
) -> None:
    body = chat("post 'hello' to #ops", tools=[POST])
    (_, first), (_, second) = await ask(http, model, body), await ask(http, model, body)
    assert first["choices"] == second["choices"]
    assert first["choices"][0]["finish_reason"] == "tool_calls"


async def test_a_request_said_twice_in_a_thread_gets_calls_with_different_ids(
    http: aiohttp.ClientSession, model: ScriptedModel
) -> None:
    _, first = await ask(http, model, chat("post 'hello' to #ops", tools=[POST]))
    said = first["choices"][0]["message"]
    (call,) = said["tool_calls"]
    again = chat("post 'hello' to #ops", tools=[POST])
    again["messages"] += [
        said,
        {"role": "tool", "tool_call_id": call["id"], "content": "ok"},
        *again["messages"],
    ]
    _, second = await ask(http, model, again)
    assert second["choices"][0]["message"]["tool_calls"][0]["function"] == call["function"]
    assert second["choices"][0]["message"]["tool_calls"][0]["id"] != call["id"]


async def test_a_stream_adds_up_to_the_whole_answer_and_ends_with_the_usage(
    http: aiohttp.ClientSession, model: ScriptedModel
) -> None:
    body = chat("post 'a rather long message, in pieces' to #ops", tools=[POST])
    _, whole = await ask(http, model, body)
    body |= {"stream": True, "stream_options": {"include_usage": True}}
    async with http.post(f"{model.base_url}/chat/completions", json=body) as response:
        assert response.content_type == "text/event-stream"
        events = (await response.text()).removesuffix("\n\n").split("\n\n")
    assert events.pop() == "data: [DONE]"
    chunks = [json.loads(event.removeprefix("data: ")) for event in events]
    assert chunks.pop()["usage"] == whole["usage"]
    deltas = [call for chunk in chunks for call in chunk["choices"][0]["delta"].get("tool_calls", [])]
    assert len(deltas) > 2, "the arguments come in pieces"
    arguments = "".join(delta["function"]["arguments"] for delta in deltas)
    assert arguments == whole["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"


async def test_text_is_streamed_word_by_word(client: openai.AsyncOpenAI) -> None:
    messages: Any = [{"role": "user", "content": "what are you?"}]
    whole = await client.chat.completions.create(model="scripted", messages=messages)
    stream = await client.chat.completions.create(model="scripted", messages=messages, stream=True)
    words = [chunk.choices[0].delta.content or "" async for chunk in stream]
    assert "".join(words) == whole.choices[0].message.content
    assert len([word for word in words if word]) > 5


async def test_it_says_that_it_is_scripted_and_names_three_things_to_try(
    http: aiohttp.ClientSession, model: ScriptedModel
) -> None:
    names = ("post_message", "invite_to_channel", "schedule_reminder", "list_channels")
    tools = [{"type": "function", "function": {"name": name}} for name in names]
    for text in ("Are you a real model?", "transfer a million"):
        _, answer = await ask(http, model, chat(text, tools=tools))
        assert "scripted model" in answer["choices"][0]["message"]["content"]
        assert answer["choices"][0]["message"]["content"].count("•") == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("post 'hello' to #ops", [{"channel": "#ops", "text": "hello"}]),
        ("please post “it's done” to #ops.", [{"channel": "#ops", "text": "it's done"}]),
        ("Post we are live to <#C00000001|ops>", [{"channel": "<#C00000001|ops>", "text": "we are live"}]),
        ("post 'a to #b and post c' in #ops", [{"channel": "#ops", "text": "a to #b and post c"}]),
        (
            "post A to #ops, B to #general and post 'C' to #random",
            [
                {"channel": "#ops", "text": "A"},
                {"channel": "#general", "text": "B"},
                {"channel": "#random", "text": "C"},
            ],
        ),
        ("the post was late", []),
    ],
)
async def test_requests_to_post_become_calls(
    http: aiohttp.ClientSession, model: ScriptedModel, text: str, expected: list[dict[str, str]]
) -> None:
    _, answer = await ask(http, model, chat(text, tools=[POST]))
    calls = answer["choices"][0]["message"].get("tool_calls", [])
    assert [json.loads(call["function"]["arguments"]) for call in calls] == expected


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("remind #ops tomorrow 9:00 to rest", "schedule_reminder", ("2026-03-02T09:00:00", "rest")),
        ("remind #ops tomorrow at 14:30: rest", "schedule_reminder", ("2026-03-02T14:30:00", "rest")),
        ("remind #ops in 30 minutes to rest", "schedule_reminder", ("2026-03-01T08:30+00:00", "rest")),
        ("remind #ops at 2026-05-01T10:00 to rest", "schedule_reminder", ("2026-05-01T10:00", "rest")),
    ],
)
async def test_reminders_are_reckoned_from_the_prompts_time(
    http: aiohttp.ClientSession, model: ScriptedModel, text: str, name: str, expected: tuple[str, str]
) -> None:
    body = chat(text, tools=[{"type": "function", "function": {"name": name}}])
    body["messages"].insert(0, {"role": "system", "content": "It is Sunday 2026-03-01T08:00 (UTC)."})
    _, answer = await ask(http, model, body)
    (call,) = answer["choices"][0]["message"]["tool_calls"]
    arguments = json.loads(call["function"]["arguments"])
    assert (arguments["at"], arguments["text"]) == expected


async def test_only_what_the_request_offers_is_called(
    http: aiohttp.ClientSession, model: ScriptedModel
) -> None:
    clause = "post 'A' to #ops and 'B' to #general"
    for more, calls in (
        ({"tools": [POST]}, 2),
        ({"tools": [POST], "parallel_tool_calls": False}, 1),
        ({"tools": [POST], "tool_choice": "none"}, 0),
        ({}, 0),
    ):
        _, answer = await ask(http, model, chat(clause, **more))
        assert len(answer["choices"][0]["message"].get("tool_calls", [])) == calls


async def test_text_may_come_in_parts(http: aiohttp.ClientSession, model: ScriptedModel) -> None:
    parts = [{"type": "text", "text": "post 'hello' "}, {"type": "text", "text": "to #ops"}]
    clause = chat("", tools=[POST]) | {"messages": [{"role": "user", "content": parts}]}
    _, answer = await ask(http, model, clause)
    assert answer["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "post_message"


async def test_a_tool_may_be_chosen_for_it(http: aiohttp.ClientSession, model: ScriptedModel) -> None:
    chosen = {"type": "function", "function": {"name": "invite_to_channel"}}
    clause = chat("post 'hello' to #ops and invite bob to #ops", tools=[POST, chosen], tool_choice=chosen)
    _, answer = await ask(http, model, clause)
    calls = answer["choices"][0]["message"]["tool_calls"]
    assert [call["function"]["name"] for call in calls] == ["invite_to_channel"]


UNANSWERED = {"role": "assistant", "content": None, "tool_calls": [CALL]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ask someone which environment is meant", "Which environment is meant?"),
        ("ask the team who is on call?", "Who is on call?"),
        ("ask someone where the keys are", "Where are the keys?"),
        ("ask us: when the next release is.", "When is the next release?"),
    ],
)
async def test_a_question_is_asked_in_correct_english(
    http: aiohttp.ClientSession, model: ScriptedModel, text: str, expected: str
) -> None:
    body = chat(text, tools=[{"type": "function", "function": {"name": "human_assistance"}}])
    _, answer = await ask(http, model, body)
    (call,) = answer["choices"][0]["message"]["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == {"query": expected}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "JSON object"),
        ({"messages": [{"role": "user", "content": "hi"}]}, "model parameter"),
        ({"model": "m", "messages": []}, "at least one message"),
        ({"model": "m", "messages": [{"role": "friend", "content": "hi"}]}, "known 'role'"),
        ({"model": "m", "messages": [{"role": "user"}]}, "no content"),
        (chat("hi", temprature=1), "Unrecognized request argument supplied: temprature"),
        (chat("hi", stream_options={}), "'stream' is enabled"),
        (chat("hi", tools=[{"type": "function", "function": {"name": "a b"}}]), "no valid name"),
        ({"model": "m", "messages": [UNANSWERED]}, "call_1"),
        ({"model": "m", "messages": [UNANSWERED, {"role": "user", "content": "hi"}]}, "call_1"),
        (
            {"model": "m", "messages": [{"role": "tool", "tool_call_id": "call_1", "content": "ok"}]},
            "must answer a tool call",
        ),
        ({"model": "m", "messages": [{"role": "assistant", "tool_calls": [{"id": 1}]}]}, "malformed"),
        ({"model": "m", "messages": [{"role": "tool", "content": "ok"}]}, "names no tool call"),
        ({"model": "m", "messages": [{"role": "user", "content": 1}]}, "neither text nor parts"),
        (chat("hi", n=2), "one choice"),
        (chat("hi", tools=[{"type": "retrieval"}]), "not a function"),
    ],
)
async def test_what_openai_refuses_is_refused(
    http: aiohttp.ClientSession, model: ScriptedModel, body: Any, words: str
) -> None:
    status, answer = await ask(http, model, body)
    assert status == 400
    assert words in answer["error"]["message"]
    assert answer["error"]["type"] == "invalid_request_error"


async def test_a_body_that_is_no_json_is_refused(http: aiohttp.ClientSession, model: ScriptedModel) -> None:
    async with http.post(f"{model.base_url}/chat/completions", data=b"{") as response:
        assert response.status == 400


async def test_without_a_key_nothing_is_answered(model: ScriptedModel) -> None:
    async with aiohttp.ClientSession() as stranger:
        async with stranger.post(f"{model.base_url}/chat/completions", json=chat("hi")) as response:
            assert response.status == 401
        async with stranger.get(f"{model.base_url}/models") as response:
            assert response.status == 401
    assert not model.requests


async def test_it_lists_itself_as_a_model(client: openai.AsyncOpenAI) -> None:
    assert [one.id async for one in client.models.list()] == ["scripted"]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault.HANG, openai.APITimeoutError),
        (Fault.RATE_LIMITED, openai.RateLimitError),
        (Fault.SERVER_ERROR, openai.InternalServerError),
        (Fault.CUT, openai.APIConnectionError),
    ],
)
async def test_trouble_befalls_as_many_requests_as_configured(
    model: ScriptedModel, client: openai.AsyncOpenAI, fault: Fault, expected: type[Exception]
) -> None:
    model.inject(fault, times=2)
    messages: Any = [{"role": "user", "content": "hi"}]
    for _ in range(2):
        with pytest.raises(expected):
            await client.chat.completions.create(model="scripted", messages=messages)
    await client.chat.completions.create(model="scripted", messages=messages)
    assert len(model.requests) == 3


async def test_a_rate_limit_says_when_to_come_back(http: aiohttp.ClientSession, model: ScriptedModel) -> None:
    model.inject(Fault.RATE_LIMITED)
    async with http.post(f"{model.base_url}/chat/completions", json=chat("hi")) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "1")


async def test_garbage_is_no_json(http: aiohttp.ClientSession, model: ScriptedModel) -> None:
    model.inject(Fault.GARBAGE)
    async with http.post(f"{model.base_url}/chat/completions", json=chat("hi")) as response:
        assert response.status == 200
        with pytest.raises(ValueError, match="Expecting value"):
            json.loads(await response.text())


async def test_a_stream_can_stop_in_the_middle(http: aiohttp.ClientSession, model: ScriptedModel) -> None:
    model.inject(Fault.CUT)
    received = bytearray()
    body = chat("hi", stream=True)
    async with http.post(f"{model.base_url}/chat/completions", json=body) as response:
        with pytest.raises(aiohttp.ClientPayloadError):
            await _drain(response, received)
    assert b"data: " in received
    assert b"[DONE]" not in received


async def _drain(response: aiohttp.ClientResponse, into: bytearray) -> None:
    async for piece in response.content.iter_any():
        into += piece


async def test_trouble_can_be_called_off(model: ScriptedModel, client: openai.AsyncOpenAI) -> None:
    model.inject(Fault.SERVER_ERROR, times=5)
    model.clear_faults()
    await client.models.list()
    await client.chat.completions.create(model="scripted", messages=[{"role": "user", "content": "hi"}])
