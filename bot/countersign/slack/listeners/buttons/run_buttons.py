"""The buttons of a failure message: retry the step that failed, or ask its question again."""

from slack_bolt.async_app import AsyncApp

from countersign.approvals.votes.eligibility import check_may_decide
from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.i18n import N_, _
from countersign.slack import messages
from countersign.slack.block_kit.builders import RenderedMessage, context_block, section
from countersign.slack.block_kit.escaping import code, escape
from countersign.slack.block_kit.formatting import user_mention
from countersign.slack.cards.values.references import InvalidReference
from countersign.slack.listeners.buttons.button_click import ButtonClick
from countersign.slack.listeners.buttons.button_listener import button_listener
from countersign.slack.listeners.context import ListenerContext

_KINDS = {messages.RETRY: InboundKind.RETRY, messages.ASK_AGAIN: InboundKind.ASK_AGAIN}
_ALREADY_ASKED = N_("Someone already did this.")


def register(app: AsyncApp, context: ListenerContext) -> None:
    for action_id in _KINDS:
        app.action(action_id)(button_listener(context, _request_again))


async def _request_again(context: ListenerContext, click: ButtonClick) -> None:
    error_id = click.value
    if not isinstance(error_id, str) or not 0 < len(error_id) <= 1000:
        raise InvalidReference
    person = await context.person(click.user, click.channel)
    check_may_decide(person)
    kind = _KINDS[click.action_id]
    accepted = await context.store.accept(
        Inbound(
            key=f"{kind}:{click.thread.id}:{error_id}",
            kind=kind,
            thread=click.thread,
            user=click.user,
            may_open=False,
        )
    )
    if not accepted:
        context.notify_user(click.thread, click.user, _(_ALREADY_ASKED))
        return
    action = _("Retrying") if kind is InboundKind.RETRY else _("Asking again")
    rendered = RenderedMessage(
        text=_("This run stopped. {action}, by {name}.").format(action=action, name=escape(person.name)),
        blocks=[
            section(
                _(":arrows_counterclockwise: This run stopped. *{action}*, by {person}.").format(
                    action=action, person=user_mention(person)
                )
            ),
            context_block(_("Error ID {error_id}").format(error_id=code(error_id))),
        ],
    )
    context.background_tasks.start(
        "update_failure_message", context.client.update_message(click.channel, click.message_ts, rendered)
    )
