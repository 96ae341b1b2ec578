"""Personal settings on the Home tab: quiet hours and delegations."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from slack_bolt.async_app import AsyncApp

from countersign.flow.home.quiet_hours import QuietHours
from countersign.i18n import N_, _
from countersign.interrupts import FormValidationError
from countersign.slack.block_kit.builders import Block, plain
from countersign.slack.forms.input_elements import ACTION_ID
from countersign.slack.home.settings import DELEGATE, NO_QUIET_HOURS, QUIET_HOURS, STOP_DELEGATING
from countersign.slack.listeners.acknowledgement import acknowledge_submission
from countersign.slack.listeners.buttons.button_click import ButtonClick
from countersign.slack.listeners.buttons.button_listener import button_listener
from countersign.slack.listeners.context import Ack, ListenerContext
from countersign.slack.listeners.forms.form_opening import open_view

BEGINS, ENDS = "/begins", "/ends"
PERSON, UNTIL = "/person", "/until"
_UNCHANGED = N_("Nothing was changed")
_MISSING = N_("Choose one.")
_NO_TIME = N_("Quiet hours can't begin and end at the same time.")


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_quiet_hours(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        await acknowledge_submission(ack, view, _set_quiet_hours(context, body, view), _(_UNCHANGED))

    async def on_delegation(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        await acknowledge_submission(ack, view, _delegate(context, body, view), _(_UNCHANGED))

    app.action(QUIET_HOURS)(button_listener(context, _ask_for_quiet_hours))
    app.view(QUIET_HOURS)(on_quiet_hours)
    app.action(NO_QUIET_HOURS)(button_listener(context, _no_quiet_hours))
    app.action(DELEGATE)(button_listener(context, _ask_for_delegate))
    app.view(DELEGATE)(on_delegation)
    app.action(STOP_DELEGATING)(button_listener(context, _stop_delegating))


async def _ask_for_quiet_hours(context: ListenerContext, click: ButtonClick) -> None:
    hours = await context.quiet_hours.quiet_hours(context.workspace.team, click.user)
    begins, ends = (hours.begins, hours.ends) if hours is not None else (time(20), time(8))
    inputs = [
        _input(BEGINS, _("From"), {"type": "timepicker", "initial_time": f"{begins:%H:%M}"}),
        _input(ENDS, _("To"), {"type": "timepicker", "initial_time": f"{ends:%H:%M}"}),
    ]
    explanation = _("The bot sends you no direct messages then. Cards in threads come all the same.")
    view = _form(QUIET_HOURS, _("Quiet hours"), _("Save"), explanation, inputs)
    context.background_tasks.start("open_quiet_hours", open_view(context, click, view))


async def _set_quiet_hours(context: ListenerContext, body: dict[str, Any], view: dict[str, Any]) -> None:
    user = str(body["user"]["id"])
    begins = time.fromisoformat(_chosen(view, BEGINS, "selected_time"))
    ends = time.fromisoformat(_chosen(view, ENDS, "selected_time"))
    if begins == ends:
        raise FormValidationError({ENDS: _(_NO_TIME)})
    zone = await context.client.users.time_zone(user)
    hours = QuietHours(begins=begins, ends=ends, zone=zone.key)
    await context.quiet_hours.set_quiet_hours(context.workspace.team, user, hours)
    context.background_tasks.start("refresh_home", context.home_tabs.refresh(user))


async def _no_quiet_hours(context: ListenerContext, click: ButtonClick) -> None:
    await context.quiet_hours.set_quiet_hours(context.workspace.team, click.user, None)


async def _ask_for_delegate(context: ListenerContext, click: ButtonClick) -> None:
    inputs = [
        _input(
            PERSON,
            _("Who decides in your place?"),
            {"type": "users_select", "placeholder": plain(_("Choose somebody"))},
        ),
        _input(UNTIL, _("Until the end of"), {"type": "datepicker"}),
    ]
    explanation = _("Cards say that they decide for you. You still can, too.")
    view = _form(DELEGATE, _("Delegate"), _("Delegate"), explanation, inputs)
    context.background_tasks.start("open_delegation", open_view(context, click, view))


async def _delegate(context: ListenerContext, body: dict[str, Any], view: dict[str, Any]) -> None:
    user, delegate = str(body["user"]["id"]), _chosen(view, PERSON, "selected_user")
    last_day = date.fromisoformat(_chosen(view, UNTIL, "selected_date"))
    zone = await context.client.users.time_zone(user)
    ends_at = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=zone)
    people = await context.client.person(user), await context.client.person(delegate)
    await context.delegations.start(context.workspace.team, *people, ends_at, zone)
    context.background_tasks.start("refresh_home", context.home_tabs.refresh(user))


async def _stop_delegating(context: ListenerContext, click: ButtonClick) -> None:
    await context.delegations.stop(context.workspace.team, await context.client.person(click.user))


def _chosen(view: Mapping[str, Any], block_id: str, key: str) -> str:
    """Raises FormValidationError where nothing was chosen."""
    values = (view.get("state") or {}).get("values") or {}
    given = ((values.get(block_id) or {}).get(ACTION_ID) or {}).get(key)
    if not given:
        raise FormValidationError({block_id: _(_MISSING)})
    return str(given)


def _input(block_id: str, label: str, element: Block) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {**element, "action_id": ACTION_ID},
    }


def _form(callback_id: str, title: str, submit: str, explanation: str, inputs: list[Block]) -> Block:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title),
        "submit": plain(submit),
        "close": plain(_("Cancel")),
        "blocks": [{"type": "section", "text": plain(explanation)}, *inputs],
    }
