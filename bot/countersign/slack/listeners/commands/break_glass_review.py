"""`/approvals review`: what was decided by `break_glass`, each with a button for an approver."""

from typing import Any
from uuid import UUID

from slack_bolt.async_app import AsyncApp

from countersign.approvals.errors import CountersignError
from countersign.approvals.recorded_reasons import recorded_reason
from countersign.approvals.votes.break_glass import NoSuchReview
from countersign.flow.decisions.break_glass_reviews import MAX_LISTED, UnreviewedUse
from countersign.flow.errors import SlackRefused
from countersign.flow.thread import ThreadRef
from countersign.i18n import N_, _
from countersign.interrupts import Field, FieldKind, Form
from countersign.slack.block_kit.builders import (
    Block,
    actions,
    button,
    context_block,
    section,
)
from countersign.slack.block_kit.escaping import escape, truncate_escaped
from countersign.slack.block_kit.formatting import format_datetime, user_mention
from countersign.slack.forms.modal import Modal, form_view, submitted_values
from countersign.slack.listeners.acknowledgement import acknowledge_submission
from countersign.slack.listeners.buttons.button_click import ButtonClick
from countersign.slack.listeners.context import Ack, ListenerContext, describe_error

REVIEW = "break_glass:review"  # the button, and the callback of the form behind it
NOTE = "/note"
_NOTHING = N_("Nothing waits for your review.")
_REASON_LIMIT = 500
_NOTE_LIMIT = 2000
_FORM_REFUSED = N_("Slack couldn't open the form ({error}). Run `/approvals review` again.")


def register(app: AsyncApp, context: ListenerContext) -> None:
    async def on_review(ack: Ack, body: dict[str, Any]) -> None:
        click = ButtonClick.from_payload(body, context.workspace.team)
        try:
            found = await context.break_glass_reviews.load(
                _use_id(click.value), await context.client.person(click.user)
            )
            view = _view(found, click.channel)
            context.background_tasks.start("open_review_form", _open(context, click, view))
        except CountersignError as error:
            context.notify_user(_here(context, click.channel), click.user, describe_error(error))
        await ack()

    async def on_form(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        await acknowledge_submission(ack, view, _submit(context, body, view), _("Nothing was changed"))

    app.action(REVIEW)(on_review)
    app.view(REVIEW)(on_form)


async def list_reviews(context: ListenerContext, user: str, _rest: str) -> str | dict[str, Any]:
    """The answer to the command: what this person may review."""
    person = await context.client.person(user)
    found = await context.break_glass_reviews.waiting_for(context.workspace.team, person)
    if not found:
        return _(_NOTHING)
    more = "+" if len(found) == MAX_LISTED else ""
    heading = _("*{count} decided by break glass, waiting for review:*").format(count=f"{len(found)}{more}")
    blocks = [section(heading)]
    for each in found:
        blocks += _listed(context, each)
    return {
        "response_type": "ephemeral",
        "text": heading.replace("*", ""),
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _listed(context: ListenerContext, found: UnreviewedUse) -> list[Block]:
    use, approval = found.use, found.review.approval
    return [
        section(_summary(context, found)),
        context_block(f"Rule: {escape(use.rule)} · {format_datetime(use.at)}"),
        actions(
            f"review:{use.id}:{approval.version}", [button(REVIEW, _("Reviewed"), str(use.id), "primary")]
        ),
    ]


def _summary(context: ListenerContext, found: UnreviewedUse) -> str:
    use, approval, thread = found.use, found.review.approval, found.review.thread
    title = truncate_escaped(found.review.shown.title.replace("|", "¦"), 150)
    reason = truncate_escaped(str(recorded_reason(" ".join(use.reason.split()))), _REASON_LIMIT)
    if approval.posted_to is not None and approval.card_ts is not None:
        link = context.workspace.link(approval.posted_to, approval.card_ts)
    else:
        home = context.channel_ids.current(thread.channel)
        link = context.workspace.link(home, approval.card_ts or thread.ts, thread.ts)
    return _(":rotating_light: <{link}|{title}> · {by} decided alone: {reason}").format(
        link=link, title=title, by=user_mention(use.by), reason=reason
    )


def _view(found: UnreviewedUse, channel: str) -> Block:
    modal = Modal(
        callback_id=REVIEW,
        title=_("Review break glass"),
        submit=_("Reviewed"),
        private_metadata=f"{found.use.id} {channel}",
        heading=found.review.shown.title,
        explanation=_("{name} decided this alone. Reason: {reason}").format(
            name=found.use.by.name, reason=recorded_reason(found.use.reason)
        )[:_NOTE_LIMIT],
    )
    return form_view(_form(), modal)


async def _open(context: ListenerContext, click: ButtonClick, view: Block) -> None:
    try:
        await context.api.call("views.open", trigger_id=click.trigger_id, view=view)
    except SlackRefused as refused:
        text = _(_FORM_REFUSED).format(error=refused.error)
        await context.client.post_ephemeral(_here(context, click.channel), click.user, text)


async def _submit(context: ListenerContext, body: dict[str, Any], view: dict[str, Any]) -> None:
    packed, _space, channel = str(view.get("private_metadata")).partition(" ")
    user = str(body["user"]["id"])
    typed = str(submitted_values(_form(), view).get(NOTE) or "")[:_NOTE_LIMIT]
    await context.break_glass_reviews(_use_id(packed), await context.client.person(user), typed)
    context.notify_user(_here(context, channel), user, _("Reviewed. The thread and the ledger have it."))


def _use_id(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise NoSuchReview from None


def _here(context: ListenerContext, channel: str) -> ThreadRef:
    """The channel itself: the list stands in no thread."""
    return ThreadRef(team=context.workspace.team, channel=channel, ts="")


def _form() -> Form:
    return Form(fields=(Field(pointer=NOTE, label=_("Note"), kind=FieldKind.MULTILINE, required=False),))
