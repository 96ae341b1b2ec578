"""Signed HTTP: what slack-bolt checks, what it answers, and how often an event is tried."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from slack_local.workspace import LocalWorkspace
from tests.slack_local.conftest import bolt_app, over_http


class Listener:
    """An app of our own that notes what comes, checks its signature and answers as it is told."""

    def __init__(self, ws: LocalWorkspace) -> None:
        self.status, self.text, self.content_type = 200, "", "text/plain"
        self.headers: dict[str, str] = {}
        self.requests: list[tuple[dict[str, str], str]] = []
        self._verifier = SignatureVerifier(ws.signing_secret)

    async def serve(self, request: web.Request) -> web.Response:
        body, headers = await request.text(), {k.lower(): v for k, v in request.headers.items()}
        assert self._verifier.is_valid_request(body, headers)
        self.requests.append((headers, body))
        return web.Response(
            status=self.status, text=self.text, content_type=self.content_type, headers=self.headers
        )


@pytest.fixture
async def ws() -> AsyncIterator[LocalWorkspace]:
    async with LocalWorkspace(mode="http", retry_schedule=(0.0, 0.05, 0.1), ack_limit=1.0) as running:
        yield running


@pytest.fixture
async def listener(ws: LocalWorkspace) -> AsyncIterator[Listener]:
    listening = Listener(ws)
    app = web.Application()
    app.router.add_post("/slack/events", listening.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ws.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield listening
    await runner.cleanup()


async def test_an_event_is_json_and_signed(ws: LocalWorkspace, listener: Listener) -> None:
    await ws.alice.says("#ops", "hello")
    await ws.delivery.idle()
    ((headers, body),) = listener.requests
    assert headers["content-type"] == "application/json"
    assert json.loads(body)["event"]["text"] == "hello"
    assert "x-slack-retry-num" not in headers


async def test_a_refused_event_comes_again_with_its_number_and_reason(
    ws: LocalWorkspace, listener: Listener
) -> None:
    listener.status = 500
    await ws.alice.says("#ops", "hello")
    await ws.delivery.idle()
    numbers = [headers.get("x-slack-retry-num") for headers, _ in listener.requests]
    reasons = [headers.get("x-slack-retry-reason") for headers, _ in listener.requests]
    assert numbers == [None, "1", "2", "3"]
    assert reasons == [None, "http_error", "http_error", "http_error"]


async def test_an_interaction_is_a_form_with_a_payload(ws: LocalWorkspace, listener: Listener) -> None:
    await ws.alice.shortcuts("start")
    ((headers, body),) = listener.requests
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    payload = json.loads(parse_qs(body)["payload"][0])
    assert (payload["type"], payload["callback_id"]) == ("shortcut", "start")


async def test_a_command_is_a_form_and_its_answer_may_be_text_or_json(
    ws: LocalWorkspace, listener: Listener
) -> None:
    listener.text = "plain words"
    assert (await ws.alice.runs("/agent do it")).text == "plain words"
    fields = parse_qs(listener.requests[0][1])
    assert (fields["command"], fields["text"], fields["user_id"]) == (["/agent"], ["do it"], [ws.alice.id])
    listener.text, listener.content_type = '{"text": "as JSON"}', "application/json"
    assert (await ws.alice.runs("/agent do it")).text == "as JSON"
    assert [e.text for e in ws.alice.ephemerals] == ["plain words", "as JSON"]


async def test_nobody_listens(ws: LocalWorkspace) -> None:
    ws.request_url = "http://127.0.0.1:9/slack/events"
    assert (await ws.alice.runs("/agent do it")).error == "dispatch_failed"
    await ws.alice.says("#ops", "hello")
    await ws.delivery.idle()
    assert [a.outcome for a in ws.log.attempts("message")] == ["connection_failed"] * 4


async def test_bolt_takes_our_signature_and_no_other(ws: LocalWorkspace) -> None:
    app = bolt_app(ws)
    heard: list[str] = []

    @app.event("message")
    async def on_message(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    async with over_http(app, ws):
        assert await ws.verify_request_url()
        await ws.alice.says("#ops", "hello")
        await ws.delivery.idle()
        ws.slack.signing_secret = "another"
        await ws.alice.says("#ops", "forged")
        await ws.delivery.idle()
        assert not await ws.verify_request_url()
    assert heard == ["hello"]
    assert {a.outcome for a in ws.log.attempts("message") if a.body["event"]["text"] == "forged"} == {
        "http_error"
    }


async def test_an_app_can_ask_for_no_retry(ws: LocalWorkspace, listener: Listener) -> None:
    listener.status, listener.headers = 500, {"X-Slack-No-Retry": "1"}
    await ws.alice.says("#ops", "hello")
    await ws.delivery.idle()
    assert len(listener.requests) == 1
