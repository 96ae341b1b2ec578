"""Handlers of the inspector's requests: wire log, faults, clock, recordings, details from the bot."""

from dataclasses import asdict

from slack_local.model.records import JsonObject
from slack_local.page.client import PageClient
from slack_local.page.inspector import fault_presets
from slack_local.page.lookups import requested_channel
from slack_local.page.recording.pytest_source import pytest_source
from slack_local.page.recording.script_source import script_source
from slack_local.page.request import BadRequestError, PageRequest


async def inspect(client: PageClient, request: PageRequest) -> JsonObject:
    """Open or close the inspector."""
    client.inspect(request.flag("on"))
    return {}


async def inject_fault(client: PageClient, request: PageRequest) -> JsonObject:
    """Inject a fault, or set the constant ones."""
    fault_presets.inject(client.context.slack, client.context.socket, request)
    client.context.slack.changes.notify("faults")
    return {"faults": fault_presets.state(client.context.slack)}


async def advance_clock(client: PageClient, request: PageRequest) -> JsonObject:
    """Let the workspace's clock run ahead by `seconds`."""
    client.context.slack.clock.advance(request.number("seconds", 0, 90 * 86_400))
    client.context.slack.changes.notify("faults")
    return {}


async def redeliver(client: PageClient, request: PageRequest) -> JsonObject:
    """Deliver an old event once more, by its number in the log."""
    number = request.any("seq")
    for attempt in client.context.slack.log.attempts():
        if attempt.seq == number and attempt.kind == "events_api":
            client.context.delivery.again(attempt.body)
            return {}
    raise BadRequestError("that event is not in the log any more")


async def recording(client: PageClient, request: PageRequest) -> JsonObject:
    """What everybody did so far, as a test and as a script; with `clear`, start over."""
    context = client.context
    if request.flag("clear"):
        context.recorder.clear()
    recorded = context.recorder.actions, tuple(context.recorder.last_words())
    return {
        "test": pytest_source(context.slack, context.harness, *recorded),
        "script": script_source(context.slack, context.harness, *recorded),
    }


async def bot_details(client: PageClient, request: PageRequest) -> JsonObject:
    """What the bot itself says of a thread, if it says anything."""
    if client.context.bot_details is None:
        return {"sections": None}
    return {"sections": await client.context.bot_details(_thread_id(client, request))}


async def message_notes(client: PageClient, request: PageRequest) -> JsonObject:
    """What the bot has to say to its developer about its messages in a thread."""
    if client.context.message_notes is None:
        return {"notes": []}
    notes = await client.context.message_notes(_thread_id(client, request))
    return {"notes": [asdict(note) for note in notes]}


def _thread_id(client: PageClient, request: PageRequest) -> str:
    channel = requested_channel(client, request)
    return f"{client.context.slack.team}/{channel.id}/{request.text('thread_ts')}"
