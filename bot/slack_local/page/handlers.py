"""Handlers of the page's requests: what a person does in Slack, and the inspector's actions."""

import asyncio
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from slack_local.block_kit.input_state import NotPossibleError
from slack_local.model.records import Ephemeral, JsonObject, Message, View
from slack_local.page import view_model
from slack_local.page.client import PageClient
from slack_local.page.inspector.handlers import (
    advance_clock,
    bot_details,
    inject_fault,
    inspect,
    message_notes,
    recording,
    redeliver,
)
from slack_local.page.lookups import requested_channel, requested_message, requested_view
from slack_local.page.request import BadRequestError, PageRequest
from slack_local.people.threads import Thread

Handler: TypeAlias = Callable[[PageClient, PageRequest], Awaitable[JsonObject]]

PAGE_OF_MESSAGES = 100
MAX_PAGE = 500
NOT_TAKEN = "The app did not answer in time."


async def handle(client: PageClient, request: PageRequest) -> JsonObject:
    """Do what is asked, as the person at this page. Raises `BadRequestError` with a reason."""
    asked = request.text("do")
    if asked not in HANDLERS:
        raise BadRequestError(f"there is nothing called {asked}")
    try:
        action = client.context.recorder.read(client.person, request)
        result = await HANDLERS[asked](client, request)
        client.context.recorder.keep(action, request, result)
        return result
    except NotPossibleError as refused:
        raise BadRequestError(str(refused)) from None
    except (TypeError, ValueError, KeyError, AttributeError) as unfit:
        # Values for inputs come as any JSON; which of it fits is known only where it is put in.
        raise BadRequestError(f"that does not fit here: {unfit}") from unfit


# -- looking ------------------------------------------------------------------------------------------


async def switch_person(client: PageClient, request: PageRequest) -> JsonObject:
    """Act as another person."""
    name = request.text("person")
    if name not in client.context.people:
        raise BadRequestError(f"there is nobody called {name}")
    client.person = client.context.people[name]
    client.greet()
    return {}


async def set_language(client: PageClient, request: PageRequest) -> JsonObject:
    """Set the language of one's own Slack."""
    await client.person.sets_language(request.text("locale"))
    return {}


async def change_setting(client: PageClient, request: PageRequest) -> JsonObject:
    """Give a setting of the app another value."""
    name, value = request.text("name"), request.text("value")
    setting = next((one for one in client.context.app_info.settings if one.name == name), None)
    if client.context.change_setting is None or setting is None:
        raise BadRequestError(f"the app has no setting called {name}")
    if value not in {choice.value for choice in setting.choices}:
        raise BadRequestError(f"{setting.label} cannot be {value}")
    if value != setting.value:
        await client.context.change_setting(name, value)
    return {}


async def timeline(client: PageClient, request: PageRequest) -> JsonObject:
    """A page of a channel's messages: the newest, or those before `before`."""
    limit = int(request.number("limit", PAGE_OF_MESSAGES, MAX_PAGE))
    return view_model.timeline(
        client.context.slack, requested_channel(client, request), request.maybe("before"), max(1, limit)
    )


async def watch(client: PageClient, request: PageRequest) -> JsonObject:
    """Open a thread."""
    return {"messages": client.watch(requested_channel(client, request).id, request.text("thread_ts"))}


async def unwatch(client: PageClient, _: PageRequest) -> JsonObject:
    """Close the thread."""
    client.watched = None
    return {}


# -- writing ------------------------------------------------------------------------------------------


async def say(client: PageClient, request: PageRequest) -> JsonObject:
    """Write in a channel or a thread. `files` are ids of uploaded files: with one, text may be missing."""
    uploaded = request.texts("files")
    text = (request.maybe("text") or "") if uploaded else request.text("text")
    channel, root = requested_channel(client, request).id, request.maybe("thread_ts")
    thread = await client.person.says(channel, text, root, uploaded=uploaded)
    return {"thread_ts": thread.ts}


async def run(client: PageClient, request: PageRequest) -> JsonObject:
    """Type a slash command."""
    answer = await client.person.runs(request.text("text"), requested_channel(client, request).id)
    return {"error": answer.error} if answer.error else {}


async def react(client: PageClient, request: PageRequest) -> JsonObject:
    """Add a reaction."""
    await client.person.reacts(requested_message(client, request), request.text("name"))
    return {}


async def unreact(client: PageClient, request: PageRequest) -> JsonObject:
    """Take one's own reaction back."""
    await client.person.unreacts(requested_message(client, request), request.text("name"))
    return {}


async def edit(client: PageClient, request: PageRequest) -> JsonObject:
    """Change one's own message."""
    await client.person.edits(requested_message(client, request), request.text("text"))
    return {}


async def delete(client: PageClient, request: PageRequest) -> JsonObject:
    """Delete one's own message."""
    await client.person.deletes(requested_message(client, request))
    return {}


async def dismiss(client: PageClient, request: PageRequest) -> JsonObject:
    """Take a notice off the screen."""
    seen = _ephemeral(client, request)
    client.context.slack.state.ephemerals[client.person.id].remove(seen)
    client.context.slack.screen_changed(client.person.id)
    return {}


def _ephemeral(client: PageClient, request: PageRequest) -> Ephemeral:
    number = request.any("ephemeral")
    for seen in client.context.slack.state.ephemerals.get(client.person.id, ()):
        if seen.id == number:
            return seen
    raise BadRequestError("that notice is gone")


# -- pressing and filling in --------------------------------------------------------------------------


async def click(client: PageClient, request: PageRequest) -> JsonObject:
    """Press or choose something on a message, a notice or a view; with `twice`, two times at once."""
    target: Message | Ephemeral | View
    if request.any("view"):
        target = requested_view(client, request)
    elif request.any("ephemeral"):
        target = _ephemeral(client, request)
    else:
        target = requested_message(client, request)
    presses = [
        client.person.clicks(
            target,
            request.text("action_id"),
            request.maybe("block_id"),
            value=request.any("value"),
            values=request.object("values"),
        )
        for _ in range(2 if request.flag("twice") else 1)
    ]
    came = await asyncio.gather(*presses)
    return {"failed": NOT_TAKEN} if any(one.error for one in came) else {}


async def search(client: PageClient, request: PageRequest) -> JsonObject:
    """Type into a select whose options the app gives."""
    where = requested_view(client, request) if request.any("view") else requested_message(client, request)
    typed, block_id = request.maybe("typed") or "", request.maybe("block_id")
    return {"options": await client.person.searches(where, request.text("action_id"), typed, block_id)}


async def fill(client: PageClient, request: PageRequest) -> JsonObject:
    """Put values into a form's inputs, by block id."""
    await client.person.fills(requested_view(client, request), request.object("values"))
    return {}


async def upload(client: PageClient, request: PageRequest) -> JsonObject:
    """Put a file (`content` in base64) where a form's file input or a message can take it."""
    content = b64decode(request.maybe("content") or "", validate=True)
    return {"file": await client.person.uploads(request.text("name"), content)}


async def submit(client: PageClient, request: PageRequest) -> JsonObject:
    """Submit a form with what was changed in it."""
    done = await client.person.submits(requested_view(client, request), request.object("values"))
    return {"outcome": done.outcome, "errors": dict(done.errors), "failed": done.error}


async def close(client: PageClient, request: PageRequest) -> JsonObject:
    """Close a form, or with `everything` all that lie on each other."""
    await client.person.closes(requested_view(client, request), everything=request.flag("everything"))
    return {}


async def home(client: PageClient, request: PageRequest) -> JsonObject:
    """Open the app's Home tab, or another `tab` of it, such as `messages`."""
    await client.person.opens_home(request.maybe("tab") or "home")
    return {}


async def stop(client: PageClient, request: PageRequest) -> JsonObject:
    """Press Stop while the app's session in a thread is processing."""
    thread = Thread(client.context.slack, requested_channel(client, request).id, request.text("thread_ts"))
    await client.person.stops(thread)
    return {}


async def shortcut(client: PageClient, request: PageRequest) -> JsonObject:
    """Use a message shortcut, or without a message a global one."""
    message = requested_message(client, request) if request.any("ts") else None
    pressed = await client.person.shortcuts(request.text("callback_id"), message)
    return {"failed": NOT_TAKEN} if pressed.error else {}


HANDLERS: Mapping[str, Handler] = {
    one.__name__: one
    for one in (
        *(switch_person, set_language, change_setting, timeline, watch, unwatch),
        *(say, run, react, unreact, edit, delete, dismiss),
        *(click, search, fill, upload, submit, close, home, shortcut, stop),
        *(inspect, inject_fault, advance_clock, redeliver, recording),
        *(bot_details, message_notes),
    )
}
