"""What the page can ask for: what a person does in Slack, and what this workspace can do besides."""

import asyncio
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from slack_local.block_kit.input_state import RefusedError
from slack_local.model.records import Channel, Ephemeral, Message, Obj, View
from slack_local.page import view_model
from slack_local.page.arguments import BadRequestError, Given
from slack_local.page.client import Seat
from slack_local.page.inspector import fault_presets
from slack_local.people.threads import Thread

Act: TypeAlias = Callable[[Seat, Given], Awaitable[Obj]]

PAGE_OF_MESSAGES = 100
MAX_PAGE = 500
NOT_TAKEN = "The app did not answer in time."


async def act(seat: Seat, given: Given) -> Obj:
    """Do what is asked, as the person at this page. Raises `BadRequestError` with a reason."""
    asked = given.text("do")
    if asked not in ACTS:
        raise BadRequestError(f"there is nothing called {asked}")
    try:
        lines = seat.desk.recording.lines(seat.person, given)
        came = await ACTS[asked](seat, given)
        seat.desk.recording.keep(lines, given, came)
        return came
    except RefusedError as refused:
        raise BadRequestError(str(refused)) from None
    except (TypeError, ValueError, KeyError, AttributeError) as unfit:
        # Values for inputs come as any JSON; which of it fits is known only where it is put in.
        raise BadRequestError(f"that does not fit here: {unfit}") from unfit


# -- looking ------------------------------------------------------------------------------------------


async def become(seat: Seat, given: Given) -> Obj:
    """Sit down as somebody else."""
    name = given.text("person")
    if name not in seat.desk.people:
        raise BadRequestError(f"there is nobody called {name}")
    seat.person = seat.desk.people[name]
    seat.greet()
    return {}


async def timeline(seat: Seat, given: Given) -> Obj:
    """A page of a channel's messages: the newest, or those before `before`."""
    limit = int(given.number("limit", PAGE_OF_MESSAGES, MAX_PAGE))
    return view_model.timeline(seat.desk.slack, _channel(seat, given), given.maybe("before"), max(1, limit))


async def watch(seat: Seat, given: Given) -> Obj:
    """Open a thread."""
    return {"messages": seat.watch(_channel(seat, given).id, given.text("thread_ts"))}


async def unwatch(seat: Seat, _: Given) -> Obj:
    """Close the thread."""
    seat.watched = None
    return {}


def _channel(seat: Seat, given: Given) -> Channel:
    channel = seat.desk.slack.world.channels.get(given.text("channel"))
    if channel is None or seat.person.id not in channel.members:
        raise BadRequestError("that conversation is not yours to see")
    return channel


def _message(seat: Seat, given: Given) -> Message:
    message = _channel(seat, given).messages.get(given.text("ts"))
    if message is None:
        raise BadRequestError("that message is gone")
    return message


def _view(seat: Seat, given: Given) -> View:
    view = seat.desk.slack.world.views.get(given.text("view"))
    if view is None or view.user != seat.person.id:
        raise BadRequestError("that form is closed")
    return view


# -- writing ------------------------------------------------------------------------------------------


async def say(seat: Seat, given: Given) -> Obj:
    """Write in a channel or a thread."""
    thread = await seat.person.says(_channel(seat, given).id, given.text("text"), given.maybe("thread_ts"))
    return {"thread_ts": thread.ts}


async def run(seat: Seat, given: Given) -> Obj:
    """Type a slash command."""
    answer = await seat.person.runs(given.text("text"), _channel(seat, given).id)
    return {"error": answer.error} if answer.error else {}


async def react(seat: Seat, given: Given) -> Obj:
    """Add a reaction."""
    await seat.person.reacts(_message(seat, given), given.text("name"))
    return {}


async def unreact(seat: Seat, given: Given) -> Obj:
    """Take one's own reaction back."""
    await seat.person.unreacts(_message(seat, given), given.text("name"))
    return {}


async def edit(seat: Seat, given: Given) -> Obj:
    """Change one's own message."""
    await seat.person.edits(_message(seat, given), given.text("text"))
    return {}


async def delete(seat: Seat, given: Given) -> Obj:
    """Delete one's own message."""
    await seat.person.deletes(_message(seat, given))
    return {}


async def dismiss(seat: Seat, given: Given) -> Obj:
    """Take a notice off the screen."""
    seen = _ephemeral(seat, given)
    seat.desk.slack.world.ephemerals[seat.person.id].remove(seen)
    seat.desk.slack.screen_changed(seat.person.id)
    return {}


def _ephemeral(seat: Seat, given: Given) -> Ephemeral:
    number = given.any("ephemeral")
    for seen in seat.desk.slack.world.ephemerals.get(seat.person.id, ()):
        if seen.id == number:
            return seen
    raise BadRequestError("that notice is gone")


# -- pressing and filling in --------------------------------------------------------------------------


async def click(seat: Seat, given: Given) -> Obj:
    """Press or choose something on a message, a notice or a view; with `twice`, two times at once."""
    target: Message | Ephemeral | View
    if given.any("view"):
        target = _view(seat, given)
    elif given.any("ephemeral"):
        target = _ephemeral(seat, given)
    else:
        target = _message(seat, given)
    presses = [
        seat.person.clicks(
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


async def search(seat: Seat, given: Given) -> Obj:
    """Type into a select whose options the app gives."""
    where = _view(seat, given) if given.any("view") else _message(seat, given)
    typed, block_id = given.maybe("typed") or "", given.maybe("block_id")
    return {"options": await seat.person.searches(where, given.text("action_id"), typed, block_id)}


async def fill(seat: Seat, given: Given) -> Obj:
    """Put values into a form's inputs, by block id."""
    await seat.person.fills(_view(seat, given), given.object("values"))
    return {}


async def upload(seat: Seat, given: Given) -> Obj:
    """Put a file (`content` in base64) where a form's file input can take it: one of its `values`."""
    content = b64decode(given.text("content"), validate=True)
    return {"file": await seat.person.uploads(given.text("name"), content)}


async def submit(seat: Seat, given: Given) -> Obj:
    """Submit a form with what was changed in it."""
    done = await seat.person.submits(_view(seat, given), given.object("values"))
    return {"outcome": done.outcome, "errors": dict(done.errors), "failed": done.error}


async def close(seat: Seat, given: Given) -> Obj:
    """Close a form, or with `everything` all that lie on each other."""
    await seat.person.closes(_view(seat, given), everything=given.flag("everything"))
    return {}


async def home(seat: Seat, _: Given) -> Obj:
    """Open the app's Home tab."""
    await seat.person.opens_home()
    return {}


async def stop(seat: Seat, given: Given) -> Obj:
    """Press Stop while the app's session in a thread is processing."""
    thread = Thread(seat.desk.slack, _channel(seat, given).id, given.text("thread_ts"))
    await seat.person.stops(thread)
    return {}


async def shortcut(seat: Seat, given: Given) -> Obj:
    """Use a message shortcut, or without a message a global one."""
    message = _message(seat, given) if given.any("ts") else None
    pressed = await seat.person.shortcuts(given.text("callback_id"), message)
    return {"failed": NOT_TAKEN} if pressed.error else {}


# -- the workspace itself -----------------------------------------------------------------------------


async def inspect(seat: Seat, given: Given) -> Obj:
    """Open or close the inspector."""
    seat.inspect(given.flag("on"))
    return {}


async def cause(seat: Seat, given: Given) -> Obj:
    """Make trouble."""
    fault_presets.cause(seat.desk.slack, seat.desk.socket, given)
    seat.desk.slack.signals.notify("trouble")
    return {"trouble": fault_presets.state(seat.desk.slack)}


async def advance(seat: Seat, given: Given) -> Obj:
    """Let the workspace's clock run ahead by `seconds`."""
    seat.desk.slack.clock.advance(given.number("seconds", 0, 90 * 86_400))
    seat.desk.slack.signals.notify("trouble")
    return {}


async def again(seat: Seat, given: Given) -> Obj:
    """Deliver an old event once more, by its number in the log."""
    number = given.any("seq")
    for attempt in seat.desk.slack.log.attempts():
        if attempt.seq == number and attempt.kind == "events_api":
            seat.desk.delivery.again(attempt.body)
            return {}
    raise BadRequestError("that event is not in the log any more")


async def recorded(seat: Seat, given: Given) -> Obj:
    """What everybody did so far, as a test; with `clear`, start over."""
    if given.flag("clear"):
        seat.desk.recording.clear()
    return {"test": seat.desk.recording.as_test()}


async def insight(seat: Seat, given: Given) -> Obj:
    """What the bot itself says of a thread, if it says anything."""
    if seat.desk.insight is None:
        return {"sections": None}
    channel = _channel(seat, given)
    return {
        "sections": await seat.desk.insight(f"{seat.desk.slack.team}/{channel.id}/{given.text('thread_ts')}")
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
