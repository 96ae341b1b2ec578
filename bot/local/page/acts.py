"""What the page can ask for: what a person does in Slack, and what this workspace can do besides."""

import asyncio
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from bot.local.elements import RefusedError
from bot.local.page import disturbances, screens
from bot.local.page.given import BadRequestError, Given
from bot.local.things import Channel, Ephemeral, Message, Obj, View
from bot.local.threads import Thread

if TYPE_CHECKING:
    from bot.local.page.viewer import Viewer

Act: TypeAlias = "Callable[[Viewer, Given], Awaitable[Obj]]"

PAGE_OF_MESSAGES = 100
MAX_PAGE = 500
NOT_TAKEN = "The app did not answer in time."


async def act(viewer: "Viewer", given: Given) -> Obj:
    """Do what is asked, as the person at this page. Raises `BadRequestError` with a reason."""
    asked = given.text("do")
    if asked not in ACTS:
        raise BadRequestError(f"there is nothing called {asked}")
    try:
        lines = viewer.desk.recording.lines(viewer.person, given)
        came = await ACTS[asked](viewer, given)
        viewer.desk.recording.keep(lines, given, came)
        return came
    except RefusedError as refused:
        raise BadRequestError(str(refused)) from None
    except (TypeError, ValueError, KeyError, AttributeError) as unfit:
        # Values for inputs come as any JSON; which of it fits is known only where it is put in.
        raise BadRequestError(f"that does not fit here: {unfit}") from unfit


# -- looking ------------------------------------------------------------------------------------------


async def become(viewer: "Viewer", given: Given) -> Obj:
    """Sit down as somebody else."""
    name = given.text("person")
    if name not in viewer.desk.people:
        raise BadRequestError(f"there is nobody called {name}")
    viewer.person = viewer.desk.people[name]
    viewer.greet()
    return {}


async def timeline(viewer: "Viewer", given: Given) -> Obj:
    """A page of a channel's messages: the newest, or those before `before`."""
    limit = int(given.number("limit", PAGE_OF_MESSAGES, MAX_PAGE))
    return screens.timeline(viewer.desk.slack, _channel(viewer, given), given.maybe("before"), max(1, limit))


async def watch(viewer: "Viewer", given: Given) -> Obj:
    """Open a thread."""
    return {"messages": viewer.watch(_channel(viewer, given).id, given.text("thread_ts"))}


async def unwatch(viewer: "Viewer", _: Given) -> Obj:
    """Close the thread."""
    viewer.watched = None
    return {}


def _channel(viewer: "Viewer", given: Given) -> Channel:
    channel = viewer.desk.slack.world.channels.get(given.text("channel"))
    if channel is None or viewer.person.id not in channel.members:
        raise BadRequestError("that conversation is not yours to see")
    return channel


def _message(viewer: "Viewer", given: Given) -> Message:
    message = _channel(viewer, given).messages.get(given.text("ts"))
    if message is None:
        raise BadRequestError("that message is gone")
    return message


def _view(viewer: "Viewer", given: Given) -> View:
    view = viewer.desk.slack.world.views.get(given.text("view"))
    if view is None or view.user != viewer.person.id:
        raise BadRequestError("that form is closed")
    return view


# -- writing ------------------------------------------------------------------------------------------


async def say(viewer: "Viewer", given: Given) -> Obj:
    """Write in a channel or a thread."""
    thread = await viewer.person.says(
        _channel(viewer, given).id, given.text("text"), given.maybe("thread_ts")
    )
    return {"thread_ts": thread.ts}


async def run(viewer: "Viewer", given: Given) -> Obj:
    """Type a slash command."""
    answer = await viewer.person.runs(given.text("text"), _channel(viewer, given).id)
    return {"error": answer.error} if answer.error else {}


async def react(viewer: "Viewer", given: Given) -> Obj:
    """Add a reaction."""
    await viewer.person.reacts(_message(viewer, given), given.text("name"))
    return {}


async def unreact(viewer: "Viewer", given: Given) -> Obj:
    """Take one's own reaction back."""
    await viewer.person.unreacts(_message(viewer, given), given.text("name"))
    return {}


async def edit(viewer: "Viewer", given: Given) -> Obj:
    """Change one's own message."""
    await viewer.person.edits(_message(viewer, given), given.text("text"))
    return {}


async def delete(viewer: "Viewer", given: Given) -> Obj:
    """Delete one's own message."""
    await viewer.person.deletes(_message(viewer, given))
    return {}


async def dismiss(viewer: "Viewer", given: Given) -> Obj:
    """Take a notice off the screen."""
    seen = _ephemeral(viewer, given)
    viewer.desk.slack.world.ephemerals[viewer.person.id].remove(seen)
    viewer.desk.slack.screen_changed(viewer.person.id)
    return {}


def _ephemeral(viewer: "Viewer", given: Given) -> Ephemeral:
    number = given.any("ephemeral")
    for seen in viewer.desk.slack.world.ephemerals.get(viewer.person.id, ()):
        if seen.id == number:
            return seen
    raise BadRequestError("that notice is gone")


# -- pressing and filling in --------------------------------------------------------------------------


async def click(viewer: "Viewer", given: Given) -> Obj:
    """Press or choose something on a message, a notice or a view; with `twice`, two times at once."""
    target: Message | Ephemeral | View
    if given.any("view"):
        target = _view(viewer, given)
    elif given.any("ephemeral"):
        target = _ephemeral(viewer, given)
    else:
        target = _message(viewer, given)
    presses = [
        viewer.person.clicks(
            target,
            given.text("action_id"),
            given.maybe("block_id"),
            value=given.any("value"),
            values=given.object("values"),
        )
        for _ in range(2 if given.flag("twice") else 1)
    ]
    came = await asyncio.gather(*presses)
    return {"failed": NOT_TAKEN} if any(one.error for one in came) else {}


async def search(viewer: "Viewer", given: Given) -> Obj:
    """Type into a select whose options the app gives."""
    where = _view(viewer, given) if given.any("view") else _message(viewer, given)
    typed, block_id = given.maybe("typed") or "", given.maybe("block_id")
    return {"options": await viewer.person.searches(where, given.text("action_id"), typed, block_id)}


async def fill(viewer: "Viewer", given: Given) -> Obj:
    """Put values into a form's inputs, by block id."""
    await viewer.person.fills(_view(viewer, given), given.object("values"))
    return {}


async def upload(viewer: "Viewer", given: Given) -> Obj:
    """Put a file (`content` in base64) where a form's file input can take it: one of its `values`."""
    content = b64decode(given.text("content"), validate=True)
    return {"file": await viewer.person.uploads(given.text("name"), content)}


async def submit(viewer: "Viewer", given: Given) -> Obj:
    """Submit a form with what was changed in it."""
    done = await viewer.person.submits(_view(viewer, given), given.object("values"))
    return {"outcome": done.outcome, "errors": dict(done.errors), "failed": done.error}


async def close(viewer: "Viewer", given: Given) -> Obj:
    """Close a form, or with `everything` all that lie on each other."""
    await viewer.person.closes(_view(viewer, given), everything=given.flag("everything"))
    return {}


async def home(viewer: "Viewer", _: Given) -> Obj:
    """Open the app's Home tab."""
    await viewer.person.opens_home()
    return {}


async def stop(viewer: "Viewer", given: Given) -> Obj:
    """Press Stop while the app's session in a thread is processing."""
    thread = Thread(viewer.desk.slack, _channel(viewer, given).id, given.text("thread_ts"))
    await viewer.person.stops(thread)
    return {}


async def shortcut(viewer: "Viewer", given: Given) -> Obj:
    """Use a message shortcut, or without a message a global one."""
    message = _message(viewer, given) if given.any("ts") else None
    pressed = await viewer.person.shortcuts(given.text("callback_id"), message)
    return {"failed": NOT_TAKEN} if pressed.error else {}


# -- the workspace itself -----------------------------------------------------------------------------


async def inspect(viewer: "Viewer", given: Given) -> Obj:
    """Open or close the inspector."""
    viewer.inspect(given.flag("on"))
    return {}


async def cause(viewer: "Viewer", given: Given) -> Obj:
    """Make trouble."""
    disturbances.cause(viewer.desk.slack, viewer.desk.socket, given)
    viewer.desk.slack.signals.notify("trouble")
    return {"trouble": disturbances.state(viewer.desk.slack)}


async def advance(viewer: "Viewer", given: Given) -> Obj:
    """Let the workspace's clock run ahead by `seconds`."""
    viewer.desk.slack.clock.advance(given.number("seconds", 0, 90 * 86_400))
    viewer.desk.slack.signals.notify("trouble")
    return {}


async def again(viewer: "Viewer", given: Given) -> Obj:
    """Deliver an old event once more, by its number in the log."""
    number = given.any("seq")
    for attempt in viewer.desk.slack.log.attempts():
        if attempt.seq == number and attempt.kind == "events_api":
            viewer.desk.delivery.again(attempt.body)
            return {}
    raise BadRequestError("that event is not in the log any more")


async def recorded(viewer: "Viewer", given: Given) -> Obj:
    """What everybody did so far, as a test; with `clear`, start over."""
    if given.flag("clear"):
        viewer.desk.recording.clear()
    return {"test": viewer.desk.recording.as_test()}


async def insight(viewer: "Viewer", given: Given) -> Obj:
    """What the bot itself says of a thread, if it says anything."""
    if viewer.desk.insight is None:
        return {"sections": None}
    channel = _channel(viewer, given)
    return {
        "sections": await viewer.desk.insight(
            f"{viewer.desk.slack.team}/{channel.id}/{given.text('thread_ts')}"
        )
    }


ACTS: Mapping[str, Act] = {
    one.__name__: one
    for one in (
        *(become, timeline, watch, unwatch),
        *(say, run, react, unreact, edit, delete, dismiss),
        *(click, search, fill, upload, submit, close, home, shortcut, stop),
        *(inspect, cause, advance, again, recorded, insight),
    )
}
